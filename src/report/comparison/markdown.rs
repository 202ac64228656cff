//! A comparison for a pull request.

use super::words;
use crate::report::amount;
use crate::report::markdown::{Align, escape, table};
use accel_bench_engine::compare::{Cell, Comparison, Difference, Judging, MetricRow, Row, Standing};

pub(super) fn render(found: &Comparison) -> String {
    let columns = [
        ("case", Align::Left),
        ("baseline", Align::Right),
        ("candidate", Align::Right),
        ("effect", Align::Right),
        ("verdict", Align::Left),
    ];
    let rows: Vec<_> = found.rows.iter().flat_map(rows).collect();
    let controls = words::controls(&found.controls).into_iter().map(|(_, line)| escape(&line));
    let confirmed = found.confirmed.as_ref().map(|confirmed| escape(&words::confirmed(confirmed)));
    let census = words::census(&found.census).into_iter().chain(confirmed).chain(controls);
    let census: String = census.map(|line| format!("{line}\n")).collect();
    let forced =
        found.forced.as_ref().map(|mismatch| format!("**Forced:** {}\n\n", escape(&mismatch.to_string())));
    format!(
        "**baseline** {}<br>\n**candidate** {}\n\n{}{}\n{census}{}",
        escape(&words::side(&found.base)),
        escape(&words::side(&found.candidate)),
        forced.unwrap_or_default(),
        table(columns, &rows),
        differences(&found.surroundings)
    )
}

/// The case, then its metrics.
fn rows(row: &Row) -> Vec<[String; 5]> {
    let latency = |side: &Option<Cell>| {
        let latency = side.as_ref().and_then(|cell| cell.latency.as_ref());
        latency.map(|latency| amount::estimate(latency, "ns")).unwrap_or_default()
    };
    let effect = match &row.standing {
        Standing::Judged(judgement) => judgement.effect.as_ref().map(amount::effect).unwrap_or_default(),
        _ => String::new(),
    };
    let mut verdict = words::verdict(row).1.to_owned();
    for text in words::notes(row) {
        verdict += &format!("; {text}");
    }
    let mut rows = vec![[row.id.to_string(), latency(&row.base), latency(&row.candidate), effect, verdict]];
    rows.extend(row.metrics.iter().map(metric));
    rows
}

fn metric(row: &MetricRow) -> [String; 5] {
    let value = |side: &Option<accel_bench_record::Estimate>| {
        side.as_ref().map(|estimate| amount::estimate(estimate, &row.unit)).unwrap_or_default()
    };
    let verdict = match row.judging {
        Judging::Judged(judgement) => words::of_judgement(&judgement, row.better).1,
        Judging::Varies => "? varies from process to process",
        Judging::DifferentProcesses => "not judged: the process served other cases too",
        Judging::FollowsFromLatency | Judging::Repeats | Judging::Told => "",
    };
    let effect = row.effect.as_ref().map(amount::effect).unwrap_or_default();
    [format!("↳ {}", row.name), value(&row.base), value(&row.candidate), effect, verdict.to_owned()]
}

fn differences(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return String::new();
    }
    let mut text = "\n<details><summary>The surroundings differ</summary>\n\n".to_owned();
    for difference in differences {
        match difference {
            Difference::Value { .. } => {
                text += &format!("* {}\n", escape(&difference.in_words().unwrap_or_default()));
            }
            Difference::Text { what, diff } => {
                // Four spaces make a block that no line of the text can end.
                let block: String = diff
                    .lines()
                    .map(|line| format!("      {}\n", line.replace(char::is_control, " ")))
                    .collect();
                text += &format!("* {}\n\n{block}", escape(what));
            }
        }
    }
    text + "\n</details>\n"
}
