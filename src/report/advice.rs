//! On what each model runs best.

use std::io::{self, Write};

use accel_bench_engine::choice::{By, Choice, Scored};
use accel_bench_record::CaseKey;
use serde::Serialize;

use super::amount::{amount, count};
use super::ledger::{Entry, Ledger, footed};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json, sheet};

/// The prediction of a case that was not measured: nanoseconds of an iteration and both ends of the 95 % interval.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Forecasted {
    pub(crate) case: CaseKey,
    pub(crate) latency_ns: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Choices, and what they rest on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Advice<'a> {
    pub(crate) choices: &'a [Choice],
    pub(crate) by: By,
    pub(crate) machine: &'a str,
    pub(crate) forecasts: &'a [Forecasted],
}

const COLUMNS: [(&str, Align); 4] =
    [("best", Align::Left), ("latency", Align::Right), ("samples/s", Align::Right), ("memory", Align::Right)];

/// A measured way, for scripts.
#[derive(Serialize)]
struct WayDocument {
    case: String,
    backend: String,
    value: f64,
    low: f64,
    high: f64,
    latency_ns: f64,
    samples_per_s: f64,
    memory_bytes: Option<f64>,
}

#[derive(Serialize)]
struct UnfitDocument {
    case: String,
    reason: String,
}

#[derive(Serialize)]
struct UnmeasuredDocument {
    case: String,
    command: String,
    predicted_latency_ns: Option<f64>,
    predicted_low_ns: Option<f64>,
    predicted_high_ns: Option<f64>,
}

/// One model, for scripts. Several that are best are ties.
#[derive(Serialize)]
struct ModelDocument {
    bench: String,
    benchmark: String,
    model: String,
    best: Vec<WayDocument>,
    others: Vec<WayDocument>,
    unfit: Vec<UnfitDocument>,
    unmeasured: Vec<UnmeasuredDocument>,
}

#[derive(Serialize)]
struct Document<'a> {
    machine: &'a str,
    by: By,
    models: Vec<ModelDocument>,
}

/// A line of the list for spreadsheets.
#[derive(Serialize)]
struct Line {
    bench: String,
    benchmark: String,
    model: String,
    standing: &'static str,
    case: String,
    value: f64,
    latency_ns: f64,
    samples_per_s: f64,
    memory_bytes: Option<f64>,
}

pub(crate) fn recommendation(
    advice: &Advice<'_>,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let documents = || advice.choices.iter().map(|choice| advice.document(choice)).collect::<Vec<_>>();
    let text = match format {
        Format::Table => terminal(advice, width),
        Format::Markdown => {
            let row = |choice: &Choice| {
                let [best, latency, samples, memory] = cells(choice);
                [path(choice).join("/"), best, latency, samples, memory]
            };
            let rows: Vec<_> = advice.choices.iter().map(row).collect();
            let [best, latency, samples, memory] = COLUMNS;
            table([("model", Align::Left), best, latency, samples, memory], &rows)
        }
        Format::Json => {
            let document = Document { machine: advice.machine, by: advice.by, models: documents() };
            json::pretty("recommendation", document)?
        }
        Format::Jsonl => documents()
            .iter()
            .map(|model| json::line("recommendation", model))
            .collect::<Result<String, _>>()?,
        Format::Csv => {
            sheet::lines(&documents().into_iter().flat_map(ModelDocument::lines).collect::<Vec<_>>())?
        }
    };
    to.write_all(text.as_bytes())
}

/// The command that measures a case.
fn command(case: &CaseKey) -> String {
    let (bench, benchmark) = (&case.bench, &case.benchmark);
    let model = case.params.get("model").map(ToString::to_string).unwrap_or_default();
    format!("cargo accel-bench '{bench}/{benchmark}/{model}/*' --suite all --backend {}", case.backend)
}

