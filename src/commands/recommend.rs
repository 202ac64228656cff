//! `recommend`: on what a model runs best here.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;

use super::budget;
use super::history::forecasts;
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::report::{self, Advice, Format};
use accel_bench_engine::choice::{self, By, Way, Wish, recommend};
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::Project;
use accel_bench_record::CaseKey;

const EXAMPLES: &str = "\
From the last result of each case that was measured on this machine. Those that cannot be told apart are a tie. Backends that a
model was not run on are listed with the command that measures them.

Examples:
  cargo accel-bench recommend                         every model
  cargo accel-bench recommend bert-base               one, with reasons
  cargo accel-bench recommend --by throughput --batch 1..32
  cargo accel-bench recommend --by memory --max-latency 50ms
  cargo accel-bench recommend --by cost --price prices.toml

prices.toml holds the price of an hour of each backend: `cuda = 2.5`.";

/// A quantity to choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Criterion {
    /// The least time of an iteration
    Latency,
    /// The most samples per second
    Throughput,
    /// The least memory at the peak
    Memory,
    /// The least energy a sample
    Energy,
    /// The least price of a sample
    Cost,
}

/// Arguments of `recommend`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A model, or a name with `*` [default: all]
    model: Option<String>,
    /// Choose by this
    #[arg(long, value_name = "WHAT", default_value = "latency")]
    by: Criterion,
    /// Only what takes at most this long for an iteration: 50ms
    #[arg(long, value_name = "TIME", value_parser = budget::time)]
    max_latency: Option<Duration>,
    /// Only what needs at most this much memory: 8GiB
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<ByteSize>,
    /// Only these batch sizes: 8, or 1..32
    #[arg(long, value_name = "RANGE", value_parser = range)]
    batch: Option<RangeInclusive<u64>>,
    /// The price of an hour of each backend
    #[arg(long, value_name = "FILE", required_if_eq("by", "cost"))]
    price: Option<PathBuf>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    format: Format,
}

pub(crate) fn run(args: Args, cx: &mut Context) -> Result<Exit> {
    let project = Project::load(&cx.host)?;
    let machine = cx.host.hardware.machine().id;
    let cases = project.store.last_cases(&machine, &|_| true)?;
    let wish = wish(&args, cx)?;
    let pattern = args.model.as_deref().map(Pattern::new);
    let is_meant = |case: &CaseKey| {
        let name = case.params.get("model").map(ToString::to_string);
        pattern.as_ref().is_none_or(|pattern| name.is_some_and(|name| pattern.matches_name(&name)))
    };
    let ways: Vec<Way> = cases.values().filter(|case| is_meant(&case.id)).filter_map(Way::of).collect();
    if ways.is_empty() {
        let what = args.model.map_or_else(|| "a model".to_owned(), |model| format!("`{model}`"));
        return Err(Error::nothing(
            format!("no case of {what} was measured on {machine}"),
            "`cargo accel-bench log` shows what was; cases of models have a parameter `model`",
        ));
    }
    let tried = cases.keys().cloned().collect();
    // A backend that any model ran on is one that this could run on.
    let all: Vec<Way> = cases.values().filter_map(Way::of).collect();
    let mut choices = recommend(&all, &tried, &wish);
    choices.retain(|choice| {
        ways.iter().any(|way| choice::ModelKey::of(&way.case).as_ref() == Some(&choice.model))
    });
    let forecasts = forecasts(cx, &project, &cases, &choices)?;
    let advice = Advice { choices: &choices, by: wish.by, machine: machine.as_str(), forecasts: &forecasts };
    let width = cx.shell.width();
    cx.shell.out(|to| report::recommendation(&advice, args.format, width, to))?;
    Ok(Exit::Fine)
}

fn wish(args: &Args, cx: &Context) -> Result<Wish> {
    let by = match args.by {
        Criterion::Latency => By::Latency,
        Criterion::Throughput => By::Throughput,
        Criterion::Memory => By::Memory,
        Criterion::Energy => By::Energy,
        Criterion::Cost => By::Cost,
    };
    let prices = match &args.price {
        Some(file) => choice::read_prices(&cx.host.cwd.join(file))?,
        None => Default::default(),
    };
    Ok(Wish {
        by,
        max_latency: args.max_latency.map(|time| time.as_nanos() as f64),
        max_memory: args.max_memory.map(|size| size.as_u64() as f64),
        batch: args.batch.clone(),
        prices,
    })
}

fn range(text: &str) -> std::result::Result<RangeInclusive<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is not a batch size"));
    let (low, high) = match text.split_once("..") {
        Some((low, high)) => (number(low)?, number(high.trim_start_matches('='))?),
        None => (number(text)?, number(text)?),
    };
    if low > high { Err(format!("{low} is more than {high}")) } else { Ok(low..=high) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_batch_sizes() {
        assert_eq!(range("8"), Ok(8..=8));
        assert_eq!(range("1..32"), Ok(1..=32));
        assert_eq!(range("1..=32"), Ok(1..=32));
        for wrong in ["", "x", "1..", "..3", "3..1", "-1"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }
}
