//! The best way for each model, and its ties.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use accel_bench_record::CaseKey;

use super::way::{ModelKey, Way, batch};

/// The quantity to be minimised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The time of an iteration.
    #[default]
    Latency,
    /// Samples per second.
    Throughput,
    /// The peak of memory.
    Memory,
    /// The energy of a sample.
    Energy,
    /// The price of a thousand samples.
    Cost,
}

/// A request.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub by: By,
    /// Nanoseconds of an iteration, at most.
    pub max_latency: Option<f64>,
    /// Bytes at the peak, at most.
    pub max_memory: Option<f64>,
    /// Batch sizes; `None`: any.
    pub batch: Option<RangeInclusive<u64>>,
    /// The price of an hour of each backend, in one currency.
    pub prices: BTreeMap<String, f64>,
}

/// Values closer than this are the same to anyone, whatever their intervals.
const SAME: f64 = 0.01;

/// Nanoseconds of an hour.
const HOUR: f64 = 3.6e12;

/// A way with what it is judged by: the less, the better.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub way: Way,
    /// Nanoseconds of an iteration or of a sample, bytes, joules of a sample, or the price of a thousand samples.
    pub value: f64,
    /// Both ends of the 95 % interval; of what has none, the value.
    pub low: f64,
    pub high: f64,
}

/// The best ways for a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    pub model: ModelKey,
    /// The best, then its ties; empty where none fits the wish.
    pub best: Vec<Scored>,
    /// The others that fit, the better first.
    pub others: Vec<Scored>,
    /// Ways that were measured and do not fit, with the reason.
    pub unfit: Vec<(CaseKey, String)>,
    /// The best way's case on each backend where the model was never measured or refused, though others were.
    pub unmeasured: Vec<CaseKey>,
}

/// Chooses for each model among its ways. `tried` are all cases of the machine, those that failed included.
#[must_use]
pub fn recommend(ways: &[Way], tried: &BTreeSet<CaseKey>, wish: &Wish) -> Vec<Choice> {
    let mut models: BTreeMap<ModelKey, Vec<&Way>> = BTreeMap::new();
    for way in ways {
        if let Some(model) = ModelKey::of(&way.case) {
            models.entry(model).or_default().push(way);
        }
    }
    let backends: BTreeSet<&str> = ways.iter().map(|way| way.case.backend.as_str()).collect();
    models.into_iter().map(|(model, ways)| choose(model, &ways, (tried, &backends), wish)).collect()
}

fn choose(
    model: ModelKey,
    ways: &[&Way],
    (tried, backends): (&BTreeSet<CaseKey>, &BTreeSet<&str>),
    wish: &Wish,
) -> Choice {
    let (mut fit, mut unfit) = (Vec::new(), Vec::new());
    for way in ways {
        match scored(way, wish) {
            Ok(scored) => fit.push(scored),
            Err(reason) => unfit.push((way.case.clone(), reason)),
        }
    }
    fit.sort_by(|one, other| one.value.total_cmp(&other.value));
    let best = fit.first().cloned();
    let is_tied = |own: &Scored| {
        best.as_ref().is_some_and(|best| own.low <= best.high || own.value <= best.value * (1.0 + SAME))
    };
    let (tied, others) = fit.into_iter().partition(is_tied);
    let is_tried = |backend: &str| {
        tried.iter().any(|case| case.backend == backend && ModelKey::of(case).as_ref() == Some(&model))
    };
    let unmeasured = best.iter().flat_map(|best| {
        let elsewhere = backends.iter().filter(|backend| !is_tried(backend));
        elsewhere.filter_map(|backend| on(backend, &best.way.case, tried))
    });
    let unmeasured = unmeasured.collect();
    Choice { model, best: tied, others, unfit, unmeasured }
}

/// The case on another backend: of its own bench, if that was ever run on the backend, or of another one that has the
/// benchmark. `None`: no bench is known to run it there.
fn on(backend: &str, case: &CaseKey, tried: &BTreeSet<CaseKey>) -> Option<CaseKey> {
    let there = |other: &&CaseKey| other.backend == backend;
    let own = tried.iter().filter(there).find(|other| other.bench == case.bench);
    let found = own.or_else(|| tried.iter().filter(there).find(|other| other.benchmark == case.benchmark))?;
    Some(CaseKey { bench: found.bench.clone(), backend: backend.to_owned(), ..case.clone() })
}

