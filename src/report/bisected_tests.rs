//! Snapshots of a search for slower commits in each form.

use std::path::PathBuf;

use accel_bench_engine::bisect::Step;
use accel_bench_engine::compare::{Tolerance, compare, sample};
use accel_bench_engine::manifest::Percent;
use accel_bench_engine::measure::{Bisected, Culprit, From, SideSpec, Wanted};
use accel_bench_engine::plan::Selection;
use accel_bench_record::CommitId;

use super::{Format, bisected};
use crate::report::paint::bare;

fn commit(at: usize) -> CommitId {
    CommitId::new(format!("{at}f2c9d1e7b8a6053c1d2e3f405162738495a6b7c"))
}

fn wanted() -> Wanted {
    Wanted {
        base: SideSpec::of_commit(commit(1), "one"),
        candidate: SideSpec::of_commit(commit(2), "other"),
        from: From::Anywhere,
        selection: Selection::default(),
        threshold: Percent::of_share(0.01),
        budget: None,
        counts: false,
        only: None,
    }
}

/// One commit that is sure, and one among others that could not be built.
fn found() -> Bisected {
    let (base, candidate) = sample::runs();
    let gate = |_: &_| Tolerance { tolerance: 0.01, ..Tolerance::default() };
    let whole = compare(&base, &candidate, &gate);
    let case = whole.rows[0].id.clone();
    let sure = Culprit {
        step: Step { before: commit(1), candidates: vec![commit(2)], effect: Some(0.06) },
        subject: "Fuse the softmax | and \u{1b}[31mmore".into(),
        time: "2026-11-21T09:00:00Z".into(),
        stat: vec![("src/lib.rs".into(), 12, 3), ("benches/softmax.rs".into(), 1, 0)],
        comparison: Some(whole.clone()),
        wanted: wanted(),
    };
    let many = (0..8).map(|at| (PathBuf::from(format!("src/kernels/part-{at}.rs")), at, 1)).collect();
    let unsure = Culprit {
        step: Step { before: commit(3), candidates: vec![commit(4), commit(5), commit(6)], effect: None },
        subject: "Rewrite the kernels".into(),
        time: "2026-11-22T09:00:00Z".into(),
        stat: many,
        comparison: None,
        wanted: wanted(),
    };
    let others = whole.rows[1..3].iter().map(|row| row.id.clone()).collect();
    let unknown = vec![
        (commit(4), "the build of `models` failed\nerror[E0425]: cannot find value".into()),
        (commit(5), "panic: index out of bounds".into()),
    ];
    Bisected {
        case,
        others,
        whole,
        culprits: vec![sure, unsure],
        unknown,
        comparisons: 11,
        is_out_of_time: false,
    }
}

fn render(format: Format, width: usize) -> String {
    let mut text = Vec::new();
    bisected(&found(), &[], format, width, &mut text).expect("a vector takes all");
    String::from_utf8(text).expect("reports are UTF-8")
}

