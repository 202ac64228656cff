//! Problems of a `bench.toml`: each drawn at its line, with what would be right.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::at::At;
use super::duration::Time;
use super::nearest::nearest;

/// More problems of one file are counted, not drawn: whoever reads them fixes the first ones first.
const MOST: usize = 20;

/// A manifest that cannot be used, with everything that was found wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    path: PathBuf,
    text: String,
    problems: Vec<Problem>,
    /// Problems beyond those.
    more: usize,
}

impl Error {
    /// A file that is not text, from the byte `at` on.
    pub fn not_text(path: &Path, bytes: &[u8], at: usize) -> Self {
        let mut problems = Problems::default();
        let title = "the file is not UTF-8 text";
        problems.push(Problem::new(
            at..at + 1,
            title,
            "this byte begins no character; save the file as UTF-8",
        ));
        Self::new(path, &String::from_utf8_lossy(bytes), problems)
    }

    pub(super) fn new(path: &Path, text: &str, mut problems: Problems) -> Self {
        problems.0.sort_by_key(|problem| (problem.span.start, problem.span.end));
        problems.0.dedup();
        let more = problems.0.len().saturating_sub(MOST);
        let problems = problems.0.into_iter().take(MOST).map(Problem::harmless).collect();
        Self { path: path.to_owned(), text: text.to_owned(), problems, more }
    }

    /// The drawing for the terminal; [`fmt::Display`] is the same without colors.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let path = self.path.display().to_string();
        let groups: Vec<Group<'_>> =
            self.problems.iter().map(|problem| problem.draw(&self.text, &path)).collect();
        let drawings: Vec<String> = groups.into_iter().map(|group| renderer.render(&[group])).collect();
        let more = match self.more {
            0 => String::new(),
            1 => "\n\n1 more problem is not shown".to_owned(),
            more => format!("\n\n{more} more problems are not shown"),
        };
        drawings.join("\n\n") + &more
    }

    pub fn hint(&self) -> Option<String> {
        Some("cargo accel-bench schema".to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Error {}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Range<usize>,
    pub(super) title: String,
    /// The correction, written next to the span.
    pub(super) label: String,
    /// Another place that belongs to it.
    pub(super) also: Option<(Range<usize>, String)>,
    pub(super) help: Option<String>,
}

impl Problem {
    pub(super) fn new(span: Range<usize>, title: impl Into<String>, label: impl Into<String>) -> Self {
        Self { span, title: title.into(), label: label.into(), also: None, help: None }
    }

    pub(super) fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Values of the file are in the words; what a terminal would obey in them is spelled out.
    fn harmless(self) -> Self {
        Self {
            title: spelled_out(&self.title),
            label: spelled_out(&self.label),
            also: self.also.map(|(span, label)| (span, spelled_out(&label))),
            help: self.help.as_deref().map(spelled_out),
            ..self
        }
    }

    fn draw<'a>(&'a self, text: &'a str, path: &'a str) -> Group<'a> {
        let within = |span: &Range<usize>| span.start.min(text.len())..span.end.min(text.len());
        let primary = AnnotationKind::Primary.span(within(&self.span)).label(self.label.as_str());
        let also = self
            .also
            .as_ref()
            .map(|(span, label)| AnnotationKind::Context.span(within(span)).label(label.as_str()));
        let snippet = Snippet::source(text).path(path).annotation(primary).annotations(also);
        let group = Level::ERROR.primary_title(self.title.as_str()).element(snippet);
        group.elements(self.help.as_deref().map(|help| Level::HELP.message(help)))
    }
}

fn spelled_out(text: &str) -> String {
    let spelled = |c: char| match c {
        c if c.is_control() && c != '\n' => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(spelled).collect()
}

/// Everything found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A name that must be one of `known`; `next` says how to make it one.
    pub(super) fn check_known(&mut self, what: &str, name: &At<String>, known: &[String], next: &str) {
        if known.contains(&**name) {
            return;
        }
        let label = match nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => next.trim_start_matches("or ").to_owned(),
        };
        let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        let problem = Problem::new(name.span(), format!("unknown {what} `{}`", **name), label);
        self.push(problem.help(format!("known are {}; {next}", known.join(", "))));
    }

    /// A list in which no name is listed twice.
    pub(super) fn check_distinct(&mut self, what: &str, names: &[At<String>]) {
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = names[..index].iter().find(|first| ***first == **name) {
                let problem = Problem::new(
                    name.span(),
                    format!("{what} `{}` is listed twice", **name),
                    "leave this one out",
                );
                self.push(problem.also(first.span(), "first here"));
            }
        }
    }

    /// A name that becomes part of case ids and of file names.
    pub(super) fn check_name(&mut self, what: &str, name: &At<String>) {
        let fits = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
            let title = format!("`{}` cannot be the name of a {what}", **name);
            self.push(Problem::new(name.span(), title, "write letters, digits, `-`, `_` or `.`"));
        }
    }

    /// A time in which something must happen.
    pub(super) fn check_time(&mut self, what: &str, time: Option<&At<Time>>) {
        if let Some(time) = time.filter(|time| time.0.is_zero()) {
            self.push(Problem::new(time.span(), format!("a `{what}` of zero"), "write more than zero"));
        }
    }

    /// A list that selects nothing when it is empty.
    pub(super) fn check_some(&mut self, what: &str, list: Option<&At<Vec<At<String>>>>) {
        if let Some(list) = list.filter(|list| list.is_empty()) {
            self.push(Problem::new(
                list.span(),
                format!("an empty list of {what}s leaves no case to run"),
                format!("name at least one {what}, or leave the line out"),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(problems: Vec<Problem>) -> Error {
        Error::new(Path::new("bench.toml"), "a = 1\nb = 2\n", Problems(problems))
    }

    #[test]
    fn problems_are_drawn_in_the_order_of_the_file() {
        let second = Problem::new(6..7, "unknown key `b`", "did you mean `c`?").help("keys are `c`");
        let first = Problem::new(4..5, "too small", "write 2").also(0..1, "of this");
        insta::assert_snapshot!(error(vec![second, first]), @r"
        error: too small
         --> bench.toml:1:5
          |
        1 | a = 1
          | -   ^ write 2
          | |
          | of this

        error: unknown key `b`
         --> bench.toml:2:1
          |
        2 | b = 2
          | ^ did you mean `c`?
          |
          = help: keys are `c`
        ");
    }

    #[test]
    fn colors_only_when_asked() {
        let error = error(vec![Problem::new(0..1, "wrong", "right")]);
        assert!(error.render(true).contains('\u{1b}'));
        assert!(!error.render(false).contains('\u{1b}'));
        assert_eq!(error.to_string(), error.render(false));
    }

    #[test]
    fn a_span_past_the_end_is_no_crash() {
        assert!(error(vec![Problem::new(40..50, "cut short", "")]).to_string().contains("cut short"));
    }

    #[test]
    fn no_value_of_the_file_speaks_to_the_terminal() {
        let problem = Problem::new(0..1, "\u{1b}[31m", "\u{7}").also(2..3, "\u{9b}").help("a\u{0}b");
        let told = error(vec![problem]).to_string();
        for spelled in [r"\u{1b}[31m", r"\u{7}", r"\u{9b}", r"a\u{0}b"] {
            assert!(told.contains(spelled), "{spelled} in {told}");
        }
        assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
    }

    #[test]
    fn one_problem_is_told_once() {
        let one = Problem::new(0..1, "wrong", "right");
        assert_eq!(error(vec![one.clone(), one.clone()]), error(vec![one]));
    }
}
