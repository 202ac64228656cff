//! A line through points, some of which may be far off.

use super::persistence::kendall_inflation;
use super::quantile::{of_sorted, sorted};
use super::{Interval, student_t_quantile};

/// Values against their position.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// Change of the value for each unit of the position.
    pub estimate: f64,
    /// Absent with too few points: below six for 95 %.
    pub interval: Option<Interval>,
}

/// The median of the slopes between all pairs of points (position, value), with its interval at `level`: Sen,
/// "Estimates of the Regression Coefficient Based on Kendall's Tau", J. Am. Stat. Assoc. 63 (1968), 1379–1389, after
/// Theil (1950). Up to 29 % of the points may be anything. The interval is that of Kendall's tau without a correction for
/// equal values, which can only make it wider, and with Hamed and Rao's for points that follow the ones before them, in
/// the order that they are given in.
///
/// `None` for fewer than two positions, or when a number is not finite. Takes time and space in proportion to the
/// square of the number of points.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)], level: f64) -> Option<Slope> {
    let slopes = points.iter().enumerate().flat_map(|(index, (x, y))| {
        points[index + 1..]
            .iter()
            .filter(move |(later, _)| later != x)
            .map(move |(x2, y2)| (y2 - y) / (x2 - x))
    });
    let slopes = sorted(&slopes.collect::<Vec<f64>>())?;
    let estimate = of_sorted(&slopes, 0.5)?;
    let residuals: Vec<f64> = points.iter().map(|(x, y)| y - estimate * x).collect();
    let inflation = kendall_inflation(&residuals)?;
    Some(Slope { estimate, interval: interval(&slopes, points.len(), inflation, level) })
}

/// Sen's formula (2.6) and section 4: the order statistics of the slopes that are z standard deviations of Kendall's S
/// apart.
fn interval(slopes: &[f64], points: usize, inflation: f64, level: f64) -> Option<Interval> {
    /// With this many degrees of freedom Student's t is normal to seven digits.
    const NORMAL: f64 = 1e7;
    if !(0.0 < level && level < 1.0) {
        return None;
    }
    let n = points as f64;
    let deviation = (inflation * n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let apart = student_t_quantile(0.5 + level / 2.0, NORMAL)? * deviation;
    let rank = ((slopes.len() as f64 - apart) / 2.0).floor();
    if rank < 1.0 {
        return None;
    }
    let rank = rank as usize;
    Interval::new(slopes[rank - 1], slopes[slopes.len() - rank])
}

#[cfg(test)]
mod tests {
    use super::super::generator::Generator;
    use super::*;

    #[track_caller]
    fn check(values: &[f64], estimate: f64) {
        let points: Vec<_> = values.iter().enumerate().map(|(at, value)| (at as f64, *value)).collect();
        let slope = theil_sen(&points, 0.95).expect("a slope").estimate;
        assert!((slope - estimate).abs() < 1e-12, "{slope}");
    }

    #[test]
    fn known_slopes() {
        check(&[1.0, 3.0, 5.0, 7.0], 2.0);
        check(&[4.0, 4.0, 4.0], 0.0);
        check(&[0.0, 1.0, 2.0, 300.0, 4.0, 5.0, 6.0], 1.0);
    }

    /// Sen's own example, section 6: 4, and at 93 % from 26/7 to 35/8.
    #[test]
    fn the_published_example() {
        let points =
            [(1.0, 9.0), (2.0, 15.0), (3.0, 19.0), (4.0, 20.0), (10.0, 45.0), (12.0, 55.0), (18.0, 78.0)];
        let slope = theil_sen(&points, 0.93).expect("a slope");
        assert!((slope.estimate - 4.0).abs() < 1e-12, "{slope:?}");
        assert_eq!(slope.interval, Interval::new(26.0 / 7.0, 35.0 / 8.0));
    }

    #[test]
    fn too_few_points_and_no_points() {
        assert_eq!(theil_sen(&[], 0.95), None);
        assert_eq!(theil_sen(&[(0.0, 1.0)], 0.95), None);
        assert_eq!(theil_sen(&[(1.0, 1.0), (1.0, 2.0)], 0.95), None);
        assert_eq!(theil_sen(&[(0.0, 1.0), (1.0, f64::NAN)], 0.95), None);
        let line = |n: u32| (0..n).map(|x| (f64::from(x), f64::from(x))).collect::<Vec<_>>();
        assert_eq!(theil_sen(&line(5), 0.95).expect("a slope").interval, None);
        assert_eq!(theil_sen(&line(6), 0.95).expect("a slope").interval, Interval::new(1.0, 1.0));
    }

    #[test]
    fn covers_as_often_as_it_says() {
        let mut generator = Generator::new(68);
        let covered = (0..1_000).filter(|_| {
            let points: Vec<_> =
                (0..20).map(|x| (f64::from(x), 0.5 * f64::from(x) + generator.normal())).collect();
            theil_sen(&points, 0.95).and_then(|slope| slope.interval).expect("an interval").contains(0.5)
        });
        // Three standard errors of a share of 0.95 over 1,000 trials are 0.021.
        assert!(covered.count() >= 929);
    }

    /// A value that follows the one before it wanders, and looks like a trend to those who take its points for
    /// independent.
    #[test]
    fn what_wanders_is_no_trend() {
        let mut generator = Generator::new(98);
        let covered = (0..300).filter(|_| {
            let mut value = 0.0;
            let points: Vec<_> = (0..200)
                .map(|x| {
                    value = 0.8 * value + generator.normal();
                    (f64::from(x), value)
                })
                .collect();
            theil_sen(&points, 0.95)
                .and_then(|slope| slope.interval)
                .is_none_or(|interval| interval.contains(0.0))
        });
        // Without the correction it is six in ten.
        let covered = covered.count();
        assert!(covered >= 255, "{covered}");
    }
}
