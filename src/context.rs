//! Working directory, environment, clock and shell, built once; the only reader of environment variables and
//! of the date.
//!
//! Holds no domain values.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::shell::Shell;

/// What every command is given.
pub(crate) struct Context {
    cwd: PathBuf,
    env: BTreeMap<String, String>,
    stop: Arc<AtomicBool>,
    arguments: Vec<String>,
    pub(crate) shell: Shell,
}

impl Context {
    pub(crate) fn new(cwd: PathBuf, arguments: Vec<String>, shell: Shell) -> io::Result<Self> {
        let is_text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let env = env::vars_os().filter_map(is_text).collect();
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // The second one ends the tool at once: whoever presses Ctrl-C twice means it.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        Ok(Self { cwd, env, stop, arguments, shell })
    }

    pub(crate) fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// An environment variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The cargo that called the tool, or the one on the path.
    pub(crate) fn cargo(&self) -> PathBuf {
        self.var("CARGO").unwrap_or("cargo").into()
    }

    /// The compiler that cargo uses.
    pub(crate) fn rustc(&self) -> PathBuf {
        self.var("RUSTC").unwrap_or("rustc").into()
    }

    /// The names of all variables that are set.
    pub(crate) fn var_names(&self) -> impl Iterator<Item = &str> {
        self.env.keys().map(String::as_str)
    }

    /// Where locks that hold for the whole machine stand.
    pub(crate) fn machine_folder(&self) -> PathBuf {
        env::temp_dir().join("accel-bench-locks")
    }

    /// The command line, for the record.
    pub(crate) fn arguments(&self) -> &[String] {
        &self.arguments
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    /// Raised by Ctrl-C.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
