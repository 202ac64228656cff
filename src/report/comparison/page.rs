//! A comparison as a section of a report.

use accel_bench_report::{Align, Cell, Row, Section, Table, Tone, pages};

use super::{explained, words};
use crate::report::amount;
use accel_bench_engine::compare::{self, Comparison, Difference, MetricRow, Standing};
use accel_bench_engine::measure::Explained;

pub(in crate::report) fn section(found: &Comparison, explained: Option<&Explained>) -> Section {
    let mut rows: Vec<&compare::Row> = found.rows.iter().collect();
    rows.sort_by_key(|row| rank(words::verdict(row).0));
    let columns = [
        ("case", Align::Left),
        ("baseline", Align::Right),
        ("candidate", Align::Right),
        ("effect", Align::Right),
        ("verdict", Align::Left),
    ];
    let sides = [("Baseline", &found.base), ("Candidate", &found.candidate)];
    let forced = found.forced.as_ref().map(|mismatch| format!("Forced: {mismatch}"));
    let controls = words::controls(&found.controls).into_iter().map(|(_, line)| line);
    let texts = sides
        .iter()
        .map(|(name, side)| format!("{name}: {}", words::side(side)))
        .chain(forced)
        .chain(words::census(&found.census))
        .chain(found.confirmed.as_ref().map(words::confirmed))
        .chain(controls)
        .chain(words::apart(found))
        .chain(words::uncounted(found));
    let section = texts.fold(Section::new("verdicts", "Verdicts"), Section::text);
    let legend = words::legend(found.pairs.filter(|_| found.confirmed.is_none()));
    let section = section.table(Table::new(&legend, &columns).rows(rows.into_iter().map(row)));
    let section = explained.into_iter().flat_map(explained::tables).fold(section, Section::table);
    section.table(differences(&found.surroundings))
}

/// Rows that a reader has to see come first.
fn rank(tone: Tone) -> u8 {
    match tone {
        Tone::Bad => 0,
        Tone::Open => 1,
        Tone::Good => 2,
        Tone::Plain => 3,
        Tone::Dim => 4,
    }
}

fn row(row: &compare::Row) -> Row {
    let latency = |side: &Option<compare::Cell>| {
        let latency = side.as_ref().and_then(|cell| cell.latency.as_ref());
        latency.map_or_else(Cell::default, |latency| {
            Cell::number(amount::estimate(latency, "ns"), latency.value)
        })
    };
    let effect = match &row.standing {
        Standing::Judged(judgement) => judgement.effect.as_ref(),
        _ => None,
    };
    let share = effect.and_then(|effect| effect.change()).map(|change| change.get());
    let effect = match (effect, share) {
        (Some(effect), Some(share)) => Cell::number(amount::effect(effect), share),
        _ => Cell::default(),
    };
    let (tone, verdict) = words::verdict(row);
    let name = Cell::new(row.id.to_string()).linked(pages::link(&row.id));
    Row::new([name, latency(&row.base), latency(&row.candidate), effect, Cell::new(verdict).toned(tone)])
        .noted(notes(row))
}

fn notes(row: &compare::Row) -> Vec<String> {
    let metrics = row.metrics.iter().filter(|metric| MetricRow::has_changed(metric));
    words::notes(row).into_iter().chain(metrics.map(|metric| words::metric(metric).1)).collect()
}

fn differences(differences: &[Difference]) -> Table {
    let row = |difference: &Difference| match difference {
        Difference::Value { what, base, candidate } => {
            let [base, candidate] = [base, candidate].map(|side| Cell::new(side.as_deref().unwrap_or("—")));
            Row::new([Cell::new(what), base, candidate])
        }
        Difference::Text { what, diff } => {
            let changed = diff.lines().filter(|line| line.starts_with(['+', '-'])).map(str::to_owned);
            Row::new([Cell::new(what), Cell::new("differs"), Cell::new("differs")]).noted(changed)
        }
    };
    let columns = [("what", Align::Left), ("baseline", Align::Left), ("candidate", Align::Left)];
    Table::new("The surroundings differ", &columns).rows(differences.iter().map(row))
}
