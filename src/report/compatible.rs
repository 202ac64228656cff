//! Which models run on which backends, in which precisions.

use std::io::{self, Write};

use accel_bench_engine::choice::{Compatibility, ModelKey, Standing};
use serde::Serialize;

use super::ledger::{Entry, Ledger, footed};
use super::markdown::{Align, table};
use super::paint::Tone;
use super::plain::plain;
use super::{Format, json, sheet};

/// A model in a place, for scripts.
#[derive(Serialize)]
struct PlaceDocument {
    bench: String,
    benchmark: String,
    model: String,
    backend: String,
    precision: String,
    standing: String,
    reason: Option<String>,
    /// Where it runs instead: backend and precision.
    fallback: Option<String>,
}

#[derive(Serialize)]
struct Document {
    places: Vec<PlaceDocument>,
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
                    let reason = own.reason.clone().unwrap_or_default();
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
        Format::Csv => sheet::lines(&documents(found))?,
    };
    to.write_all(text.as_bytes())
}

fn documents(found: &Compatibility) -> Vec<PlaceDocument> {
    let each = found.models.iter().flat_map(|(model, own)| {
        found.places.iter().zip(own).map(move |(place, standing)| (model, place, standing))
    });
    each.map(|(model, place, standing)| PlaceDocument {
        bench: plain(&model.bench),
        benchmark: plain(&model.benchmark),
        model: plain(&model.model),
        backend: plain(&place.0),
        precision: plain(&place.1),
        standing: word(standing),
        reason: reason(standing).map(plain),
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
    footed(&ledger, &[legend.to_owned()], width)
}

#[cfg(test)]
mod tests {
    use accel_bench_engine::choice;
    use accel_bench_engine::compare::sample;
    use accel_bench_record::Failure;

    use super::*;

    fn render(format: Format) -> String {
        let failed = |id: &str, kind, reason: &str| sample::failed(sample::case(id, &[]), kind, reason);
        let found = choice::compatibility(&[
            sample::case("models/encoder@ndarray?model=bert-tiny&precision=f32", &[1.0]),
            failed(
                "models/encoder@ndarray?model=bert-tiny&precision=f16",
                Failure::Unsupported,
                "`ndarray` does not compute in f16: try precision f32",
            ),
            failed(
                "models/encoder@tch?model=bert-xxl&precision=f32",
                Failure::Oom,
                "8 GiB more than there are",
            ),
        ]);
        let mut text = Vec::new();
        compatibility(&found, format, 80, &mut text).expect("a vector takes all");
        anstream::adapter::strip_str(&String::from_utf8(text).expect("UTF-8")).to_string()
    }

    #[test]
    fn a_table_of_eighty_columns() {
        insta::assert_snapshot!(render(Format::Table), @"
        model                ndarray f16  ndarray f32  tch f32
        models
          encoder/bert-tiny  unsupported  ok           untested
            `ndarray` does not compute in f16: try precision f32
          encoder/bert-xxl   untested     untested     oom
            8 GiB more than there are

        partly: some cases of the model ran there, others did not; untested: run in
          another place only
        ");
    }

    #[test]
    fn the_document_for_scripts() {
        insta::assert_snapshot!(render(Format::Json), @r#"
        {
          "format": 1,
          "kind": "compatibility",
          "places": [
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-tiny",
              "backend": "ndarray",
              "precision": "f16",
              "standing": "unsupported",
              "reason": "`ndarray` does not compute in f16: try precision f32",
              "fallback": "ndarray f32"
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-tiny",
              "backend": "ndarray",
              "precision": "f32",
              "standing": "ok",
              "reason": null,
              "fallback": null
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-tiny",
              "backend": "tch",
              "precision": "f32",
              "standing": "untested",
              "reason": null,
              "fallback": null
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-xxl",
              "backend": "ndarray",
              "precision": "f16",
              "standing": "untested",
              "reason": null,
              "fallback": null
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-xxl",
              "backend": "ndarray",
              "precision": "f32",
              "standing": "untested",
              "reason": null,
              "fallback": null
            },
            {
              "bench": "models",
              "benchmark": "encoder",
              "model": "bert-xxl",
              "backend": "tch",
              "precision": "f32",
              "standing": "oom",
              "reason": "8 GiB more than there are",
              "fallback": null
            }
          ]
        }
        "#);
    }

    #[test]
    fn forms_for_scripts() {
        insta::assert_snapshot!(render(Format::Csv), @"
        bench,benchmark,model,backend,precision,standing,reason,fallback
        models,encoder,bert-tiny,ndarray,f16,unsupported,`ndarray` does not compute in f16: try precision f32,ndarray f32
        models,encoder,bert-tiny,ndarray,f32,ok,,
        models,encoder,bert-tiny,tch,f32,untested,,
        models,encoder,bert-xxl,ndarray,f16,untested,,
        models,encoder,bert-xxl,ndarray,f32,untested,,
        models,encoder,bert-xxl,tch,f32,oom,8 GiB more than there are,
        ");
        insta::assert_snapshot!(render(Format::Markdown), @r"
        | model | place | standing | reason | runs instead |
        | --- | --- | --- | --- | --- |
        | models/encoder/bert-tiny | ndarray f16 | unsupported | \`ndarray\` does not compute in f16: try precision f32 | ndarray f32 |
        | models/encoder/bert-tiny | ndarray f32 | ok |  |  |
        | models/encoder/bert-tiny | tch f32 | untested |  |  |
        | models/encoder/bert-xxl | ndarray f16 | untested |  |  |
        | models/encoder/bert-xxl | ndarray f32 | untested |  |  |
        | models/encoder/bert-xxl | tch f32 | oom | 8 GiB more than there are |  |
        ");
        assert_eq!(render(Format::Jsonl).lines().count(), 6);
    }
}
