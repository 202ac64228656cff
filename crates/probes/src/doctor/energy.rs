//! Which backends have sensors of energy, power and clock, and why others have none.

use std::collections::BTreeMap;

use super::finding::Finding;
use crate::meters::meters;

/// One finding for all backends that have the same sensors, or none for the same reason. Asks drivers; `visible` is
/// `CUDA_VISIBLE_DEVICES`.
pub fn energy(backends: &[String], visible: Option<&str>) -> Vec<Finding> {
    let outcome = |name: &String| meters(name, visible).map(|meters| meters.source());
    grouped(backends.iter().map(|name| (name.as_str(), outcome(name))))
}

fn grouped<'n>(outcomes: impl Iterator<Item = (&'n str, Result<&'static str, String>)>) -> Vec<Finding> {
    let mut alike: BTreeMap<Result<&str, String>, Vec<&str>> = BTreeMap::new();
    for (name, outcome) in outcomes {
        alike.entry(outcome).or_default().push(name);
    }
    let finding = |(outcome, names): (Result<&str, String>, Vec<&str>)| {
        let names = names.join(", ");
        match outcome {
            Ok(source) => Finding::ok(format!("{names}: energy is measured ({source})")),
            Err(reason) => Finding::warning(format!("{names}: no energy: {reason}")),
        }
    };
    alike.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    #[test]
    fn backends_with_one_reason_are_one_line() {
        let no_gpu = || Err("no AMD GPU".to_owned());
        let outcomes =
            [("ndarray", Ok("rapl")), ("rocm", no_gpu()), ("flex", Ok("rapl")), ("wgpu", no_gpu())];
        assert_eq!(
            lines(&grouped(outcomes.into_iter())),
            ["ok: ndarray, flex: energy is measured (rapl)", "warning: rocm, wgpu: no energy: no AMD GPU",]
        );
        assert_eq!(energy(&["metal".to_owned()], None).len(), 1);
    }
}
