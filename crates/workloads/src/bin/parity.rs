//! `parity DIR`: compares the models below DIR with the reference outputs recorded there.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use accel_bench_workloads::parity::{check_folder, family_folders, family_name};
use accel_bench_workloads::{Backend, BackendError};

const USAGE: &str = "\
usage: parity [--backend BACKEND] [--family FAMILY] DIR

DIR is a family folder (config.json, model.safetensors, inputs.safetensors, expected.safetensors) or holds such.
A line a family: family backend max-abs-error max-rel-error ok|FAILED. Exits with 1 unless all are ok.
";

fn main() -> ExitCode {
    let result = Args::parse(lexopt::Parser::from_env()).and_then(|args| match args {
        Some(args) => run(&args),
        None => Ok(print(USAGE).map(|()| ExitCode::SUCCESS)?),
    });
    result.unwrap_or_else(|error| {
        // Nothing is left to do when even stderr is closed.
        let _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(2)
    })
}

struct Args {
    folder: PathBuf,
    backend: &'static Backend,
    family: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{0}\n\n{USAGE}")]
    Usage(#[from] lexopt::Error),
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error("can't list `{}`: {source}", folder.display())]
    List { folder: PathBuf, source: io::Error },
    #[error("`{}` holds no family folder{}", folder.display(), family.as_ref().map_or_else(String::new, |f| format!(" of `{f}`")))]
    NoFamily { folder: PathBuf, family: Option<String> },
    #[error("can't print: {0}")]
    Print(#[from] io::Error),
}

impl Args {
    /// `None` when help was asked for.
    fn parse(mut parser: lexopt::Parser) -> Result<Option<Self>, Error> {
        use lexopt::prelude::*;
        let (mut folder, mut backend, mut family) = (None, "ndarray".to_owned(), None);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("backend") => backend = parser.value()?.string()?,
                Long("family") => family = Some(parser.value()?.string()?),
                Short('h') | Long("help") => return Ok(None),
                Value(path) if folder.is_none() => folder = Some(PathBuf::from(path)),
                _ => return Err(argument.unexpected().into()),
            }
        }
        let folder = folder.ok_or(lexopt::Error::from("DIR is missing"))?;
        Ok(Some(Self { folder, backend: Backend::named(&backend)?, family }))
    }
}

fn run(args: &Args) -> Result<ExitCode, Error> {
    let device = args.backend.open()?;
    let mut folders =
        family_folders(&args.folder).map_err(|source| Error::List { folder: args.folder.clone(), source })?;
    if let Some(family) = &args.family {
        folders.retain(|folder| family_name(folder) == *family);
    }
    if folders.is_empty() {
        return Err(Error::NoFamily { folder: args.folder.clone(), family: args.family.clone() });
    }
    let mut exit = ExitCode::SUCCESS;
    for folder in folders {
        let outcome = check_folder(&folder, args.backend, &device);
        print(&format!("{outcome}\n"))?;
        if !outcome.is_ok() {
            exit = ExitCode::FAILURE;
        }
    }
    Ok(exit)
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
