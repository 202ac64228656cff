//! Runs the suite of the project in a folder and prints the engine's events as JSON lines; no terminal is needed:
//!
//! ```sh
//! cargo run -p accel-bench-engine --example embed -- ../my-project
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use accel_bench_engine::measure::{Project, RunRequest};
use accel_bench_engine::plan::Selection;
use accel_bench_engine::{Engine, Hardware, Host, Machine};
use accel_bench_probes as probes;
use accel_bench_record::Conditions;

/// The machine, as the probes see it. Adapters are left out: they are looked for by a process of the tool.
#[derive(Debug)]
struct ThisMachine;

impl Hardware for ThisMachine {
    fn machine(&self) -> Machine {
        let environment = probes::probe(&PathBuf::new());
        Machine { id: probes::fingerprint(&environment), environment }
    }

    fn conditions(&self, cpus: &[usize]) -> Conditions {
        probes::conditions(cpus)
    }

    fn allowed_cpus(&self) -> Vec<usize> {
        probes::allowed_cpus()
    }

    fn library_folder(&self, backend: &str, host: &Host) -> Option<PathBuf> {
        probes::library_folder(backend, &|name| host.var(name))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let host = Host {
        cwd: std::path::absolute(folder)?,
        env: std::env::vars().collect(),
        arguments: std::env::args().collect(),
        stop: Arc::default(),
        machine_folder: std::env::temp_dir().join("accel-bench-locks"),
        clock: jiff::Timestamp::now,
        hardware: Arc::new(ThisMachine),
    };
    let project = Project::load(&host)?;
    let mut print = |event: &_| {
        let line = serde_json::to_string(event).expect("events are plain data");
        writeln!(io::stdout(), "{line}").expect("stdout can be written");
    };
    let request =
        RunRequest { project: &project, selection: &Selection::default(), budget: None, counts: false };
    let outcome = Engine::new(&host, &mut print).run(&request)?;
    writeln!(io::stderr(), "run {}: {} cases", outcome.record.id, outcome.record.cases.len())?;
    Ok(())
}
