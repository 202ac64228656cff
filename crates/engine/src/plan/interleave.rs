//! Two sides that are interleaved: which processes sit at one table, and their controls.

use std::collections::BTreeSet;

use accel_bench_record::CaseKey;

use super::{Side, Unit};

/// How a case is measured interleaved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTurns {
    /// Warm-up of each process lasts at least this long, nanoseconds.
    pub warm_up_nanos: u64,
    /// Short work is batched to samples of about this length, nanoseconds.
    pub sample_nanos: u64,
    /// All samples of one process together are to last about this long, nanoseconds.
    pub time_nanos: u64,
    /// Samples of one process, at least (unless one alone takes longer than all should) and at most.
    pub samples: (u32, u32),
}

/// Warm-up and time of a process of Criterion in a comparison, nanoseconds: what Criterion takes by default is meant for
/// one process, and here there are many. It takes at least ten samples. Its versions before 0.5 take whole seconds.
pub const CRITERION_NANOS: (u64, u64) = (20_000_000, 50_000_000);

impl Default for InTurns {
    /// On a shared machine the speed changes from one millisecond to the next, so that many short samples interleaved say
    /// more than few long ones (0.3 ms halved the spread that 1 ms had, at the same time in all). What differs most is processes, so that
    /// each is worth no more time than starting and warming it costs (`docs/calibration.md`).
    fn default() -> Self {
        Self { warm_up_nanos: 3_000_000, sample_nanos: 300_000, time_nanos: 12_000_000, samples: (4, 40) }
    }
}

impl InTurns {
    /// How many samples one process takes of a case, each of this length.
    pub fn samples_of(&self, sample_nanos: f64) -> u32 {
        let (least, most) = self.samples;
        let fit = self.time_nanos as f64 / sample_nanos.max(1.0);
        // Work of a tenth of a second is far above any disturbance that a middle sample would hide.
        let least = if sample_nanos >= self.time_nanos as f64 { least.min(2) } else { least };
        (fit as u32).clamp(least, most)
    }
}

/// One process of a round: the side it belongs to, and the cases that it can serve.
#[derive(Clone, Debug, PartialEq)]
pub struct Seat {
    pub side: Side,
    pub unit: Unit,
}

/// The processes that are interleaved at the cases of one bench, backend and precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub seats: Vec<Seat>,
}

impl Table {
    /// Each case once, the candidate's first, in their order.
    pub fn cases(&self) -> Vec<CaseKey> {
        let mut seen = BTreeSet::new();
        let all = self.seats.iter().rev().flat_map(|seat| &seat.unit.cases);
        all.map(|case| &case.id).filter(|id| seen.insert(*id)).cloned().collect()
    }
}

/// In this many rounds a third process, the candidate once more, does what the sides do: an A/A control of each case.
pub const CONTROL_ROUNDS: u32 = 6;

/// The cases of a round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// From executables as they were built.
    pub cases: BTreeSet<CaseKey>,
    /// From executables whose functions lie elsewhere, where the linker can do that: cases that look changed.
    pub elsewhere: BTreeSet<CaseKey>,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.elsewhere.is_empty()
    }
}

/// Seats the units of both sides that hold the same bench, backend and precision at one table, and next to them the control: the
/// candidate's unit once more, because a process whose heap has another history would not be a control.
pub fn interleave(baseline: &[Unit], candidate: &[Unit]) -> Vec<Table> {
    let mut tables = Vec::new();
    for unit in candidate {
        let seat = |side| Seat { side, unit: unit.clone() };
        let seats = match baseline.iter().find(|other| is_like(unit, other)) {
            None => vec![seat(Side::Candidate)],
            Some(other) => {
                let baseline = Seat { side: Side::Baseline, unit: other.clone() };
                vec![baseline, seat(Side::Candidate), seat(Side::Control)]
            }
        };
        tables.push(Table { seats });
    }
    let alone = baseline.iter().filter(|unit| !candidate.iter().any(|other| is_like(unit, other)));
    tables.extend(alone.map(|unit| Table { seats: vec![Seat { side: Side::Baseline, unit: unit.clone() }] }));
    tables
}

/// Returns whether two units hold the same bench, backend and precision.
fn is_like(one: &Unit, other: &Unit) -> bool {
    let key = |unit: &Unit| {
        let id = &unit.cases.first()?.id;
        Some((id.bench.clone(), id.backend.clone(), id.params.get("precision").cloned()))
    };
    key(one) == key(other)
}

#[cfg(test)]
mod tests {
    use super::super::sample_tests::unit;
    use super::*;

    /// A table as `side: cases; …`.
    fn check(baseline: &[Unit], candidate: &[Unit], expected: &[&str]) {
        let tables = interleave(baseline, candidate);
        let names = |seat: &Seat| {
            let names: Vec<_> = seat.unit.cases.iter().map(|case| case.id.benchmark.as_str()).collect();
            format!("{}: {}", seat.side, names.join(" "))
        };
        let shown: Vec<_> =
            tables.iter().map(|table| table.seats.iter().map(names).collect::<Vec<_>>().join("; ")).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn units_meet_their_like() {
        check(
            &[unit("host", &["a", "b"])],
            &[unit("host", &["a", "b"])],
            &["baseline: a b; candidate: a b; control: a b"],
        );
        check(
            &[unit("host", &["a", "old"])],
            &[unit("host", &["a", "new"])],
            &["baseline: a old; candidate: a new; control: a new"],
        );
        check(&[unit("wgpu", &["a"])], &[unit("host", &["a"])], &["candidate: a", "baseline: a"]);
        check(&[unit("host", &["x"])], &[unit("host", &["y"])], &["baseline: x; candidate: y; control: y"]);
    }

    #[test]
    fn long_work_has_few_samples() {
        let samples = |millis: f64| InTurns::default().samples_of(millis * 1e6);
        assert_eq!([0.1, 0.3, 1.0, 3.5, 11.0, 30.0, 1e4].map(samples), [40, 40, 12, 4, 4, 2, 2]);
    }
}
