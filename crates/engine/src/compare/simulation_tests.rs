//! Whole comparisons on simulated machines, whose truth is known: how often the decision is wrong, and what it finds.

use std::f64::consts::TAU;

use accel_bench_record::stats::{log_shift, median, win_rate};
use fastrand::Rng;

use super::evidence::{Evidence, Pair};
use super::looks::{LEAST_FOR_SAME, MOST_PAIRS};
use super::sequential::{Stage, decide, decide_control};
use super::verdict::{Need, Verdict};
use crate::plan::CONTROL_ROUNDS;

/// The effect of a CPU that both sides share on the samples on it, one after another.
#[derive(Clone, Copy, Debug)]
struct Machine {
    /// All samples deviate by so much, as a share.
    jitter: f64,
    /// How much of a sample's deviation the next one inherits.
    memory: f64,
    /// So much slower with every sample.
    drift: f64,
    /// A phase in which everything takes 1.6 times as long begins or ends after this many samples, in the mean; 0: never.
    phases: f64,
    /// The share of samples that something else makes up to three times as long.
    outliers: f64,
}

const QUIET: Machine = Machine { jitter: 0.003, memory: 0.0, drift: 0.0, phases: 0.0, outliers: 0.0 };
const DRIFTING: Machine = Machine { drift: 2e-5, ..QUIET };
const TWO_STATES: Machine = Machine { phases: 60.0, ..QUIET };
const DISTURBED: Machine = Machine { outliers: 0.05, ..QUIET };
const REMEMBERING: Machine = Machine { memory: 0.95, jitter: 0.01, ..QUIET };
const EVERYTHING: Machine = Machine { jitter: 0.01, memory: 0.9, drift: 2e-5, phases: 100.0, outliers: 0.05 };

/// The two sides of a row.
#[derive(Clone, Copy, Debug)]
struct Code {
    /// The truth: the logarithm of candidate / baseline.
    change: f64,
    /// How much a process deviates as a whole, as a share: how it happens to lie in memory.
    layout: f64,
    /// The share of processes whose layout deviates eight times as much.
    odd: f64,
    /// Every other process is slower by this.
    speeds: f64,
    /// The share of the candidate's processes that are slower, and by how much.
    slow: (f64, f64),
    gate: f64,
    /// Nanoseconds of a sample.
    scale: f64,
}

/// Identical code, judged as calibration does; a layout of 0.4 % is that of a compute-bound kernel (`measurement.md`).
const SAME: Code =
    Code { change: 0.0, layout: 0.004, odd: 0.0, speeds: 0.0, slow: (0.0, 0.0), gate: 0.005, scale: 1e6 };

impl Code {
    fn slower(self, share: f64) -> Self {
        Self { change: share.ln_1p(), ..self }
    }
}

/// Samples that a process takes of a case of 1 or 2 ms (`plan::InTurns`).
const SAMPLES: usize = 12;

/// The rows of most comparisons here: about those of `bench.toml`.
const ROWS: usize = 12;

/// The state of a machine, and all that is drawn.
struct Cpu {
    machine: Machine,
    chance: Rng,
    drifted: f64,
    deviation: f64,
    is_slow: bool,
}

impl Cpu {
    fn new(machine: Machine, seed: u64) -> Self {
        Self { machine, chance: Rng::with_seed(seed), drifted: 0.0, deviation: 0.0, is_slow: false }
    }

    /// Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.chance.f64()).ln()).sqrt();
        radius * (TAU * self.chance.f64()).cos()
    }

    /// The logarithm of how much longer than alone the next sample takes.
    fn next(&mut self) -> f64 {
        let Machine { jitter, memory, drift, phases, outliers } = self.machine;
        self.drifted += drift;
        self.deviation = memory * self.deviation + (1.0 - memory * memory).sqrt() * jitter * self.normal();
        let mut slow = f64::from(u8::from(self.is_slow));
        if phases > 0.0 && self.chance.f64() * phases < 1.0 {
            self.is_slow = !self.is_slow;
            // Within the sample.
            slow = self.chance.f64();
        }
        let more = if self.chance.f64() < outliers { 1.0 + 2.0 * self.chance.f64() } else { 1.0 };
        self.drifted + self.deviation + (1.0 + 0.6 * slow).ln() + more.ln()
    }

    /// How a fresh process deviates as a whole.
    fn process(&mut self, code: Code) -> f64 {
        let is_odd = self.chance.f64() < code.odd;
        let layout = code.layout * self.normal() * if is_odd { 8.0 } else { 1.0 };
        layout + if self.chance.bool() { code.speeds } else { 0.0 }
    }

    /// A pair of fresh processes that are interleaved: their samples.
    fn pair(&mut self, code: Code) -> [Vec<f64>; 2] {
        let base = self.process(code);
        let (share, by) = code.slow;
        let slow = if self.chance.f64() < share { f64::ln_1p(by) } else { 0.0 };
        let logs = [base, self.process(code) + code.change + slow];
        let mut samples = [Vec::new(), Vec::new()];
        for _ in 0..SAMPLES {
            let first = usize::from(self.chance.bool());
            for side in [first, 1 - first] {
                samples[side].push(code.scale * (logs[side] + self.next()).exp());
            }
        }
        samples
    }
}

