//! Colors, as escape codes in the text; the shell takes them out where they are not wanted.

use anstyle::{AnsiColor, Style};

pub(super) use accel_bench_report::Tone;

/// The text in the style of its tone.
pub(super) fn paint(tone: Tone, text: &str) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
        Tone::Open => AnsiColor::Yellow.on_default(),
        Tone::Dim => Style::new().dimmed(),
    };
    styled(style, text)
}

/// A line above others.
pub(super) fn heading(text: &str) -> String {
    styled(Style::new().bold(), text)
}

fn styled(style: Style, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{text}{style:#}") }
}

/// Without colors, as in a pipe.
#[cfg(test)]
pub(super) fn bare(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_color_ends() {
        for tone in [Tone::Good, Tone::Bad, Tone::Open, Tone::Dim] {
            let painted = paint(tone, "word");
            assert!(painted.starts_with("\u{1b}[") && painted.ends_with("word\u{1b}[0m"), "{painted:?}");
            assert_eq!(paint(tone, ""), "");
        }
        assert_eq!(paint(Tone::Plain, "word"), "word");
        assert_eq!(bare(&heading("word")), "word");
        assert_ne!(heading("word"), "word");
    }
}
