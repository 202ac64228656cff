//! The search for the commits that made a case slower: which comparison is needed next, and what the answers say. Pure.

mod hunt;
mod search;

pub use hunt::{Answer, Commits, Found, Hunt, Oracle, Step};
