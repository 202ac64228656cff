//! `[gate]`: minimum effect size.

use std::collections::BTreeMap;

use accel_bench_record::CaseKey;
use schemars::JsonSchema;
use serde::Deserialize;

use super::at::At;
use super::error::{Problem, Problems};
use super::pattern::Pattern;
use super::percent::Percent;

const TOLERANCE: f64 = 0.05;
const ALERT: f64 = 0.10;
const COUNTS: f64 = 0.005;

#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawGate {
    /// Smaller changes do not matter. Default: "5%".
    tolerance: Option<At<Percent>>,
    /// Larger regressions are called out. Default: "10%".
    alert: Option<At<Percent>>,
    /// Smaller changes of what is counted do not matter. Default: "0.5%".
    counts: Option<At<Percent>>,
    /// Tolerances by pattern of case names; of several that match, the longest pattern counts.
    #[serde(default)]
    cases: BTreeMap<String, RawLimits>,
}

/// The limits of the cases that match a pattern.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawLimits {
    /// Smaller changes do not matter. Default: that of `[gate]`.
    tolerance: Option<At<Percent>>,
    /// Larger regressions are called out. Default: that of `[gate]`.
    alert: Option<At<Percent>>,
}

/// Minimum effect size: shares, 0.05 for 5 %.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub tolerance: f64,
    pub alert: f64,
    /// For what is counted.
    pub counts: f64,
    /// Longest pattern first: the first that matches counts.
    cases: Vec<(Pattern, Limits)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Limits {
    tolerance: f64,
    alert: f64,
}

impl Gate {
    pub fn tolerance_for(&self, case: &CaseKey) -> f64 {
        self.limits(case).tolerance
    }

    pub fn alert_for(&self, case: &CaseKey) -> f64 {
        self.limits(case).alert
    }

    /// The gate of `--threshold`: one tolerance for all cases; alerts come from no smaller change.
    pub fn with_tolerance(&self, tolerance: Percent) -> Self {
        let tolerance = tolerance.share();
        Self { tolerance, alert: self.alert.max(tolerance), counts: self.counts, cases: Vec::new() }
    }

    fn limits(&self, case: &CaseKey) -> Limits {
        let special = self.cases.iter().find(|(pattern, _)| pattern.matches_case(case));
        special.map_or(Limits { tolerance: self.tolerance, alert: self.alert }, |(_, limits)| *limits)
    }
}

impl RawGate {
    pub(super) fn resolve(self, problems: &mut Problems) -> Gate {
        let all = limits(
            self.tolerance.as_ref(),
            self.alert.as_ref(),
            Limits { tolerance: TOLERANCE, alert: ALERT },
            problems,
        );
        let mut cases: Vec<_> = self
            .cases
            .into_iter()
            .map(|(pattern, raw)| {
                (Pattern::new(pattern), limits(raw.tolerance.as_ref(), raw.alert.as_ref(), all, problems))
            })
            .collect();
        // Stable: patterns of one length stay in alphabetical order, so that the choice is the same each time.
        cases.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.as_str().len()));
        let counts = self.counts.map_or(COUNTS, |percent| percent.share());
        Gate { tolerance: all.tolerance, alert: all.alert, counts, cases }
    }
}

/// An alert that is given may not lie below the tolerance; one that is not given rises with it.
fn limits(
    tolerance: Option<&At<Percent>>,
    alert: Option<&At<Percent>>,
    default: Limits,
    problems: &mut Problems,
) -> Limits {
    let share = tolerance.map_or(default.tolerance, |percent| percent.share());
    let Some(alert) = alert else {
        return Limits { tolerance: share, alert: default.alert.max(share) };
    };
    if alert.share() < share {
        let percent = share * 100.0;
        let title = format!("the alert lies below the tolerance of {percent} %");
        let problem = Problem::new(alert.span(), title, format!("write \"{percent}%\" or more"));
        problems.push(match tolerance {
            Some(tolerance) => problem.also(tolerance.span(), "the tolerance"),
            None => problem,
        });
    }
    Limits { tolerance: share, alert: alert.share() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::{manifest, problem};

    fn case(id: &str) -> CaseKey {
        let (label, backend) = id.split_once('@').unwrap_or((id, "host"));
        let (bench, benchmark) = label.split_once('/').unwrap_or((label, "it"));
        let [bench, benchmark, backend] = [bench, benchmark, backend].map(str::to_owned);
        CaseKey { bench, benchmark, params: Default::default(), backend }
    }

    fn check(text: &str, id: &str, tolerance: f64, alert: f64) {
        let (gate, case) = (manifest(text).gate, &case(id));
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(gate.tolerance_for(case), tolerance), "{} in {text}", gate.tolerance_for(case));
        assert!(close(gate.alert_for(case), alert), "{} in {text}", gate.alert_for(case));
    }

    const CASES: &str = r#"
        [gate]
        tolerance = "4%"
        [gate.cases."kernels/*"]
        tolerance = "8%"
        [gate.cases."kernels/softmax*"]
        tolerance = "20%"
        alert = "30%"
    "#;

    #[test]
    fn counts_have_a_tolerance_of_their_own() {
        let check = |text: &str, expected: f64| {
            assert!((manifest(text).gate.counts - expected).abs() < 1e-12, "{text}");
        };
        check("", 0.005);
        check("[gate]\ntolerance = \"20%\"", 0.005);
        check("[gate]\ncounts = \"2%\"", 0.02);
        problem("[gate]\ncounts = 2", "2", "a percentage needs its sign");
    }

    #[test]
    fn defaults() {
        check("", "any", 0.05, 0.10);
        check("[gate]\ntolerance = \"2%\"", "any", 0.02, 0.10);
        check("[gate]\ntolerance = \"15%\"", "any", 0.15, 0.15);
        check("[gate]\nalert = \"7%\"", "any", 0.05, 0.07);
    }

    #[test]
    fn the_longest_pattern_counts() {
        check(CASES, "encoder/forward@ndarray", 0.04, 0.10);
        check(CASES, "kernels/matmul/n=64@wgpu", 0.08, 0.10);
        check(CASES, "kernels/matmul/n=64", 0.08, 0.10);
        check(CASES, "kernels/softmax@wgpu", 0.2, 0.3);
    }

    #[test]
    fn a_threshold_is_for_all() {
        let gate = manifest(CASES).gate.with_tolerance(Percent::parse("12%").expect("a percentage"));
        let case = case("kernels/softmax");
        assert_eq!((gate.tolerance_for(&case), gate.alert_for(&case)), (0.12, 0.12));
    }

    #[test]
    fn problems() {
        problem("[gate]\ntolerance = 5", "2", "write \"5%\"");
        problem("[gate]\ntolerance = 0.05", "2", "write \"0.05%\", or \"5%\" if that is meant");
        problem("[gate]\ntolerance = \"five\"", "2", "is not a percentage");
        problem("[gate]\ntolerance = true", "2", "expected a percentage such as");
        problem("[gate]\ntolerance = \"9%\"\nalert = \"3%\"", "3", "write \"9%\" or more");
        problem("[gate]\nalert = \"3%\"", "2", "below the tolerance of 5 %");
        problem("[gate.cases.\"a*\"]\ntolerances = \"8%\"", "2", "`tolerances`");
        problem("[gate.cases.\"a*\"]\ntolerance = \"8\"", "2", "write \"8%\"");
        problem("[gates]", "1", "did you mean `gate`?");
    }
}
