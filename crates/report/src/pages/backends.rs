//! Hardware comparison: latency and throughput of each model on each backend.

use super::measured::{Measured, distinct};
use super::parts::{figure, in_parts};
use crate::chart::{Bar, Bars, Chart, Group};
use crate::document::Section;
use crate::quantity::{rate_unit, throughput};

pub(super) fn section(measured: &[Measured<'_>]) -> Section {
    let latencies = charts(measured, "Latency", &|cell| Some(("ns".to_owned(), cell.latency()?)));
    let throughputs = charts(measured, "Throughput", &|cell| {
        let (work, rate) = throughput(cell.case)?;
        Some((rate_unit(work), Bar { value: rate, low: None, high: None }))
    });
    let section = Section::new("backends", "Latency and throughput by backend");
    if latencies.is_empty() {
        return section;
    }
    let section = section.text(
        "A group for each case, a bar for each backend it was measured on; whiskers are 95 % intervals.",
    );
    figure(figure(section, latencies), throughputs)
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
        let groups = names.iter().map(group).collect();
        let bars = Bars { title: title.to_lowercase(), unit, series: series.clone(), groups };
        charts.extend(in_parts(&format!("{title}: {family}"), &bars));
    }
    charts
}
