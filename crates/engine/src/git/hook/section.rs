//! Our lines within a script: finding them, putting them in, taking them out. Pure.

use super::HookKind;
use super::script::{BEGIN, END, Host, OURS, SHEBANG, section};

/// Shells that our lines are written for.
const SHELLS: [&str; 5] = ["sh", "bash", "dash", "ash", "ksh"];

/// A script with our section in it, cut in three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    before: &'a str,
    section: &'a str,
    after: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` when the script has no section of ours, or only a part of one.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let start = line_starts(text).find(|&at| text[at..].starts_with(BEGIN))?;
        let end = line_starts(text).find(|&at| at > start && text[at..].starts_with(END))?;
        let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
        Some(Self { before: &text[..start], section: &text[start..end], after: &text[end..] })
    }

    /// Returns the file that the section is in.
    pub(super) fn host(&self) -> Host {
        let first = self.section.lines().next().unwrap_or_default();
        if first.ends_with(OURS) { Host::Ours } else { Host::Theirs }
    }

    pub(super) fn is_current(&self, kind: HookKind) -> bool {
        self.section == section(kind, self.host())
    }

    /// The script with today's section.
    pub(super) fn updated(&self, kind: HookKind) -> String {
        [self.before, &section(kind, self.host()), self.after].concat()
    }

    /// The script without it.
    pub(super) fn without(&self) -> String {
        [self.before, self.after].concat()
    }

    /// Nothing is left of a file of ours but its first line.
    pub(super) fn is_all(&self) -> bool {
        self.host() == Host::Ours && self.before == SHEBANG && self.after.is_empty()
    }
}

/// The script with our section after its first line; `None` for what is not a shell script.
pub(super) fn inserted(text: &str, kind: HookKind) -> Option<String> {
    let first_end = text.find('\n')? + 1;
    let (first, rest) = text.split_at(first_end);
    // A line end of DOS would be a part of our words.
    (is_shell(first) && !first.ends_with("\r\n"))
        .then(|| [first, &section(kind, Host::Theirs), rest].concat())
}

/// Returns whether a script's first line starts a shell: `#!/bin/sh -e`, `#!/usr/bin/env -S bash -eu`.
fn is_shell(first: &str) -> bool {
    let Some(command) = first.strip_prefix("#!") else { return false };
    let mut words = command.split_ascii_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    match words.next() {
        Some("env") => words.find(|word| !word.starts_with('-')).is_some_and(|shell| SHELLS.contains(&shell)),
        Some(shell) => SHELLS.contains(&shell),
        None => false,
    }
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}

#[cfg(test)]
mod tests {
    use super::super::script::script;
    use super::*;

    const KIND: HookKind = HookKind::PreMergeCommit;

    fn check_shell(first: &str, expected: bool) {
        assert_eq!(is_shell(first), expected, "{first}");
    }

    #[test]
    fn which_first_lines_start_a_shell() {
        check_shell("#!/bin/sh", true);
        check_shell("#! /bin/sh -e", true);
        check_shell("#!/usr/bin/env bash", true);
        check_shell("#!/usr/bin/env -S bash -eu", true);
        check_shell("#!/usr/local/bin/dash", true);
        check_shell("#!/usr/bin/env python3", false);
        check_shell("#!/usr/bin/env", false);
        check_shell("#!/usr/bin/fish", false);
        check_shell("#!", false);
        check_shell("echo sh", false);
        check_shell("\u{7f}ELF", false);
    }

    fn check_round_trip(text: &str) {
        let with = inserted(text, KIND).unwrap();
        let parts = Parts::of(&with).unwrap();
        assert_eq!((parts.without().as_str(), parts.host(), parts.is_all()), (text, Host::Theirs, false));
        assert!(parts.is_current(KIND));
    }

    #[test]
    fn what_is_put_in_can_be_taken_out() {
        check_round_trip("#!/bin/sh\n");
        check_round_trip("#!/bin/sh\nexit 0");
        check_round_trip("#!/bin/bash -e\nset -u\n\n. \"$(dirname \"$0\")/h\"\n");
        check_round_trip("#!/usr/bin/env bash\necho a\r\n");
    }

    #[test]
    fn what_nothing_is_put_into() {
        let refused = |text: &str| assert_eq!(inserted(text, KIND), None, "{text}");
        refused("#!/usr/bin/env python3\nprint(1)\n");
        refused("#!/bin/sh\r\nexit 0\r\n");
        refused("#!/bin/sh");
        refused("exit 0\n");
        refused("");
    }

    #[test]
    fn a_script_of_ours_is_all_ours_until_lines_are_added() {
        let text = script(KIND);
        assert!(Parts::of(&text).unwrap().is_all());
        let edited = format!("{text}echo more\n");
        let parts = Parts::of(&edited).unwrap();
        assert_eq!((parts.is_all(), parts.without().as_str()), (false, "#!/bin/sh\necho more\n"));
    }

    #[test]
    fn an_old_section_is_brought_up_to_date_and_the_rest_stays() {
        let old = "#!/bin/sh\necho first\n# >>> accel-bench >>>\nold\n# <<< accel-bench <<<\necho last\n";
        let parts = Parts::of(old).unwrap();
        assert!(!parts.is_current(KIND));
        let expected = format!("#!/bin/sh\necho first\n{}echo last\n", section(KIND, Host::Theirs));
        assert_eq!(parts.updated(KIND), expected);
    }

    #[test]
    fn half_a_section_is_none() {
        let none = |text: &str| assert_eq!(Parts::of(text), None, "{text}");
        none("#!/bin/sh\n# >>> accel-bench >>>\necho a\n");
        none("#!/bin/sh\n# <<< accel-bench <<<\n");
        none("#!/bin/sh\necho '# >>> accel-bench'\n# <<< accel-bench <<<\n");
        none("");
    }
}