impl Advice<'_> {
    fn forecast(&self, case: &CaseKey) -> Option<&Forecasted> {
        self.forecasts.iter().find(|forecast| forecast.case == *case)
    }

    fn document(&self, choice: &Choice) -> ModelDocument {
        let ways = |scored: &[Scored]| scored.iter().map(WayDocument::of).collect();
        let unfit = |(case, reason): &(CaseKey, String)| UnfitDocument {
            case: case.to_string(),
            reason: reason.clone(),
        };
        let unmeasured = |case: &CaseKey| {
            let forecast = self.forecast(case);
            UnmeasuredDocument {
                case: case.to_string(),
                command: command(case),
                predicted_latency_ns: forecast.map(|own| own.latency_ns),
                predicted_low_ns: forecast.map(|own| own.low),
                predicted_high_ns: forecast.map(|own| own.high),
            }
        };
        let [bench, benchmark, model] = path(choice);
        ModelDocument {
            bench,
            benchmark,
            model,
            best: ways(&choice.best),
            others: ways(&choice.others),
            unfit: choice.unfit.iter().map(unfit).collect(),
            unmeasured: choice.unmeasured.iter().map(unmeasured).collect(),
        }
    }

    /// The sentences below one model.
    fn reasons(&self, choice: &Choice) -> Vec<(Tone, String)> {
        let mut lines = Vec::new();
        if let [_, tied @ ..] = &choice.best[..]
            && !tied.is_empty()
        {
            let names: Vec<_> = tied.iter().map(name).collect();
            lines.push((Tone::Plain, format!("a tie with {}", names.join(", "))));
        }
        // For one model, every way; for many, the table is long enough.
        if let [_] = self.choices {
            for other in &choice.others {
                let times = other.value / choice.best.first().map_or(other.value, |best| best.value);
                let [latency, rate, memory] = shown(other);
                let shown = format!("{latency}, {rate} samples/s, {memory}");
                lines.push((Tone::Dim, format!("{}: {times:.2} times as much ({shown})", name(other))));
            }
            for (case, reason) in &choice.unfit {
                lines.push((Tone::Dim, format!("{} {}: {reason}", plain(&case.backend), plain(&case.key()))));
            }
        }
        for case in &choice.unmeasured {
            let predicted = self.forecast(case).map(|own| {
                let [value, low, high] = [own.latency_ns, own.low, own.high].map(|nanos| amount(nanos, "ns"));
                format!(", predicted {value} ({low} to {high})")
            });
            let (backend, command) = (plain(&case.backend), plain(&command(case)));
            lines.push((
                Tone::Open,
                format!("{backend} was not measured{}: {command}", predicted.unwrap_or_default()),
            ));
        }
        lines
    }
}

impl WayDocument {
    fn of(scored: &Scored) -> Self {
        let Scored { way, value, low, high } = scored;
        Self {
            case: plain(&way.case.to_string()),
            backend: plain(&way.case.backend),
            value: *value,
            low: *low,
            high: *high,
            latency_ns: way.latency.value,
            samples_per_s: way.throughput(),
            memory_bytes: way.memory,
        }
    }
}

impl ModelDocument {
    fn lines(self) -> Vec<Line> {
        let Self { bench, benchmark, model, best, others, .. } = self;
        let named =
            best.into_iter().map(|way| ("best", way)).chain(others.into_iter().map(|way| ("other", way)));
        let line = |(standing, way): (&'static str, WayDocument)| Line {
            bench: bench.clone(),
            benchmark: benchmark.clone(),
            model: model.clone(),
            standing,
            case: way.case,
            value: way.value,
            latency_ns: way.latency_ns,
            samples_per_s: way.samples_per_s,
            memory_bytes: way.memory_bytes,
        };
        named.map(line).collect()
    }
}

fn path(choice: &Choice) -> [String; 3] {
    let model = &choice.model;
    [&model.bench, &model.benchmark, &model.model].map(|part| plain(part))
}

/// Backend, and what else distinguishes the way.
fn name(scored: &Scored) -> String {
    let case = &scored.way.case;
    format!("{} {}", plain(&case.backend), plain(&case.key())).trim_end().to_owned()
}

/// Latency, rate and memory.
fn shown(scored: &Scored) -> [String; 3] {
    let memory = scored.way.memory.map_or_else(|| "—".to_owned(), |bytes| amount(bytes, "bytes"));
    let rate = amount(scored.way.throughput(), "/s");
    [amount(scored.way.latency.value, "ns"), rate.trim_end_matches("/s").trim_end().to_owned(), memory]
}

fn cells(choice: &Choice) -> [String; 4] {
    let Some(best) = choice.best.first() else {
        return ["none fits".to_owned(), "—".to_owned(), "—".to_owned(), "—".to_owned()];
    };
    let [latency, samples, memory] = shown(best);
    [name(best), latency, samples, memory]
}

