//! How often verdicts were wrong and what they found, from comparisons whose truth is known. Pure.

use std::collections::{BTreeMap, BTreeSet};

use accel_bench_record::stats::{Interval, mean, median, middle_log_ratio, proportion_interval};
use accel_bench_record::{CalibrationRecord, ComparisonTrial, RowTrial, TrialVerdict};

/// The tolerance that calibration judges with: small enough that it shows what can be found at all.
pub const CALIBRATION_TOLERANCE: f64 = 0.005;

/// Fewer comparisons of identical code say nothing of a case's noise.
const FEWEST_FOR_A_FLOOR: usize = 5;

/// A case whose floor is below this is quiet: changes of some percent can be found in it.
pub const QUIET: f64 = 0.01;

/// A count among others, with its exact interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub count: usize,
    pub of: usize,
    pub interval: Option<Interval>,
}

impl Share {
    fn of(count: usize, of: usize) -> Self {
        Self { count, of, interval: proportion_interval(count, of, 0.95) }
    }

    fn among<'t>(rows: impl Iterator<Item = &'t RowTrial>, is: impl Fn(&RowTrial) -> bool) -> Self {
        let (count, of) = rows.fold((0, 0), |(count, of), row| (count + usize::from(is(row)), of + 1));
        Self::of(count, of)
    }
}

/// The results for one known slow-down.
#[derive(Clone, Debug, PartialEq)]
pub struct Power {
    pub slowdown: f64,
    /// True if only some rows were slowed, among others that were not.
    pub few: bool,
    /// In the quiet cases.
    pub quiet: Share,
    pub all: Share,
    /// The median of the effects that were reported for quiet cases, as a share.
    pub told: Option<f64>,
}

/// One case.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseCalibration {
    pub case: String,
    /// As a share; absent with too few comparisons.
    pub floor: Option<f64>,
    pub false_alarms: Share,
    /// Rows of identical code that were called the same.
    pub same: Share,
    /// By slow-down.
    pub found: Vec<Share>,
    /// The median number of process pairs that a row took.
    pub pairs: f64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Rows of identical code that were called changed.
    pub false_alarms: Share,
    /// Comparisons of identical code with such a row.
    pub alarmed: Share,
    /// The same two of identical code whose functions lay at other addresses on one side.
    pub moved_false_alarms: Share,
    pub moved_alarmed: Share,
    pub power: Vec<Power>,
    pub cases: Vec<CaseCalibration>,
    /// Wall seconds a row, both sides, processes' starts included.
    pub seconds_a_row: Option<f64>,
    /// Seconds a row that the samples themselves took.
    pub sampled_seconds_a_row: Option<f64>,
}

impl Calibration {
    pub fn of(record: &CalibrationRecord) -> Self {
        let rows: Vec<&RowTrial> = record.comparisons.iter().flat_map(|trial| &trial.rows).collect();
        let identical = record.comparisons.iter().filter(|trial| trial.is_identical());
        let (moved, identical): (Vec<_>, Vec<_>) = identical.partition(|trial| trial.moved);
        let false_alarms = |trials: &[&ComparisonTrial]| {
            Share::among(trials.iter().flat_map(|trial| &trial.rows), is_change)
        };
        let alarmed = |trials: &[&ComparisonTrial]| {
            Share::of(trials.iter().filter(|trial| trial.rows.iter().any(is_change)).count(), trials.len())
        };
        let floors = floors(record);
        let slowdowns = slowdowns(&rows);
        Self {
            false_alarms: false_alarms(&identical),
            alarmed: alarmed(&identical),
            moved_false_alarms: false_alarms(&moved),
            moved_alarmed: alarmed(&moved),
            power: powers(record, &floors),
            cases: cases(&rows, &floors, &slowdowns),
            seconds_a_row: a_row(&record.comparisons, |trial| trial.seconds),
            sampled_seconds_a_row: a_row(&record.comparisons, |trial| {
                trial.rows.iter().map(|row| row.sampled_seconds).sum()
            }),
        }
    }
}