/// The way's value, or why it does not fit.
fn scored(way: &Way, wish: &Wish) -> Result<Scored, String> {
    if let Some(range) = &wish.batch
        && !batch(&way.case).is_some_and(|batch| range.contains(&batch))
    {
        return Err(format!("its batch size is not within {} to {}", range.start(), range.end()));
    }
    if wish.max_latency.is_some_and(|most| way.latency.value > most) {
        return Err("it takes longer".to_owned());
    }
    match (wish.max_memory, way.memory) {
        (Some(most), Some(bytes)) if bytes > most => return Err("it needs more memory".to_owned()),
        (Some(_), None) => return Err("its memory was not measured".to_owned()),
        _ => {}
    }
    let latency = |factor: f64| {
        let interval = way.latency.interval;
        let end = |own: Option<f64>| own.unwrap_or(way.latency.value) * factor;
        let (low, high) = (end(interval.map(|own| own.low)), end(interval.map(|own| own.high)));
        Scored { way: way.clone(), value: way.latency.value * factor, low, high }
    };
    let exact = |value: f64| Scored { way: way.clone(), value, low: value, high: value };
    match wish.by {
        By::Latency => Ok(latency(1.0)),
        By::Throughput => Ok(latency(1.0 / way.samples)),
        By::Memory => way.memory.map(exact).ok_or_else(|| "its memory was not measured".to_owned()),
        By::Energy => way.energy.map(exact).ok_or_else(|| "its energy was not measured".to_owned()),
        By::Cost => {
            let price = wish.prices.get(&way.case.backend);
            let price = price.ok_or_else(|| format!("`{}` has no price", way.case.backend))?;
            Ok(latency(price / HOUR * 1_000.0 / way.samples))
        }
    }
}

#[cfg(test)]
mod tests {
    use accel_bench_record::catalogue::MEM_PEAK;
    use accel_bench_record::{CaseRecord, Throughput};

    use super::*;
    use crate::compare::sample;

    /// A case with processes that differ by a thousandth.
    fn case(id: &str, micros: f64, samples: u64, bytes: f64) -> CaseRecord {
        let nanos = micros * 1e3;
        let case = sample::case(id, &[nanos * 0.999, nanos, nanos * 1.001]);
        let mut case = sample::with_work(case, Throughput::Samples(samples));
        case.processes.iter_mut().for_each(|process| process.metrics.push(MEM_PEAK.of(bytes)));
        case
    }

    fn cases() -> Vec<CaseRecord> {
        vec![
            case("m/bert@ndarray?model=tiny&batch-size=1", 100.0, 1, 1e6),
            case("m/bert@ndarray?model=tiny&batch-size=8", 700.0, 8, 2e6),
            case("m/bert@tch?model=tiny&batch-size=1", 50.0, 1, 9e6),
            case("m/bert@tch?model=tiny&batch-size=8", 480.0, 8, 9e6),
            case("m/bert@ndarray?model=base&batch-size=1", 9_000.0, 1, 9e7),
            case("k/sort@host?n=1", 1.0, 1, 1.0),
        ]
    }

    fn choices(wish: &Wish) -> Vec<Choice> {
        let cases = cases();
        let ways: Vec<_> = cases.iter().filter_map(Way::of).collect();
        let tried = cases.iter().map(|case| case.id.clone()).collect();
        recommend(&ways, &tried, wish)
    }

    fn names(scored: &[Scored]) -> Vec<String> {
        let name = |own: &Scored| format!("{}/b{}", own.way.case.backend, batch(&own.way.case).unwrap_or(0));
        scored.iter().map(name).collect()
    }

    #[track_caller]
    fn check(wish: &Wish, best: &[&str], others: &[&str]) {
        let tiny =
            choices(wish).into_iter().find(|choice| choice.model.model == "tiny").expect("it was measured");
        assert_eq!(
            (names(&tiny.best), names(&tiny.others)),
            (
                best.iter().map(|name| (*name).to_owned()).collect(),
                others.iter().map(|name| (*name).to_owned()).collect(),
            )
        );
    }

    #[test]
    fn each_wish_has_a_best_of_its_own() {
        let by = |by| Wish { by, ..Wish::default() };
        check(&by(By::Latency), &["tch/b1"], &["ndarray/b1", "tch/b8", "ndarray/b8"]);
        check(&by(By::Throughput), &["tch/b1"], &["tch/b8", "ndarray/b8", "ndarray/b1"]);
        check(&by(By::Memory), &["ndarray/b1"], &["ndarray/b8", "tch/b1", "tch/b8"]);
        check(&by(By::Energy), &[], &[]);
        let prices = BTreeMap::from([("ndarray".to_owned(), 1.0), ("tch".to_owned(), 2.5)]);
        check(
            &Wish { by: By::Cost, prices, ..Wish::default() },
            &["ndarray/b8"],
            &["ndarray/b1", "tch/b1", "tch/b8"],
        );
    }

