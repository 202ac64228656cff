//! The program with DuckDB, `accel-bench-server`: where it is, and handing over to it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use accel_bench_engine::executor::{ask, become_program, hand_over};

use crate::context::Context;
use crate::error::{Error, Exit, Result};

const NAME: &str = "accel-bench-server";

/// Names another place of the program.
const VARIABLE: &str = "ACCEL_BENCH_SERVER";

const INSTALL: &str =
    "install it: `crates/server/install` in a checkout of accel-bench; docs/sql.md says what it does";

/// Runs it with these arguments, to its end.
pub(crate) fn call(cx: &mut Context, arguments: Vec<OsString>) -> Result<Exit> {
    let program = program(cx)?;
    cx.shell.end_progress();
    let code = hand_over(&program, &arguments, &cx.host.cwd).map_err(|cause| unstarted(&program, &cause))?;
    exit(code, &program)
}

/// Becomes it, with these arguments.
pub(crate) fn become_it(cx: &mut Context, arguments: &[OsString]) -> Result<Exit> {
    let program = program(cx)?;
    cx.shell.end_progress();
    let code =
        become_program(&program, arguments, &cx.host.cwd).map_err(|cause| unstarted(&program, &cause))?;
    exit(code, &program)
}

/// Runs it with these arguments and returns what it says.
pub(crate) fn answer(cx: &mut Context, arguments: &[OsString]) -> Result<(Exit, String)> {
    let program = program(cx)?;
    cx.shell.end_progress();
    let (code, said) = ask(&program, arguments, &cx.host.cwd).map_err(|cause| unstarted(&program, &cause))?;
    Ok((exit(code, &program)?, said))
}

fn program(cx: &Context) -> Result<PathBuf> {
    let wish = cx.host.env.get(VARIABLE).map(PathBuf::from);
    let path = cx.host.env.get("PATH").cloned().unwrap_or_default();
    locate(wish, cx.tool(), &path, &|path| path.is_file()).ok_or_else(|| {
        let what = format!(
            "`{NAME}` is not installed: SQL and buckets need DuckDB and an HTTP client, which this program is built without"
        );
        Error::usage(what, INSTALL)
    })
}

fn unstarted(program: &Path, cause: &std::io::Error) -> Error {
    let what = format!("cannot start `{}`: {cause}", program.display());
    Error::usage(what, format!("{VARIABLE} and PATH say where it is; {INSTALL}"))
}

fn exit(code: Option<i32>, program: &Path) -> Result<Exit> {
    Ok(match code {
        Some(0) => Exit::Fine,
        Some(2) => Exit::Usage,
        Some(4) => Exit::NothingToRun,
        Some(8) => Exit::Storage,
        Some(127) => {
            let hint =
                "DUCKDB_LIB_DIR at its build, or LD_LIBRARY_PATH now, names the folder of DuckDB's library";
            return Err(Error::usage(format!("`{}` cannot run", program.display()), hint));
        }
        Some(_) => Exit::Internal,
        None => Exit::Interrupted,
    })
}

/// The place that a variable names; else in this program's folder; else on the search path.
fn locate(
    wish: Option<PathBuf>,
    tool: &Path,
    path: &str,
    is_file: &dyn Fn(&Path) -> bool,
) -> Option<PathBuf> {
    if wish.is_some() {
        return wish;
    }
    let name = format!("{NAME}{}", std::env::consts::EXE_SUFFIX);
    let folders = tool.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(path));
    folders.map(|folder| folder.join(&name)).find(|candidate| is_file(candidate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wish: Option<&str>, files: &[&str], expected: Option<&str>) {
        let is_file = |path: &Path| files.iter().any(|file| Path::new(file) == path);
        let found =
            locate(wish.map(PathBuf::from), Path::new("/bin/cargo-accel-bench"), "/usr/bin:/opt", &is_file);
        assert_eq!(found.as_deref(), expected.map(Path::new), "{wish:?} {files:?}");
    }

    #[test]
    fn the_program_is_beside_this_one_or_on_the_path() {
        check(None, &[], None);
        check(None, &["/opt/accel-bench-server"], Some("/opt/accel-bench-server"));
        check(None, &["/opt/accel-bench-server", "/bin/accel-bench-server"], Some("/bin/accel-bench-server"));
        check(Some("/else/server"), &["/bin/accel-bench-server"], Some("/else/server"));
    }
}
