//! Keeps the chatter of graphics drivers off the terminal.

use std::sync::{Mutex, PoisonError};

/// The process has one standard error: two that redirect it at once would restore each other's silence.
static STDERR: Mutex<()> = Mutex::new(());

/// Does `work` while nothing reaches standard error, of this thread or of others: drivers and their loaders
/// print there what nobody can mend, such as the lack of a display. Where it cannot be done, they are heard.
pub(super) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let _alone = STDERR.lock().unwrap_or_else(PoisonError::into_inner);
    let _silence = silence::begin();
    work()
}

#[cfg(unix)]
mod silence {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::stdio::dup2_stderr;

    /// Standard error as it was, given back on drop, after a panic as well.
    #[derive(Debug)]
    pub(super) struct Silence(OwnedFd);

    pub(super) fn begin() -> io::Result<Silence> {
        let kept = io::stderr().as_fd().try_clone_to_owned()?;
        dup2_stderr(File::options().write(true).open("/dev/null")?)?;
        Ok(Silence(kept))
    }

    impl Drop for Silence {
        fn drop(&mut self) {
            // There is nowhere left to say that this failed.
            let _ = dup2_stderr(&self.0);
        }
    }
}

#[cfg(not(unix))]
mod silence {
    pub(super) fn begin() {}
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::{fs, panic};

    use super::*;

    fn stderr() -> PathBuf {
        fs::read_link("/proc/self/fd/2").unwrap()
    }

    #[test]
    fn nothing_is_heard_meanwhile() {
        assert_eq!(quietly(stderr), PathBuf::from("/dev/null"));
    }

    #[test]
    fn standard_error_comes_back_even_after_a_panic() {
        let _alone = STDERR.lock().unwrap_or_else(PoisonError::into_inner);
        let before = stderr();
        let broken = panic::catch_unwind(|| {
            let _silence = silence::begin();
            assert_ne!(stderr(), PathBuf::from("/dev/null"), "this fails on purpose");
        });
        assert!(broken.is_err());
        assert_eq!(stderr(), before);
    }
}
