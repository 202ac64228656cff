//! The arguments that choose cases; the same for every command that does.

use crate::error::Result;
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::plan::{self, Selection};

/// Which cases.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Selection")]
#[group(skip)]
pub(crate) struct Args {
    /// A suite of bench.toml, or `all`
    #[arg(long, value_name = "NAME")]
    suite: Option<String>,
    /// Only this bench or benchmark (`*` means anything)
    #[arg(long, value_name = "NAME")]
    benchmark: Vec<String>,
    /// Only on these backends; a build gets the feature of each
    #[arg(long, visible_alias = "hardware", value_name = "NAME", value_delimiter = ',')]
    backend: Vec<String>,
    /// Only benchmarks of this category
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    category: Vec<String>,
    /// Only cases of this model
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    model: Vec<String>,
    /// Only benchmarks with this tag
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    tag: Vec<String>,
    /// Values of a parameter: batch-size=1,8, a model's folder: model=./tiny, or JSON: '{"batch-size": [1, 8]}'
    #[arg(long, value_name = "KEY=VALUE")]
    params: Vec<String>,
    /// How much to measure: quick, default, full, or a profile of bench.toml
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

impl Args {
    pub(crate) fn resolve(&self, filters: &[String]) -> Result<Selection> {
        Ok(Selection {
            suite: self.suite.clone(),
            filters: patterns(filters),
            benchmarks: patterns(&self.benchmark),
            backends: self.backend.clone(),
            categories: patterns(&self.category),
            models: patterns(&self.model),
            tags: patterns(&self.tag),
            params: plan::parse_params(&self.params)?,
            profile: self.profile.clone(),
        })
    }
}

fn patterns(texts: &[String]) -> Vec<Pattern> {
    texts.iter().map(Pattern::new).collect()
}
