//! Runs the detector on labelled series: `detect SERIES.json FOUND.json`.
//!
//! `SERIES.json` is a list of `{"name", "values"}`; `FOUND.json` becomes `{name: [indices of the first values at a new level]}`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;

use accel_bench_history::detect::change_points;

#[derive(serde::Deserialize)]
struct Series {
    name: String,
    values: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(series), Some(found)) = (arguments.next(), arguments.next()) else {
        return Err("usage: detect SERIES.json FOUND.json".into());
    };
    let series: Vec<Series> = serde_json::from_str(&fs::read_to_string(series)?)?;
    let indices =
        |one: &Series| change_points(&one.values).into_iter().map(|point| point.index).collect::<Vec<_>>();
    let all: BTreeMap<&str, Vec<usize>> =
        series.iter().map(|one| (one.name.as_str(), indices(one))).collect();
    Ok(fs::write(found, serde_json::to_string(&all)?)?)
}
