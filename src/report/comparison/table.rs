//! A comparison for people.

use super::words;
use crate::report::amount;
use crate::report::ledger::{Entry, Ledger, indented};
use crate::report::markdown::Align;
use crate::report::paint::{Tone, heading, paint};
use crate::report::plain::plain;
use crate::report::run::{BUILT_STEADILY, failure, path};
use accel_bench_engine::compare::{Cell, Comparison, Difference, MetricRow, Row, Standing};
use accel_bench_record::catalogue::INSTRUCTIONS;

pub(super) fn render(found: &Comparison, width: usize) -> String {
    let numbers = ["baseline", "candidate", "effect"].map(|title| (title, Align::Right));
    let columns = numbers.into_iter().chain([("verdict", Align::Left)]).collect();
    let ledger =
        Ledger { name: "case", columns, entries: found.rows.iter().map(entry).collect(), heading: 1 };
    let blocks = [head(found, width), ledger.render(width), census(found, width), differences(found, width)];
    blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(found: &Comparison, width: usize) -> String {
    let mut lines = indented(&format!("baseline   {}", words::side(&found.base)), 0, width, ' ');
    lines.extend(indented(&format!("candidate  {}", words::side(&found.candidate)), 0, width, ' '));
    if let Some(mismatch) = &found.forced {
        let warning = format!(
            "forced: `{}` and `{}` are different machine classes ({}); the effects below are of the machines too",
            plain(&mismatch.base),
            plain(&mismatch.candidate),
            plain(&mismatch.reason)
        );
        lines.extend(indented(&warning, 0, width, ' ').iter().map(|line| paint(Tone::Open, line)));
    }
    lines.join("\n") + "\n"
}

fn entry(row: &Row) -> Entry {
    let (tone, word) = words::verdict(row);
    let latency = |side: &Option<Cell>| {
        let latency = side.as_ref().and_then(|cell| cell.latency.as_ref());
        latency.map_or_else(|| "—".to_owned(), |latency| amount::estimate(latency, "ns"))
    };
    let effect = match &row.standing {
        Standing::Judged(judgement) => judgement.effect.as_ref().map(amount::effect),
        _ => None,
    };
    let cells =
        vec![latency(&row.base), latency(&row.candidate), effect.unwrap_or_default(), word.to_owned()];
    Entry { path: path(&row.id), cells, tone, notes: notes(row) }
}

fn notes(row: &Row) -> Vec<(Tone, String)> {
    let mut notes: Vec<_> = words::note(row).map(|note| (Tone::Plain, note)).into_iter().collect();
    notes.extend(words::one_layout(row).map(|note| (Tone::Dim, note.to_owned())));
    notes.extend(words::same_code(row).map(|note| (Tone::Open, note.to_owned())));
    notes.extend(words::source_changed(row).map(|note| (Tone::Open, note.to_owned())));
    notes.extend(words::slow_mode(row).map(|note| (Tone::Open, note)));
    notes.extend(words::precisions(row).map(|note| (Tone::Open, note)));
    let of_side = |side: &Option<Cell>, name: &str| {
        let (kind, reason) = side.as_ref()?.failure()?;
        let (tone, text) = failure(kind, reason);
        Some((tone, format!("{name} {text}")))
    };
    let (base, candidate) = (of_side(&row.base, "baseline"), of_side(&row.candidate, "candidate"));
    // The same failure on both sides is said once.
    let bare = |note: &Option<(Tone, String)>| {
        note.as_ref().and_then(|(_, text)| Some(text.split_once(' ')?.1.to_owned()))
    };
    match (bare(&base), bare(&candidate)) {
        (Some(one), Some(other)) if one == other => notes.push((Tone::Dim, format!("both {one}"))),
        _ => notes.extend(base.map(|(_, text)| (Tone::Dim, text)).into_iter().chain(candidate)),
    }
    // The other metrics are in the forms for scripts: here they would drown the latencies.
    let is_shown = |metric: &&MetricRow| metric.has_changed() || metric.name == INSTRUCTIONS.name;
    notes.extend(row.metrics.iter().filter(is_shown).map(words::metric));
    notes
}

fn census(found: &Comparison, width: usize) -> String {
    let lines = words::census(&found.census);
    let mut lines: Vec<_> = lines.iter().flat_map(|line| indented(line, 0, width, ' ')).collect();
    if let Some(confirmed) = &found.confirmed {
        lines.extend(indented(&words::confirmed(confirmed), 0, width, ' '));
    }
    for (at, (tone, line)) in words::controls(&found.controls).into_iter().enumerate() {
        lines.extend(indented(&line, at.min(1), width, ' ').iter().map(|line| paint(tone, line)));
    }
    if let Some(apart) = words::apart(found) {
        lines.extend(indented(&apart, 0, width, ' '));
    }
    let uncounted = words::uncounted(found).into_iter();
    lines.extend(
        uncounted.flat_map(|line| indented(&line, 0, width, ' ')).map(|line| paint(Tone::Open, &line)),
    );
    // Where only some rows were interleaved, the rest of the intervals is over processes.
    let pairs = found.pairs.filter(|_| found.confirmed.is_none());
    let legend = indented(&words::legend(pairs), 0, width, ' ');
    lines.extend(legend.iter().map(|line| paint(Tone::Dim, line)));
    if found.base.steady && found.candidate.steady {
        lines.extend(indented(BUILT_STEADILY, 0, width, ' ').iter().map(|line| paint(Tone::Dim, line)));
    }
    lines.join("\n") + "\n"
}

fn differences(found: &Comparison, width: usize) -> String {
    if found.surroundings.is_empty() {
        return String::new();
    }
    let mut lines = vec![heading("the surroundings differ")];
    for difference in &found.surroundings {
        match difference {
            Difference::Value { .. } => {
                let words = plain(&difference.in_words().unwrap_or_default());
                lines.extend(indented(&words, 1, width, ' '));
            }
            Difference::Text { what, diff } => {
                lines.push(format!("  {what}:"));
                lines.extend(diff.lines().map(painted_diff));
            }
        }
    }
    lines.join("\n") + "\n"
}

fn painted_diff(line: &str) -> String {
    let tone = match line.as_bytes().first() {
        Some(b'+') => Tone::Good,
        Some(b'-') => Tone::Bad,
        _ => Tone::Dim,
    };
    // A diff keeps its indentation: only what a terminal would obey is taken out.
    let (sign, text) = line.split_at(line.chars().next().map_or(0, char::len_utf8));
    let margin = text.len() - text.trim_start().len();
    paint(tone, &format!("    {sign}{}{}", " ".repeat(margin), plain(text)))
}
