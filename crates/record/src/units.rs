//! Numbers with a unit, each with one way to be shown.

use std::fmt;

/// A time in nanoseconds, finite and not negative. Shown with four digits: `1.234 ms`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Nanos(f64);

impl Nanos {
    #[must_use]
    pub fn new(nanos: f64) -> Option<Self> {
        (nanos.is_finite() && nanos >= 0.0).then_some(Self(nanos))
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&scaled(self.0, &[(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")]))
    }
}

/// A size in bytes, finite and not negative. Shown in binary multiples: `12.00 MiB`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Bytes(f64);

impl Bytes {
    #[must_use]
    pub fn new(bytes: f64) -> Option<Self> {
        (bytes.is_finite() && bytes >= 0.0).then_some(Self(bytes))
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const KIB: f64 = 1024.0;
        let steps = [(1.0, "B"), (KIB, "KiB"), (KIB * KIB, "MiB"), (KIB * KIB * KIB, "GiB")];
        f.pad(&scaled(self.0, &steps))
    }
}

/// A rate per second, finite and not negative. Shown in decimal multiples: `1.234 M/s`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct PerSecond(f64);

impl PerSecond {
    #[must_use]
    pub fn new(rate: f64) -> Option<Self> {
        (rate.is_finite() && rate >= 0.0).then_some(Self(rate))
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&scaled(self.0, &[(1.0, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s"), (1e12, "T/s")]))
    }
}

/// A change as a share of the baseline: 0.05 is `+5.0 %`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Change(f64);

impl Change {
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        share.is_finite().then_some(Self(share))
    }

    /// Made from a natural logarithm of a ratio, as effects are computed.
    #[must_use]
    pub fn from_log_ratio(log_ratio: f64) -> Option<Self> {
        Self::new(log_ratio.exp_m1())
    }

    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = self.0 * 100.0;
        let digits = if percent.abs() >= 100.0 { 0 } else { 1 };
        // -0.04 rounds to "-0.0": a change of nothing has no sign.
        let percent = if percent.abs() < 0.05 { 0.0 } else { percent };
        f.pad(&format!("{percent:+.digits$} %"))
    }
}

/// Four significant digits in the largest of `steps` that keeps the number at 1 or above.
fn scaled(value: f64, steps: &[(f64, &str)]) -> String {
    let fits = |&&(size, _): &&(f64, &str)| value >= size * 0.99995;
    let (size, unit) = steps.iter().rev().find(fits).unwrap_or(&steps[0]);
    let number = value / size;
    let digits = match number {
        n if n >= 999.95 => 0,
        n if n >= 99.995 => 1,
        n if n >= 9.9995 => 2,
        _ => 3,
    };
    format!("{number:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(value: f64, expected: &str) {
        assert_eq!(Nanos::new(value).expect("a time").to_string(), expected);
    }

    #[test]
    fn times_have_four_digits() {
        nanos(0.0, "0.000 ns");
        nanos(0.25, "0.250 ns");
        nanos(999.96, "1.000 µs");
        nanos(1_234.5, "1.234 µs");
        nanos(12_345_678.0, "12.35 ms");
        nanos(123_456_789.0, "123.5 ms");
        nanos(7.2e12, "7200 s");
    }

    #[test]
    fn what_is_no_number_is_no_quantity() {
        assert!(Nanos::new(f64::NAN).is_none() && Nanos::new(-1.0).is_none());
        assert!(Bytes::new(f64::INFINITY).is_none() && PerSecond::new(-0.5).is_none());
        assert!(Change::new(f64::NAN).is_none() && Change::from_log_ratio(f64::INFINITY).is_none());
    }

    #[test]
    fn sizes_rates_and_changes() {
        assert_eq!(Bytes::new(1536.0).expect("a size").to_string(), "1.500 KiB");
        assert_eq!(PerSecond::new(2.5e6).expect("a rate").to_string(), "2.500 M/s");
        assert_eq!(Change::new(0.0512).expect("a change").to_string(), "+5.1 %");
        assert_eq!(Change::new(-0.0004).expect("a change").to_string(), "+0.0 %");
        assert_eq!(Change::from_log_ratio(2.0_f64.ln()).expect("a change").to_string(), "+100 %");
    }
}
