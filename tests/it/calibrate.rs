//! `calibrate`: the working tree next to itself, and what later comparisons make of it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Project, Ran, signal, start, survivors, wait_until};

/// Enough work that half as much again is seen on any machine.
const WORK: &str = r#"
#[bench(backends = ["host"])]
fn work(b: &mut Bencher) {
    b.iter(|| (0..std::hint::black_box(20_000_u64)).fold(1, |a, i| std::hint::black_box(a ^ i)));
}
"#;

fn project(name: &str) -> Project {
    Project::new(name).bench("work", WORK).toml("[[bench]]\ntarget = \"work\"\n").under_git()
}

const TINY: &str = "calibrate --comparisons 2 --moved 0 --slowed 1 --few 0 --slowdowns 50%";

/// Returns what was kept, a file a machine.
fn files(project: &Project) -> Vec<PathBuf> {
    let folder = fs::read_dir(project.path(".accel-bench/calibration")).into_iter().flatten().flatten();
    let is_kept = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
    folder.map(|entry| entry.path()).filter(is_kept).collect()
}

fn slowdowns(ran: &Ran) -> Vec<f64> {
    let comparisons = ran.at("/comparisons");
    let comparisons = comparisons.as_array().expect("comparisons").iter();
    comparisons.map(|trial| trial["rows"][0]["slowdown"].as_f64().expect("a share")).collect()
}

#[test]
fn what_was_tried_is_kept_shown_and_added_to() {
    let project = project("calibrated");
    project
        .accel_bench("calibrate --show")
        .exits(4)
        .says("nothing was calibrated")
        .says("leave out `--show`");
    let table = project.accel_bench(TINY).exits(0).says("identical code (1 of 3)").says("50 % more work");
    let table = table.shows("work@host").shows("false alarms in rows of identical code");
    let table = table.shows("found of 50 % more work").shows("tolerance: 0.5 %");
    assert_eq!(project.runs(), [] as [PathBuf; 0], "the samples of a calibration are not runs");
    let shown = project.accel_bench("calibrate --show").exits(0);
    assert_eq!(shown.stdout, table.stdout);
    let json = project.accel_bench("calibrate --show --format json").exits(0);
    assert_eq!(slowdowns(&json), [0.0, 0.5, 0.0], "evenly mixed");
    let machine = json.at("/machine");
    let files = files(&project);
    let [file] = files.as_slice() else { panic!("one machine: {files:?}") };
    assert_eq!(file.file_stem().and_then(|name| name.to_str()), machine.as_str());
    let stored: Value = serde_json::from_str(&project.read(file)).expect("JSON");
    assert_eq!(stored["comparisons"], json.at("/comparisons"));
    let slowed = &stored["comparisons"][1]["rows"][0];
    let ratios =
        slowed["log_ratios"].as_array().expect("pairs").iter().map(|ratio| ratio.as_f64().expect("one"));
    assert!(ratios.sum::<f64>() > 0.0, "the extra work is real: {slowed}");
    let added = project
        .accel_bench("calibrate --add --comparisons 1 --moved 0 --slowed 0 --few 0 --format json")
        .exits(0);
    assert_eq!(slowdowns(&added), [0.0, 0.5, 0.0, 0.0]);
    let anew =
        project.accel_bench("calibrate --comparisons 1 --moved 0 --slowed 0 --few 0 --format json").exits(0);
    assert_eq!(slowdowns(&anew), [0.0]);
}

