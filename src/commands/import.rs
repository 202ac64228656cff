//! `import`: results of other programs enter the store.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::show;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::count;
use accel_bench_engine::import::{Format, Outcome, Request, import};
use accel_bench_engine::measure::Project;
use accel_bench_record::CommitInfo;

const EXAMPLES: &str = "\
Each file becomes a run; its cases are named after the format, as
`hyperfine/sleep 1@host`. The same file is imported once.

Examples, each after what writes the file:
  cargo bench
  cargo accel-bench import criterion target/criterion

  hyperfine --export-json times.json 'make test'
  cargo accel-bench import hyperfine times.json

  ./bench --benchmark_format=json >gb.json
  cargo accel-bench import google-benchmark gb.json

  pytest --benchmark-json py.json --benchmark-save-data
  cargo accel-bench import pytest-benchmark py.json

  llama-bench -m model.gguf -o json >llama.json
  cargo accel-bench import llama-bench llama.json --commit HEAD

  cargo accel-bench import list results.json

docs/history.md describes the plain list.";

/// Arguments of `import`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which program wrote them
    format: Source,
    /// Its files; for Criterion its folder
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The commit that the results belong to [default: what the file says, if it does]
    #[arg(long, value_name = "REV")]
    commit: Option<String>,
    /// The machine class [default: made of what the file says]
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
}

/// A format as it is typed.
#[derive(Clone, Copy, Debug)]
struct Source(Format);

impl ValueEnum for Source {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Source; 6] = {
            let [a, b, c, d, e, f] = Format::ALL;
            [Source(a), Source(b), Source(c), Source(d), Source(e), Source(f)]
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()))
    }
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let commit = args.commit.as_deref().map(|rev| commit(&project, rev)).transpose()?;
    for file in &args.files {
        let request = Request {
            format: args.format.0,
            path: cx.host.cwd.join(file),
            commit: commit.clone(),
            machine: args.machine.clone(),
        };
        match import(&project.store, &request)? {
            Outcome::Known(run) => {
                cx.shell.status("Known", format!("`{}` was imported before, as run {run}", file.display()));
            }
            Outcome::Stored(run) => {
                let what = format!("{} as {}", count(run.cases.len(), "case"), show::kept_as(&run));
                cx.shell.status("Imported", what);
                if run.commit.is_none() && project.repo.is_some() {
                    cx.shell.warn(
                        "the file names no commit, so `trend` leaves it out; `--commit REV` says which",
                    );
                }
            }
        }
    }
    Ok(Exit::Fine)
}

/// A commit as it is, whatever the working tree is now.
fn commit(project: &Project, rev: &str) -> Result<CommitInfo> {
    let Some(repo) = &project.repo else {
        return Err(Error::usage("`--commit` needs a git repository", "leave it out"));
    };
    let id = repo.resolve(rev)?;
    Ok(repo.info_of(&accel_bench_engine::git::Source::Commit(id))?)
}
