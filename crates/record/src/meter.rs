//! The values of the power and clock sensors of a device at one moment.

/// One reading. What cannot be read is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MeterReading {
    /// Joules since some moment before the first reading; never falls.
    pub energy_joules: Option<f64>,
    pub power_watts: Option<f64>,
    pub clock_mhz: Option<f64>,
    pub temperature_c: Option<f64>,
    /// True if the device was slower than it can be since the reading before: too hot, or out of power.
    pub is_throttled: Option<bool>,
}
