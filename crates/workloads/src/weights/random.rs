//! Numbers from a seed, the same on every machine. Knows nothing of tensors.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng as _};

/// `count` values uniform in ±`deviation`·√3, which gives them the standard deviation `deviation`.
///
/// The values depend on `seed` and `name` alone. They are made of integers and one multiplication, without
/// the logarithms that a normal distribution takes, so that no machine's mathematics library shows in them.
#[must_use]
pub fn uniform(seed: u64, name: &str, count: usize, deviation: f32) -> Vec<f32> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed ^ fnv1a(name));
    let half_width = deviation * 3f32.sqrt();
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        let bits = generator.next_u64();
        values.extend([signed_unit(bits as u32) * half_width, signed_unit((bits >> 32) as u32) * half_width]);
    }
    values.truncate(count);
    values
}

/// `count` numbers from 0 up to and without `bound`, such as token ids; they depend on `seed` and `name` alone.
#[must_use]
pub fn integers(seed: u64, name: &str, count: usize, bound: u32) -> Vec<i64> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed ^ fnv1a(name));
    // The upper half of a product with the bound: no remainder, whose small values would come more often.
    let mut next = || (u64::from(generator.next_u32()) * u64::from(bound)) >> 32;
    (0..count).map(|_| next() as i64).collect()
}

/// A value in [-1, 1) of the upper 24 bits: as many as an `f32` holds exactly.
fn signed_unit(bits: u32) -> f32 {
    const STEPS: f32 = (1 << 23) as f32;
    (bits >> 8) as f32 / STEPS - 1.0
}

/// The 64-bit FNV-1a hash: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv-17>.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a seed and a name, as bits: equal to the last bit or not at all.
    #[track_caller]
    fn check(seed: u64, name: &str, expected: [f32; 4]) {
        let values = uniform(seed, name, 4, 1.0);
        assert_eq!(
            values.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            expected.map(f32::to_bits),
            "{values:?}"
        );
    }

    fn moments(count: usize, deviation: f32) -> (f64, f64) {
        let values = uniform(7, "w", count, deviation);
        let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count as f64;
        let variance = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / count as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn has_the_asked_for_deviation() {
        let (mean, deviation) = moments(100_000, 0.02);
        assert!(mean.abs() < 2e-4 && (deviation - 0.02).abs() < 2e-4, "{mean} {deviation}");
    }

    #[test]
    fn stays_within_its_range() {
        assert!(uniform(3, "w", 10_000, 1.0).iter().all(|v| v.abs() <= 3f32.sqrt()));
    }

    #[test]
    fn a_longer_draw_starts_with_the_shorter() {
        assert_eq!(uniform(1, "w", 5, 1.0), uniform(1, "w", 8, 1.0)[..5]);
    }

    #[test]
    fn another_seed_draws_others() {
        assert_ne!(uniform(1, "w", 4, 1.0), uniform(2, "w", 4, 1.0));
    }

    #[test]
    fn another_name_draws_others() {
        assert_ne!(uniform(1, "w", 4, 1.0), uniform(1, "v", 4, 1.0));
    }

    #[test]
    fn nothing_asked_nothing_drawn() {
        assert!(uniform(1, "w", 0, 1.0).is_empty());
    }

    #[test]
    fn pinned_seed_0() {
        check(0, "w", [-1.2113787, 1.6103225, 0.065701045, 0.09755067]);
    }

    #[test]
    fn pinned_seed_1() {
        check(1, "encoder.layer.0", [-0.98196214, 0.39607403, -0.77693635, -0.96200806]);
    }

    #[track_caller]
    fn check_integers(bound: u32, range: std::ops::Range<i64>) {
        let numbers = integers(1, "ids", 1000, bound);
        assert!(numbers.iter().all(|number| range.contains(number)), "{numbers:?}");
        assert_eq!(numbers, integers(1, "ids", 1000, bound));
    }

    #[test]
    fn integers_below_one() {
        check_integers(1, 0..1);
    }

    #[test]
    fn integers_below_a_vocabulary() {
        check_integers(30522, 0..30522);
    }

    #[test]
    fn integers_below_nothing_are_zeros() {
        check_integers(0, 0..1);
    }

    #[test]
    fn integers_reach_both_ends() {
        let numbers = integers(1, "ids", 1000, 8);
        assert!((0..8).all(|number| numbers.contains(&number)));
    }

    #[test]
    fn fnv1a_of_nothing() {
        assert_eq!(fnv1a(""), 0xcbf2_9ce4_8422_2325);
    }

    #[test]
    fn fnv1a_of_a() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
