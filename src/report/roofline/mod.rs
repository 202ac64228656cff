//! Cases below what their device can do.

mod page;

use std::collections::BTreeMap;
use std::io::{self, Write};

use accel_bench_engine::roof::{Bound, Peaks, Placed, Unplaced};
use accel_bench_record::CaseKey;
use accel_bench_report::path;
use serde::Serialize;

use super::amount::{amount, count};
use super::ledger::{Entry, Ledger, footed};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json, sheet};

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
        Format::Csv => sheet::lines(&documents())?,
    };
    to.write_all(text.as_bytes())
}

impl CaseDocument {
    fn of(placed: &Placed) -> Self {
        Self {
            case: plain(&placed.case.to_string()),
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
        path: path(&placed.case),
        cells: cells(placed).to_vec(),
        tone: if placed.is_impossible() { Tone::Bad } else { Tone::Plain },
        ..Entry::default()
    };
    let entries = found.placed.iter().map(entry).collect();
    let ledger = Ledger { name: "case", columns: COLUMNS.to_vec(), entries, heading: 2 }.render(width);
    let legend = "reached: operations per second, or bytes per second where those bound; of the roof: the share of what the \
                  device can do, as its probes measured it";
    let legend = std::iter::once(legend.to_owned()).filter(|_| !ledger.is_empty());
    footed(&ledger, &legend.chain(found.remarks()).collect::<Vec<_>>(), width)
}

/// The rate of a case, in the unit of its limit.
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

#[cfg(test)]
mod tests {
    use accel_bench_engine::compare::sample;
    use accel_bench_engine::roof::{PEAK_BANDWIDTH, PEAK_FLOPS, place};
    use accel_bench_record::catalogue::{BYTES_MOVED, FLOPS};
    use accel_bench_record::{CaseRecord, Metric};

    use super::*;

    fn case(id: &str, nanos: f64, metrics: &[Metric], tag: Option<&str>) -> CaseRecord {
        let mut case = sample::case(id, &[nanos; 3]);
        case.processes.iter_mut().for_each(|process| process.metrics.extend(metrics.iter().cloned()));
        if let Some(tag) = tag {
            (case.category, case.tags) = (Some("hardware".to_owned()), vec![tag.to_owned()]);
        }
        case
    }

    /// One case under each roof, one above it, and one that says nothing.
    fn found() -> Roofline<'static> {
        let peaks = Peaks::default()
            .with(&case("h/compute@ndarray", 1e6, &[FLOPS.of(5e7)], Some(PEAK_FLOPS)))
            .with(&case("h/read@ndarray", 1e6, &[BYTES_MOVED.of(1e7)], Some(PEAK_BANDWIDTH)));
        let cases = [
            case("models/vision/vit-tiny@ndarray", 1e8, &[FLOPS.of(2.5e9), BYTES_MOVED.of(2e7)], None),
            case("models/decoder/llama-tiny@ndarray", 1e8, &[FLOPS.of(1e8), BYTES_MOVED.of(5e8)], None),
            case("kernels/lies@ndarray", 1e6, &[FLOPS.of(9e7)], None),
            case("kernels/silent@ndarray", 1e6, &[], None),
        ];
        let placed = cases.iter().map(|case| (case.id.clone(), place(case, &peaks))).collect();
        Roofline::new(placed, peaks, "epyc-2c")
    }

    fn render(format: Format) -> String {
        let mut text = Vec::new();
        roofline(&found(), format, 80, &mut text).expect("a vector takes all");
        anstream::adapter::strip_str(&String::from_utf8(text).expect("UTF-8")).to_string()
    }

