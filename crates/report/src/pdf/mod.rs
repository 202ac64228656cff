//! A report as PDF, through typst as a library: with its own fonts, and without a file or a network.

mod markup;
mod world;

use std::fmt;

use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use crate::document::Report;
use world::Pages;

/// Why the PDF cannot be made: the messages of typst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Vec<String>);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the PDF cannot be made: {}", self.0.join("; "))
    }
}

impl std::error::Error for Error {}

/// The file's contents.
///
/// # Errors
///
/// The messages of typst about the text or a chart.
pub fn render(report: &Report) -> Result<Vec<u8>, Error> {
    let markup = markup::of(report);
    let pages = Pages::new(markup.text, markup.images);
    let messages = |faults: &mut dyn Iterator<Item = String>| Error(faults.collect());
    let document = typst::compile::<PagedDocument>(&pages).output;
    let document =
        document.map_err(|faults| messages(&mut faults.iter().map(|fault| fault.message.to_string())))?;
    typst_pdf::pdf(&document, &PdfOptions::default())
        .map_err(|faults| messages(&mut faults.iter().map(|fault| fault.message.to_string())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    fn a_report_has_pages_with_text() {
        let pdf = render(&report()).expect("a PDF");
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 10_000, "{} bytes", pdf.len());
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/Type /Page") || text.contains("/Type/Page"));
    }

    #[test]
    fn texts_of_others_are_no_commands() {
        let mut report = report();
        report.title = "#panic(\"x\") \"quoted\" \\ $a$ ]} \u{2028}".to_owned();
        assert!(render(&report).is_ok(), "{:?}", render(&report).err());
    }
}
