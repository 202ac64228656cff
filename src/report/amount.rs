//! Numbers as a reader wants them, and effects.

use accel_bench_engine::compare::Effect;
use accel_bench_record::units::Change;
pub(crate) use accel_bench_report::amount::{amount, count, estimate, growth, percent, rate};

/// `+5.1 % [+4.2, +6.0]`.
pub(super) fn effect(effect: &Effect) -> String {
    let change = effect.change().map(|change| change.to_string()).unwrap_or_default();
    match effect.interval() {
        Some((low, high)) => format!("{change} [{}, {}]", bare(low), bare(high)),
        None => change,
    }
}

/// `+4.2`: a change whose `%` is elsewhere.
fn bare(change: Change) -> String {
    change.to_string().trim_end_matches(" %").to_owned()
}