/// The noise floor of each case, as a share: 1.96 times the root mean square of the effects that identical code showed,
/// so that, if they are normal around nothing, 19 of 20 lie below it. A bias counts like any other noise.
fn floors(record: &CalibrationRecord) -> BTreeMap<String, f64> {
    let mut effects: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let in_place = record.comparisons.iter().filter(|trial| !trial.moved);
    for row in in_place.flat_map(|trial| &trial.rows).filter(|row| row.slowdown == 0.0) {
        effects.entry(&row.case).or_default().extend(effect(row));
    }
    let floor = |effects: Vec<f64>| {
        let squares: Vec<f64> = effects.iter().map(|effect| effect * effect).collect();
        (effects.len() >= FEWEST_FOR_A_FLOOR).then(|| mean(&squares).map(|mean| 1.96 * mean.sqrt()))?
    };
    effects
        .into_iter()
        .filter_map(|(case, effects)| Some((case.to_owned(), floor(effects)?.exp_m1())))
        .collect()
}

/// Returns what was reported of the row, as a logarithm.
fn effect(row: &RowTrial) -> Option<f64> {
    middle_log_ratio(&row.log_ratios, 0.0).map(|middle| middle.estimate)
}

fn is_change(row: &RowTrial) -> bool {
    matches!(row.verdict, TrialVerdict::Regressed | TrialVerdict::Improved)
}

fn is_found(row: &RowTrial) -> bool {
    row.verdict == TrialVerdict::Regressed
}

fn slowdowns(rows: &[&RowTrial]) -> Vec<f64> {
    let mut all: Vec<f64> = rows.iter().map(|row| row.slowdown).filter(|share| *share > 0.0).collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup();
    all
}

/// The power of each slow-down, with all rows slowed and with few.
fn powers(record: &CalibrationRecord, floors: &BTreeMap<String, f64>) -> Vec<Power> {
    let is_few = |trial: &&ComparisonTrial| trial.rows.iter().any(|row| row.slowdown == 0.0);
    let (few, all): (Vec<_>, Vec<_>) = record.comparisons.iter().partition(is_few);
    let of = |trials: Vec<&ComparisonTrial>, few: bool| -> Vec<Power> {
        let rows: Vec<_> = trials.into_iter().flat_map(|trial| &trial.rows).collect();
        let slowdowns = slowdowns(&rows).into_iter();
        slowdowns.map(|slowdown| Power { few, ..power(slowdown, &rows, floors) }).collect()
    };
    let mut powers = [of(all, false), of(few, true)].concat();
    powers.sort_by(|one, other| one.slowdown.total_cmp(&other.slowdown));
    powers
}

fn power(slowdown: f64, rows: &[&RowTrial], floors: &BTreeMap<String, f64>) -> Power {
    let is_quiet = |row: &RowTrial| floors.get(&row.case).is_some_and(|floor| *floor < QUIET);
    let slowed = || rows.iter().copied().filter(move |row| row.slowdown == slowdown);
    let told: Vec<f64> = slowed().filter(|row| is_quiet(row)).filter_map(effect).map(f64::exp_m1).collect();
    Power {
        slowdown,
        few: false,
        quiet: Share::among(slowed().filter(|row| is_quiet(row)), is_found),
        all: Share::among(slowed(), is_found),
        told: median(&told),
    }
}

fn cases(rows: &[&RowTrial], floors: &BTreeMap<String, f64>, slowdowns: &[f64]) -> Vec<CaseCalibration> {
    let names: BTreeSet<&String> = rows.iter().map(|row| &row.case).collect();
    let case = |name: &String| {
        let of = |slowdown: f64| {
            rows.iter().copied().filter(move |row| row.case == *name && row.slowdown == slowdown)
        };
        let pairs: Vec<f64> =
            rows.iter().filter(|row| row.case == *name).map(|row| row.log_ratios.len() as f64).collect();
        CaseCalibration {
            case: name.clone(),
            floor: floors.get(name).copied(),
            false_alarms: Share::among(of(0.0), is_change),
            same: Share::among(of(0.0), |row| row.verdict == TrialVerdict::Same),
            found: slowdowns.iter().map(|&slowdown| Share::among(of(slowdown), is_found)).collect(),
            pairs: median(&pairs).unwrap_or_default(),
        }
    };
    names.into_iter().map(case).collect()
}

