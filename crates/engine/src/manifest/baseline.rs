//! `[baseline]`: where approved baselines are kept.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::error::Problems;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawBaseline {
    /// The folder of the approved baselines, relative to this file; commit it. Default: `baselines`.
    dir: Option<PathBuf>,
    /// The baseline that is meant where none is named. Default: `main`.
    name: Option<At<String>>,
}

/// Where approved baselines are kept, and which one is meant where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    pub dir: PathBuf,
    pub name: String,
}

impl RawBaseline {
    pub(super) fn resolve(self, problems: &mut Problems) -> Baseline {
        if let Some(name) = &self.name {
            problems.check_name("baseline", name);
        }
        Baseline {
            dir: self.dir.unwrap_or_else(|| "baselines".into()),
            name: self.name.map_or_else(|| "main".to_owned(), At::into_inner),
        }
    }
}
