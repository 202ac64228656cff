//! A report as one HTML file: no network, opens from disk, legible in light and dark and in print.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::chart::Chart;
use crate::chart::palette::with_variables;
use crate::document::{Align, Block, Cell, Report, Row, Section, Table, Tone};

/// The style of all pages.
pub const STYLE: &str = include_str!("style.css");
/// The one script of a report, which stands in it.
pub const SCRIPT: &str = include_str!("script.js");

/// Longer tables have a field to filter them.
const FILTERED: usize = 12;

/// A longer text may be broken into lines.
const LONG: usize = 40;

/// The file's text.
#[must_use]
pub fn render(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (meta())
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";
                title { (report.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (report.title) }
                    dl { @for [name, value] in &report.facts { div { dt { (name) } dd { (value) } } } }
                }
                nav aria-label="Contents" {
                    ol { @for section in &report.sections { li { a href={"#" (section.id)} { (section.title) } } } }
                }
                main { @for section in &report.sections { (of_section(section)) } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// How a browser reads and shows every page.
#[must_use]
pub fn meta() -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
    }
}

fn of_section(section: &Section) -> Markup {
    html! {
        section id=(section.id) {
            h2 { (section.title) }
            @for block in &section.blocks {
                @match block {
                    Block::Text { text } => p { (text) },
                    Block::Table(table) => (of_table(table)),
                    Block::Figure(figure) => div.figure { @for chart in &figure.charts { (of_chart(chart)) } },
                    Block::Commands { lines } => pre { code { @for line in lines { (line) "\n" } } },
                }
            }
        }
    }
}

fn of_chart(chart: &Chart) -> Markup {
    html! {
        figure {
            figcaption { (chart.title) }
            (PreEscaped(with_variables(&chart.svg())))
        }
    }
}

fn of_table(table: &Table) -> Markup {
    html! {
        div.table {
            @if table.rows.len() > FILTERED {
                input type="search" placeholder={"Filter " (table.rows.len()) " rows"} aria-label={"Filter " (table.name)};
            }
            table {
                caption { (table.name) }
                thead { tr { @for column in &table.columns {
                    th scope="col" class=[right(column.align)] { button type="button" { (column.title) } }
                } } }
                tbody { @for row in &table.rows { (of_row(table, row)) } }
            }
        }
    }
}

fn right(align: Align) -> Option<&'static str> {
    (align == Align::Right).then_some("right")
}

fn of_row(table: &Table, row: &Row) -> Markup {
    let aligns = table.columns.iter().map(|column| column.align).chain(std::iter::repeat(Align::Left));
    html! {
        tr id=[row.anchor.as_ref()] {
            @for (at, (cell, align)) in row.cells.iter().zip(aligns).enumerate() {
                td class=[class(cell, align)] data-value=[cell.value] {
                    (of_cell(cell, at))
                    @if at == 0 { @for note in &row.notes { div.note { (note) } } }
                }
            }
        }
    }
}

fn class(cell: &Cell, align: Align) -> Option<String> {
    let tone = match cell.tone {
        Tone::Plain => None,
        Tone::Good => Some("good"),
        Tone::Bad => Some("bad"),
        Tone::Open => Some("open"),
        Tone::Dim => Some("dim"),
    };
    let long = (cell.text.chars().count() > LONG).then_some("long");
    let classes: Vec<_> = right(align).into_iter().chain(tone).chain(long).collect();
    (!classes.is_empty()).then(|| classes.join(" "))
}

/// The first cell names the row, and is the only one that may be broken.
fn of_cell(cell: &Cell, at: usize) -> Markup {
    let text = if at == 0 {
        breakable(&cell.text)
    } else {
        html! { (cell.text) }
    };
    match &cell.link {
        Some(link) => html! { a href={"#" (link)} { (text) } },
        None => text,
    }
}

