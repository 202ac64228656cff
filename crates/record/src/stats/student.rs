//! Student's t distribution.

use super::beta;

/// P(T ≤ t) with `degrees` of freedom: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.1.
#[must_use]
pub fn cdf(t: f64, degrees: f64) -> Option<f64> {
    if !t.is_finite() {
        return None;
    }
    let tail = 0.5 * beta::regularized(degrees / 2.0, 0.5, degrees / (degrees + t * t))?;
    Some(if t > 0.0 { 1.0 - tail } else { tail })
}

/// The t below which `share` (between 0 and 1) of the distribution lies, by bisection of the tail.
#[must_use]
pub fn quantile(share: f64, degrees: f64) -> Option<f64> {
    if !(share > 0.0 && share < 1.0) {
        return None;
    }
    // The upper half by symmetry: a tail keeps its digits where 1 − tail loses them.
    if share > 0.5 {
        return Some(-quantile(1.0 - share, degrees)?);
    }
    let mut low = -1.0;
    while cdf(low, degrees)? > share {
        low *= 2.0;
    }
    let mut high = 0.0;
    while high - low > 1e-13 * low.abs().max(1e-3) {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if cdf(middle, degrees)? > share { high = middle } else { low = middle }
    }
    Some(f64::midpoint(low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the table of t in Abramowitz and Stegun, 26.10, and R's `qt`, to a millionth.
    fn check(share: f64, degrees: f64, expected: f64) {
        let found = quantile(share, degrees).expect("a quantile");
        assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "t({share}, {degrees}) = {found}");
        let back = cdf(found, degrees).expect("a probability");
        assert!((back - share).abs() < 1e-12, "cdf({found}, {degrees}) = {back}");
    }

    #[test]
    fn published_quantiles() {
        check(0.75, 1.0, 1.0);
        check(0.975, 1.0, 12.706_204_736);
        check(0.995, 1.0, 63.656_741_163);
        check(0.95, 2.0, 2.919_985_580);
        check(0.975, 2.0, 4.302_652_730);
        check(0.995, 2.0, 9.924_843_201);
        check(0.975, 4.0, 2.776_445_105);
        check(0.95, 5.0, 2.015_048_373);
        check(0.995, 8.0, 3.355_387_331);
        check(0.975, 10.0, 2.228_138_852);
        check(0.9995, 10.0, 4.586_893_859);
        check(0.975, 30.0, 2.042_272_456);
        check(0.95, 120.0, 1.657_650_899);
    }

    #[test]
    fn tends_to_the_normal_distribution() {
        // The normal quantile z plus (z³ + z) / 4n: Abramowitz and Stegun, 26.7.5.
        check(0.975, 1e5, 1.959_987_707);
    }

    #[test]
    fn closed_forms_of_the_distribution() {
        for t in [-30.0, -2.0, -0.1, 0.0, 0.1, 2.0, 30.0_f64] {
            let cauchy = 0.5 + t.atan() / std::f64::consts::PI;
            assert!((cdf(t, 1.0).expect("a probability") - cauchy).abs() < 1e-14);
            let two = 0.5 + t / (2.0 * (2.0 + t * t).sqrt());
            assert!((cdf(t, 2.0).expect("a probability") - two).abs() < 1e-14);
        }
    }

    #[test]
    fn symmetric() {
        for degrees in [1.0, 1.7, 3.0, 8.0, 40.0] {
            assert!(quantile(0.5, degrees).expect("the centre").abs() < 1e-9);
            let (low, high) = (quantile(0.01, degrees), quantile(0.99, degrees));
            assert!((low.expect("a quantile") + high.expect("a quantile")).abs() < 1e-9);
        }
    }

    #[test]
    fn outside_there_is_none() {
        for (share, degrees) in
            [(0.0, 5.0), (1.0, 5.0), (f64::NAN, 5.0), (0.5, 0.0), (0.3, -2.0), (0.3, f64::NAN)]
        {
            assert_eq!(quantile(share, degrees), None, "{share} {degrees}");
        }
        assert_eq!(cdf(f64::INFINITY, 3.0), None);
    }
}
