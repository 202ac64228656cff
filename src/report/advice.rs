//! On what each model runs best.

use std::io::{self, Write};

use accel_bench_engine::choice::{By, Choice, Scored};
use accel_bench_record::CaseKey;
use serde::Serialize;

use super::amount::{amount, count};
use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json};

/// What is predicted of a case that was not measured: nanoseconds of an iteration and both ends of the 95 % interval.
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

/// One model, for scripts. Of several that are best, none can be told from the first.
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
            let mut writer = csv::Writer::from_writer(Vec::new());
            let lines = documents().into_iter().flat_map(ModelDocument::lines).collect::<Vec<_>>();
            lines.iter().try_for_each(|line| writer.serialize(line))?;
            let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            String::from_utf8(bytes).map_err(io::Error::other)?
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
        let model = choice.model.clone();
        ModelDocument {
            bench: model.bench,
            benchmark: model.benchmark,
            model: model.model,
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
            lines.push((Tone::Plain, format!("cannot be told from {}", names.join(", "))));
        }
        // Of one model, all that was measured; of many, the table is long enough.
        if let [_] = self.choices {
            for other in &choice.others {
                let times = other.value / choice.best.first().map_or(other.value, |best| best.value);
                let shown = shown(other).join(", ");
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
            case: way.case.to_string(),
            backend: way.case.backend.clone(),
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

fn path(choice: &Choice) -> Vec<String> {
    let model = &choice.model;
    [&model.bench, &model.benchmark, &model.model].into_iter().map(|part| plain(part)).collect()
}

/// Backend, and what else distinguishes the way.
fn name(scored: &Scored) -> String {
    let case = &scored.way.case;
    format!("{} {}", plain(&case.backend), plain(&case.key())).trim_end().to_owned()
}

/// Latency, rate and memory.
fn shown(scored: &Scored) -> [String; 3] {
    let memory = scored.way.memory.map_or_else(|| "—".to_owned(), |bytes| amount(bytes, "bytes"));
    [amount(scored.way.latency.value, "ns"), amount(scored.way.throughput(), "/s"), memory]
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
        path: path(choice),
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
    let legend: String = indented(&legend, 0, width, ' ').into_iter().map(|line| line + "\n").collect();
    format!("{ledger}\n{legend}")
}
