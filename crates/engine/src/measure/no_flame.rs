//! In place of `flame.rs` where the feature `flame` is off: the reason why the picture is missing.

use std::path::{Path, PathBuf};

use crate::Engine;
use crate::executor::{Error, Settings};
use crate::plan::{Case, Unit};

/// A picture, or why there is none.
pub(super) type Drawn = Result<PathBuf, String>;

/// Nothing is recorded, since nothing can be drawn of it.
pub(super) fn flame(
    _: &Engine<'_>,
    _: [(&Unit, &Case); 2],
    _: &Path,
    _: &Settings,
) -> Result<Option<Drawn>, Error> {
    Ok(Some(Err("this build has no flame graphs: install it with the feature `flame`".to_owned())))
}
