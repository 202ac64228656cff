//! A series in the height of a line of text.

use accel_bench_record::stats::median;

const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The least range that fills the height, as a share of the middle: noise is not to look like a change.
const LEAST_RANGE: f64 = 0.05;

/// At most `width` characters, each for the median of neighbouring values.
pub(super) fn spark(values: &[f64], width: usize) -> String {
    let columns = width.min(values.len());
    if columns == 0 {
        return String::new();
    }
    let bounds = |at: usize| at * values.len() / columns;
    let heights: Vec<f64> =
        (0..columns).filter_map(|at| median(&values[bounds(at)..bounds(at + 1)])).collect();
    let low = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let high = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = low.midpoint(high);
    let range = (high - low).max(LEAST_RANGE * middle.abs());
    let character = |height: &f64| {
        let share = if range > 0.0 { (height - middle) / range + 0.5 } else { 0.5 };
        HEIGHTS[((share * 8.0) as usize).min(7)]
    };
    heights.iter().map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_noise() {
        assert_eq!(spark(&[1.0, 1.0, 2.0, 2.0], 10), "▁▁██");
        assert_eq!(spark(&[100.0, 100.1, 99.9, 100.0], 10), "▅▅▄▅");
        assert_eq!(spark(&[1.0, 1.0, 1.0, 9.0, 9.0, 9.0], 2), "▁█");
        assert_eq!(spark(&[0.0, 0.0], 5), "▅▅");
        assert_eq!(spark(&[], 5), "");
    }
}