    #[test]
    fn benches_of_two_frameworks_are_compared_where_they_run_one_model() {
        let mut cases = cases();
        cases.push(case("onnx/bert@ort-cpu?model=tiny&batch-size=1", 25.0, 1, 1e6));
        cases.push(case("onnx/vit@ort-cpu?model=small&batch-size=1", 25.0, 1, 1e6));
        let ways: Vec<_> = cases.iter().filter_map(Way::of).collect();
        let tried = cases.iter().map(|case| case.id.clone()).collect();
        let found = recommend(&ways, &tried, &Wish::default());
        let model = |name: &str| found.iter().find(|choice| choice.model.model == name).expect("it was run");
        assert_eq!(names(&model("tiny").best), ["ort-cpu/b1"]);
        assert_eq!(model("tiny").others.len(), 4);
        // The next thing to measure is named by the bench that has it.
        let unmeasured =
            |name: &str| model(name).unmeasured.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            unmeasured("base"),
            ["onnx/bert/base/b1@ort-cpu", "m/bert/base/b1@tch"].map(str::to_owned),
        );
        assert!(
            unmeasured("small").is_empty(),
            "no bench is known to run vit on burn: {:?}",
            unmeasured("small")
        );
    }

    #[test]
    fn what_does_not_fit_is_left_out_and_says_why() {
        let wish = Wish { max_memory: Some(5e6), batch: Some(2..=32), ..Wish::default() };
        check(&wish, &["ndarray/b8"], &[]);
        let reasons: Vec<_> =
            choices(&wish).swap_remove(1).unfit.into_iter().map(|(_, reason)| reason).collect();
        assert_eq!(
            reasons,
            [
                "its batch size is not within 2 to 32",
                "its batch size is not within 2 to 32",
                "it needs more memory",
            ]
        );
        check(&Wish { max_latency: Some(1e3), ..Wish::default() }, &[], &[]);
    }

    #[test]
    fn what_has_no_price_or_no_memory_says_so() {
        let reasons = |wish: &Wish| {
            let found = choices(wish).swap_remove(1);
            found.unfit.into_iter().map(|(case, reason)| (case.backend, reason)).collect::<Vec<_>>()
        };
        let prices = BTreeMap::from([("tch".to_owned(), 2.5)]);
        let unpriced = reasons(&Wish { by: By::Cost, prices, ..Wish::default() });
        assert_eq!(unpriced, vec![("ndarray".to_owned(), "`ndarray` has no price".to_owned()); 2]);
        let unmeasured = reasons(&Wish { by: By::Energy, ..Wish::default() });
        assert_eq!(unmeasured.len(), 4);
        assert!(unmeasured.iter().all(|(_, reason)| reason == "its energy was not measured"));
        let mut silent = case("m/x@cpu?model=a", 1.0, 1, 1.0);
        silent.processes.iter_mut().for_each(|process| process.metrics.clear());
        let way = Way::of(&silent).expect("a way");
        for wish in
            [Wish { by: By::Memory, ..Wish::default() }, Wish { max_memory: Some(9.0), ..Wish::default() }]
        {
            assert_eq!(scored(&way, &wish), Err("its memory was not measured".to_owned()));
        }
    }

    #[test]
    fn the_price_of_a_thousand_samples() {
        let way = Way::of(&case("m/x@cuda?model=a&batch-size=4", 2_000.0, 4, 1.0)).expect("a way");
        let prices = BTreeMap::from([("cuda".to_owned(), 3.6)]);
        let found = scored(&way, &Wish { by: By::Cost, prices, ..Wish::default() }).expect("it has a price");
        // A thousandth of the currency a second; half a second of a thousand samples.
        assert!((found.value - 0.000_5).abs() < 1e-9, "{}", found.value);
        assert!(found.low < found.value && found.value < found.high);
    }

    #[test]
    fn what_cannot_be_told_apart_is_a_tie() {
        let ways: Vec<_> = [("ndarray", 100.0), ("tch", 100.1), ("flex", 103.0)]
            .into_iter()
            .filter_map(|(backend, micros)| Way::of(&case(&format!("m/x@{backend}?model=a"), micros, 1, 1.0)))
            .collect();
        let choice = recommend(&ways, &BTreeSet::new(), &Wish::default()).swap_remove(0);
        assert_eq!(
            (names(&choice.best), names(&choice.others)),
            (vec!["ndarray/b0".to_owned(), "tch/b0".to_owned()], vec!["flex/b0".to_owned()],)
        );
    }

    #[test]
    fn a_backend_that_the_model_was_not_tried_on_is_named() {
        let found = choices(&Wish::default());
        let [base, tiny] = &found[..] else { panic!("{found:?}") };
        assert!(tiny.unmeasured.is_empty());
        let [unmeasured] = &base.unmeasured[..] else { panic!("{base:?}") };
        assert_eq!((unmeasured.backend.as_str(), &unmeasured.params), ("tch", &base.best[0].way.case.params));
    }
}
