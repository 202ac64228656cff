//! The model of a report: sections of text, tables, charts and command lines, as every renderer takes them.
//!
//! Texts of others are made harmless where they enter the model, escaping for a form is the renderer's.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::chart::Chart;
use crate::plain::plain;

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    pub title: String,
    /// Names and values of the measurement.
    pub facts: Vec<[String; 2]>,
    pub sections: Vec<Section>,
}

/// A part with a heading of its own.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Section {
    /// Lowercase letters and hyphens; unique in the report.
    pub id: String,
    pub title: String,
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph.
    Text {
        text: String,
    },
    Table(Table),
    Figure(Figure),
    /// Command lines, as a shell takes them.
    Commands {
        lines: Vec<String>,
    },
}

/// Charts that belong together; a form without room shows them one below the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figure {
    pub charts: Vec<Chart>,
}

/// A table whose first column names the rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    pub title: String,
    pub align: Align,
}

/// The side on which cells are set flush: numbers right, words left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    #[default]
    Left,
    Right,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    /// As many as there are columns.
    pub cells: Vec<Cell>,
    /// Sentences about the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Links to this row point here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    pub text: String,
    /// The number behind the text, in its base unit: tables are sorted by it, and scripts read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Tone::is_plain")]
    pub tone: Tone,
    /// The anchor of a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// The meaning of a text to the reader; the text itself says it, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    #[default]
    Plain,
    Good,
    Bad,
    Open,
    Dim,
}

impl Tone {
    fn is_plain(&self) -> bool {
        *self == Self::Plain
    }
}

impl Report {
    /// Adds the sections that have something to show.
    #[must_use]
    pub fn with(mut self, sections: impl IntoIterator<Item = Section>) -> Self {
        self.sections.extend(sections.into_iter().filter(|section| !section.blocks.is_empty()));
        self
    }

    /// Removes the links to rows that this report does not have.
    #[must_use]
    pub fn without_dead_links(mut self) -> Self {
        let rows = |report: &mut Self, act: &mut dyn FnMut(&mut Row)| {
            let blocks = report.sections.iter_mut().flat_map(|section| &mut section.blocks);
            for block in blocks {
                if let Block::Table(table) = block {
                    table.rows.iter_mut().for_each(&mut *act);
                }
            }
        };
        let mut anchors = BTreeSet::new();
        rows(&mut self, &mut |row| anchors.extend(row.anchor.clone()));
        rows(&mut self, &mut |row| {
            let cells = row.cells.iter_mut();
            let dead = cells.filter(|cell| cell.link.as_ref().is_some_and(|link| !anchors.contains(link)));
            dead.for_each(|cell| cell.link = None);
        });
        self
    }
}

impl Section {
    #[must_use]
    pub fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), blocks: Vec::new() }
    }

    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        self.blocks.push(Block::Text { text: plain(text.as_ref()) });
        self
    }

    /// Adds a table that has rows.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.blocks.extend((!table.rows.is_empty()).then_some(Block::Table(table)));
        self
    }

    /// Adds the charts that have something to draw.
    #[must_use]
    pub fn figure(mut self, charts: impl IntoIterator<Item = Chart>) -> Self {
        let charts: Vec<_> = charts.into_iter().filter(|chart| !chart.is_empty()).collect();
        self.blocks.extend((!charts.is_empty()).then_some(Block::Figure(Figure { charts })));
        self
    }

    #[must_use]
    pub fn commands(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        let lines: Vec<_> = lines.into_iter().map(|line| plain(&line)).collect();
        self.blocks.extend((!lines.is_empty()).then_some(Block::Commands { lines }));
        self
    }
}

