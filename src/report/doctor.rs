//! The doctor's findings: for people, and as JSON.

use std::io;

use accel_bench_probes::doctor::{Finding, Level};
use serde::Serialize;

use super::json;
use crate::shell::{Mark, Shell};

/// The forms of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DoctorFormat {
    Table,
    Json,
}

/// The findings on the machine or on one backend.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    name: String,
    /// The gravest of the findings.
    level: Level,
    findings: Vec<Finding>,
    /// True if it says whether a backend can run.
    #[serde(skip)]
    is_of_backend: bool,
}

impl Section {
    pub(crate) fn of_machine(name: &str, findings: Vec<Finding>) -> Self {
        let level = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        Self { name: name.to_owned(), level, findings, is_of_backend: false }
    }

    pub(crate) fn of_backend(name: &str, findings: Vec<Finding>) -> Self {
        Self { is_of_backend: true, ..Self::of_machine(name, findings) }
    }

    pub(crate) fn is_of_backend(&self) -> bool {
        self.is_of_backend
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }
}

#[derive(Serialize)]
struct Document<'s> {
    sections: &'s [Section],
}

pub(crate) fn doctor(sections: &[Section], format: DoctorFormat, shell: &Shell) -> io::Result<String> {
    if format == DoctorFormat::Json {
        return Ok(json::pretty("doctor", Document { sections })?);
    }
    let mut text = String::new();
    for section in sections {
        let title = if section.is_of_backend {
            format!("{}: {}", section.name, verdict(section.level))
        } else {
            section.name.clone()
        };
        text += &format!("{title}\n");
        for finding in &section.findings {
            text += &format!("  {} {}\n", shell.mark(mark(finding.level)), finding.what);
            if let Some(fix) = &finding.fix {
                text += &format!("    $ {fix}\n");
            }
        }
    }
    Ok(text)
}

fn verdict(level: Level) -> &'static str {
    match level {
        Level::Ok => "can run here",
        Level::Warning => "can run here, with a catch",
        Level::Missing => "cannot run here",
    }
}

fn mark(level: Level) -> Mark {
    match level {
        Level::Ok => Mark::Good,
        Level::Warning => Mark::Fair,
        Level::Missing => Mark::Bad,
    }
}