/// A row without pairs.
fn evidence(code: Code) -> Evidence {
    Evidence { pairs: Vec::new(), gate: code.gate.ln_1p(), least_for_same: LEAST_FOR_SAME }
}

fn pair(base: &[f64], candidate: &[f64]) -> Option<Pair> {
    Some(Pair { shift: log_shift(base, candidate)?, wins: win_rate(base, candidate)?, layout: None })
}

/// A comparison as the runner drives it (`measure::measure_in_turns`): every row that is not decided gets another pair
/// of processes in each round, in random order.
fn compared(codes: &[Code], machine: Machine, seed: u64) -> (Vec<Evidence>, Vec<Stage>) {
    let mut cpu = Cpu::new(machine, seed);
    let mut rows: Vec<_> = codes.iter().map(|&code| evidence(code)).collect();
    let mut stages = decide(&rows);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for round in 1..=MOST_PAIRS {
        cpu.chance.shuffle(&mut order);
        for &row in order.iter().filter(|&&row| is_open(&stages[row])) {
            let [base, candidate] = cpu.pair(codes[row]);
            rows[row].pairs.extend(pair(&base, &candidate));
        }
        // A row that needs more pairs than there are stays as it is: `stages_change_only_at_looks`.
        if stages.iter().any(|stage| needs(stage).is_some_and(|needs| needs <= round)) {
            stages = decide(&rows);
        }
        if !stages.iter().any(is_open) {
            break;
        }
    }
    (rows, stages)
}

fn needs(stage: &Stage) -> Option<usize> {
    match *stage {
        Stage::Open { needs } | Stage::Suspected { needs } => Some(needs),
        Stage::Decided(_) => None,
    }
}

fn is_open(stage: &Stage) -> bool {
    needs(stage).is_some()
}

fn is(verdict: Verdict) -> impl Fn(&Stage) -> bool {
    move |stage| *stage == Stage::Decided(verdict)
}

fn is_change(stage: &Stage) -> bool {
    is(Verdict::Regressed)(stage) || is(Verdict::Improved)(stage)
}

/// The share of rows, over this many comparisons of these, that ended so.
fn share(codes: &[Code], machine: Machine, comparisons: u64, is: impl Fn(&Stage) -> bool) -> f64 {
    let ended = (0..comparisons).flat_map(|seed| compared(codes, machine, seed).1);
    let count = ended.filter(is).count();
    count as f64 / (comparisons as usize * codes.len()) as f64
}

/// Over this many comparisons of identical code on this machine.
#[track_caller]
fn alarms(machine: Machine, comparisons: usize) {
    let ended = (0..comparisons as u64).map(|seed| compared(&[SAME; ROWS], machine, seed).1);
    let of_each: Vec<usize> =
        ended.map(|stages| stages.iter().filter(|stage| is_change(stage)).count()).collect();
    let (rows, any) = (of_each.iter().sum::<usize>(), of_each.iter().filter(|alarms| **alarms > 0).count());
    assert!(rows * 200 <= comparisons * ROWS, "{rows} rows of {} are false alarms", comparisons * ROWS);
    assert!(any * 20 <= comparisons, "{any} comparisons of {comparisons} have a false alarm");
}

#[test]
fn identical_code_is_not_called_changed() {
    for machine in [QUIET, DRIFTING, TWO_STATES, DISTURBED, REMEMBERING] {
        alarms(machine, 80);
    }
    alarms(EVERYTHING, 240);
}

#[test]
fn most_identical_code_is_called_the_same() {
    let same = share(&[SAME; ROWS], EVERYTHING, 60, is(Verdict::Same));
    assert!(same >= 0.80, "{same}");
}

/// One row is slower by so much, the others are as they were; 5 % of samples and of processes are outliers.
#[track_caller]
fn finds(slower: f64, comparisons: usize, least: f64) {
    let same = Code { odd: 0.05, ..SAME };
    let mut codes = [same; ROWS];
    codes[0] = same.slower(slower);
    let found = (0..comparisons as u64).filter(|&seed| {
        let (_, stages) = compared(&codes, DISTURBED, seed);
        is(Verdict::Regressed)(&stages[0])
    });
    let found = found.count() as f64 / comparisons as f64;
    assert!(found >= least, "{found} of {slower} was found");
}

