//! Hardware comparison: latency and throughput of each model on each backend.

use super::measured::{Measured, distinct};
use crate::chart::{Bar, Bars, Chart, Group};
use crate::document::Section;
use crate::quantity::{rate_unit, throughput};

/// More groups in one chart are not legible.
const GROUPS: usize = 20;
/// More charts say less; the table of results has every case.
const CHARTS: usize = 24;

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let latencies = charts(measured, "Latency", &|cell| Some(("ns".to_owned(), cell.latency()?)));
    let throughputs = charts(measured, "Throughput", &|cell| {
        let (work, rate) = throughput(cell.case)?;
        Some((rate_unit(work), Bar { value: rate, low: None, high: None }))
    });
    let left_out = (latencies.len() + throughputs.len()).saturating_sub(2 * CHARTS);
    let mut section = Section::new("backends", "Latency and throughput by backend");
    if latencies.is_empty() {
        return section;
    }
    section = section.text(
        "A group for each case, a bar for each backend it was measured on; whiskers are 95 % intervals.",
    );
    if left_out > 0 {
        section = section
            .text(format!("{left_out} more charts are left out; the table of results has every case."));
    }
    section.figure(latencies.into_iter().take(CHARTS).chain(throughputs.into_iter().take(CHARTS)))
}

/// A chart a family and unit, of as many groups as are legible.
fn charts(
    measured: &[Measured<'_>],
    title: &str,
    value: &dyn Fn(&Measured<'_>) -> Option<(String, Bar)>,
) -> Vec<Chart> {
    let valued: Vec<_> = measured.iter().filter_map(|cell| Some((cell, value(cell)?))).collect();
    let kinds = distinct(valued.iter().map(|(cell, (unit, _))| (cell.family(), unit.clone())));
    let mut charts = Vec::new();
    for (family, unit) in kinds {
        let own: Vec<_> =
            valued.iter().filter(|(cell, (own, _))| cell.family() == family && *own == unit).collect();
        let series = distinct(own.iter().map(|(cell, _)| cell.place()));
        let names = distinct(own.iter().map(|(cell, _)| cell.member()));
        let group = |name: &String| {
            let of = |place: &String| {
                let found = own.iter().find(|(cell, _)| cell.member() == *name && cell.place() == *place);
                found.map(|(_, (_, bar))| *bar)
            };
            Group { name: name.clone(), bars: series.iter().map(of).collect() }
        };
        let groups: Vec<Group> = names.iter().map(group).collect();
        let parts = groups.chunks(GROUPS);
        let count = parts.len();
        for (at, part) in parts.enumerate() {
            let part_of = if count > 1 { format!(" ({} of {count})", at + 1) } else { String::new() };
            let bars = Bars {
                title: title.to_lowercase(),
                unit: unit.clone(),
                series: series.clone(),
                groups: part.to_vec(),
            };
            charts.push(Chart::bars(format!("{title}: {family}{part_of}"), bars));
        }
    }
    charts
}
