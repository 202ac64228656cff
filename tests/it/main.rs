//! Tests through the real binary, on small projects that are built for them; and of the sources themselves.

mod baseline;
mod compare;
mod hostile;
mod manifest;
mod places;
mod run;
mod support;