#[test]
fn one_slower_row_is_found() {
    finds(0.05, 150, 0.99);
    finds(0.03, 150, 0.98);
    finds(0.02, 150, 0.95);
    finds(0.01, 150, 0.80);
}

/// As calibration tries it.
#[test]
fn many_slower_rows_are_found() {
    for (slower, least) in [(0.05, 0.99), (0.03, 0.98), (0.02, 0.95), (0.01, 0.70)] {
        let code = Code { odd: 0.05, ..SAME }.slower(slower);
        let found = share(&[code; ROWS], DISTURBED, 20, is(Verdict::Regressed));
        assert!(found >= least, "{found} of {slower} was found");
    }
}

/// Rows of every kind, to see what must not matter.
fn mixed() -> [Code; ROWS] {
    let mut codes = [SAME; ROWS];
    for (code, change) in codes.iter_mut().zip([0.05, -0.05, 0.02, -0.02, 0.01, -0.01, 0.005]) {
        code.change = change;
    }
    codes[7].speeds = 0.05;
    codes[8].layout = 0.03;
    codes[9].gate = 0.0;
    codes
}

#[test]
fn swapping_the_sides_mirrors_the_decision() {
    for seed in 0..40 {
        let (rows, stages) = compared(&mixed(), EVERYTHING, seed);
        let swapped: Vec<_> = rows
            .iter()
            .map(|row| Evidence {
                pairs: row.pairs.iter().map(|pair| pair.swapped()).collect(),
                ..row.clone()
            })
            .collect();
        let mirrored = stages.into_iter().map(|stage| match stage {
            Stage::Decided(Verdict::Regressed) => Stage::Decided(Verdict::Improved),
            Stage::Decided(Verdict::Improved) => Stage::Decided(Verdict::Regressed),
            other => other,
        });
        assert_eq!(decide(&swapped), mirrored.collect::<Vec<_>>(), "seed {seed}");
    }
}

#[test]
fn the_order_of_rows_does_not_matter() {
    for seed in 0..40 {
        let (mut rows, mut stages) = compared(&mixed(), EVERYTHING, seed);
        rows.rotate_left(seed as usize % ROWS);
        stages.rotate_left(seed as usize % ROWS);
        assert_eq!(decide(&rows), stages, "seed {seed}");
        rows.reverse();
        stages.reverse();
        assert_eq!(decide(&rows), stages, "seed {seed}");
    }
}

#[test]
fn the_scale_does_not_matter() {
    for seed in 0..20 {
        let (_, stages) = compared(&mixed(), EVERYTHING, seed);
        for scale in [1e-3, 1e12] {
            let (_, scaled) = compared(&mixed().map(|code| Code { scale, ..code }), EVERYTHING, seed);
            assert_eq!(scaled, stages, "seed {seed}, scale {scale}");
        }
    }
}

/// Asked after every round, as the runner does, nothing else comes out than asked only when enough pairs are there; and
/// what is decided stays so while others go on.
#[test]
fn stages_change_only_at_looks() {
    for seed in 0..8 {
        let (rows, stages) = compared(&mixed(), EVERYTHING, seed);
        let mut before = vec![Stage::Open { needs: 0 }; ROWS];
        for round in 0..=MOST_PAIRS {
            let so_far = rows.iter().map(|row| Evidence {
                pairs: row.pairs[..round.min(row.pairs.len())].to_vec(),
                ..row.clone()
            });
            let now = decide(&so_far.collect::<Vec<_>>());
            for (now, before) in now.iter().zip(&before) {
                assert!(now == before || needs(before).is_some_and(|needs| needs <= round), "round {round}");
            }
            before = now;
        }
        assert_eq!(before, stages, "seed {seed}");
    }
}

/// Processes of one row have two speeds, both equally likely on both sides.
fn two_speeds(apart: f64, gate: f64) -> [Code; ROWS] {
    [Code { speeds: apart, gate, layout: 0.002, ..SAME }; ROWS]
}

