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
}

impl Section {
    pub(crate) fn new(name: &str, findings: Vec<Finding>) -> Self {
        let level = findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok);
        Self { name: name.to_owned(), level, findings }
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }
}

#[derive(Serialize)]
struct Document<'s> {
    sections: &'s [Section],
}

/// The first section is the machine's.
pub(crate) fn doctor(sections: &[Section], format: DoctorFormat, shell: &Shell) -> io::Result<String> {
    if format == DoctorFormat::Json {
        return Ok(json::pretty("doctor", Document { sections })?);
    }
    let mut text = String::new();
    for (index, section) in sections.iter().enumerate() {
        let title = if index == 0 {
            section.name.clone()
        } else {
            format!("{}: {}", section.name, verdict(section.level))
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
