//! The unit of an axis: large enough that its numbers are short.

/// How values in a base unit are written along an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// A value of the base unit divided by this is in [`unit`](Self::unit).
    pub divisor: f64,
    pub unit: String,
}

const TIMES: [(f64, &str); 4] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns")];
const BYTES: [(f64, &str); 4] =
    [(1_073_741_824.0, "GiB"), (1_048_576.0, "MiB"), (1_024.0, "KiB"), (1.0, "B")];
const MULTIPLES: [(f64, &str); 5] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];

/// The scale for values up to `most` in a unit of the catalogue, or in any other unit.
#[must_use]
pub fn scale(unit: &str, most: f64) -> Scale {
    let fitting = |steps: &[(f64, &str)]| {
        let found = steps.iter().find(|(step, _)| most >= *step).or(steps.last());
        found.map_or((1.0, String::new()), |(step, name)| (*step, (*name).to_owned()))
    };
    let (divisor, unit) = match unit {
        "ns" => fitting(&TIMES),
        "bytes" => fitting(&BYTES),
        _ if unit.ends_with("/s") => {
            let (divisor, prefix) = fitting(&MULTIPLES);
            let what = match unit {
                "flop/s" => "FLOP/s",
                "bytes/s" => "B/s",
                other => other,
            };
            let is_word = what.starts_with(|first: char| first.is_ascii_lowercase());
            let gap = if prefix.is_empty() || !is_word { "" } else { " " };
            (divisor, format!("{prefix}{gap}{what}"))
        }
        other => (1.0, other.to_owned()),
    };
    Scale { divisor, unit }
}

/// A number along an axis: at most four digits, no zeros at its end.
pub(super) fn tick(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e7).contains(&size) {
        return format!("{value:.0e}");
    }
    let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(unit: &str, most: f64, divisor: f64, expected: &str) {
        assert_eq!(scale(unit, most), Scale { divisor, unit: expected.to_owned() });
    }

    #[test]
    fn scales() {
        check("ns", 900.0, 1.0, "ns");
        check("ns", 4.2e6, 1e6, "ms");
        check("ns", 7e11, 1e9, "s");
        check("bytes", 3e6, 1_048_576.0, "MiB");
        check("bytes", 0.0, 1.0, "B");
        check("tokens/s", 12_000.0, 1e3, "k tokens/s");
        check("samples/s", 90.0, 1.0, "samples/s");
        check("flop/s", 3e12, 1e12, "TFLOP/s");
        check("bytes/s", 5e8, 1e6, "MB/s");
        check("/s", 5e3, 1e3, "k/s");
        check("ms", 5e3, 1.0, "ms");
    }

    #[test]
    fn ticks() {
        let shown = [0.0, 1.0, 2.5, 0.125, 1200.0, 1e9, 0.000_01, 99.96, -3.0].map(tick);
        assert_eq!(shown, ["0", "1", "2.5", "0.125", "1200", "1e9", "1e-5", "99.96", "-3"]);
    }
}
