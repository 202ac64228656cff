//! Statistics: pure functions on slices, each citing its source.
//!
//! They know nothing of what the numbers mean. What has no answer is `None`: too few values, or values that are
//! not finite. So no NaN travels.

mod beta;
mod binomial;
mod effect;
mod geometric;
mod interval;
mod mad;
mod median_interval;
mod modes;
mod moments;
mod normal;
mod persistence;
mod quantile;
mod shift;
mod student;
mod summary;
mod theil_sen;
mod trimmed;

#[cfg(test)]
mod generator;

pub use binomial::{binomial_tail, proportion_interval};
pub use effect::{LogRatio, log_ratio};
pub use geometric::{geometric_mean, geometric_mean_interval};
pub use interval::{Interval, mean_interval};
pub use mad::median_absolute_deviation;
pub use median_interval::median_interval;
pub use modes::two_modes;
pub use moments::{mean, std_dev, variance};
pub use normal::normal_tail;
pub use persistence::centred_ranks;
pub use quantile::{median, quantile};
pub use shift::{log_shift, win_rate};
pub use student::{cdf as student_t_cdf, quantile as student_t_quantile};
pub use summary::Summary;
pub use theil_sen::{Slope, theil_sen};
pub use trimmed::middle_log_ratio;
