//! A report as typst's text. Texts of others are in it as string literals only.

use crate::chart::Chart;
use crate::document::{Align, Block, Report, Row, Section, Table, Tone};

/// A text and its images by name.
pub(super) struct Markup {
    pub(super) text: String,
    pub(super) images: Vec<(String, String)>,
}

const HEAD: &str = include_str!("head.typ");

pub(super) fn of(report: &Report) -> Markup {
    let title = literal(&report.title);
    let facts = report.facts.iter().map(|[name, value]| format!("({}, {})", literal(name), literal(value)));
    let mut markup = Markup { text: format!("{HEAD}\n#set document(title: {title})\n"), images: Vec::new() };
    // A trailing comma makes a list of one a list.
    markup.text += &format!("#head({title}, ({},))\n", facts.collect::<Vec<_>>().join(", "));
    for section in &report.sections {
        of_section(&mut markup, section);
    }
    markup
}

fn of_section(to: &mut Markup, section: &Section) {
    to.text += &format!("#heading({})\n", literal(&section.title));
    for block in &section.blocks {
        match block {
            Block::Text { text } => to.text += &format!("#par({})\n", literal(text)),
            Block::Table(table) => to.text += &of_table(table),
            Block::Commands { lines } => to.text += &format!("#commands({})\n", literal(&lines.join("\n"))),
            Block::Figure(figure) => {
                let charts: Vec<_> = figure.charts.iter().map(|chart| of_chart(to, chart)).collect();
                to.text += &format!("#charts(({},))\n", charts.join(", "));
            }
        }
    }
}

fn of_chart(to: &mut Markup, chart: &Chart) -> String {
    let name = format!("chart-{}.svg", to.images.len() + 1);
    to.images.push((name.clone(), chart.svg()));
    format!("({}, {})", literal(&chart.title), literal(&name))
}

fn of_table(table: &Table) -> String {
    let aligns = table.columns.iter().map(|column| match column.align {
        Align::Left => "left",
        Align::Right => "right",
    });
    let titles = table.columns.iter().map(|column| literal(&column.title));
    let rows = table.rows.iter().map(|row| format!("({},)", of_row(row).join(", ")));
    format!(
        "#grid-of({}, ({},), ({},), ({},))\n",
        literal(&table.name),
        aligns.collect::<Vec<_>>().join(", "),
        titles.collect::<Vec<_>>().join(", "),
        rows.collect::<Vec<_>>().join(", ")
    )
}

/// Each cell as text, tone and notes.
fn of_row(row: &Row) -> Vec<String> {
    let cell = |(at, cell): (usize, &crate::document::Cell)| {
        let notes =
            if at == 0 { row.notes.iter().map(|note| literal(note) + ",").collect() } else { String::new() };
        format!("({}, {}, ({notes}))", literal(&cell.text), literal(tone(cell.tone)))
    };
    row.cells.iter().enumerate().map(cell).collect()
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Dim => "dim",
    }
}

/// A string literal; long names may be broken behind `/`, `_` and `@`.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for sign in text.chars() {
        match sign {
            '"' | '\\' => literal.extend(['\\', sign]),
            '\n' => literal.push_str("\\n"),
            _ if sign.is_control() => literal.push_str(&format!("\\u{{{:x}}}", u32::from(sign))),
            _ => literal.push(sign),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    fn literals() {
        assert_eq!(literal("a \"b\" \\ #c\n\u{7}"), "\"a \\\"b\\\" \\\\ #c\\n\\u{7}\"");
    }

    #[test]
    fn a_report() {
        let markup = of(&report());
        let text = markup.text.strip_prefix(HEAD).expect("the head comes first");
        insta::assert_snapshot!(text, @r#"

        #set document(title: "Run 1")
        #head("Run 1", (("commit", "4f2c9d1e7"),))
        #heading("Summary")
        #par("1 case: 1 ok")
        #grid-of("Cases", (left, right, left,), ("case", "latency", "verdict",), ((("a/x_1@n", "plain", ("beyond the alert level",)), ("2.000 ms", "plain", ()), ("▲ regressed", "bad", ()),),))
        #charts((("Latency", "chart-1.svg"),))
        #heading("Scaling")
        #charts((("Throughput", "chart-2.svg"),))
        #heading("How to reproduce")
        #commands("cargo accel-bench 'a/x_1@n'")
        "#);
        assert_eq!(markup.images.len(), 2);
    }
}
