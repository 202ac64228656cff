//! A table of cases for a terminal of any width.
//!
//! Case ids are long and numbers must not wrap. So the ids are cut into segments, and as many of the first ones
//! become headings as it takes to set each case on one line; where that is not enough, the numbers are based on a
//! line beneath the name; and in a very narrow terminal one below the other, each behind its title.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::markdown::Align;
use super::paint::{Tone, heading, paint};

/// Two spaces for each level.
const INDENT: &str = "  ";

/// The table: the columns next to the name, and the entries in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger<'t> {
    /// The heading of the name column.
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column<'t>>,
    pub(super) entries: Vec<Entry>,
    /// The least number of segments in a heading, where names have more.
    pub(super) heading: usize,
}

/// A title, and the side on which the cells are set flush: numbers right, words left.
pub(crate) type Column<'t> = (&'t str, Align);

/// One case.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// The name in segments, from the general to the particular; at least one.
    pub(super) path: Vec<String>,
    /// As many as there are columns, or none.
    pub(super) cells: Vec<String>,
    /// The tone of the last cell, which may hold a verdict.
    pub(super) tone: Tone,
    /// Lines beneath.
    pub(super) notes: Vec<(Tone, String)>,
}

/// A space that no line is broken at; it is shown as any other.
pub(super) const NO_BREAK: char = '\u{a0}';

/// How entries are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Name and cells on one line, the first `depth` segments in a heading.
    Beside { depth: usize },
    /// The cells on a line beneath the name.
    Beneath,
    /// Each cell on a line of its own.
    Listed,
}

impl Ledger<'_> {
    /// The text, no line wider than `width` unless a single number is.
    pub(super) fn render(&self, width: usize) -> String {
        if self.entries.is_empty() {
            return String::new();
        }
        let layout = self.layout(width);
        let rows = self.rows(layout);
        let mut lines = Vec::new();
        if layout != Layout::Listed {
            lines.extend(rows.first().map(|titles| paint(Tone::Dim, titles)));
        }
        let mut last = None;
        for (index, entry) in self.entries.iter().enumerate() {
            let (above, name) = entry.split(layout.depth());
            if !above.is_empty() && last.as_ref() != Some(&above) {
                lines.extend(wrap(&above, width, '/').iter().map(|line| heading(line)));
            }
            last = Some(above);
            match layout {
                Layout::Beside { .. } => lines.extend(rows.get(index + 1).map(|row| entry.painted(row))),
                Layout::Beneath => {
                    lines.extend(indented(&name, 1, width, '/'));
                    lines.extend(
                        rows.get(index + 1)
                            .filter(|row| !row.trim().is_empty())
                            .map(|row| entry.painted(row)),
                    );
                }
                Layout::Listed => {
                    lines.extend(indented(&name, 1, width, '/'));
                    lines.extend(self.listed(entry));
                }
            }
            for (tone, note) in &entry.notes {
                lines.extend(indented(note, 2, width, ' ').iter().map(|line| paint(*tone, line)));
            }
        }
        lines.join("\n") + "\n"
    }

    /// Returns whether each entry has its name and all of its cells on one line of this width.
    pub(super) fn fits(&self, width: usize) -> bool {
        matches!(self.layout(width), Layout::Beside { .. })
    }

    /// The first layout that fits. A heading holds the bench and the benchmark at least, where there is more than these.
    fn layout(&self, width: usize) -> Layout {
        let deepest = self.entries.iter().map(|entry| entry.path.len()).max().unwrap_or(1);
        let least = self.heading.min(deepest.saturating_sub(1)).max(1);
        let beside = (least..deepest.max(2)).map(|depth| Layout::Beside { depth });
        let fits = |layout: &Layout| self.rows(*layout).iter().all(|row| columns(row) <= width);
        beside.chain([Layout::Beneath]).find(fits).unwrap_or(Layout::Listed)
    }

    /// The line of titles and one line an entry, set in columns.
    fn rows(&self, layout: Layout) -> Vec<String> {
        let with_name = matches!(layout, Layout::Beside { .. });
        let mut table = bare_table();
        let name = with_name.then_some((self.name, Align::Left));
        let set: Vec<Column<'_>> = name.into_iter().chain(self.columns.iter().copied()).collect();
        table.add_row(set.iter().map(|(title, _)| *title));
        for entry in &self.entries {
            let (above, name) = entry.split(layout.depth());
            let level = if above.is_empty() { "" } else { INDENT };
            let mut cells = entry.cells.clone();
            cells.resize(self.columns.len(), String::new());
            if with_name {
                cells.insert(0, format!("{level}{name}"));
            }
            table.add_row(cells);
        }
        for (index, (_, align)) in set.iter().enumerate() {
            let align = if *align == Align::Left { CellAlignment::Left } else { CellAlignment::Right };
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(align);
                column.set_padding((0, 2));
            }
        }
        let margin = if with_name { String::new() } else { INDENT.repeat(2) };
        table.lines().map(|line| format!("{margin}{line}").trim_end().to_owned()).collect()
    }

    fn listed(&self, entry: &Entry) -> Vec<String> {
        let longest = self.columns.iter().map(|(title, _)| columns(title)).max().unwrap_or(0);
        let last = entry.cells.len().saturating_sub(1);
        let pairs = self.columns.iter().zip(&entry.cells).enumerate();
        let line = |(index, ((title, _), cell)): (usize, (&Column<'_>, &String))| {
            let cell = if index == last { paint(entry.tone, cell) } else { cell.clone() };
            let gap = " ".repeat(longest - columns(title));
            (!cell.is_empty()).then(|| format!("{INDENT}{INDENT}{title}{gap}{INDENT}{cell}"))
        };
        pairs.filter_map(line).collect()
    }
}

