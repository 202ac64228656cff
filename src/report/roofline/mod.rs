//! Cases below what their device can do.

mod page;

use std::collections::BTreeMap;
use std::io::{self, Write};

use accel_bench_engine::roof::{Bound, Peaks, Placed, Unplaced};
use accel_bench_record::CaseKey;
use serde::Serialize;

use super::amount::{amount, count};
use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json};

pub(crate) use page::{page, section};

/// The places of a run's cases.
#[derive(Clone, Debug)]
pub(crate) struct Roofline<'r> {
    /// In the order of the run.
    placed: Vec<Placed>,
    /// Cases without a place, by the reason.
    unplaced: BTreeMap<Unplaced, Vec<CaseKey>>,
    peaks: Peaks,
    machine: &'r str,
}

const COLUMNS: [(&str, Align); 4] = [
    ("ops/byte", Align::Right),
    ("reached", Align::Right),
    ("of the roof", Align::Right),
    ("bound by", Align::Left),
];

/// One case, for scripts.
#[derive(Serialize)]
struct CaseDocument {
    case: String,
    flops_per_byte: Option<f64>,
    flops_per_s: f64,
    bytes_per_s: Option<f64>,
    roof_share: f64,
    bound: Bound,
    impossible: bool,
}

#[derive(Serialize)]
struct UnplacedDocument {
    case: String,
    reason: String,
}

#[derive(Serialize)]
struct Document<'r> {
    machine: &'r str,
    cases: Vec<CaseDocument>,
    unplaced: Vec<UnplacedDocument>,
}

impl<'r> Roofline<'r> {
    pub(crate) fn new(
        cases: Vec<(CaseKey, Result<Placed, Unplaced>)>,
        peaks: Peaks,
        machine: &'r str,
    ) -> Self {
        let mut found = Self { placed: Vec::new(), unplaced: BTreeMap::new(), peaks, machine };
        for (case, place) in cases {
            match place {
                Ok(placed) => found.placed.push(placed),
                Err(reason) => found.unplaced.entry(reason).or_default().push(case),
            }
        }
        found
    }

    /// Sentences below the table.
    fn remarks(&self) -> Vec<String> {
        let impossible = self.placed.iter().filter(|placed| placed.is_impossible()).count();
        let impossible = (impossible > 0).then(|| {
            format!(
                "{} above the roof: nothing is faster than its device, so the benchmark's operations or bytes are wrong, or the \
                 probes were disturbed",
                count(impossible, "case")
            )
        });
        let unplaced = self
            .unplaced
            .iter()
            .map(|(reason, cases)| format!("{} without a place: {reason}", count(cases.len(), "case")));
        impossible.into_iter().chain(unplaced).collect()
    }
}

pub(crate) fn roofline(
    found: &Roofline<'_>,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let documents = || found.placed.iter().map(CaseDocument::of).collect::<Vec<_>>();
    let text = match format {
        Format::Table => terminal(found, width),
        Format::Markdown => {
            let rows: Vec<_> = found
                .placed
                .iter()
                .map(|placed| {
                    let [one, two, three, four] = cells(placed);
                    [placed.case.to_string(), one, two, three, four]
                })
                .collect();
            let [intensity, reached, share, bound] = COLUMNS;
            table([("case", Align::Left), intensity, reached, share, bound], &rows)
        }
        Format::Json => {
            let unplaced = found.unplaced.iter().flat_map(|(reason, cases)| {
                cases
                    .iter()
                    .map(|case| UnplacedDocument { case: case.to_string(), reason: reason.to_string() })
            });
            let document =
                Document { machine: found.machine, cases: documents(), unplaced: unplaced.collect() };
            json::pretty("roofline", document)?
        }
        Format::Jsonl => {
            documents().iter().map(|case| json::line("roofline", case)).collect::<Result<String, _>>()?
        }
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            documents().iter().try_for_each(|case| writer.serialize(case))?;
            let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            String::from_utf8(bytes).map_err(io::Error::other)?
        }
    };
    to.write_all(text.as_bytes())
}

impl CaseDocument {
    fn of(placed: &Placed) -> Self {
        Self {
            case: placed.case.to_string(),
            flops_per_byte: placed.intensity,
            flops_per_s: placed.flop_rate,
            bytes_per_s: placed.byte_rate,
            roof_share: placed.share,
            bound: placed.bound,
            impossible: placed.is_impossible(),
        }
    }
}

fn terminal(found: &Roofline<'_>, width: usize) -> String {
    let entry = |placed: &Placed| Entry {
        path: plain(&placed.case.to_string()).split('/').map(str::to_owned).collect(),
        cells: cells(placed).to_vec(),
        tone: if placed.is_impossible() { Tone::Bad } else { Tone::Plain },
        ..Entry::default()
    };
    let entries = found.placed.iter().map(entry).collect();
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries, heading: 2 }.render(width);
    let legend = "reached: operations per second, or bytes per second where those bound; of the roof: the share of what the \
                  device can do, as its probes measured it";
    let lines = std::iter::once(legend.to_owned()).filter(|_| !ledger.is_empty()).chain(found.remarks());
    let notes: String =
        lines.flat_map(|line| indented(&line, 0, width, ' ')).map(|line| line + "\n").collect();
    if ledger.is_empty() { notes } else { format!("{ledger}\n{notes}") }
}

/// What a case reaches of what bounds it.
fn reached(placed: &Placed) -> (f64, &'static str) {
    match (placed.bound, placed.byte_rate) {
        (Bound::Memory, Some(bytes)) => (bytes, "bytes/s"),
        (_, Some(bytes)) if placed.flop_rate == 0.0 => (bytes, "bytes/s"),
        _ => (placed.flop_rate, "flop/s"),
    }
}

fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::Compute => "operations",
        Bound::Memory => "bytes",
        Bound::Launch => "the call",
        Bound::Host => "the host",
    }
}

fn cells(placed: &Placed) -> [String; 4] {
    let intensity = placed.intensity.map_or_else(|| "—".to_owned(), |intensity| amount(intensity, ""));
    let (rate, unit) = reached(placed);
    let share = if placed.share < 0.01 {
        format!("{:.2} %", placed.share * 100.0)
    } else {
        format!("{:.0} %", placed.share * 100.0)
    };
    [intensity, amount(rate, unit), share, bound(placed.bound).to_owned()]
}
