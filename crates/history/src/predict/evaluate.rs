//! How well the model predicts what it has not seen.

use std::collections::BTreeSet;

use accel_bench_record::CaseKey;

use super::cells::{Cell, Measured};
use super::model::{Model, Predicted, Quantity};

/// The cells that were kept from the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// All cells of a model.
    Model,
    /// All cells of all models of a size.
    Size,
}

/// A cell that was predicted without it, and without those that were kept back together with it.
#[derive(Clone, Debug, PartialEq)]
pub struct HeldOut {
    pub case: CaseKey,
    pub kept: Kept,
    pub quantity: Quantity,
    /// In nanoseconds or bytes.
    pub measured: f64,
    pub predicted: Predicted,
    /// The model knew cells of other sizes of it, on its backend, that do less and that do more.
    pub is_between: bool,
}

impl HeldOut {
    /// How far the prediction is off, as a share of what was measured.
    #[must_use]
    pub fn error(&self) -> f64 {
        (self.predicted.value / self.measured - 1.0).abs()
    }

    /// Returns true if the interval holds the measured value.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        (self.predicted.low..=self.predicted.high).contains(&self.measured)
    }
}

/// All cells, predicted without their model and without their size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    pub held_out: Vec<HeldOut>,
}

/// Holds out each model and each size in turn. What leaves too few cells to predict from is not in it.
#[must_use]
pub fn evaluate(measured: &[Measured]) -> Evaluation {
    let mut held_out = Vec::new();
    for (kept, name) in [(Kept::Model, Cell::model as fn(&Cell) -> Option<String>), (Kept::Size, Cell::size)]
    {
        let groups: BTreeSet<String> = measured.iter().filter_map(|own| name(&own.cell)).collect();
        for group in groups {
            let is_held = |own: &Measured| name(&own.cell).as_ref() == Some(&group);
            let (held, known): (Vec<Measured>, Vec<Measured>) = measured.iter().cloned().partition(is_held);
            if let Some(model) = Model::fit(&known) {
                held.iter().for_each(|own| held_out.extend(predicted(&model, own, kept, &known)));
            }
        }
    }
    Evaluation { held_out }
}

fn predicted(model: &Model, own: &Measured, kept: Kept, known: &[Measured]) -> Vec<HeldOut> {
    let forecast = model.predict(&own.cell);
    let (case, flops) = (&own.cell.case, own.cell.work.flops);
    let line = own.cell.line();
    let relatives = known.iter().map(|known| &known.cell);
    let relatives = relatives.filter(|cell| cell.case.backend == case.backend && cell.line() == line);
    let (mut less, mut more) = (false, false);
    for relative in relatives {
        less |= relative.work.flops <= flops;
        more |= relative.work.flops >= flops;
    }
    let held_out = |quantity, measured, predicted| HeldOut {
        case: case.clone(),
        kept,
        quantity,
        measured,
        predicted,
        is_between: less && more,
    };
    let latency = held_out(Quantity::Latency, own.latency_ns, forecast.latency_ns);
    let memory = own.memory.zip(forecast.memory);
    let memory = memory.map(|(measured, predicted)| held_out(Quantity::Memory, measured, predicted));
    std::iter::once(latency).chain(memory).collect()
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Params;

    use super::*;
    use crate::predict::Work;

    fn key(benchmark: &str, model: &str) -> CaseKey {
        CaseKey {
            bench: "m".to_owned(),
            benchmark: benchmark.to_owned(),
            params: Params::from([("model".to_owned(), model.into())]),
            backend: "ndarray".to_owned(),
        }
    }

    /// Two lines of models of one benchmark in four sizes, whose latency is nearly by operations.
    fn all() -> Vec<Measured> {
        let names = ["bert", "vit"]
            .into_iter()
            .flat_map(|line| ["tiny", "small", "base", "large"].map(|size| (line, size)));
        names
            .enumerate()
            .map(|(at, (line, size))| {
                let flops = 10_f64.powi(at as i32 % 4 + 6) * if line == "vit" { 3.0 } else { 1.0 };
                let case = key("step", &format!("{line}-{size}"));
                let work = Work { flops, bytes: flops / 8.0, parameters: flops / 90.0, memory: flops / 40.0 };
                Measured { cell: Cell { case, work }, latency_ns: flops.powf(0.95), memory: None }
            })
            .collect()
    }

    #[test]
    fn every_cell_is_predicted_without_its_model_and_without_its_size() {
        let found = evaluate(&all()).held_out;
        assert_eq!(found.len(), 16);
        for kept in [Kept::Model, Kept::Size] {
            let own: Vec<_> = found.iter().filter(|cell| cell.kept == kept).collect();
            assert_eq!(own.iter().filter(|cell| cell.is_between).count(), 4, "small and base of both");
            assert!(own.iter().filter(|cell| cell.is_between).all(|cell| cell.error() < 0.15), "{own:?}");
        }
    }

    #[test]
    fn error_and_coverage() {
        let cell = HeldOut {
            case: key("x", "x"),
            kept: Kept::Model,
            quantity: Quantity::Latency,
            measured: 100.0,
            predicted: Predicted { value: 80.0, low: 60.0, high: 99.0 },
            is_between: true,
        };
        assert!((cell.error() - 0.2).abs() < 1e-12 && !cell.is_covered());
        assert!(HeldOut { measured: 70.0, ..cell }.is_covered());
    }

    #[test]
    fn too_few_to_hold_any_out() {
        assert_eq!(evaluate(&all()[..4]), Evaluation::default());
    }
}
