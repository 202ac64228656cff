//! The arguments that cargo, nextest and people pass to a bench target that is run by hand.

use std::ffi::OsString;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

/// The command line, resolved.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments {
    pub(super) act: Act,
    pub(super) filters: Vec<String>,
    pub(super) skip: Vec<String>,
    pub(super) exact: bool,
    /// `--format terse`: the list as test runners read it.
    pub(super) terse: bool,
    pub(super) ignored: bool,
    pub(super) backend: Option<String>,
    pub(super) warm_up: Option<Duration>,
    pub(super) time: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Act {
    /// Each case once: `cargo test --benches` passes no `--bench`.
    #[default]
    Test,
    Measure,
    List,
    Help,
}

pub(super) const HELP: &str = "\
Benchmarks written with accel-bench.

Usage: cargo bench --bench TARGET -- [OPTIONS] [FILTER]...

  FILTER                      only cases whose id contains one of these

Options:
      --list                  list the cases, run none
      --exact                 a filter is a whole id
      --skip FILTER           leave out cases whose id contains this
      --backend NAME          the backend, instead of each benchmark's first
      --warm-up-time SECONDS  [default: 1]
      --measurement-time SECONDS
                              [default: 2]
      --test                  run each case once, to see that it works
  -h, --help                  this text

`cargo accel-bench` measures in fresh processes, stores and compares.
";

pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, lexopt::Error> {
    let mut parsed = Arguments::default();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(filter) => parsed.filters.push(filter.string()?),
            Arg::Long("bench") if parsed.act == Act::Test => parsed.act = Act::Measure,
            Arg::Long("bench") => {}
            Arg::Long("test") => parsed.act = Act::Test,
            Arg::Long("list") => parsed.act = Act::List,
            Arg::Long("help") | Arg::Short('h') => parsed.act = Act::Help,
            Arg::Long("exact") => parsed.exact = true,
            Arg::Long("ignored") => parsed.ignored = true,
            Arg::Long("skip") => parsed.skip.push(parser.value()?.string()?),
            Arg::Long("backend") => parsed.backend = Some(parser.value()?.string()?),
            Arg::Long("warm-up-time") => parsed.warm_up = Some(seconds(&mut parser)?),
            Arg::Long("measurement-time") => parsed.time = Some(seconds(&mut parser)?),
            Arg::Long("format") => parsed.terse = parser.value()? == "terse",
            // Arguments of test runners that have no meaning here.
            Arg::Long("nocapture" | "no-capture" | "include-ignored" | "show-output" | "quiet")
            | Arg::Short('q') => {}
            Arg::Long("color" | "test-threads") | Arg::Short('Z') => drop(parser.value()?),
            unknown => return Err(unknown.unexpected()),
        }
    }
    Ok(parsed)
}

fn seconds(parser: &mut Parser) -> Result<Duration, lexopt::Error> {
    parser.value()?.parse_with(|text| {
        let seconds = text.trim_end_matches('s').parse::<f64>().map_err(|error| error.to_string())?;
        Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
    })
}

impl Arguments {
    pub(super) fn selects(&self, id: &str) -> bool {
        let matches = |filter: &String| if self.exact { id == filter } else { id.contains(filter.as_str()) };
        !self.skip.iter().any(matches) && (self.filters.is_empty() || self.filters.iter().any(matches))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Arguments) {
        let parsed = parse(line.split_whitespace().map(OsString::from)).expect("these are fine");
        assert_eq!(parsed, expected, "{line}");
    }

    fn rejects(line: &str, expected: &str) {
        let error = parse(line.split_whitespace().map(OsString::from)).expect_err(line);
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_cargo_passes() {
        check("", Arguments::default());
        check("--bench", Arguments { act: Act::Measure, ..Arguments::default() });
        check("--bench --list", Arguments { act: Act::List, ..Arguments::default() });
        check("--list --bench", Arguments { act: Act::List, ..Arguments::default() });
        let nextest = Arguments { exact: true, filters: vec!["a/b@host".into()], ..Arguments::default() };
        check("a/b@host --exact --nocapture", nextest);
        check(
            "--list --format terse --ignored",
            Arguments { act: Act::List, terse: true, ignored: true, ..Arguments::default() },
        );
    }

    #[test]
    fn what_people_pass() {
        check(
            "--bench soft --warm-up-time 0.5 --measurement-time 2s --backend wgpu",
            Arguments {
                act: Act::Measure,
                filters: vec!["soft".into()],
                warm_up: Some(Duration::from_millis(500)),
                time: Some(Duration::from_secs(2)),
                backend: Some("wgpu".into()),
                ..Arguments::default()
            },
        );
        rejects("--fast", "invalid option '--fast'");
        rejects("--warm-up-time", "missing argument for option '--warm-up-time'");
        rejects(
            "--warm-up-time=-1",
            "cannot parse argument \"-1\": cannot convert float seconds to Duration: value is negative",
        );
    }

    #[test]
    fn filters_select() {
        let some =
            Arguments { filters: vec!["soft".into()], skip: vec!["n=64".into()], ..Arguments::default() };
        assert!(
            some.selects("k/softmax/n=32@host")
                && !some.selects("k/softmax/n=64@host")
                && !some.selects("k/gelu@host")
        );
        let exact = Arguments { filters: vec!["k/a@host".into()], exact: true, ..Arguments::default() };
        assert!(exact.selects("k/a@host") && !exact.selects("k/a@host2"));
    }
}
