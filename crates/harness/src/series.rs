//! Values that a benchmark notes while it is timed: the time to the first token, each gap between tokens.

use std::cell::RefCell;
use std::rc::Rc;

use accel_bench_record::{Direction, Metric};

/// The most values of one series: 800 KB. Of more, a fair draw is kept.
const CAPACITY: usize = 100_000;

/// A metric with many values, from [`Bencher::series`](crate::Bencher::series). Clones note into the same series.
#[derive(Clone, Debug)]
pub struct Series(Rc<RefCell<Noted>>);

#[derive(Debug)]
struct Noted {
    name: String,
    unit: String,
    better: Direction,
    /// Values of the batch under way, or of the last one until it is known whether that counts.
    fresh: Vec<f64>,
    counts: bool,
    kept: Vec<f64>,
    /// Values that counted, whether they were drawn or not.
    seen: u64,
    random: u64,
}

impl Series {
    pub(crate) fn new(name: String, unit: String, better: Direction) -> Self {
        let (fresh, kept) = (Vec::new(), Vec::new());
        Self(Rc::new(RefCell::new(Noted {
            name,
            unit,
            better,
            fresh,
            counts: false,
            kept,
            seen: 0,
            random: 1,
        })))
    }

    /// Notes a value of the iteration under way, in the series' unit. It costs about a nanosecond of that iteration.
    ///
    /// Returns what is noted in the warm-up, and in samples that are thrown away, does not count. Of one sample the first
    /// 100,000 values are taken. Of all samples a series keeps 100,000: beyond that each value has the same chance to be
    /// among them.
    pub fn push(&self, value: f64) {
        let mut noted = self.0.borrow_mut();
        if noted.fresh.len() < CAPACITY {
            noted.fresh.push(value);
        }
    }

    /// A batch begins: what was noted before it is settled.
    pub(crate) fn begin(&self) {
        self.0.borrow_mut().settle();
    }

    /// The batch that has ended is a sample.
    pub(crate) fn keep(&self) {
        self.0.borrow_mut().counts = true;
    }

    /// The batch that was kept last is thrown away after all.
    pub(crate) fn retract(&self) {
        self.0.borrow_mut().counts = false;
    }

    /// Bytes that it takes on the heap.
    pub(crate) fn heap_bytes(&self) -> u64 {
        let noted = self.0.borrow();
        8 * (noted.fresh.capacity() + noted.kept.capacity()) as u64
    }

    /// `None` when nothing was noted.
    pub(crate) fn metric(&self) -> Option<Metric> {
        let mut noted = self.0.borrow_mut();
        noted.settle();
        let (name, unit, kept) = (noted.name.clone(), noted.unit.clone(), noted.kept.clone());
        (!kept.is_empty()).then(|| Metric::of_samples(name, unit, noted.better, kept))
    }
}

impl Noted {
    fn settle(&mut self) {
        if std::mem::take(&mut self.counts) {
            for index in 0..self.fresh.len() {
                self.draw(self.fresh[index]);
            }
        }
        self.fresh.clear();
    }

    /// Algorithm R: Vitter, "Random Sampling with a Reservoir", ACM Trans. Math. Softw. 11 (1985), 37–57.
    fn draw(&mut self, value: f64) {
        self.seen += 1;
        if self.kept.len() < CAPACITY {
            self.kept.push(value);
            return;
        }
        // Marsaglia, "Xorshift RNGs", J. Stat. Softw. 8 (2003), with the shifts 13, 7, 17.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        if let Some(place) = self.kept.get_mut((self.random % self.seen) as usize) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series() -> Series {
        Series::new("itl-ms".to_owned(), "ms".to_owned(), Direction::Lower)
    }

    /// Batches of values, each with whether it is kept and whether it is retracted later.
    #[track_caller]
    fn check(batches: &[(&[f64], bool, bool)], expected: Option<&[f64]>) {
        let series = series();
        for (values, kept, retracted) in batches {
            series.begin();
            values.iter().for_each(|value| series.clone().push(*value));
            kept.then(|| series.keep());
            retracted.then(|| series.retract());
        }
        assert_eq!(series.metric().map(|metric| metric.samples).as_deref(), expected);
    }

    #[test]
    fn only_what_is_kept_counts() {
        check(&[], None);
        check(&[(&[9.0], false, false)], None);
        check(
            &[(&[9.0], false, false), (&[1.0, 2.0], true, false), (&[3.0], true, false)],
            Some(&[1.0, 2.0, 3.0]),
        );
        check(&[(&[1.0], true, true), (&[2.0], true, false)], Some(&[2.0]));
        check(&[(&[1.0], true, false), (&[2.0], true, true)], Some(&[1.0]));
        check(&[(&[], true, false)], None);
    }

    #[test]
    fn of_many_a_fair_draw_is_kept() {
        let series = series();
        for batch in 0..4 {
            series.begin();
            (0..CAPACITY + 7).for_each(|at| series.push((batch * CAPACITY + at) as f64));
            series.keep();
        }
        let samples = series.metric().expect("values").samples;
        assert_eq!(samples.len(), CAPACITY);
        // Uniform over 0 to 4: the mean is 2, give or take 5 standard errors of 1.155 / √100,000.
        let mean = samples.iter().sum::<f64>() / samples.len() as f64 / CAPACITY as f64;
        assert!((mean - 2.0).abs() < 0.02, "{mean}");
    }
}