impl Entry {
    /// The heading of the first `depth` segments, and the rest; the last segment is never in the heading.
    fn split(&self, depth: usize) -> (String, String) {
        let depth = depth.min(self.path.len().saturating_sub(1));
        (self.path[..depth].join("/"), self.path[depth..].join("/"))
    }

    /// The row with its last cell in color.
    fn painted(&self, row: &str) -> String {
        match self.cells.last().and_then(|last| row.strip_suffix(last.as_str()).map(|rest| (rest, last))) {
            Some((rest, last)) => format!("{rest}{}", paint(self.tone, last)),
            None => row.to_owned(),
        }
    }
}

impl Layout {
    fn depth(self) -> usize {
        match self {
            Self::Beside { depth } => depth,
            Self::Beneath | Self::Listed => 1,
        }
    }
}

/// Text at a level of indentation, wrapped behind `delimiter`; further lines are one level deeper.
pub(super) fn indented(text: &str, level: usize, width: usize, delimiter: char) -> Vec<String> {
    let margin = INDENT.repeat(level);
    let lines = wrap(text, width.saturating_sub(margin.len() + INDENT.len()), delimiter);
    let deeper = |index: usize| if index == 0 { "" } else { INDENT };
    lines.iter().enumerate().map(|(index, line)| format!("{margin}{}{line}", deeper(index))).collect()
}

/// A table with sentences below it, each wrapped.
pub(super) fn footed(ledger: &str, sentences: &[String], width: usize) -> String {
    let gap = if ledger.is_empty() { "" } else { "\n" };
    let lines = sentences.iter().flat_map(|sentence| indented(sentence, 0, width, ' '));
    format!("{ledger}{gap}{}", lines.map(|line| line + "\n").collect::<String>())
}

/// Lines of at most `width` columns, broken at `delimiter` where possible.
pub(super) fn wrap(text: &str, width: usize, delimiter: char) -> Vec<String> {
    let mut table = bare_table();
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width.max(8)).unwrap_or(u16::MAX)).set_delimiter(delimiter);
    table.add_row([text]);
    if let Some(column) = table.column_mut(0) {
        column.set_padding((0, 0));
    }
    let mut lines: Vec<_> = table.lines().map(|line| line.trim().to_owned()).collect();
    if delimiter != ' ' {
        // The delimiter is dropped at a break; a name keeps it.
        let last = lines.len().saturating_sub(1);
        let mut rest = text;
        for line in &mut lines[..last] {
            rest = rest.trim_start_matches(delimiter).strip_prefix(line.as_str()).unwrap_or_default();
            if rest.starts_with(delimiter) {
                line.push(delimiter);
            }
        }
    }
    lines.iter().map(|line| line.replace(NO_BREAK, " ")).collect()
}

