//! The only file that prints: cargo's voice on stderr, results on stdout, progress in a terminal.
//!
//! Knows no domain types: what it is given is text.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();

/// How much is said next to results and errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    #[default]
    Normal,
    Verbose,
}

/// A sign before a line of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Fair,
    Bad,
}

/// The terminal, or what is in its place.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    choice: ColorChoice,
    verbosity: Verbosity,
    color: bool,
    width: usize,
    progress: Option<ProgressBar>,
    /// True if someone watches: progress is drawn, questions can be asked.
    interactive: bool,
    warned: BTreeSet<String>,
}

impl Shell {
    pub(crate) fn new(verbosity: Verbosity, choice: ColorChoice) -> Self {
        let color = AutoStream::new(io::stderr(), choice).current_choice() != ColorChoice::Never;
        let interactive = io::stderr().is_terminal();
        Self {
            choice,
            verbosity,
            color,
            width: terminal_width(),
            progress: None,
            interactive,
            warned: BTreeSet::new(),
        }
    }

    /// Columns that tables may take.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Returns whether stderr shows colors.
    pub(crate) fn has_color(&self) -> bool {
        self.color
    }

    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// A line in cargo's style: a right-aligned verb, then what.
    pub(crate) fn status(&mut self, verb: &str, what: impl Display) {
        self.line(GREEN, verb, &what);
    }

    /// A passing state, such as what is about to happen.
    pub(crate) fn note(&mut self, verb: &str, what: impl Display) {
        self.line(CYAN, verb, &what);
    }

    /// Something went wrong with one thing of many.
    pub(crate) fn trouble(&mut self, verb: &str, what: impl Display) {
        self.line(RED, verb, &what);
    }

    /// Only with `--verbose`.
    pub(crate) fn detail(&mut self, verb: &str, what: impl Display) {
        if self.is_verbose() {
            self.line(CYAN, verb, &what);
        }
    }

    fn line(&mut self, style: Style, verb: &str, what: &dyn Display) {
        if self.verbosity > Verbosity::Quiet {
            self.say(&format!("{style}{verb:>12}{style:#} {what}\n"));
        }
    }

    /// Says it once, however often it comes up.
    pub(crate) fn warn(&mut self, what: impl Display) {
        let what = what.to_string();
        if self.warned.insert(what.clone()) {
            self.say(&format!("{YELLOW}warning{YELLOW:#}: {what}\n"));
        }
    }

    /// An error with its causes, and what to do next.
    pub(crate) fn error(&mut self, what: &str, hint: Option<&str>) {
        let mut text = format!("{RED}error{RED:#}: {what}\n");
        if let Some(hint) = hint {
            text.push_str(&format!("{CYAN}help{CYAN:#}: {hint}\n"));
        }
        self.say(&text);
    }

    /// Text that already looks as it should: a drawn error, cargo's own output.
    pub(crate) fn raw(&mut self, text: &str) {
        self.say(text);
    }

    /// The sign for [`out`](Self::out), colored where colors are shown.
    pub(crate) fn mark(&self, mark: Mark) -> String {
        let (style, sign) = match mark {
            Mark::Good => (GREEN, "✓"),
            Mark::Fair => (YELLOW, "!"),
            Mark::Bad => (RED, "✗"),
        };
        format!("{style}{sign}{style:#}")
    }

    /// Writes a result to stdout. A reader that went away is not an error.
    pub(crate) fn out(&mut self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        self.end_progress();
        let mut out = AutoStream::new(io::stdout().lock(), self.choice);
        match render(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Asks a question to be answered with y or n; `None` when no one can answer.
    pub(crate) fn ask(&mut self, question: &str) -> Option<bool> {
        if !self.interactive || !io::stdin().is_terminal() {
            return None;
        }
        self.say(&format!("{question} [y/N] "));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).ok()?;
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Begins a progress bar of `steps`; lines printed meanwhile are above it.
    pub(crate) fn begin_progress(&mut self, verb: &str, steps: u64) {
        if !self.interactive || self.verbosity == Verbosity::Quiet {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let colors = if self.color { ("{prefix:>12.cyan.bold}", "") } else { ("{prefix:>12}", "") };
        let template =
            format!("{} [{{bar:12}}] {{pos}}/{{len}}, {{eta}} left{}: {{wide_msg}}", colors.0, colors.1);
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(verb.to_owned());
        bar.enable_steady_tick(Duration::from_millis(500));
        self.progress = Some(bar);
    }

    /// Returns what is under way.
    pub(crate) fn progress_message(&mut self, message: impl Into<String>) {
        if let Some(bar) = &self.progress {
            bar.set_message(message.into());
        }
    }

    pub(crate) fn progress_step(&mut self) {
        if let Some(bar) = &self.progress {
            bar.inc(1);
        }
    }

    pub(crate) fn end_progress(&mut self) {
        if let Some(bar) = self.progress.take() {
            bar.finish_and_clear();
        }
    }

    fn say(&mut self, text: &str) {
        let mut err = AutoStream::new(io::stderr().lock(), self.choice);
        // No one is left to report when stderr is closed.
        let mut write = || drop(err.write_all(text.as_bytes()).and_then(|()| err.flush()));
        match &self.progress {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// The width of the terminal that results go to; pipes and files get the classic 80, so that what is stored
/// does not depend on somebody's window.
fn terminal_width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok();
    let columns = size.map_or(0, |size| usize::from(size.ws_col));
    if columns == 0 { 80 } else { columns.clamp(50, 200) }
}