impl Table {
    /// A table with these columns and no rows yet.
    #[must_use]
    pub fn new(name: &str, columns: &[(&str, Align)]) -> Self {
        let column = |(title, align): &(&str, Align)| Column { title: plain(title), align: *align };
        Self { name: name.to_owned(), columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    #[must_use]
    pub fn rows(mut self, rows: impl IntoIterator<Item = Row>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Leaves out the columns that no row has anything in; the first one names the rows and stays.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let is_used = |at: usize| {
            let has_text = |row: &Row| row.cells.get(at).is_some_and(|cell| !cell.text.is_empty());
            at == 0 || self.rows.iter().any(has_text)
        };
        let used: Vec<bool> = (0..self.columns.len()).map(is_used).collect();
        let mut keep = used.iter();
        self.columns.retain(|_| keep.next() == Some(&true));
        for row in &mut self.rows {
            let mut keep = used.iter();
            row.cells.retain(|_| keep.next() == Some(&true));
        }
        self
    }
}

impl Row {
    #[must_use]
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), ..Self::default() }
    }

    #[must_use]
    pub fn anchored(self, anchor: impl Into<String>) -> Self {
        Self { anchor: Some(anchor.into()), ..self }
    }

    #[must_use]
    pub fn noted(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes.into_iter().map(|note| plain(&note)));
        self
    }
}

impl Cell {
    #[must_use]
    pub fn new(text: impl AsRef<str>) -> Self {
        Self { text: plain(text.as_ref()), ..Self::default() }
    }

    /// A text with the number that it shows.
    #[must_use]
    pub fn number(text: impl AsRef<str>, value: f64) -> Self {
        Self { value: value.is_finite().then_some(value), ..Self::new(text) }
    }

    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    #[must_use]
    pub fn linked(self, anchor: impl Into<String>) -> Self {
        Self { link: Some(anchor.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_rows_of_other_reports_are_removed() {
        let table = |rows: Vec<Row>| Table::new("t", &[("case", Align::Left)]).rows(rows);
        let rows = vec![
            Row { anchor: Some("here".to_owned()), ..Row::new([Cell::new("a").linked("here")]) },
            Row::new([Cell::new("b").linked("elsewhere")]),
        ];
        let report = Report::default().with([Section::new("s", "S").table(table(rows))]).without_dead_links();
        let Block::Table(table) = &report.sections[0].blocks[0] else { panic!("a table") };
        let links: Vec<_> = table.rows.iter().map(|row| row.cells[0].link.as_deref()).collect();
        assert_eq!(links, [Some("here"), None]);
    }

    #[test]
    fn what_has_nothing_to_show_is_left_out() {
        let empty = Section::new("scaling", "Scaling").table(Table::new("t", &[("case", Align::Left)]));
        let empty = empty.figure([]).commands([]);
        let full = Section::new("summary", "Summary").text("one");
        let report = Report::default().with([empty, full.clone()]);
        assert_eq!(report.sections, [full]);
    }

    #[test]
    fn texts_of_others_are_harmless_from_here_on() {
        let cell = Cell::new("a\u{1b}[31m\nb");
        assert_eq!(cell.text, "a\\u{1b}[31m b");
        let row = Row::new([cell]).noted(["c\u{7}".to_owned()]);
        assert_eq!(row.notes, ["c\\u{7}"]);
        let Block::Text { text } = &Section::new("s", "S").text("\u{202e}x").blocks[0] else { panic!() };
        assert_eq!(text, "\\u{202e}x");
    }

    #[test]
    fn columns_without_anything_are_left_out() {
        let columns = ["case", "none", "some"].map(|title| (title, Align::Left));
        let row = |texts: [&str; 3]| Row::new(texts.map(Cell::new));
        let table = Table::new("t", &columns).rows([row(["", "", "x"]), row(["b", "", ""])]);
        let table = table.without_empty_columns();
        let titles: Vec<_> = table.columns.iter().map(|column| column.title.as_str()).collect();
        assert_eq!(titles, ["case", "some"]);
        assert!(table.rows.iter().all(|row| row.cells.len() == 2), "{:?}", table.rows);
        assert_eq!(table.rows[0].cells[1].text, "x");
    }

    #[test]
    fn what_is_not_a_number_is_not_sorted_as_one() {
        assert_eq!(Cell::number("1.000 ns", 1.0).value, Some(1.0));
        assert_eq!(Cell::number("—", f64::NAN).value, None);
    }
}
