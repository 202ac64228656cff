//! Which models run on which backends, in which precisions.

use std::io::{self, Write};

use accel_bench_engine::choice::{Compatibility, ModelKey, Standing};
use serde::Serialize;

use super::ledger::{Entry, Ledger, indented};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json};

/// A model in a place, for scripts.
#[derive(Serialize)]
struct PlaceDocument<'c> {
    bench: &'c str,
    benchmark: &'c str,
    model: &'c str,
    backend: &'c str,
    precision: &'c str,
    standing: String,
    reason: Option<&'c str>,
    /// Where it runs instead: backend and precision.
    fallback: Option<String>,
}

#[derive(Serialize)]
struct Document<'c> {
    places: Vec<PlaceDocument<'c>>,
}

pub(crate) fn compatibility(
    found: &Compatibility,
    format: Format,
    width: usize,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match format {
        Format::Table => terminal(found, width),
        Format::Markdown => {
            let rows: Vec<_> = documents(found)
                .iter()
                .map(|own| {
                    let model = format!("{}/{}/{}", own.bench, own.benchmark, own.model);
                    let fallback = own.fallback.clone().unwrap_or_default();
                    let reason = own.reason.unwrap_or_default().to_owned();
                    [
                        model,
                        format!("{} {}", own.backend, own.precision),
                        own.standing.clone(),
                        reason,
                        fallback,
                    ]
                })
                .collect();
            let columns = ["model", "place", "standing", "reason", "runs instead"];
            table(columns.map(|title| (title, Align::Left)), &rows)
        }
        Format::Json => json::pretty("compatibility", Document { places: documents(found) })?,
        Format::Jsonl => documents(found)
            .iter()
            .map(|own| json::line("compatibility", own))
            .collect::<Result<String, _>>()?,
        Format::Csv => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            documents(found).iter().try_for_each(|own| writer.serialize(own))?;
            let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            String::from_utf8(bytes).map_err(io::Error::other)?
        }
    };
    to.write_all(text.as_bytes())
}

fn documents(found: &Compatibility) -> Vec<PlaceDocument<'_>> {
    let each = found.models.iter().flat_map(|(model, own)| {
        found.places.iter().zip(own).map(move |(place, standing)| (model, place, standing))
    });
    each.map(|(model, place, standing)| PlaceDocument {
        bench: &model.bench,
        benchmark: &model.benchmark,
        model: &model.model,
        backend: &place.0,
        precision: &place.1,
        standing: word(standing),
        reason: reason(standing),
        fallback: fallback(found, model, place, standing),
    })
    .collect()
}

fn word(standing: &Standing) -> String {
    match standing {
        Standing::Ok => "ok".to_owned(),
        Standing::Partly { .. } => "partly".to_owned(),
        Standing::Failed { kind, .. } => kind.to_string(),
        Standing::Untested => "untested".to_owned(),
    }
}

fn reason(standing: &Standing) -> Option<&str> {
    match standing {
        Standing::Ok | Standing::Untested => None,
        Standing::Partly { reason } | Standing::Failed { reason, .. } => Some(reason),
    }
}

fn fallback(
    found: &Compatibility,
    model: &ModelKey,
    place: &(String, String),
    standing: &Standing,
) -> Option<String> {
    let is_failed = matches!(standing, Standing::Failed { .. });
    let (backend, precision) = found.fallback(model, place).filter(|_| is_failed)?;
    Some(format!("{backend} {precision}"))
}

fn terminal(found: &Compatibility, width: usize) -> String {
    let titles: Vec<_> =
        found.places.iter().map(|(backend, precision)| plain(&format!("{backend} {precision}"))).collect();
    let entry = |(model, own): (&ModelKey, &Vec<Standing>)| {
        let mut reasons: Vec<_> = own.iter().filter_map(reason).map(plain).collect();
        reasons.dedup();
        Entry {
            path: [&model.bench, &model.benchmark, &model.model]
                .into_iter()
                .map(|part| plain(part))
                .collect(),
            cells: own.iter().map(word).collect(),
            notes: reasons.into_iter().map(|reason| (Tone::Dim, reason)).collect(),
            ..Entry::default()
        }
    };
    let columns = titles.iter().map(|title| (title.as_str(), Align::Left)).collect();
    let entries = found.models.iter().map(entry).collect();
    let ledger = Ledger { name: "model", columns, entries, heading: 1 }.render(width);
    let legend =
        "partly: some cases of the model ran there, others did not; untested: run in another place only";
    let legend: String = indented(legend, 0, width, ' ').into_iter().map(|line| line + "\n").collect();
    format!("{ledger}\n{legend}")
}