fn a_row(comparisons: &[ComparisonTrial], seconds: impl Fn(&ComparisonTrial) -> f64) -> Option<f64> {
    let rows: usize = comparisons.iter().map(|trial| trial.rows.len()).sum();
    (rows > 0).then(|| comparisons.iter().map(seconds).sum::<f64>() / rows as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(case: &str, slowdown: f64, effect: f64, verdict: TrialVerdict) -> RowTrial {
        let (case, log_ratios) = (case.to_owned(), vec![effect; 4]);
        let win_rates = vec![effect.signum() / 2.0; 4];
        RowTrial { case, slowdown, log_ratios, win_rates, verdict, sampled_seconds: 0.1 }
    }

    fn record(comparisons: Vec<Vec<RowTrial>>) -> CalibrationRecord {
        CalibrationRecord {
            format: 1,
            machine: "m".into(),
            started: String::new(),
            tool: String::new(),
            rustc: String::new(),
            tolerance: 0.005,
            comparisons: comparisons
                .into_iter()
                .map(|rows| ComparisonTrial { seconds: 2.0, moved: false, rows })
                .collect(),
        }
    }

    /// Ten comparisons of identical code, one of them with a false alarm, and four with 2 % more work.
    fn tried() -> CalibrationRecord {
        use TrialVerdict::{Improved, Regressed, Same, Undecided};
        let mut comparisons: Vec<_> = (0..10)
            .map(|i| {
                let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
                let verdict = if i == 3 { Improved } else { Same };
                vec![row("quiet", 0.0, sign * 0.001, Same), row("loud", 0.0, sign * 0.02, verdict)]
            })
            .collect();
        comparisons.extend(
            [Regressed, Regressed, Regressed, Undecided]
                .map(|verdict| vec![row("quiet", 0.02, 0.02, verdict), row("loud", 0.02, 0.02, Undecided)]),
        );
        record(comparisons)
    }

    #[test]
    fn alarms_and_power_are_counted() {
        let found = Calibration::of(&tried());
        assert_eq!((found.false_alarms.count, found.false_alarms.of), (1, 20));
        assert_eq!((found.alarmed.count, found.alarmed.of), (1, 10));
        let [power] = found.power.as_slice() else { panic!("one slow-down") };
        assert_eq!((power.quiet.count, power.quiet.of), (3, 4));
        assert_eq!((power.all.count, power.all.of), (3, 8));
        assert!((found.seconds_a_row.expect("rows") - 1.0).abs() < 1e-12);
        assert!((found.sampled_seconds_a_row.expect("rows") - 0.1).abs() < 1e-12);
        let quiet = &found.cases[1];
        assert_eq!((quiet.case.as_str(), quiet.same.count, quiet.pairs), ("quiet", 10, 4.0));
    }

    /// Comparisons with functions elsewhere are counted apart and do not count as noise of the machine.
    #[test]
    fn moved_functions_are_counted_apart() {
        let mut record = tried();
        for trial in &mut record.comparisons[..4] {
            trial.moved = true;
        }
        let found = Calibration::of(&record);
        assert_eq!((found.false_alarms.count, found.false_alarms.of), (0, 12));
        assert_eq!((found.moved_false_alarms.count, found.moved_false_alarms.of), (1, 8));
        assert_eq!((found.moved_alarmed.count, found.moved_alarmed.of), (1, 4));
        assert_eq!((found.alarmed.count, found.alarmed.of), (0, 6));
    }

    #[test]
    fn few_slowed_rows_among_others_are_counted_apart() {
        use TrialVerdict::{Regressed, Same, Undecided};
        let mut record = tried();
        let few = |verdict| vec![row("quiet", 0.02, 0.02, verdict), row("loud", 0.0, 0.0, Same)];
        let trials = [few(Regressed), few(Undecided)];
        record.comparisons.extend(trials.map(|rows| ComparisonTrial { seconds: 2.0, moved: false, rows }));
        let power = Calibration::of(&record).power;
        let counts: Vec<_> = power.iter().map(|power| (power.few, power.all.count, power.all.of)).collect();
        assert_eq!(counts, [(false, 3, 8), (true, 1, 2)]);
    }

    #[test]
    fn the_floor_is_what_identical_code_shows() {
        let floors = floors(&tried());
        assert!((floors["quiet"] - 0.00196).abs() < 1e-5, "{floors:?}");
        assert!((floors["loud"] - 0.0400).abs() < 1e-3, "{floors:?}");
        // A bias is noise too, and four comparisons are too few.
        let biased = record(vec![vec![row("a", 0.0, 0.01, TrialVerdict::Same)]; 5]);
        assert!((super::floors(&biased)["a"] - 0.0198).abs() < 1e-4);
        let few = record(vec![vec![row("a", 0.0, 0.01, TrialVerdict::Same)]; 4]);
        assert_eq!(super::floors(&few), BTreeMap::new());
    }

    #[test]
    fn nothing_tried() {
        let found = Calibration::of(&record(vec![]));
        assert_eq!((found.false_alarms.of, found.seconds_a_row, found.cases.len()), (0, None, 0));
    }
}
