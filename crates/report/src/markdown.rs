//! A report as Markdown, with its charts as SVG files next to it; and text that Markdown leaves as it is.

use crate::chart::Chart;
use crate::document::{Align, Block, Report, Row, Section, Table};
use crate::plain::plain;

/// A Markdown text and the files that it refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub text: String,
    /// Names relative to the text's folder, and contents.
    pub files: Vec<(String, String)>,
}

/// Renders the report; the charts' files lie in `folder`, relative to the text.
#[must_use]
pub fn render(report: &Report, folder: &str) -> Rendered {
    let mut rendered = Rendered { text: format!("# {}\n", escape(&report.title)), files: Vec::new() };
    for [name, value] in &report.facts {
        rendered.text += &format!("\n- {}: {}", escape(name), escape(value));
    }
    rendered.text.push('\n');
    for section in &report.sections {
        of_section(&mut rendered, section, folder);
    }
    rendered
}

fn of_section(to: &mut Rendered, section: &Section, folder: &str) {
    to.text += &format!("\n## {}\n", escape(&section.title));
    for block in &section.blocks {
        to.text.push('\n');
        match block {
            Block::Text { text } => to.text += &format!("{}\n", escape(text)),
            Block::Table(table) => to.text += &of_table(table),
            Block::Commands { lines } => to.text += &format!("```sh\n{}\n```\n", lines.join("\n")),
            Block::Figure(figure) => {
                figure.charts.iter().for_each(|chart| of_chart(to, &section.id, chart, folder))
            }
        }
    }
}

fn of_chart(to: &mut Rendered, section: &str, chart: &Chart, folder: &str) {
    let name = format!("{folder}/{section}-{}.svg", to.files.len() + 1);
    to.text += &format!("![{}]({})\n\n", escape(&chart.title), name.replace(' ', "%20"));
    to.files.push((name, on_paper(&chart.svg())));
}

/// A file of its own has no page behind it: the colors are legible on white.
fn on_paper(svg: &str) -> String {
    match svg.split_once("</title>") {
        Some((head, body)) => {
            format!("{head}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>{body}")
        }
        None => svg.to_owned(),
    }
}

fn of_table(table: &Table) -> String {
    let titles: Vec<_> = table.columns.iter().map(|column| escape(&column.title)).collect();
    let rule: Vec<_> = table
        .columns
        .iter()
        .map(|column| if column.align == Align::Right { "---:" } else { "---" }.to_owned())
        .collect();
    let lines = table.rows.iter().map(|row| line(&of_row(row)));
    let name = format!("**{}**\n\n", escape(&table.name));
    [name, line(&titles), line(&rule)].into_iter().chain(lines).collect()
}

fn of_row(row: &Row) -> Vec<String> {
    let mut cells: Vec<_> = row.cells.iter().map(|cell| escape(&cell.text)).collect();
    if let Some(first) = cells.first_mut() {
        row.notes.iter().for_each(|note| *first += &format!("<br>{}", escape(note)));
    }
    cells
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Text that Markdown and HTML leave as it is, on one line.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in plain(text).chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' => escaped.extend(['\\', character]),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A reason that says `@name` would call that person.
            '@' => escaped.push_str("&#64;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    fn a_report() {
        let rendered = render(&report(), "charts");
        insta::assert_snapshot!(rendered.text, @r"
        # Run 1

        - commit: 4f2c9d1e7

        ## Summary

        1 case: 1 ok

        **Cases**

        | case | latency | verdict |
        | --- | ---: | --- |
        | a/x\_1&#64;n<br>beyond the alert level | 2.000 ms | ▲ regressed |

        ![Latency](charts/summary-1.svg)


        ## Scaling

        ![Throughput](charts/scaling-2.svg)


        ## How to reproduce

        ```sh
        cargo accel-bench 'a/x_1@n'
        ```
        ");
        let names: Vec<_> = rendered.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["charts/summary-1.svg", "charts/scaling-2.svg"]);
        assert!(
            rendered
                .files
                .iter()
                .all(|(_, svg)| svg.contains("fill=\"#FFFFFF\"") && svg.ends_with("</svg>\n"))
        );
    }

    #[test]
    fn what_markdown_would_obey() {
        assert_eq!(escape("<img src=x> & `c`"), "&lt;img src=x&gt; &amp; \\`c\\`");
        assert_eq!(escape("[a](b) *c* b1_s128@wgpu"), "\\[a\\](b) \\*c\\* b1\\_s128&#64;wgpu");
    }
}