fn terminal(advice: &Advice<'_>, width: usize) -> String {
    let entry = |choice: &Choice| Entry {
        path: path(choice).to_vec(),
        cells: cells(choice).to_vec(),
        notes: advice.reasons(choice),
        ..Entry::default()
    };
    let entries = advice.choices.iter().map(entry).collect();
    let ledger = Ledger { name: "model", columns: COLUMNS.to_vec(), entries, heading: 1 }.render(width);
    let by = match advice.by {
        By::Latency => "the least time of an iteration",
        By::Throughput => "the most samples per second",
        By::Memory => "the least memory at the peak",
        By::Energy => "the least energy a sample",
        By::Cost => "the least price of a sample",
    };
    let legend = format!(
        "best by {by}, among the last results of {} on {}",
        count(advice.choices.len(), "model"),
        advice.machine
    );
    footed(&ledger, &[legend], width)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use accel_bench_engine::choice::{Way, Wish, recommend};
    use accel_bench_engine::compare::sample;
    use accel_bench_record::catalogue::MEM_PEAK;
    use accel_bench_record::{CaseRecord, Throughput};

    use super::*;

    fn case(model: &str, backend: &str, batch: u64, millis: f64) -> CaseRecord {
        let id = format!("models/encoder@{backend}?batch-size={batch}&model={model}&precision=f32");
        let nanos = millis * 1e6;
        let case = sample::case(&id, &[nanos * 0.999, nanos, nanos * 1.001]);
        let mut case = sample::with_work(case, Throughput::Samples(batch));
        case.processes.iter_mut().for_each(|process| process.metrics.push(MEM_PEAK.of(18.0 * 1_048_576.0)));
        case
    }

    /// All of the first model was measured, and one backend of the second.
    fn choices() -> Vec<Choice> {
        let cases = [
            case("bert-tiny", "ndarray", 1, 4.5),
            case("bert-tiny", "tch", 1, 1.5),
            case("bert-tiny", "flex", 1, 1.501),
            case("bert-small", "ndarray", 1, 84.0),
        ];
        let ways: Vec<_> = cases.iter().filter_map(Way::of).collect();
        let tried: BTreeSet<_> = cases.iter().map(|case| case.id.clone()).collect();
        recommend(&ways, &tried, &Wish::default())
    }

    fn render(choices: &[Choice], format: Format) -> String {
        let case = choices[0].unmeasured.first().cloned();
        let forecasts: Vec<_> = case
            .map(|case| Forecasted { case, latency_ns: 3e7, low: 2e7, high: 4.5e7 })
            .into_iter()
            .collect();
        let advice = Advice { choices, by: By::Latency, machine: "epyc-2c", forecasts: &forecasts };
        let mut text = Vec::new();
        recommendation(&advice, format, 80, &mut text).expect("a vector takes all");
        anstream::adapter::strip_str(&String::from_utf8(text).expect("UTF-8")).to_string()
    }

    #[test]
    fn every_model_in_eighty_columns() {
        insta::assert_snapshot!(render(&choices(), Format::Table), @"
        model                 best             latency  samples/s     memory
        models
          encoder/bert-small  ndarray b1_f32  84.00 ms      11.90  18.00 MiB
            flex was not measured, predicted 30.00 ms (20.00 ms to 45.00 ms): cargo
              accel-bench 'models/encoder/bert-small/*' --suite all --backend flex
            tch was not measured: cargo accel-bench 'models/encoder/bert-small/*'
              --suite all --backend tch
          encoder/bert-tiny   tch b1_f32      1.500 ms      666.7  18.00 MiB
            a tie with flex b1_f32

        best by the least time of an iteration, among the last results of 2 models on
          epyc-2c
        ");
    }

    #[test]
    fn one_model_with_reasons() {
        insta::assert_snapshot!(render(&choices()[1..], Format::Table), @"
        model                best         latency  samples/s     memory
        models
          encoder/bert-tiny  tch b1_f32  1.500 ms      666.7  18.00 MiB
            a tie with flex b1_f32
            ndarray b1_f32: 3.00 times as much (4.500 ms, 222.2 samples/s, 18.00 MiB)

        best by the least time of an iteration, among the last results of 1 model on
          epyc-2c
        ");
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(&choices(), Format::Json), @r#"
        {
          "format": 1,
          "kind": "recommendation",
          "machine": "epyc-2c",
          "by": "latency",
          "models": [
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-small",
              "best": [
                {
                  "case": "models/encoder/bert-small/b1_f32@ndarray",
                  "backend": "ndarray",
                  "value": 83999971.99999058,
                  "low": 83791563.38862494,
                  "high": 84208898.97081314,
                  "latency_ns": 83999971.99999058,
                  "samples_per_s": 11.90476587301853,
                  "memory_bytes": 18874368.0
                }
              ],
              "others": [],
              "unfit": [],
              "unmeasured": [
                {
                  "case": "models/encoder/bert-small/b1_f32@flex",
                  "command": "cargo accel-bench 'models/encoder/bert-small/*' --suite all --backend flex",
                  "predicted_latency_ns": 30000000.0,
                  "predicted_low_ns": 20000000.0,
                  "predicted_high_ns": 45000000.0
                },
                {
                  "case": "models/encoder/bert-small/b1_f32@tch",
                  "command": "cargo accel-bench 'models/encoder/bert-small/*' --suite all --backend tch",
                  "predicted_latency_ns": null,
                  "predicted_low_ns": null,
                  "predicted_high_ns": null
                }
              ]
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-tiny",
              "best": [
                {
                  "case": "models/encoder/bert-tiny/b1_f32@tch",
                  "backend": "tch",
                  "value": 1499999.4999998335,
                  "low": 1496277.9176540151,
                  "high": 1503730.3387645253,
                  "latency_ns": 1499999.4999998335,
                  "samples_per_s": 666.666888889037,
                  "memory_bytes": 18874368.0
                },
                {
                  "case": "models/encoder/bert-tiny/b1_f32@flex",
                  "backend": "flex",
                  "value": 1500999.4996665001,
                  "low": 1497275.4362657843,
                  "high": 1504732.825657035,
                  "latency_ns": 1500999.4996665001,
                  "samples_per_s": 666.2227403954399,
                  "memory_bytes": 18874368.0
                }
              ],
              "others": [
                {
                  "case": "models/encoder/bert-tiny/b1_f32@ndarray",
                  "backend": "ndarray",
                  "value": 4499998.499999501,
                  "low": 4488833.752962045,
                  "high": 4511191.016293576,
                  "latency_ns": 4499998.499999501,
                  "samples_per_s": 222.22229629634563,
                  "memory_bytes": 18874368.0
                }
              ],
              "unfit": [],
              "unmeasured": []
            }
          ]
        }
        "#);
        assert_eq!(render(&choices(), Format::Jsonl).lines().count(), 2);
        insta::assert_snapshot!(render(&choices(), Format::Csv), @"
        bench,benchmark,model,standing,case,value,latency_ns,samples_per_s,memory_bytes
        models,encoder,bert-small,best,models/encoder/bert-small/b1_f32@ndarray,83999971.99999058,83999971.99999058,11.90476587301853,18874368.0
        models,encoder,bert-tiny,best,models/encoder/bert-tiny/b1_f32@tch,1499999.4999998335,1499999.4999998335,666.666888889037,18874368.0
        models,encoder,bert-tiny,best,models/encoder/bert-tiny/b1_f32@flex,1500999.4996665001,1500999.4996665001,666.2227403954399,18874368.0
        models,encoder,bert-tiny,other,models/encoder/bert-tiny/b1_f32@ndarray,4499998.499999501,4499998.499999501,222.22229629634563,18874368.0
        ");
        insta::assert_snapshot!(render(&choices(), Format::Markdown), @r"
        | model | best | latency | samples/s | memory |
        | --- | --- | ---: | ---: | ---: |
        | models/encoder/bert-small | ndarray b1\_f32 | 84.00 ms | 11.90 | 18.00 MiB |
        | models/encoder/bert-tiny | tch b1\_f32 | 1.500 ms | 666.7 | 18.00 MiB |
        ");
    }

    #[test]
    fn a_model_that_nothing_fits_says_so() {
        let mut none = choices();
        none[0].best.clear();
        assert!(render(&none, Format::Table).contains("none fits"));
    }
}
