//! How good a recommendation is where a third of the cells were not measured: on the backend that is predicted to be best, a
//! model must really take little longer than on the best.
//!
//! Simulated: a cell takes what its operations or its bytes take on its backend, a call for each layer, what the backend is good
//! or bad at in its family, and noise. Which cells are hidden is drawn.

use std::collections::BTreeMap;

use accel_bench_history::predict::{Cell, Measured, Model, Work};
use accel_bench_record::{CaseKey, Params};

/// Operations and bytes per second, seconds of a call, and how much a family may like the backend more than another one.
struct Backend {
    name: &'static str,
    flops: f64,
    bytes: f64,
    call: f64,
    taste: f64,
}

/// The four that run on a machine without a GPU, in the proportions of this project's own machine.
const BACKENDS: [Backend; 4] = [
    Backend { name: "ndarray", flops: 6e10, bytes: 9e9, call: 2e-6, taste: 0.15 },
    Backend { name: "flex", flops: 5e10, bytes: 8e9, call: 1e-6, taste: 0.15 },
    Backend { name: "tch", flops: 1.2e11, bytes: 1.1e10, call: 6e-6, taste: 0.2 },
    Backend { name: "wgpu", flops: 4e9, bytes: 3e9, call: 2e-4, taste: 0.3 },
];

/// Families by their operations a parameter, and layers.
const FAMILIES: [(&str, f64, f64); 6] = [
    ("bert", 256.0, 90.0),
    ("llama", 34.0, 900.0),
    ("t5", 40.0, 1200.0),
    ("vit", 394.0, 150.0),
    ("dit", 512.0, 400.0),
    ("mamba2", 34.0, 1500.0),
];

/// Parameters of a size.
const SIZES: [(&str, f64); 3] = [("tiny", 4e6), ("small", 3e7), ("base", 1.1e8)];

/// SplitMix64 (Steele, Lea and Flood, 2014), as numbers between 0 and 1.
struct Chance(u64);

impl Chance {
    fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly normal, with this standard deviation: the sum of twelve uniform numbers.
    fn normal(&mut self, deviation: f64) -> f64 {
        ((0..12).map(|_| self.draw()).sum::<f64>() - 6.0) * deviation
    }
}

fn key(family: &str, size: &str, batch: i64, backend: &str) -> CaseKey {
    let model = format!("{family}-{size}");
    CaseKey {
        bench: "models".to_owned(),
        benchmark: family.to_owned(),
        params: Params::from([
            ("model".to_owned(), model.as_str().into()),
            ("batch-size".to_owned(), batch.into()),
        ]),
        backend: backend.to_owned(),
    }
}

/// Every cell of every backend.
fn measured(chance: &mut Chance) -> Vec<Measured> {
    let mut cells = Vec::new();
    for backend in &BACKENDS {
        for (family, per_parameter, layers) in FAMILIES {
            let taste = chance.normal(backend.taste).exp();
            for (size, parameters) in SIZES {
                for batch in [1, 8] {
                    let flops = parameters * per_parameter * batch as f64;
                    let bytes = parameters * 4.0 * (1.0 + layers / 300.0);
                    let work = Work { flops, bytes, parameters, memory: parameters * 4.0 };
                    let seconds = (flops / backend.flops).max(bytes / backend.bytes) + layers * backend.call;
                    let latency_ns = seconds * 1e9 * taste * chance.normal(0.02).exp();
                    let case = key(family, size, batch, backend.name);
                    cells.push(Measured { cell: Cell { case, work }, latency_ns, memory: None });
                }
            }
        }
    }
    cells
}

/// The share of models and batches, of those with a hidden cell, whose recommended backend really takes at most 5 % more than
/// the best one.
fn share_of_good_choices(seed: u64) -> (usize, usize) {
    let mut chance = Chance(seed);
    let all = measured(&mut chance);
    let (hidden, known): (Vec<_>, Vec<_>) = all.iter().cloned().partition(|_| chance.draw() < 1.0 / 3.0);
    let model = Model::fit(&known).expect("enough cells");
    let expected = |cell: &Measured| {
        if hidden.iter().any(|other| other.cell.case == cell.cell.case) {
            model.predict(&cell.cell).latency_ns.value
        } else {
            cell.latency_ns
        }
    };
    let mut choices: BTreeMap<Params, Vec<&Measured>> = BTreeMap::new();
    for cell in &all {
        choices.entry(cell.cell.case.params.clone()).or_default().push(cell);
    }
    let is_unsure = |ways: &&Vec<&Measured>| {
        ways.iter().any(|way| hidden.iter().any(|other| other.cell.case == way.cell.case))
    };
    let unsure: Vec<_> = choices.values().filter(is_unsure).collect();
    let is_good = |ways: &&&Vec<&Measured>| {
        let by = |value: &dyn Fn(&Measured) -> f64| {
            ways.iter()
                .copied()
                .min_by(|one, other| value(one).total_cmp(&value(other)))
                .expect("four backends")
        };
        by(&expected).latency_ns <= by(&|way| way.latency_ns).latency_ns * 1.05
    };
    (unsure.iter().filter(is_good).count(), unsure.len())
}

#[test]
fn the_recommended_backend_is_nearly_always_the_best() {
    let found: Vec<_> = (1..=12).map(share_of_good_choices).collect();
    let good: usize = found.iter().map(|(good, _)| good).sum();
    let all: usize = found.iter().map(|(_, all)| all).sum();
    assert!(all > 300, "{found:?}");
    assert!(good * 100 >= all * 95, "{good} of {all}: {found:?}");
}
