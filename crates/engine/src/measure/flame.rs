//! A flame graph of a case on both sides: how wide a function is says how long the candidate spends in it, its color by how much
//! that differs from the baseline (Gregg, "Differential Flame Graphs", 2014).

use std::fs;
use std::path::{Path, PathBuf};

use accel_bench_code::name;
use accel_bench_record::CaseKey;
use inferno::collapse::Collapse;
use inferno::collapse::perf::{Folder, Options};
use inferno::{differential, flamegraph};

use crate::Engine;
use crate::executor::{Alone, Error, Settings};
use crate::plan::{Case, Unit};

/// The harness calls what it times by way of it: what lies outside of it is the harness itself.
const TIMED_IN: &str = "counted_batch";

/// Frames that perf knows no name of.
const UNKNOWN: &str = "[unknown]";

/// A picture, or why there is none.
pub(super) type Drawn = Result<PathBuf, String>;

/// Records both sides of a case, baseline first, and writes the picture into this folder. `None`: interrupted.
pub(super) fn flame(
    engine: &Engine<'_>,
    sides: [(&Unit, &Case); 2],
    folder: &Path,
    settings: &Settings,
) -> Result<Option<Drawn>, Error> {
    if !cfg!(feature = "flame") {
        return Ok(Some(
            Err("this build has no flame graphs: install it with `--features flame`".to_owned()),
        ));
    }
    let id = &sides[1].1.id;
    let executor = engine.executor();
    let mut stacks = Vec::new();
    for (unit, case) in sides {
        match executor.profile(Alone { unit, case, iterations: None }, settings)? {
            Some(Ok(text)) => stacks.push(text),
            Some(Err(reason)) => return Ok(Some(Err(reason))),
            None => return Ok(None),
        }
    }
    let drawn = folded(&stacks[0]).and_then(|base| draw(id, [base, folded(&stacks[1])?]));
    Ok(Some(drawn.and_then(|picture| write(folder, id, &picture))))
}

fn write(folder: &Path, id: &CaseKey, picture: &[u8]) -> Drawn {
    let path = folder.join(file_name(id));
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, picture));
    written.map(|()| path.clone()).map_err(|error| format!("cannot write `{}`: {error}", path.display()))
}

/// The case's name, of letters that every file system takes.
fn file_name(id: &CaseKey) -> String {
    let safe =
        |letter: char| if letter.is_ascii_alphanumeric() || "-._=@".contains(letter) { letter } else { '-' };
    let name: String = id.to_string().chars().map(safe).take(200).collect();
    format!("{name}.svg")
}

/// The stacks within what is timed, one a line with the number of times that each was met.
fn folded(script: &str) -> Result<String, String> {
    let mut text = Vec::new();
    let collapsed = Folder::from(Options::default()).collapse(script.as_bytes(), &mut text);
    collapsed.map_err(|error| format!("what perf printed is not understood: {error}"))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let lines: String = text.lines().filter_map(timed).map(|line| line + "\n").collect();
    match lines.is_empty() {
        true => Err("perf found no stack within what is timed".to_owned()),
        false => Ok(lines),
    }
}

/// The part of a stack that is timed; `None` where it lies outside.
fn timed(line: &str) -> Option<String> {
    let (stack, count) = line.rsplit_once(' ')?;
    let frames: Vec<String> = stack.split(';').map(name).collect();
    let at = frames.iter().rposition(|frame| frame.contains(TIMED_IN))?;
    let inner: Vec<&str> =
        frames[at + 1..].iter().map(String::as_str).filter(|frame| *frame != UNKNOWN).collect();
    (!inner.is_empty()).then(|| format!("{} {count}", inner.join(";")))
}

fn draw(id: &CaseKey, [base, candidate]: [String; 2]) -> Result<Vec<u8>, String> {
    let mut both = Vec::new();
    // The machine is not equally fast in both seconds: what counts is the share.
    let options = differential::Options { normalize: true, strip_hex: true };
    let fault = |error: std::io::Error| format!("the flame graph cannot be drawn: {error}");
    differential::from_readers(options, base.as_bytes(), candidate.as_bytes(), &mut both).map_err(fault)?;
    let mut options = flamegraph::Options::default();
    options.title = format!("{id}: the candidate, colored by the difference to the baseline");
    options.subtitle = Some("red: more of the time than in the baseline; blue: less".to_owned());
    options.count_name = "ns".to_owned();
    let mut picture = Vec::new();
    flamegraph::from_reader(&mut options, both.as_slice(), &mut picture).map_err(fault)?;
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> CaseKey {
        crate::compare::sample::case(text, &[]).id
    }

    #[test]
    fn the_timed_part_of_a_stack() {
        let check =
            |line: &str, expected: Option<&str>| assert_eq!(timed(line).as_deref(), expected, "{line}");
        check("app;main;counted_batch;work;inner 12", Some("work;inner 12"));
        check("app;main;accel_bench::sampler::counted_batch::<F>;[unknown];work 3", Some("work 3"));
        check(
            "app;_RNvNtCs1_3app4work5inner;counted_batch;_RNvNtCs1_3app4work5inner 1",
            Some("app::work::inner 1"),
        );
        check("app;main;set_up 9", None);
        check("app;main;counted_batch 2", None);
        check("", None);
    }

    #[test]
    fn names_of_files() {
        assert_eq!(file_name(&case("kernels/sum/n=4@host")), "kernels-sum-n=4@host.svg");
        assert_eq!(file_name(&case("a/größe|x@host")), "a-gr--e-x@host.svg");
        assert!(file_name(&case(&format!("a/{}@host", "x".repeat(900)))).len() < 210);
    }

    const SCRIPT: &str = "app 1 1.0: 1 cpu-clock:\n\t 3 inner+0x1 (/app)\n\t 2 counted_batch+0x1 (/app)\n\t 1 main+0x1 (/app)\n\n\
        app 1 1.1: 1 cpu-clock:\n\t 4 set_up+0x1 (/app)\n\t 1 main+0x1 (/app)\n\n\
        app 1 1.2: 1 cpu-clock:\n\t 3 inner+0x9 (/app)\n\t 2 counted_batch+0x1 (/app)\n\t 1 main+0x1 (/app)\n\n";

    #[test]
    fn a_picture_of_two_sides() {
        assert_eq!(folded(SCRIPT).as_deref(), Ok("inner 2\n"));
        assert!(folded("app 1 1.1: 1 cpu-clock:\n\t 4 set_up+0x1 (/app)\n\n").is_err());
        let sides = ["inner 2\nouter;inner 6\n", "inner 6\nouter;inner 2\n"].map(str::to_owned);
        let picture = draw(&case("a/x@host"), sides).expect("it is drawn");
        let text = String::from_utf8(picture.clone()).expect("an SVG is text");
        assert!(text.contains("<svg") && text.contains("a/x@host: the candidate"), "{text}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = write(&folder.path().join("new"), &case("a/x@host"), &picture).expect("it is written");
        assert_eq!(fs::read(path).expect("it is there"), picture);
        fs::write(folder.path().join("file"), "").expect("it is written");
        let refused = write(&folder.path().join("file"), &case("a/x@host"), &picture);
        assert!(refused.is_err_and(|reason| reason.starts_with("cannot write")));
    }
}
