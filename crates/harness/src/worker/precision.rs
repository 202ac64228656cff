//! A process of its own for each precision, where no one else starts one: frameworks fix their float type once a process.

use std::env;
use std::io;
use std::process::{Command, ExitCode};

use accel_bench_record::CaseKey;

/// Reports a process which precision is its own.
const VARIABLE: &str = "ACCEL_BENCH_PRECISION";

/// The precision of a case without the parameter.
const NONE: &str = "";

/// The precisions that each need a process; empty where this process can run all of the cases.
pub(super) fn apart<'c>(cases: impl Iterator<Item = &'c CaseKey>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for precision in cases.map(of) {
        if !found.contains(&precision) {
            found.push(precision);
        }
    }
    if found.len() > 1 { found } else { Vec::new() }
}

/// Returns whether the case is this process's.
pub(super) fn is_own(id: &CaseKey) -> bool {
    env::var(VARIABLE).is_ok_and(|own| own == of(id)) || env::var_os(VARIABLE).is_none()
}

/// Runs this program once more for each of the precisions, with the same arguments.
pub(super) fn one_by_one(precisions: &[String]) -> io::Result<ExitCode> {
    let mut worst = ExitCode::SUCCESS;
    for precision in precisions {
        let mut command = Command::new(env::current_exe()?);
        if !command.args(env::args_os().skip(1)).env(VARIABLE, precision).status()?.success() {
            worst = ExitCode::FAILURE;
        }
    }
    Ok(worst)
}

fn of(id: &CaseKey) -> String {
    id.params.get("precision").map_or_else(|| NONE.to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use accel_bench_record::Params;

    fn check(precisions: &[Option<&str>], expected: &[&str]) {
        let case = |precision: &Option<&str>| CaseKey {
            bench: "a".into(),
            benchmark: "b".into(),
            params: precision
                .map(|text| ("precision".to_owned(), text.into()))
                .into_iter()
                .collect::<Params>(),
            backend: "host".into(),
        };
        let cases: Vec<_> = precisions.iter().map(case).collect();
        assert_eq!(apart(cases.iter()), expected);
        assert!(cases.iter().all(is_own), "no one said otherwise");
    }

    #[test]
    fn one_precision_needs_no_other_process() {
        check(&[], &[]);
        check(&[None, None], &[]);
        check(&[Some("f32"), Some("f32")], &[]);
        check(&[Some("f32"), Some("f16"), Some("f32")], &["f32", "f16"]);
        check(&[None, Some("f16")], &["", "f16"]);
    }
}
