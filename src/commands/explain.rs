//! `compare --explain`: which functions make a row slower or faster.

use crate::context::Context;
use crate::error::{Error, Result};
use crate::report::{Form, Format, count};
use accel_bench_engine::compare::Comparison;
use accel_bench_engine::manifest::Pattern;
use accel_bench_engine::measure::{self, Explained, Project, Wanted};

/// Asks for an explanation.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Judging")]
#[group(skip)]
pub(crate) struct Args {
    /// Say which functions differ in what the changed rows reach, or in what the rows of CASE reach
    #[arg(long, value_name = "CASE", num_args = 0..=1)]
    explain: Option<Option<String>>,
}

/// Explains the rows of a comparison, if that is asked for.
pub(super) fn explained(
    cx: &mut Context,
    project: &mut Project,
    wanted: &Wanted,
    found: &Comparison,
    args: &Args,
) -> Result<Option<Explained>> {
    let Some(case) = &args.explain else { return Ok(None) };
    let pattern = case.as_ref().map(Pattern::new);
    let is_meant = |row: &&accel_bench_engine::compare::Row| match &pattern {
        Some(pattern) => pattern.matches_case(&row.id),
        None => row.is_changed(),
    };
    let cases: Vec<_> = found.rows.iter().filter(is_meant).map(|row| row.id.clone()).collect();
    if let (Some(case), true) = (case, cases.is_empty()) {
        let what = format!("no row of this comparison is called `{case}`");
        return Err(Error::usage(
            what,
            "revisions go before `--explain`; `cargo accel-bench list` shows the cases",
        ));
    }
    if cases.is_empty() {
        cx.shell.status("Explain", "no row has changed; `--explain CASE` explains one all the same");
        return Ok(None);
    }
    cx.shell
        .note("Explaining", format!("{}; both sides are built with line tables", count(cases.len(), "row")));
    let explained =
        cx.engine(|engine| measure::explain(engine, project, wanted, &|id| cases.contains(id)))?;
    Ok(Some(explained))
}

impl Args {
    /// Refuses what cannot be shown.
    pub(super) fn check(&self, form: Form) -> Result<()> {
        if self.explain.is_some() && form == Form::Text(Format::Csv) {
            let hint = "use `--format json`, or a table";
            return Err(Error::usage("`--explain` has no form of comma-separated values", hint));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_has_no_form_of_values() {
        let check = |explain: Option<Option<&str>>, form: Form| {
            let explain = explain.map(|case| case.map(str::to_owned));
            Args { explain }.check(form).map_err(|error| error.in_words())
        };
        let refused = check(Some(None), Form::Text(Format::Csv)).expect_err("it has rows of its own");
        assert!(refused.contains("no form of comma-separated values"), "{refused}");
        assert_eq!(check(Some(Some("softmax")), Form::Text(Format::Csv)), Err(refused));
        assert_eq!(check(None, Form::Text(Format::Csv)), Ok(()));
        let texts = [Format::Table, Format::Json, Format::Jsonl, Format::Markdown].map(Form::Text);
        for form in texts.into_iter().chain([Form::Html]) {
            assert_eq!(check(Some(None), form), Ok(()), "{form:?}");
        }
    }
}
