//! How well the model predicts what it has not seen.

use std::collections::BTreeSet;

use accel_bench_record::CaseKey;

use super::cells::{Cell, Measured};
use super::model::{Model, Predicted, Quantity};

/// What was kept from the model.
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
    /// The model knew cells of its family, on its backend, that do less and that do more.
    pub is_between: bool,
}

impl HeldOut {
    /// How far the prediction is off, as a share of what was measured.
    #[must_use]
    pub fn error(&self) -> f64 {
        (self.predicted.value / self.measured - 1.0).abs()
    }

    /// Whether the interval holds what was measured.
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
    let relatives = known.iter().map(|known| &known.cell).filter(|cell| {
        (&cell.case.bench, &cell.case.benchmark, &cell.case.backend)
            == (&case.bench, &case.benchmark, &case.backend)
    });
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
