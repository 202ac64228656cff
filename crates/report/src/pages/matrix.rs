//! The recommendation matrix: for each model the backend that was best, by what, and what was not measured.

use accel_bench_record::{Failure, Status};

use super::measured::{Measured, distinct};
use crate::amount;
use crate::document::{Align, Cell, Row, Section, Table, Tone};
use crate::quantity::throughput;

/// The sizes of presets, from the smallest.
const SIZES: [&str; 6] = ["tiny", "small", "base", "large", "xl", "xxl"];

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let section = Section::new("recommendation", "Best backend by model");
    let models = distinct(measured.iter().filter_map(|cell| cell.param("model")));
    let places = distinct(measured.iter().map(Measured::place));
    if models.is_empty() {
        return section;
    }
    let columns = [
        ("model", Align::Left),
        ("lowest latency", Align::Left),
        ("highest throughput", Align::Left),
        ("not measured", Align::Left),
    ];
    let rows = models.iter().map(|model| {
        let own: Vec<_> =
            measured.iter().filter(|cell| cell.param("model").as_ref() == Some(model)).collect();
        let missing = missing(&own, &places);
        Row::new([Cell::new(model), best_latency(&own), best_throughput(&own), missing])
    });
    let one = "This run has one backend: it is the best of one.";
    let section = if places.len() == 1 { section.text(one) } else { section };
    section
        .text("Among the measured cases, each with the parameters that are named; a backend that was not measured may be better.")
        .table(families(measured, &models))
        .table(Table::new("Best by latency and by throughput", &columns).rows(rows))
}

/// Families by sizes, each with the backend of the lowest latency.
fn families(measured: &[Measured<'_>], models: &[String]) -> Table {
    let split = |model: &String| {
        let (family, size) = model.rsplit_once('-')?;
        SIZES.contains(&size).then(|| (family.to_owned(), size.to_owned()))
    };
    let found: Vec<_> = models.iter().filter_map(split).collect();
    let sizes: Vec<_> = SIZES.iter().filter(|size| found.iter().any(|(_, own)| own == *size)).collect();
    let columns = [("family", Align::Left)].into_iter().chain(sizes.iter().map(|size| (**size, Align::Left)));
    let rows = distinct(found.iter().map(|(family, _)| family.clone())).into_iter().map(|family| {
        let cell = |size: &&&str| {
            let model = format!("{family}-{size}");
            let own: Vec<_> =
                measured.iter().filter(|cell| cell.param("model").as_ref() == Some(&model)).collect();
            if own.is_empty() { Cell::new("not measured").toned(Tone::Dim) } else { best_latency(&own) }
        };
        let cells: Vec<_> = sizes.iter().map(cell).collect();
        Row::new([Cell::new(&family)].into_iter().chain(cells))
    });
    Table::new("Lowest latency by family and size", &columns.collect::<Vec<_>>())
        .rows(rows.collect::<Vec<_>>())
}

/// `wgpu 2.100 ms at b1_s128_f32`: the least work that all that were measured had in common comes first.
fn best_latency(own: &[&Measured<'_>]) -> Cell {
    let keys = distinct(own.iter().map(|cell| cell.case.id.key()));
    let of_key = |key: &String| {
        let cells = own.iter().filter(|cell| cell.case.id.key() == *key);
        cells
            .filter_map(|cell| Some((cell.latency()?.value, cell.place())))
            .min_by(|one, other| one.0.total_cmp(&other.0))
    };
    let best = keys
        .iter()
        .filter_map(|key| Some((of_key(key)?, key)))
        .min_by(|one, other| one.0.0.total_cmp(&other.0.0));
    match best {
        Some(((nanos, place), key)) => {
            Cell::number(format!("{place} {} at {key}", amount::amount(nanos, "ns")), nanos)
        }
        None => Cell::new("no result").toned(Tone::Open),
    }
}

fn best_throughput(own: &[&Measured<'_>]) -> Cell {
    let rates =
        own.iter().filter_map(|cell| Some((throughput(cell.case)?, cell.place(), cell.case.id.key())));
    match rates.max_by(|one, other| one.0.1.total_cmp(&other.0.1)) {
        Some(((work, rate), place, key)) => {
            Cell::number(format!("{place} {} at {key}", amount::rate(work, rate)), rate)
        }
        None => Cell::new("no work declared").toned(Tone::Dim),
    }
}

/// The places without a result, each with its reason.
fn missing(own: &[&Measured<'_>], places: &[String]) -> Cell {
    let of = |place: &String| {
        let here: Vec<_> = own.iter().filter(|cell| cell.place() == *place).collect();
        if here.iter().any(|cell| cell.case.status.is_ok()) {
            return None;
        }
        let reason = here.iter().find_map(|cell| match &cell.case.status {
            Status::Failed { kind: Failure::Unsupported, .. } => Some("unsupported".to_owned()),
            Status::Failed { kind, .. } => Some(kind.to_string()),
            Status::Ok => None,
        });
        Some(reason.map_or_else(|| place.clone(), |reason| format!("{place} ({reason})")))
    };
    Cell::new(places.iter().filter_map(of).collect::<Vec<_>>().join(", "))
}