/// A long name may be broken behind each `/`.
fn breakable(text: &str) -> Markup {
    let mut parts = text.split('/').peekable();
    html! {
        @while let Some(part) = parts.next() {
            (part)
            @if parts.peek().is_some() { "/" wbr; }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    #[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
    fn the_body_without_its_charts() {
        let page = render(&report());
        let body = page.split_once("<body>").map_or("", |(_, body)| body);
        let body = body.split_once("<script>").map_or(body, |(body, _)| body);
        let mut text = String::new();
        for part in body.split("<svg ") {
            text += part.split_once("</svg>").map_or(part, |(_, rest)| rest);
        }
        insta::assert_snapshot!(text.replace("><", ">\n<"), @r##"
        <header>
        <h1>Run 1</h1>
        <dl>
        <div>
        <dt>commit</dt>
        <dd>4f2c9d1e7</dd>
        </div>
        </dl>
        </header>
        <nav aria-label="Contents">
        <ol>
        <li>
        <a href="#summary">Summary</a>
        </li>
        <li>
        <a href="#scaling">Scaling</a>
        </li>
        <li>
        <a href="#reproduce">How to reproduce</a>
        </li>
        </ol>
        </nav>
        <main>
        <section id="summary">
        <h2>Summary</h2>
        <p>1 case: 1 ok</p>
        <div class="table">
        <table>
        <caption>Cases</caption>
        <thead>
        <tr>
        <th scope="col">
        <button type="button">case</button>
        </th>
        <th scope="col" class="right">
        <button type="button">latency</button>
        </th>
        <th scope="col">
        <button type="button">verdict</button>
        </th>
        </tr>
        </thead>
        <tbody>
        <tr id="case-1">
        <td>a/<wbr>x_1@n<div class="note">beyond the alert level</div>
        </td>
        <td class="right" data-value="2000000">2.000 ms</td>
        <td class="bad">▲ regressed</td>
        </tr>
        </tbody>
        </table>
        </div>
        <div class="figure">
        <figure>
        <figcaption>Latency</figcaption>
        </figure>
        </div>
        </section>
        <section id="scaling">
        <h2>Scaling</h2>
        <div class="figure">
        <figure>
        <figcaption>Throughput</figcaption>
        </figure>
        </div>
        </section>
        <section id="reproduce">
        <h2>How to reproduce</h2>
        <pre>
        <code>cargo accel-bench 'a/x_1@n'
        </code>
        </pre>
        </section>
        </main>
        "##);
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let page = render(&report());
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            let found = page.match_indices(outside).map(|(at, _)| &page[at..(at + 60).min(page.len())]);
            let found: Vec<_> =
                found.filter(|text| !text.starts_with("http://www.w3.org/2000/svg")).collect();
            assert!(found.is_empty(), "{outside}: {found:?}");
        }
    }

    #[test]
    fn texts_of_others_stay_texts() {
        let mut report = report();
        report.title = "<script>alert(1)</script>".to_owned();
        report.sections[0].blocks.push(Block::Text { text: "</style><img src=x onerror=y>".to_owned() });
        let page = render(&report);
        assert!(
            page.contains("&lt;script&gt;alert(1)") && page.contains("&lt;/style&gt;&lt;img src=x"),
            "{page}"
        );
        assert_eq!(page.matches("<script").count(), 1);
    }

    #[test]
    fn rows_can_be_linked_sorted_and_filtered() {
        let row = |at: usize| {
            let name = Cell::new(format!("a/case-{at}")).linked("case-1");
            Row::new([name, Cell::number("2.000 ms", 2e6).toned(Tone::Bad)]).anchored(format!("case-{at}"))
        };
        let columns = [("case", Align::Left), ("latency", Align::Right)];
        let few = Table::new("Results", &columns).rows((0..FILTERED).map(row));
        let text = of_table(&few).into_string();
        assert!(text.contains("<tr id=\"case-1\"><td><a href=\"#case-1\">a/<wbr>case-1</a></td>"), "{text}");
        assert!(text.contains("<td class=\"right bad\" data-value=\"2000000\">2.000 ms</td>"), "{text}");
        assert!(!text.contains("type=\"search\""));
        let many = of_table(&few.rows([row(99)])).into_string();
        assert!(many.contains("placeholder=\"Filter 13 rows\""), "{many}");
    }

    #[test]
    fn every_section_is_in_the_contents() {
        let report = report();
        let page = render(&report);
        for section in &report.sections {
            assert!(
                page.contains(&format!("<a href=\"#{}\">{}</a>", section.id, section.title)),
                "{}",
                section.id
            );
            assert!(page.contains(&format!("<section id=\"{}\">", section.id)), "{}", section.id);
        }
    }

    #[test]
    fn charts_follow_the_colors_of_the_page() {
        let page = render(&report());
        assert!(page.contains("<svg ") && page.contains("var(--s0)"));
        for (_, variable) in crate::chart::palette::ALL {
            assert_eq!(
                STYLE.matches(&format!("{variable}:")).count(),
                3,
                "{variable}: in light, dark and print"
            );
        }
    }
}
