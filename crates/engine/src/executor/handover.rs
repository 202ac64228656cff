//! Handing over to another program of this project, as cargo hands over to its subcommands: it has the terminal until it ends.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

/// Runs the program with this process's own stdin, stdout and stderr, and returns its exit code; a program that a signal ended has
/// none.
///
/// # Errors
///
/// It cannot be started.
pub fn hand_over(program: &Path, arguments: &[OsString], cwd: &Path) -> io::Result<Option<i32>> {
    Ok(Command::new(program).args(arguments).current_dir(cwd).status()?.code())
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
