//! The regularised incomplete beta function, from which Student's t and the binomial distribution follow.

/// `I_x(a, b)` for a, b > 0 and 0 ≤ x ≤ 1, by the continued fraction of Press et al., "Numerical Recipes",
/// 3rd edition (2007), section 6.4, evaluated with Lentz's method.
pub(super) fn regularized(a: f64, b: f64, x: f64) -> Option<f64> {
    let valid = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite() && (0.0..=1.0).contains(&x);
    if !valid {
        return None;
    }
    if x == 0.0 || x == 1.0 {
        return Some(x);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction converges quickly on this side of the mean only; the other side follows by symmetry.
    if x < (a + 1.0) / (a + b + 2.0) {
        Some(front * fraction(a, b, x)? / a)
    } else {
        Some(1.0 - front * fraction(b, a, 1.0 - x)? / b)
    }
}

/// The continued fraction. It needs about `sqrt(max(a, b))` steps; the bound allows parameters of 10⁸.
fn fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    const TINY: f64 = 1e-300;
    const STEPS: u32 = 20_000;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            product *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            return Some(product);
        }
    }
    None
}

/// The logarithm of the gamma function for x > 0: Lanczos' approximation with g = 7 and nine terms, coefficients
/// of Godfrey (2001) as in Pugh, "An Analysis of the Lanczos Gamma Approximation" (2004); error below 10⁻¹⁴.
fn ln_gamma(x: f64) -> f64 {
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Below one half the series is poor: one step of the recurrence leads above it.
        return ln_gamma(x + 1.0) - x.ln();
    }
    let x = x - 1.0;
    let terms = (1_u8..).zip(TERMS).map(|(place, term)| term / (x + f64::from(place)));
    let series = FIRST + terms.sum::<f64>();
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + series.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beta(a: f64, b: f64, x: f64, expected: f64) {
        let found = regularized(a, b, x).expect("a value");
        assert!((found - expected).abs() < 1e-12, "I_{x}({a}, {b}) = {found}, not {expected}");
    }

    #[test]
    fn closed_forms() {
        // I_x(1, b) = 1 − (1 − x)^b, I_x(a, 1) = x^a, I_½(a, a) = ½.
        beta(1.0, 3.0, 0.2, 1.0 - 0.8_f64.powi(3));
        beta(4.0, 1.0, 0.7, 0.7_f64.powi(4));
        beta(2.5, 2.5, 0.5, 0.5);
        beta(3.0, 4.0, 0.0, 0.0);
        beta(3.0, 4.0, 1.0, 1.0);
    }

    #[test]
    fn huge_parameters_lose_digits_but_not_the_value() {
        let found = regularized(1e6, 1e6, 0.5).expect("a value");
        assert!((found - 0.5).abs() < 1e-7, "{found}");
    }

    #[test]
    fn sums_of_the_binomial() {
        // P(Bin(10, ½) ≤ 2) = 56 / 1024 = I_½(8, 3).
        beta(8.0, 3.0, 0.5, 56.0 / 1024.0);
        // P(Bin(5, 0.3) ≥ 2) = 1 − 0.7⁵ − 5 · 0.3 · 0.7⁴ = I_0.3(2, 4).
        beta(2.0, 4.0, 0.3, 1.0 - 0.7_f64.powi(5) - 1.5 * 0.7_f64.powi(4));
    }

    #[test]
    fn factorials() {
        for (n, factorial) in [(1.0, 1.0), (2.0, 1.0), (5.0, 24.0), (11.0, 3_628_800.0_f64)] {
            assert!((ln_gamma(n) - factorial.ln()).abs() < 1e-13, "ln Γ({n})");
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-14);
        assert!((ln_gamma(0.25) - 1.288_022_524_698_077_4).abs() < 1e-13);
    }

    #[test]
    fn outside_there_is_no_value() {
        for (a, b, x) in
            [(0.0, 1.0, 0.5), (1.0, -1.0, 0.5), (1.0, 1.0, 1.5), (f64::NAN, 1.0, 0.5), (1.0, 1.0, f64::NAN)]
        {
            assert_eq!(regularized(a, b, x), None);
        }
    }
}
