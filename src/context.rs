//! The program's context, read once: working directory, environment, clock, Ctrl-C, machine and terminal.
//!
//! The only reader of environment variables and of the date.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use accel_bench_engine::{Engine, Host};
use accel_bench_probes::VISIBLE_DEVICES;
use jiff::Timestamp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::hardware::ThisMachine;
use crate::progress::Progress;
use crate::shell::Shell;

/// The context of every command.
pub(crate) struct Context {
    pub(crate) host: Host,
    pub(crate) shell: Shell,
    progress: Progress,
    tool: PathBuf,
}

impl Context {
    pub(crate) fn new(cwd: PathBuf, arguments: Vec<String>, shell: Shell) -> io::Result<Self> {
        let is_text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            // The second one ends the tool at once: whoever presses Ctrl-C twice means it.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&stop))?;
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        let tool = env::current_exe()?;
        let env: BTreeMap<_, _> = env::vars_os().filter_map(is_text).collect();
        let hardware = ThisMachine::new(tool.clone(), env.get(VISIBLE_DEVICES).cloned());
        let host = Host {
            cwd,
            env,
            arguments,
            stop,
            machine_folder: env::temp_dir().join("accel-bench-locks"),
            clock: Timestamp::now,
            hardware: Arc::new(hardware),
        };
        Ok(Self { host, shell, progress: Progress::default(), tool })
    }

    /// Calls the engine; its events are shown in the terminal.
    pub(crate) fn engine<T>(&mut self, call: impl FnOnce(&mut Engine<'_>) -> T) -> T {
        let Self { host, shell, progress, .. } = self;
        call(&mut Engine::new(host, &mut |event| progress.show(shell, event)))
    }

    /// This executable.
    pub(crate) fn tool(&self) -> &Path {
        &self.tool
    }
}
