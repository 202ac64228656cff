//! Presets for tests, and the table of the design that holds them.

use crate::device::device_named;
use crate::model::{self, Architecture};

/// The dimensions of the preset called `name`.
#[track_caller]
pub(crate) fn preset<M: Architecture>(name: &str) -> &'static M::Config {
    &M::presets().iter().find(|preset| preset.name == name).expect("a preset of this name").config
}

/// The presets of the family are those of `table`, the one of the design: each has that many million parameters, within a
/// thousandth, and no fault.
#[track_caller]
pub(crate) fn check<M: Architecture>(table: &[(&str, f64)]) {
    let device = device_named("ndarray").expect("the backend is built in");
    assert!(M::presets().iter().map(|preset| preset.name).eq(table.iter().map(|(name, _)| *name)));
    for &(name, millions) in table {
        let config = preset::<M>(name);
        let found = model::num_params::<M>(config, &device) as f64 / 1e6;
        assert!((found / millions - 1.0).abs() < 1e-3, "{name}: {found} M where the table says {millions} M");
        assert_eq!(M::fault(config), None, "{name}");
    }
}