#[test]
fn two_speeds_are_never_averaged() {
    // With a wide gate, the first few pairs often have one speed by chance, and are rightly called the same.
    for (apart, gate, least) in
        [(0.02, 0.005, 0.5), (0.05, 0.005, 0.95), (0.20, 0.05, 0.7), (0.60, 0.05, 0.7)]
    {
        let ended: Vec<_> =
            (0..40).flat_map(|seed| compared(&two_speeds(apart, gate), QUIET, seed).1).collect();
        let of = |is: &dyn Fn(&Stage) -> bool| ended.iter().filter(|stage| is(stage)).count();
        let (wrong, named) = (of(&is_change), of(&is(Verdict::Undecided(Need::OneSpeed))));
        assert!(wrong * 200 <= ended.len(), "{wrong} rows {apart} apart were called changed at {gate}");
        let named = named as f64 / ended.len() as f64;
        assert!(named >= least, "{named} of {apart} at {gate} were said to have two speeds");
    }
}

/// Processes of the candidate alone are slow now and then; the middle of the pairs knows nothing of it.
#[test]
fn a_slow_mode_of_one_side_is_not_called_the_same() {
    for slow in [(0.2, 0.5), (0.1, 1.0), (0.5, 0.2)] {
        let code = Code { slow, gate: 0.05, ..SAME };
        let same = share(&[code; ROWS], DISTURBED, 60, is(Verdict::Same));
        let most = if slow.0 < 0.2 { 0.2 } else { 0.05 };
        assert!(same <= most, "{same} of {slow:?} were called the same");
    }
}

/// The candidate next to itself in the first rounds of a comparison.
#[test]
fn controls_pass_on_a_fit_machine() {
    for code in [SAME, Code { layout: 0.03, odd: 0.1, ..SAME }, Code { speeds: 0.1, ..SAME }] {
        let failed = (0..300).filter(|&seed| {
            let mut cpu = Cpu::new(EVERYTHING, seed);
            let mut control = || {
                let pairs = (0..CONTROL_ROUNDS).filter_map(|_| {
                    let [one, other] = cpu.pair(code);
                    pair(&one, &other)
                });
                decide_control(&Evidence { pairs: pairs.collect(), ..evidence(code) }, ROWS)
            };
            (0..ROWS).any(|_| matches!(control(), Verdict::Regressed | Verdict::Improved))
        });
        let failed = failed.count();
        assert!(failed <= 3, "{failed} of 300 comparisons of {code:?}");
    }
}

/// A metric with two levels 20 % apart, one value a process, in each of fifty rows.
#[test]
fn a_noisy_metric_is_not_called_changed() {
    let alarmed = (0..60).filter(|&seed| {
        let mut chance = Rng::with_seed(seed);
        let row = Evidence { pairs: Vec::new(), gate: 0.05_f64.ln_1p(), least_for_same: LEAST_FOR_SAME };
        let mut rows = vec![row; 50];
        let mut value = |_| if chance.bool() { 1.2 } else { 1.0 };
        for row in &mut rows {
            row.pairs.extend((0..MOST_PAIRS).filter_map(|at| Pair::of_values(value(at), value(at))));
        }
        decide(&rows).iter().any(is_change)
    });
    let alarmed = alarmed.count();
    assert!(alarmed <= 3, "{alarmed} of 60 comparisons");
}

#[test]
fn speeds_nearer_together_than_the_gate_are_noise() {
    let same = share(&two_speeds(0.02, 0.10), QUIET, 25, is(Verdict::Same));
    assert!(same >= 0.99, "{same}");
}

/// It lies beyond the gate as often as within it, and has as many chances as there are looks.
#[test]
fn a_row_just_at_the_gate_is_called_changed_about_every_other_time() {
    let code = SAME.slower(SAME.gate);
    let ended: Vec<_> = (0..100).flat_map(|seed| compared(&[code; ROWS], DISTURBED, seed).1).collect();
    let of = |is: &dyn Fn(&Stage) -> bool| {
        ended.iter().filter(|stage| is(stage)).count() as f64 / ended.len() as f64
    };
    let (regressed, same) = (of(&is(Verdict::Regressed)), of(&is(Verdict::Same)));
    assert!((0.3..=0.6).contains(&regressed) && same <= 0.05, "{regressed} regressed, {same} the same");
    assert_eq!(of(&is(Verdict::Improved)), 0.0);
}

#[test]
fn clear_rows_need_few_pairs() {
    let pairs = |code: Code| {
        let rows = (0..20).flat_map(|seed| compared(&[code; ROWS], DISTURBED, seed).0);
        median(&rows.map(|row| row.pairs.len() as f64).collect::<Vec<_>>()).expect("rows")
    };
    let at_5_percent = Code { gate: 0.05, ..SAME };
    assert_eq!(pairs(at_5_percent), 16.0);
    assert_eq!(pairs(at_5_percent.slower(0.5)), 16.0);
    assert_eq!(pairs(SAME.slower(0.05)), 16.0);
    assert_eq!(pairs(SAME.slower(-0.05)), 16.0);
}
