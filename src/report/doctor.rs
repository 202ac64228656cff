//! The doctor's findings: for people, and as JSON.

use std::io;

use accel_bench_probes::doctor::{Finding, Level};
use serde::Serialize;

use super::json;
use crate::shell::{Mark, Shell};

/// The forms of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TableOrJson {
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

pub(crate) fn doctor(sections: &[Section], format: TableOrJson, shell: &Shell) -> io::Result<String> {
    if format == TableOrJson::Json {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Verbosity;

    fn finding(level: Level, what: &str, fix: Option<&str>) -> Finding {
        Finding { level, what: what.to_owned(), fix: fix.map(str::to_owned) }
    }

    fn sections() -> Vec<Section> {
        let warning = finding(Level::Warning, "a load of 2.2 on 2 CPUs", Some("top"));
        vec![
            Section::of_machine("machine", vec![finding(Level::Ok, "2 CPUs", None)]),
            Section::of_machine(
                "instrument",
                vec![finding(Level::Ok, "clock source `tsc`", None), warning.clone()],
            ),
            Section::of_backend("host", vec![finding(Level::Ok, "needs nothing", None)]),
            Section::of_backend("wgpu", vec![warning]),
            Section::of_backend(
                "tch",
                vec![finding(Level::Missing, "no libtorch", Some("pip install torch"))],
            ),
            Section::of_backend("mine", vec![]),
        ]
    }

    fn text(format: TableOrJson) -> String {
        let shell = Shell::new(Verbosity::Normal, anstream::ColorChoice::Never);
        doctor(&sections(), format, &shell).expect("it is text")
    }

    #[test]
    fn only_backends_have_a_verdict() {
        let table = text(TableOrJson::Table);
        let headings: Vec<_> = table.lines().filter(|line| !line.starts_with(' ')).collect();
        let expected = [
            "machine",
            "instrument",
            "host: can run here",
            "wgpu: can run here, with a catch",
            "tch: cannot run here",
            "mine: can run here",
        ];
        assert_eq!(headings, expected);
        assert!(table.contains("a load of 2.2 on 2 CPUs\n    $ top\n"), "{table}");
    }

    #[test]
    fn each_section_has_the_gravest_level() {
        let sections = sections();
        let levels: Vec<_> = sections.iter().map(Section::level).collect();
        assert_eq!(levels, [Level::Ok, Level::Warning, Level::Ok, Level::Warning, Level::Missing, Level::Ok]);
        let of_backends: Vec<_> = sections.iter().map(Section::is_of_backend).collect();
        assert_eq!(of_backends, [false, false, true, true, true, true]);
    }

    #[test]
    fn scripts_get_every_finding() {
        let document: serde_json::Value = serde_json::from_str(&text(TableOrJson::Json)).expect("JSON");
        assert_eq!((&document["kind"], &document["format"]), (&"doctor".into(), &1.into()));
        let instrument = &document["sections"][1];
        assert_eq!((&instrument["name"], &instrument["level"]), (&"instrument".into(), &"warning".into()));
        assert_eq!(instrument["findings"][1]["fix"], "top");
        assert_eq!(instrument.get("is_of_backend"), None, "it is for the table alone");
    }
}