fn bare_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// How many columns of a terminal the text takes.
fn columns(text: &str) -> usize {
    let mut table = bare_table();
    table.add_row([text]);
    table.column_max_content_widths().first().map_or(0, |width| usize::from(*width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger<'static> {
        let entry = |path: &[&str], verdict: &str, notes: &[&str]| Entry {
            path: path.iter().map(|part| (*part).to_owned()).collect(),
            cells: vec!["12.35 ms ±0.4 %".to_owned(), verdict.to_owned()],
            tone: Tone::Plain,
            notes: notes.iter().map(|note| (Tone::Plain, (*note).to_owned())).collect(),
        };
        let mut ledger = Ledger {
            name: "case",
            columns: vec![("latency", Align::Right), ("verdict", Align::Left)],
            entries: vec![
                entry(&["encoder", "forward", "bert-tiny", "b1_s128@ndarray"], "▲ regressed", &[]),
                entry(
                    &["encoder", "forward", "bert-tiny", "b8_s128@ndarray"],
                    "= same",
                    &["a note of five words"],
                ),
                entry(&["kernels", "größe@ndarray"], "= same", &[]),
            ],
            heading: 1,
        };
        ledger.entries[2].cells.clear();
        ledger
    }

    fn widest(text: &str) -> usize {
        text.lines().map(columns).max().unwrap_or(0)
    }

    fn plain(width: usize) -> String {
        let text = ledger().render(width);
        ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"].iter().fold(text, |text, code| text.replace(code, ""))
    }

    #[test]
    fn wide_enough_for_one_line_a_case() {
        insta::assert_snapshot!(plain(80), @"
        case                                         latency  verdict
        encoder
          forward/bert-tiny/b1_s128@ndarray  12.35 ms ±0.4 %  ▲ regressed
          forward/bert-tiny/b8_s128@ndarray  12.35 ms ±0.4 %  = same
            a note of five words
        kernels
          größe@ndarray
        ");
    }

    #[test]
    fn more_segments_in_the_heading_make_room() {
        insta::assert_snapshot!(plain(50), @"
        case                       latency  verdict
        encoder/forward/bert-tiny
          b1_s128@ndarray  12.35 ms ±0.4 %  ▲ regressed
          b8_s128@ndarray  12.35 ms ±0.4 %  = same
            a note of five words
        kernels
          größe@ndarray
        ");
    }

    #[test]
    fn beneath_the_name() {
        insta::assert_snapshot!(plain(40), @"
                    latency  verdict
        encoder
          forward/bert-tiny/b1_s128@ndarray
            12.35 ms ±0.4 %  ▲ regressed
          forward/bert-tiny/b8_s128@ndarray
            12.35 ms ±0.4 %  = same
            a note of five words
        kernels
          größe@ndarray
        ");
    }

    #[test]
    fn one_below_the_other() {
        insta::assert_snapshot!(plain(28), @"
        encoder
          forward/bert-tiny/
            b1_s128@ndarray
            latency  12.35 ms ±0.4 %
            verdict  ▲ regressed
          forward/bert-tiny/
            b8_s128@ndarray
            latency  12.35 ms ±0.4 %
            verdict  = same
            a note of five words
        kernels
          größe@ndarray
        ");
    }

    #[test]
    fn no_line_is_too_wide() {
        for width in 28..100 {
            assert!(widest(&plain(width)) <= width, "{width}\n{}", plain(width));
        }
    }

    #[test]
    fn names_break_behind_their_slashes_and_lose_nothing() {
        let name = "encoder/forward/bert-base-uncased/b16_s512_f32@ndarray";
        assert_eq!(wrap(name, 24, '/'), ["encoder/forward/", "bert-base-uncased/", "b16_s512_f32@ndarray"]);
        for width in 8..60 {
            assert_eq!(wrap(name, width, '/').concat(), name, "{width}");
        }
    }

    #[test]
    fn only_the_verdict_is_colored() {
        let mut ledger = ledger();
        ledger.entries[0].tone = Tone::Bad;
        assert!(ledger.render(80).contains("12.35 ms ±0.4 %  \u{1b}[1m\u{1b}[31m▲ regressed\u{1b}[0m\n"));
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(Ledger::default().render(80), "");
    }
}
