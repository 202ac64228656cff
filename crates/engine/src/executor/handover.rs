//! Handing over to another program of this project, as cargo hands over to its subcommands: it has the terminal until it ends.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the program with this process's own stdin, stdout and stderr, and returns its exit code; a program that a signal ended has
/// none.
///
/// # Errors
///
/// It cannot be started.
pub fn hand_over(program: &Path, arguments: &[OsString], cwd: &Path) -> io::Result<Option<i32>> {
    Ok(Command::new(program).args(arguments).current_dir(cwd).status()?.code())
}

/// Makes this process the program: signals and the end of whoever started it reach that alone. Where a process cannot become another
/// one, as [`hand_over`].
///
/// # Errors
///
/// It cannot be started.
pub fn become_program(program: &Path, arguments: &[OsString], cwd: &Path) -> io::Result<Option<i32>> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(Command::new(program).args(arguments).current_dir(cwd).exec())
    }
    #[cfg(not(unix))]
    hand_over(program, arguments, cwd)
}

/// Runs the program as [`hand_over`] does, and returns what it writes to stdout along with its exit code.
///
/// # Errors
///
/// It cannot be started, or what it writes is not UTF-8.
pub fn ask(program: &Path, arguments: &[OsString], cwd: &Path) -> io::Result<(Option<i32>, String)> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(cwd).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    Ok((output.status.code(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_heard() {
        let shell = |line: &str| ask(Path::new("sh"), &["-c".into(), line.into()], Path::new("/"));
        assert_eq!(shell("echo said; exit 3").expect("it starts"), (Some(3), "said\n".to_owned()));
        assert_eq!(shell("printf '\\377'").expect_err("no text").kind(), io::ErrorKind::InvalidData);
        assert!(ask(Path::new("/no/such/program"), &[], Path::new("/")).is_err());
    }

    fn check(arguments: &[&str], expected: Option<i32>) {
        let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
        assert_eq!(hand_over(Path::new("sh"), &arguments, Path::new("/")).ok(), Some(expected));
    }

    #[test]
    fn the_exit_code_is_the_program_s() {
        check(&["-c", "exit 4"], Some(4));
        check(&["-c", "test \"$PWD\" = / && exit 0"], Some(0));
        check(&["-c", "kill -9 $$"], None);
        assert!(hand_over(Path::new("/no/such/program"), &[], Path::new("/")).is_err());
        assert!(become_program(Path::new("/no/such/program"), &[], Path::new("/")).is_err());
    }
}