#[test]
fn an_interrupted_calibration_keeps_what_was_compared() {
    let project = project("calibrated-in-part");
    let mut command = project.command(&[
        "calibrate",
        "--comparisons",
        "100",
        "--moved",
        "0",
        "--slowed",
        "0",
        "--few",
        "0",
        "--format",
        "json",
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = start(command);
    wait_until("a comparison is kept", || !files(&project).is_empty());
    signal(&child, Signal::INT);
    let ran = Ran::new("calibrate", child.wait_with_output().expect("it ends")).exits(130);
    assert_eq!(survivors(project.root()), [] as [String; 0]);
    let shown = project.accel_bench("calibrate --show --format json").exits(0);
    assert_eq!(shown.stdout, ran.stdout, "what is shown is what is kept");
    assert!((1..100).contains(&slowdowns(&shown).len()), "{shown:#}");
}

#[test]
fn a_slowdown_that_is_no_share_is_a_mistake_of_usage() {
    let project = project("no-share");
    let check = |given: &str, words: &str| {
        let ran = project.tool(&["calibrate", "--slowdowns", given]).exits(2).shows_nothing();
        ran.says(words);
    };
    check("5", "write \"5%\"");
    check("1%,half", "`half` is not a percentage");
    check("200%", "out of range");
    project.accel_bench("calibrate --show --add").exits(2).says("cannot be used with");
    project.accel_bench("calibrate nothing-of-this-name").exits(4).says("no case is selected");
}

/// The gate is the tolerance, whatever identical code shows here.
#[test]
fn a_calibration_has_no_say_in_comparisons_and_a_broken_one_is_named() {
    let project = project("broken-record");
    project.accel_bench("calibrate --comparisons 1 --moved 0 --slowed 0 --few 0").exits(0);
    let file = files(&project).remove(0);
    let text = project.read(&file);
    for broken in [&text[..text.len() / 2], "{}", &text.replace("\"format\":1", "\"format\":99")] {
        fs::write(&file, broken).expect("it is written");
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        project.accel_bench("calibrate --show").exits(8).says(name).shows_nothing();
        assert_eq!(project.read(&file), *broken, "it is not overwritten");
    }
    let ran = project.accel_bench("compare main --format json --measure").exits_with_one_of(&[0, 7]);
    assert!(!ran.stderr.contains("calibration"), "{ran:#}");
}

#[test]
fn functions_at_other_addresses_and_few_slowed_cases_are_counted_apart() {
    let two = WORK.replace("backends = [\"host\"]", "backends = [\"host\"], params(n = [1, 2])");
    let project =
        Project::new("moved").bench("work", &two).toml("[[bench]]\ntarget = \"work\"\n").under_git();
    let line = "calibrate --comparisons 0 --moved 1 --slowed 0 --few 1 --slowdowns 50%";
    let table = project.accel_bench(line).exits(0).says("its functions at other addresses (");
    let table = table.shows("false alarms with functions at other addresses");
    table.shows("found of 50 % more work in one case of ten");
    let json = project.accel_bench("calibrate --show --format json").exits(0);
    let comparisons = json.at("/comparisons");
    let comparisons = comparisons.as_array().expect("comparisons").iter();
    let mut moved: Vec<_> = comparisons.map(|trial| trial["moved"] == true).collect();
    moved.sort_unstable();
    assert_eq!(moved, [false, true]);
    let plain = project.accel_bench("calibrate --as-built --comparisons 0 --moved 1 --slowed 0 --few 0");
    plain.exits(7).says("cannot be linked with its functions elsewhere").says("`--moved 0` leaves it out");
}

#[test]
fn noise_says_what_can_be_seen() {
    let project = project("noise");
    let ran = project.accel_bench("noise --time 1s").exits(0).shows("work@host").shows("found in 1 s");
    assert_eq!((project.runs().len(), files(&project).len()), (0, 0), "nothing is stored: {ran:#}");
    let json = project.accel_bench("noise --time 1s --format json").exits(0);
    let [pairs, found] = ["pairs", "found_share"].map(|key| json.at(&format!("/cases/0/{key}")));
    assert!(pairs.as_u64() >= Some(2) && found.as_f64() > Some(0.0), "{json:#}");
    let short = project.accel_bench("noise --time 1ms").exits(0);
    short.says("fewer than two process pairs").shows("—");
    project.accel_bench("noise --time 0s").exits(2);
    project.accel_bench("noise nothing-of-this-name").exits(4);
}
