//! Presets for tests, and the table of the design that holds them.

use crate::device::device_named;
use crate::model::{self, Architecture};

/// The dimensions of the preset called `name`.
#[track_caller]
pub(crate) fn preset<M: Architecture>(name: &str) -> &'static M::Config {
    &M::presets().iter().find(|preset| preset.name == name).expect("a preset of this name").config
}

/// The preset called `name` has `millions` million parameters, within a thousandth, and no fault.
#[track_caller]
pub(crate) fn check<M: Architecture>(name: &str, millions: f64) {
    let config = preset::<M>(name);
    let device = device_named("ndarray").expect("the backend is built in");
    let found = model::num_params::<M>(config, &device) as f64 / 1e6;
    assert!((found / millions - 1.0).abs() < 1e-3, "{name}: {found} M where the table says {millions} M");
    assert_eq!(M::fault(config), None);
}