    #[test]
    fn a_table_of_eighty_columns() {
        insta::assert_snapshot!(render(Format::Table), @"
        case                  ops/byte        reached  of the roof  bound by
        models/vision
          vit-tiny@ndarray       125.0  25.00 GFLOP/s         50 %  operations
        models/decoder
          llama-tiny@ndarray     0.200     5.000 GB/s         50 %  bytes
        kernels
          lies@ndarray               —  90.00 GFLOP/s        180 %  operations

        reached: operations per second, or bytes per second where those bound; of the
          roof: the share of what the device can do, as its probes measured it
        1 case above the roof: nothing is faster than its device, so the benchmark's
          operations or bytes are wrong, or the probes were disturbed
        1 case without a place: the benchmark says neither its operations nor its
          bytes: `b.flops(…)`, `b.bytes_moved(…)`
        ");
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(Format::Csv), @"
        case,flops_per_byte,flops_per_s,bytes_per_s,roof_share,bound,impossible
        models/vision/vit-tiny@ndarray,125.0,25000000000.0,200000000.0,0.5,compute,false
        models/decoder/llama-tiny@ndarray,0.2,1000000000.0,5000000000.0,0.5,memory,false
        kernels/lies@ndarray,,90000000000.0,,1.7999999999999998,compute,true
        ");
        insta::assert_snapshot!(render(Format::Markdown), @"
        | case | ops/byte | reached | of the roof | bound by |
        | --- | ---: | ---: | ---: | --- |
        | models/vision/vit-tiny&#64;ndarray | 125.0 | 25.00 GFLOP/s | 50 % | operations |
        | models/decoder/llama-tiny&#64;ndarray | 0.200 | 5.000 GB/s | 50 % | bytes |
        | kernels/lies&#64;ndarray | — | 90.00 GFLOP/s | 180 % | operations |
        ");
        insta::assert_snapshot!(render(Format::Json), @r#"
        {
          "format": 1,
          "kind": "roofline",
          "machine": "epyc-2c",
          "cases": [
            {
              "case": "models/vision/vit-tiny@ndarray",
              "flops_per_byte": 125.0,
              "flops_per_s": 25000000000.0,
              "bytes_per_s": 200000000.0,
              "roof_share": 0.5,
              "bound": "compute",
              "impossible": false
            },
            {
              "case": "models/decoder/llama-tiny@ndarray",
              "flops_per_byte": 0.2,
              "flops_per_s": 1000000000.0,
              "bytes_per_s": 5000000000.0,
              "roof_share": 0.5,
              "bound": "memory",
              "impossible": false
            },
            {
              "case": "kernels/lies@ndarray",
              "flops_per_byte": null,
              "flops_per_s": 90000000000.0,
              "bytes_per_s": null,
              "roof_share": 1.7999999999999998,
              "bound": "compute",
              "impossible": true
            }
          ],
          "unplaced": [
            {
              "case": "kernels/silent@ndarray",
              "reason": "the benchmark says neither its operations nor its bytes: `b.flops(…)`, `b.bytes_moved(…)`"
            }
          ]
        }
        "#);
        assert_eq!(render(Format::Jsonl).lines().count(), 3);
    }

    #[test]
    fn a_section_of_a_report() {
        let report = accel_bench_report::Report::default().with([section(&found())]);
        insta::assert_snapshot!(accel_bench_report::markdown::render(&report, "charts").text, @r"
        # 


        ## Roofline

        What each case reaches of what its device can do, as probes measured it on epyc-2c: operations per second, or bytes per second times the operations that the case does for each byte. The bytes of models are those of weights and caches. The roof that is drawn is that of memory: what fits a cache may lie above it.

        ![Roofline: ndarray](charts/roofline-1.svg)


        **Share of the roof**

        | case | operations per byte | reached | of the roof | bound by |
        | --- | ---: | ---: | ---: | --- |
        | models/vision/vit-tiny&#64;ndarray | 125.0 | 25.00 GFLOP/s | 50 % | operations |
        | models/decoder/llama-tiny&#64;ndarray | 0.200 | 5.000 GB/s | 50 % | bytes |
        | kernels/lies&#64;ndarray |  | 90.00 GFLOP/s | 180 % | operations |

        1 case above the roof: nothing is faster than its device, so the benchmark's operations or bytes are wrong, or the probes were disturbed

        1 case without a place: the benchmark says neither its operations nor its bytes: \`b.flops(…)\`, \`b.bytes\_moved(…)\`
        ");
    }

    #[test]
    fn the_page_draws_the_roof_and_the_cases() {
        let mut text = Vec::new();
        page(&found(), &mut text).expect("a vector takes all");
        let text = String::from_utf8(text).expect("UTF-8");
        for words in
            ["Roofline: ndarray", "operations per byte", "FLOP/s", "vit-tiny", "1 case above the roof"]
        {
            assert!(text.contains(words), "{words}");
        }
        let none = Roofline::new(Vec::new(), Peaks::default(), "epyc-2c");
        assert!(section(&none).blocks.is_empty());
    }
}
