//! A comparison as comma-separated values: a line for the latency of each case, and one for each of its metrics.

use std::io;

use super::document::{EffectDocument, standing, verdict};
use crate::report::plain::{json, plain};
use accel_bench_engine::compare::{Cell, Comparison, Effect, Judging, Row, Standing};
use accel_bench_record::Estimate;

const COLUMNS: [&str; 22] = [
    "format",
    "case",
    "bench",
    "benchmark",
    "backend",
    "params",
    "quantity",
    "unit",
    "standing",
    "verdict",
    "baseline",
    "baseline_low",
    "baseline_high",
    "candidate",
    "candidate_low",
    "candidate_high",
    "effect_share",
    "effect_low_share",
    "effect_high_share",
    "tolerance_share",
    "baseline_failure",
    "candidate_failure",
];

/// The quantity of one line of a case.
struct Quantity<'a> {
    name: String,
    unit: String,
    verdict: &'static str,
    sides: [Option<&'a Estimate>; 2],
    effect: Option<Effect>,
}

pub(super) fn render(found: &Comparison) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for row in &found.rows {
        for quantity in quantities(row) {
            writer.write_record(line(row, quantity)?)?;
        }
    }
    crate::report::sheet::text(writer)
}

fn quantities(row: &Row) -> Vec<Quantity<'_>> {
    let judgement = match row.standing {
        Standing::Judged(judgement) => Some(judgement),
        _ => None,
    };
    let latency = Quantity {
        name: "latency".to_owned(),
        unit: "ns".to_owned(),
        verdict: judgement.map(|judgement| verdict(judgement.verdict)).unwrap_or_default(),
        sides: [&row.base, &row.candidate].map(|side| side.as_ref().and_then(|cell| cell.latency.as_ref())),
        effect: judgement.and_then(|judgement| judgement.effect),
    };
    let metrics = row.metrics.iter().map(|metric| Quantity {
        name: plain(&metric.name),
        unit: plain(&metric.unit),
        verdict: match metric.judging {
            Judging::Judged(judgement) => verdict(judgement.verdict),
            Judging::FollowsFromLatency
            | Judging::Repeats
            | Judging::Told
            | Judging::Varies
            | Judging::DifferentProcesses => "",
        },
        sides: [metric.base.as_ref(), metric.candidate.as_ref()],
        effect: metric.effect,
    });
    [latency].into_iter().chain(metrics).collect()
}

fn line(row: &Row, quantity: Quantity<'_>) -> io::Result<Vec<String>> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let failure = |side: &Option<Cell>| {
        let failure = side.as_ref().and_then(Cell::failure);
        failure.map(|(kind, reason)| plain(&format!("{kind}: {reason}"))).unwrap_or_default()
    };
    let id = &row.id;
    let mut line = vec![
        crate::report::FORMAT.to_string(),
        plain(&id.to_string()),
        plain(&id.bench),
        plain(&id.benchmark),
        plain(&id.backend),
        json(&serde_json::to_string(&id.params)?),
        quantity.name,
        quantity.unit,
        standing(row.standing).to_owned(),
        quantity.verdict.to_owned(),
    ];
    for side in quantity.sides {
        let interval = side.and_then(|side| side.interval);
        let (low, high) = (interval.map(|interval| interval.low), interval.map(|interval| interval.high));
        line.extend([side.map(|side| side.value), low, high].map(number));
    }
    let effect = EffectDocument::of(quantity.effect);
    line.extend([effect.effect_share, effect.effect_low_share, effect.effect_high_share].map(number));
    line.extend([row.tolerance.tolerance.to_string(), failure(&row.base), failure(&row.candidate)]);
    Ok(line)
}
