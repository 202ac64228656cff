//! Charts of as many bars as are legible, and a section of as many charts as a reader looks at; what is left out is said.

use crate::chart::{Bars, Chart};
use crate::document::Section;

/// More groups in one chart are not legible.
const GROUPS: usize = 20;
/// More charts of a kind say less than a table does.
const CHARTS: usize = 24;

/// The bars in charts of their own, where there are too many for one.
pub(super) fn in_parts(title: &str, bars: &Bars) -> Vec<Chart> {
    let parts = bars.groups.chunks(GROUPS);
    let count = parts.len();
    let chart = |(at, groups): (usize, &[crate::chart::Group])| {
        let part_of = if count > 1 { format!(" ({} of {count})", at + 1) } else { String::new() };
        Chart::bars(format!("{title}{part_of}"), Bars { groups: groups.to_vec(), ..bars.clone() })
    };
    parts.enumerate().map(chart).collect()
}

/// Adds the charts to the section, and a sentence on those that are left out.
pub(super) fn figure(section: Section, charts: Vec<Chart>) -> Section {
    let left_out = charts.len().saturating_sub(CHARTS);
    let section = if left_out > 0 {
        let charts = crate::amount::count(left_out, "chart");
        section.text(format!("{charts} more would be drawn; the tables have every case."))
    } else {
        section
    };
    section.figure(charts.into_iter().take(CHARTS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Bar, Group};
    use crate::document::Block;

    fn bars(groups: usize) -> Bars {
        let bar = Some(Bar { value: 1.0, low: None, high: None });
        let group = |at: usize| Group { name: at.to_string(), bars: vec![bar] };
        Bars { groups: (0..groups).map(group).collect(), ..Bars::default() }
    }

    fn titles(groups: usize) -> Vec<String> {
        in_parts("Latency", &bars(groups)).into_iter().map(|chart| chart.title).collect()
    }

    #[test]
    fn no_group_is_lost_between_the_parts() {
        assert_eq!(titles(0), [""; 0]);
        assert_eq!(titles(20), ["Latency"]);
        assert_eq!(titles(45), ["Latency (1 of 3)", "Latency (2 of 3)", "Latency (3 of 3)"]);
    }

    fn blocks(charts: usize) -> Vec<Block> {
        let charts = (0..charts).flat_map(|at| in_parts(&at.to_string(), &bars(1))).collect();
        figure(Section::new("s", "S"), charts).blocks
    }

    #[test]
    fn charts_that_are_left_out_are_counted() {
        assert_eq!(blocks(CHARTS).len(), 1);
        let [Block::Text { text }, Block::Figure(figure)] = &blocks(CHARTS + 2)[..] else {
            panic!("two blocks")
        };
        assert_eq!(text, "2 charts more would be drawn; the tables have every case.");
        assert_eq!(figure.charts.len(), CHARTS);
    }
}
