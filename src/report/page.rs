//! Reports as documents with pages and charts, in each form of `report`.

use std::io::{self, Write};

use accel_bench_report::{Report, Section, csv, html as page, json, markdown, pages};

use super::comparison;
use accel_bench_engine::compare::Comparison;
use accel_bench_engine::measure::Explained;
use accel_bench_record::RunRecord;

/// The subject of a report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages<'r> {
    pub(crate) run: &'r RunRecord,
    /// Runs of the same code on other machines.
    pub(crate) elsewhere: &'r [RunRecord],
    pub(crate) baseline: Option<&'r RunRecord>,
    pub(crate) comparison: Option<&'r Comparison>,
    pub(crate) explained: Option<&'r Explained>,
}

/// The values of `report --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Made {
    /// One file for a browser, without a network.
    Html,
    /// A text with its charts as SVG files next to it.
    Markdown,
    /// Pages to print, with fonts of its own.
    Pdf,
    /// The report's model: tables, and the data of the charts.
    Json,
    /// All tables, a line a cell.
    Csv,
}

impl Made {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Pdf => "pdf",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }
}

/// A file of a report: its name, relative to the report's own folder, and its contents.
pub(crate) type File = (String, Vec<u8>);

impl<'r> Pages<'r> {
    pub(crate) fn of(run: &'r RunRecord) -> Self {
        Self { run, elsewhere: &[], baseline: None, comparison: None, explained: None }
    }

    /// The same as one side of a comparison.
    pub(crate) fn against(
        self,
        baseline: &'r RunRecord,
        comparison: &'r Comparison,
        explained: Option<&'r Explained>,
    ) -> Self {
        Self { baseline: Some(baseline), comparison: Some(comparison), explained, ..self }
    }

    /// The report, with sections of other sources.
    fn report(&self, more: Vec<Section>) -> Report {
        let verdicts = self.comparison.map(|found| comparison::section(found, self.explained));
        let runs = pages::Runs { run: self.run, elsewhere: self.elsewhere, baseline: self.baseline };
        pages::report(runs, verdicts.into_iter().chain(more).collect())
    }
}

/// Writes the page of `--format html`.
pub(crate) fn html(pages: &Pages<'_>, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(page::render(&pages.report(Vec::new())).as_bytes())
}

/// Writes a page of one section.
pub(crate) fn single(title: &str, section: Section, to: &mut dyn Write) -> io::Result<()> {
    let report = Report { title: title.to_owned(), ..Report::default() }.with([section]).without_dead_links();
    to.write_all(page::render(&report).as_bytes())
}

/// The report's own text, then the files that it refers to; charts of Markdown are in `folder`.
pub(crate) fn made(
    pages: &Pages<'_>,
    more: Vec<Section>,
    made: Made,
    folder: &str,
) -> io::Result<(Vec<u8>, Vec<File>)> {
    let report = pages.report(more);
    let text = match made {
        Made::Html => page::render(&report),
        Made::Pdf => return Ok((pdf(&report)?, Vec::new())),
        Made::Json => json::render(&report)?,
        Made::Csv => csv::render(&report).map_err(io::Error::other)?,
        Made::Markdown => {
            let rendered = markdown::render(&report, folder);
            let files = rendered.files.into_iter().map(|(name, text)| (name, text.into_bytes()));
            return Ok((rendered.text.into_bytes(), files.collect()));
        }
    };
    Ok((text.into_bytes(), Vec::new()))
}

#[cfg(feature = "pdf")]
fn pdf(report: &Report) -> io::Result<Vec<u8>> {
    accel_bench_report::pdf::render(report).map_err(io::Error::other)
}

/// `commands/report.rs` refuses before.
#[cfg(not(feature = "pdf"))]
fn pdf(_: &Report) -> io::Result<Vec<u8>> {
    Err(io::Error::other("this build makes no PDF"))
}
