//! Numbers as a reader wants them.

use accel_bench_record::Estimate;
use accel_bench_record::Throughput;
use accel_bench_record::units::{Bytes, Nanos, PerSecond};

/// A value in its unit; units that are not ours are written behind the number.
#[must_use]
pub fn amount(value: f64, unit: &str) -> String {
    let known = match unit {
        "ns" => Nanos::new(value).map(|nanos| nanos.to_string()),
        "bytes" => Bytes::new(value).map(|bytes| bytes.to_string()),
        "/s" => PerSecond::new(value).map(|rate| rate.to_string()),
        "flop/s" => of_unit(value, "FLOP/s"),
        "bytes/s" => of_unit(value, "B/s"),
        _ => None,
    };
    known.unwrap_or_else(|| format!("{} {unit}", number(value)).trim_end().to_owned())
}

/// A rate in decimal multiples: `1.250 TFLOP/s`.
fn of_unit(rate: f64, unit: &str) -> Option<String> {
    Some(PerSecond::new(rate)?.to_string().replace("/s", unit))
}

/// A growth, whatever its sign: `1.000 MiB`.
#[must_use]
pub fn growth(bytes: f64) -> String {
    let sign = if bytes < 0.0 { "-" } else { "" };
    Bytes::new(bytes.abs()).map(|bytes| format!("{sign}{bytes}")).unwrap_or_default()
}

/// `1 case`, `2 cases`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let end = if noun.ends_with('s') { "es" } else { "s" };
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}{end}") }
}

/// `12.35 ms ±0.4 %`.
#[must_use]
pub fn estimate(estimate: &Estimate, unit: &str) -> String {
    let value = amount(estimate.value, unit);
    match estimate.half_width_share() {
        Some(share) if share >= 10.0 => format!("{value} ±>999 %"),
        Some(share) if share >= 0.1 => format!("{value} ±{:.0} %", share * 100.0),
        Some(share) => format!("{value} ±{:.1} %", share * 100.0),
        None => value,
    }
}

/// A share that is a setting: 0.05 is `5 %`, 0.025 is `2.5 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = (share * 1e4).round() / 1e2;
    format!("{percent} %")
}

/// `10.37 k tokens/s`.
#[must_use]
pub fn rate(work: Throughput, rate: f64) -> String {
    let scaled = amount(rate, "/s");
    let (number, prefix) = scaled.trim_end_matches("/s").split_once(' ').unwrap_or((&scaled, ""));
    match work {
        Throughput::Bytes(_) => format!("{number} {prefix}B/s"),
        Throughput::Elements(_) => format!("{number} {prefix}elem/s"),
        Throughput::Samples(_) | Throughput::Tokens(_) => {
            let what = work.metric().name.trim_end_matches("-per-s");
            let gap = if prefix.is_empty() { "" } else { " " };
            format!("{number} {prefix}{gap}{what}/s")
        }
    }
}

/// Four significant digits.
fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-3..1e9).contains(&size) {
        return format!("{value:.3e}");
    }
    let digits = match size {
        _ if size >= 1_000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, unit: &str, expected: &str) {
        assert_eq!(amount(value, unit), expected);
    }

    #[test]
    fn amounts() {
        check(1_234.5, "ns", "1.234 µs");
        check(1_048_576.0, "bytes", "1.000 MiB");
        check(2_500.0, "/s", "2.500 k/s");
        check(1.25e12, "flop/s", "1.250 TFLOP/s");
        check(5.0e8, "bytes/s", "500.0 MB/s");
        check(12.0, "flop/s", "12.00 FLOP/s");
        check(2.5, "ms", "2.500 ms");
        check(12.5, "tokens", "12.50 tokens");
        check(-4.0, "ns", "-4.000 ns");
        check(1.5e12, "", "1.500e12");
        check(0.0, "misses", "0.000 misses");
        check(123_456.0, "", "123456");
    }

    #[test]
    fn growths() {
        assert_eq!([1_048_576.0, -2_048.0, 0.0].map(growth), ["1.000 MiB", "-2.000 KiB", "0.000 B"]);
    }

    fn check_estimate(processes: &[f64], expected: &str) {
        let found = Estimate::of_processes(processes.to_vec()).expect("an estimate");
        assert_eq!(estimate(&found, "ns"), expected);
    }

    #[test]
    fn estimates() {
        check_estimate(&[100.0], "100.0 ns");
        check_estimate(&[100.0, 100.1, 99.9], "100.0 ns ±0.2 %");
        check_estimate(&[100.0, 110.0, 90.0], "99.67 ns ±25 %");
        check_estimate(&[1.0, 1e6], "1.000 µs ±>999 %");
    }

    #[test]
    fn rates() {
        assert_eq!(rate(Throughput::Tokens(1), 10_370.0), "10.37 k tokens/s");
        assert_eq!(rate(Throughput::Samples(1), 81.0), "81.00 samples/s");
        assert_eq!(rate(Throughput::Bytes(1), 2.5e9), "2.500 GB/s");
        assert_eq!(rate(Throughput::Elements(1), 2.5e6), "2.500 Melem/s");
    }

    #[test]
    fn counts() {
        assert_eq!(["case", "process"].map(|noun| count(1, noun)), ["1 case", "1 process"]);
        assert_eq!([0, 2, 1_000].map(|number| count(number, "case")), ["0 cases", "2 cases", "1000 cases"]);
        assert_eq!(count(2, "process"), "2 processes");
    }

    #[test]
    fn settings() {
        assert_eq!(
            (percent(0.05), percent(0.025), percent(0.1)),
            ("5 %".into(), "2.5 %".into(), "10 %".into())
        );
    }
}
