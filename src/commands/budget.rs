//! `--budget`: until when cases are started.

use std::time::Duration;

use crate::context::Context;
use crate::error::Result;
use crate::report;
use accel_bench_engine::executor::Ended;
use accel_bench_engine::manifest::{TimeError, parse_time};
use accel_bench_engine::measure::{Pair, Project};
use accel_bench_engine::plan::Selection;

/// How long cases are started.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Start no case later than this after the first [default: the suite's `budget`, else no limit]
    #[arg(long, value_name = "TIME", value_parser = time)]
    budget: Option<Duration>,
}

/// A time in which cases are started, and what the reader can change about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    pub(crate) time: Option<Duration>,
    pub(crate) set_by: String,
}

impl Args {
    /// The command line's, else that of the suite that is selected.
    pub(crate) fn resolve(&self, project: &Project, selection: &Selection) -> Result<Budget> {
        let scope = project.sources.scope(selection)?;
        Ok(match self.budget {
            Some(time) => Budget { time: Some(time), set_by: "--budget".to_owned() },
            None => Budget { time: scope.budget(), set_by: format!("[suites.{}] budget", scope.suite_name) },
        })
    }
}

/// Says that the budget ran out, where it did.
pub(crate) fn tell_of_time(cx: &mut Context, pair: &Pair, budget: &Budget) {
    if pair.ended == Ended::OutOfTime {
        tell_what_ran_out(cx, budget, "what was measured is judged", pair.unreached);
    }
}

/// Says that the budget ran out, and how many cases had no turn.
pub(crate) fn tell_what_ran_out(cx: &mut Context, budget: &Budget, what_is_there: &str, unreached: usize) {
    let Some(time) = budget.time else { return };
    let unreached = match unreached {
        0 => String::new(),
        some => format!("; {} had no turn", report::count(some, "case")),
    };
    cx.shell
        .warn(format!("the budget of {time:?} ran out (`{}`); {what_is_there}{unreached}", budget.set_by));
}

/// A time in which something can be started.
pub(crate) fn time(text: &str) -> std::result::Result<Duration, BudgetError> {
    match parse_time(text)? {
        Duration::ZERO => Err(BudgetError::Zero),
        time => Ok(time),
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BudgetError {
    #[error(transparent)]
    Time(#[from] TimeError),
    #[error("no case can be started within it: leave it out for no limit")]
    Zero,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let message = time(text).expect_err(text).to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn a_budget_is_a_time_in_which_something_can_be_started() {
        assert_eq!(time("1.5s").ok(), Some(Duration::from_millis(1_500)));
        refused("0s", "leave it out for no limit");
        refused("5", "write `\"5ms\"` or `\"5s\"`");
        refused("soon", "is not a duration");
    }
}