#[test]
fn for_a_terminal_of_80_columns() {
    insta::assert_snapshot!(bare(&render(Format::Table, 80)), @r"
    encoder/forward/bert-tiny/b1_s128_f32@ndarray: +11.8 % [+11.0, +12.5] over the
      whole range

    2f2c9d1e7 Fuse the softmax | and \u{1b}[31mmore
      +11.8 % [+11.0, +12.5]
      2 files: src/lib.rs +12 -3, benches/softmax.rs +1 -0

    6f2c9d1e7 Rewrite the kernels
      not seen between these two alone
      8 files: src/kernels/part-0.rs +0 -1, src/kernels/part-1.rs +1 -1,
        src/kernels/part-2.rs +2 -1, src/kernels/part-3.rs +3 -1,
        src/kernels/part-4.rs +4 -1, src/kernels/part-5.rs +5 -1, …
      or one of these, which could not be measured: 4f2c9d1e7, 5f2c9d1e7

    11 comparisons
    passed over 4f2c9d1e7: the build of `models` failed
    passed over 5f2c9d1e7: panic: index out of bounds
    slower, too: encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,
      encoder/forward/bert-tiny/b1_s128_f32@wgpu; name one to search for its commits
    ");
}

#[test]
fn for_a_terminal_of_40_columns() {
    insta::assert_snapshot!(bare(&render(Format::Table, 40)), @r"
    encoder/forward/bert-tiny/b1_s128_f32@
      ndarray: +11.8 % [+11.0, +12.5] over
      the whole range

    2f2c9d1e7 Fuse the softmax | and \u{1b}[31mmore
      +11.8 % [+11.0, +12.5]
      2 files: src/lib.rs +12 -3,
        benches/softmax.rs +1 -0

    6f2c9d1e7 Rewrite the kernels
      not seen between these two alone
      8 files: src/kernels/part-0.rs +0
        -1, src/kernels/part-1.rs +1 -1,
        src/kernels/part-2.rs +2 -1,
        src/kernels/part-3.rs +3 -1,
        src/kernels/part-4.rs +4 -1,
        src/kernels/part-5.rs +5 -1, …
      or one of these, which could not be
        measured: 4f2c9d1e7, 5f2c9d1e7

    11 comparisons
    passed over 4f2c9d1e7: the build of
      `models` failed
    passed over 5f2c9d1e7: panic: index
      out of bounds
    slower, too: encoder/forward/bert-base
      -uncased/b16_s512_f32@ndarray, encoder
      /forward/bert-tiny/b1_s128_f32@wgpu;
      name one to search for its commits
    ");
}

#[test]
fn for_a_pull_request() {
    insta::assert_snapshot!(render(Format::Markdown, 80), @r"
    | commit | effect | time | files | subject |
    | --- | --- | --- | --- | --- |
    | 2f2c9d1e7 | +11.8 % \[+11.0, +12.5\] | 2026-11-21T09:00:00Z | 2 files: src/lib.rs +12 -3, benches/softmax.rs +1 -0 | Fuse the softmax \| and \\u{1b}\[31mmore |
    | 6f2c9d1e7 | not seen between these two alone | 2026-11-22T09:00:00Z | 8 files: src/kernels/part-0.rs +0 -1, src/kernels/part-1.rs +1 -1, src/kernels/part-2.rs +2 -1, src/kernels/part-3.rs +3 -1, src/kernels/part-4.rs +4 -1, src/kernels/part-5.rs +5 -1, … | Rewrite the kernels |
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn for_scripts() {
    insta::assert_snapshot!(render(Format::Json, 80), @r#"
    {
      "format": 1,
      "kind": "bisected",
      "case": "encoder/forward/bert-tiny/b1_s128_f32@ndarray",
      "others": [
        "encoder/forward/bert-base-uncased/b16_s512_f32@ndarray",
        "encoder/forward/bert-tiny/b1_s128_f32@wgpu"
      ],
      "total": "+11.8 % [+11.0, +12.5]",
      "comparisons": 11,
      "out_of_time": false,
      "culprits": [
        {
          "commit": "2f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "time": "2026-11-21T09:00:00Z",
          "subject": "Fuse the softmax | and \u001b[31mmore",
          "before": "1f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "candidates": [],
          "effect_share": 0.06183654654535962,
          "effect": "+11.8 % [+11.0, +12.5]",
          "files": [
            {
              "path": "src/lib.rs",
              "added": 12,
              "removed": 3
            },
            {
              "path": "benches/softmax.rs",
              "added": 1,
              "removed": 0
            }
          ]
        },
        {
          "commit": "6f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "time": "2026-11-22T09:00:00Z",
          "subject": "Rewrite the kernels",
          "before": "3f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "candidates": [
            "4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
            "5f2c9d1e7b8a6053c1d2e3f405162738495a6b7c"
          ],
          "effect_share": null,
          "effect": "not seen between these two alone",
          "files": [
            {
              "path": "src/kernels/part-0.rs",
              "added": 0,
              "removed": 1
            },
            {
              "path": "src/kernels/part-1.rs",
              "added": 1,
              "removed": 1
            },
            {
              "path": "src/kernels/part-2.rs",
              "added": 2,
              "removed": 1
            },
            {
              "path": "src/kernels/part-3.rs",
              "added": 3,
              "removed": 1
            },
            {
              "path": "src/kernels/part-4.rs",
              "added": 4,
              "removed": 1
            },
            {
              "path": "src/kernels/part-5.rs",
              "added": 5,
              "removed": 1
            },
            {
              "path": "src/kernels/part-6.rs",
              "added": 6,
              "removed": 1
            },
            {
              "path": "src/kernels/part-7.rs",
              "added": 7,
              "removed": 1
            }
          ]
        }
      ],
      "unknown": [
        {
          "commit": "4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "reason": "the build of `models` failed\nerror[E0425]: cannot find value"
        },
        {
          "commit": "5f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "reason": "panic: index out of bounds"
        }
      ],
      "explanations": []
    }
    "#);
    insta::assert_snapshot!(render(Format::Jsonl, 80), @r#"
    {"format":1,"kind":"culprit","commit":"2f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","time":"2026-11-21T09:00:00Z","subject":"Fuse the softmax | and \u001b[31mmore","before":"1f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","candidates":[],"effect_share":0.06183654654535962,"effect":"+11.8 % [+11.0, +12.5]","files":[{"path":"src/lib.rs","added":12,"removed":3},{"path":"benches/softmax.rs","added":1,"removed":0}]}
    {"format":1,"kind":"culprit","commit":"6f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","time":"2026-11-22T09:00:00Z","subject":"Rewrite the kernels","before":"3f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","candidates":["4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c","5f2c9d1e7b8a6053c1d2e3f405162738495a6b7c"],"effect_share":null,"effect":"not seen between these two alone","files":[{"path":"src/kernels/part-0.rs","added":0,"removed":1},{"path":"src/kernels/part-1.rs","added":1,"removed":1},{"path":"src/kernels/part-2.rs","added":2,"removed":1},{"path":"src/kernels/part-3.rs","added":3,"removed":1},{"path":"src/kernels/part-4.rs","added":4,"removed":1},{"path":"src/kernels/part-5.rs","added":5,"removed":1},{"path":"src/kernels/part-6.rs","added":6,"removed":1},{"path":"src/kernels/part-7.rs","added":7,"removed":1}]}
    "#);
    insta::assert_snapshot!(render(Format::Csv, 80), @r"
    commit,time,subject,before,candidates,effect_share,files
    2f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,2026-11-21T09:00:00Z,Fuse the softmax | and \u{1b}[31mmore,1f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,,0.06183654654535962,src/lib.rs benches/softmax.rs
    6f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,2026-11-22T09:00:00Z,Rewrite the kernels,3f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c 5f2c9d1e7b8a6053c1d2e3f405162738495a6b7c,,src/kernels/part-0.rs src/kernels/part-1.rs src/kernels/part-2.rs src/kernels/part-3.rs src/kernels/part-4.rs src/kernels/part-5.rs src/kernels/part-6.rs src/kernels/part-7.rs
    ");
}
