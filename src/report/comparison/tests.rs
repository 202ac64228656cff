//! Snapshots of one comparison in each form.

#![expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]

use accel_bench_record::catalogue::{INSTRUCTIONS, LAST_LEVEL_MISSES};
use accel_bench_record::{CaseRecord, Counts, RunRecord};

use super::super::Format;
use super::super::paint::bare;
use super::{comparison, section};
use accel_bench_engine::compare::{Comparison, Tolerance, compare, sample};

fn render(found: &Comparison, format: Format, width: usize) -> String {
    let mut text = Vec::new();
    comparison((found, None), format, width, &mut text).expect("a vector takes all");
    String::from_utf8(text).expect("reports are UTF-8")
}

#[test]
fn a_table_of_80_columns() {
    insta::assert_snapshot!(bare(&render(&sample::comparison(), Format::Table, 80)), @r"
    baseline   4f2c9d1e7 main (run 20261121-093045-3f9a)
    candidate  9b8c7d6e5 main, uncommitted changes (run 20261121-101500-77aa)

               baseline        candidate                  effect  verdict
    encoder
      forward/bert-tiny/b1_s128_f32@ndarray
        12.35 ms ±0.1 %  13.80 ms ±0.1 %  +11.8 % [+11.4, +12.2]  ▲▲ regressed
        beyond the alert level of 10 %
        its code layout was not varied
        host-rss-peak-bytes 512.0 MiB → 640.0 MiB  +25.0 % [+24.8, +25.2]
          ▲ regressed
      forward/bert-base-uncased/b16_s512_f32@ndarray
         1.840 s ±0.2 %   1.600 s ±0.2 %  -13.0 % [-13.5, -12.6]  ▼ improved
        its code layout was not varied
      forward/bert-tiny/b1_s128_f32@wgpu
        4.196 ms ±1.8 %  4.246 ms ±1.8 %     +1.2 % [-4.2, +6.9]  ? undecided
        about 26 process pairs would decide it
      forward/bert-tiny/b1_s128_f16@ndarray
                      —                —                          ∅ unsupported
        both ∅ unsupported: ndarray has no f16
    kernels
      matmul/n=256@ndarray
        801.4 µs ±0.1 %  815.8 µs ±0.1 %     +1.8 % [+1.6, +2.0]  = same
        slower by 1.8 %, within the tolerance of 5 %
      softmax/n=1024@ndarray
        52.10 µs ±0.1 %  52.10 µs ±0.1 %     +0.0 % [-0.2, +0.2]  = same
      größe-λ|pipe@ndarray
        899.9 ns ±0.6 %  899.9 ns ±0.6 %                          ✗ failed
        candidate ✗ panic: index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the
          len is 3 | but the index is 7 at src/lib.rs:12
      attention@wgpu
                      —                —                          ✗ still failing
        both ✗ poisoned: device lost
      layer-norm@ndarray
                      —  31.00 µs ±0.1 %                          ✓ fixed
        baseline ✗ wrong-output: differs by 2e-2
      rms-norm@ndarray
                      —  25.00 µs ±0.1 %                          + new
      gelu@ndarray
        77.00 µs ±0.1 %                —                          − missing

    11 cases, 4 judged: 1 regressed, 1 improved, 2 the same; 1 undecided
    1 missing in the baseline, 1 missing in the candidate, 1 failed in the
      candidate, 1 failed on both sides, 1 failed in the baseline only, 1
      unsupported
    1 metric regressed
    ± 95 % of a side, [ ] 99 % of the effect, over 25 process pairs

    the surroundings differ
      rustc: rustc 1.95.0 → rustc 1.96.0
      bench.toml:
        --- baseline
        +++ candidate
        @@ -1,2 +1,2 @@
         [gate]
        -tolerance = 0.05
        +tolerance = 0.1
    ");
}

#[test]
fn a_table_of_50_columns() {
    insta::assert_snapshot!(bare(&render(&sample::comparison(), Format::Table, 50)), @r"
    baseline   4f2c9d1e7 main (run
      20261121-093045-3f9a)
    candidate  9b8c7d6e5 main, uncommitted changes
      (run 20261121-101500-77aa)

    encoder
      forward/bert-tiny/b1_s128_f32@ndarray
        baseline   12.35 ms ±0.1 %
        candidate  13.80 ms ±0.1 %
        effect     +11.8 % [+11.4, +12.2]
        verdict    ▲▲ regressed
        beyond the alert level of 10 %
        its code layout was not varied
        host-rss-peak-bytes 512.0 MiB → 640.0 MiB
          +25.0 % [+24.8, +25.2]  ▲ regressed
      forward/bert-base-uncased/b16_s512_f32@ndarray
        baseline   1.840 s ±0.2 %
        candidate  1.600 s ±0.2 %
        effect     -13.0 % [-13.5, -12.6]
        verdict    ▼ improved
        its code layout was not varied
      forward/bert-tiny/b1_s128_f32@wgpu
        baseline   4.196 ms ±1.8 %
        candidate  4.246 ms ±1.8 %
        effect     +1.2 % [-4.2, +6.9]
        verdict    ? undecided
        about 26 process pairs would decide it
      forward/bert-tiny/b1_s128_f16@ndarray
        baseline   —
        candidate  —
        verdict    ∅ unsupported
        both ∅ unsupported: ndarray has no f16
    kernels
      matmul/n=256@ndarray
        baseline   801.4 µs ±0.1 %
        candidate  815.8 µs ±0.1 %
        effect     +1.8 % [+1.6, +2.0]
        verdict    = same
        slower by 1.8 %, within the tolerance of 5 %
      softmax/n=1024@ndarray
        baseline   52.10 µs ±0.1 %
        candidate  52.10 µs ±0.1 %
        effect     +0.0 % [-0.2, +0.2]
        verdict    = same
      größe-λ|pipe@ndarray
        baseline   899.9 ns ±0.6 %
        candidate  899.9 ns ±0.6 %
        verdict    ✗ failed
        candidate ✗ panic: index out of bounds:
          \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 |
          but the index is 7 at src/lib.rs:12
      attention@wgpu
        baseline   —
        candidate  —
        verdict    ✗ still failing
        both ✗ poisoned: device lost
      layer-norm@ndarray
        baseline   —
        candidate  31.00 µs ±0.1 %
        verdict    ✓ fixed
        baseline ✗ wrong-output: differs by 2e-2
      rms-norm@ndarray
        baseline   —
        candidate  25.00 µs ±0.1 %
        verdict    + new
      gelu@ndarray
        baseline   77.00 µs ±0.1 %
        candidate  —
        verdict    − missing

    11 cases, 4 judged: 1 regressed, 1 improved, 2
      the same; 1 undecided
    1 missing in the baseline, 1 missing in the
      candidate, 1 failed in the candidate, 1 failed
      on both sides, 1 failed in the baseline only, 1
      unsupported
    1 metric regressed
    ± 95 % of a side, [ ] 99 % of the effect, over
      25 process pairs

    the surroundings differ
      rustc: rustc 1.95.0 → rustc 1.96.0
      bench.toml:
        --- baseline
        +++ candidate
        @@ -1,2 +1,2 @@
         [gate]
        -tolerance = 0.05
        +tolerance = 0.1
    ");
}

#[test]
fn a_table_of_120_columns() {
    insta::assert_snapshot!(bare(&render(&sample::comparison(), Format::Table, 120)), @r"
    baseline   4f2c9d1e7 main (run 20261121-093045-3f9a)
    candidate  9b8c7d6e5 main, uncommitted changes (run 20261121-101500-77aa)

    case                                             baseline        candidate                  effect  verdict
    encoder/forward
      bert-tiny/b1_s128_f32@ndarray           12.35 ms ±0.1 %  13.80 ms ±0.1 %  +11.8 % [+11.4, +12.2]  ▲▲ regressed
        beyond the alert level of 10 %
        its code layout was not varied
        host-rss-peak-bytes 512.0 MiB → 640.0 MiB  +25.0 % [+24.8, +25.2]  ▲ regressed
      bert-base-uncased/b16_s512_f32@ndarray   1.840 s ±0.2 %   1.600 s ±0.2 %  -13.0 % [-13.5, -12.6]  ▼ improved
        its code layout was not varied
      bert-tiny/b1_s128_f32@wgpu              4.196 ms ±1.8 %  4.246 ms ±1.8 %     +1.2 % [-4.2, +6.9]  ? undecided
        about 26 process pairs would decide it
      bert-tiny/b1_s128_f16@ndarray                         —                —                          ∅ unsupported
        both ∅ unsupported: ndarray has no f16
    kernels/matmul
      n=256@ndarray                           801.4 µs ±0.1 %  815.8 µs ±0.1 %     +1.8 % [+1.6, +2.0]  = same
        slower by 1.8 %, within the tolerance of 5 %
    kernels/softmax
      n=1024@ndarray                          52.10 µs ±0.1 %  52.10 µs ±0.1 %     +0.0 % [-0.2, +0.2]  = same
    kernels
      größe-λ|pipe@ndarray                    899.9 ns ±0.6 %  899.9 ns ±0.6 %                          ✗ failed
        candidate ✗ panic: index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 | but the index is 7 at
          src/lib.rs:12
      attention@wgpu                                        —                —                          ✗ still failing
        both ✗ poisoned: device lost
      layer-norm@ndarray                                    —  31.00 µs ±0.1 %                          ✓ fixed
        baseline ✗ wrong-output: differs by 2e-2
      rms-norm@ndarray                                      —  25.00 µs ±0.1 %                          + new
      gelu@ndarray                            77.00 µs ±0.1 %                —                          − missing

    11 cases, 4 judged: 1 regressed, 1 improved, 2 the same; 1 undecided
    1 missing in the baseline, 1 missing in the candidate, 1 failed in the candidate, 1 failed on both sides, 1 failed in
      the baseline only, 1 unsupported
    1 metric regressed
    ± 95 % of a side, [ ] 99 % of the effect, over 25 process pairs

    the surroundings differ
      rustc: rustc 1.95.0 → rustc 1.96.0
      bench.toml:
        --- baseline
        +++ candidate
        @@ -1,2 +1,2 @@
         [gate]
        -tolerance = 0.05
        +tolerance = 0.1
    ");
}

#[test]
fn colors_of_the_verdicts() {
    let text = render(&sample::comparison(), Format::Table, 80);
    for colored in [
        "\u{1b}[1m\u{1b}[31m▲▲ regressed",
        "\u{1b}[32m▼ improved",
        "\u{1b}[33m? undecided",
        "\u{1b}[1m\u{1b}[31m✗ failed",
    ] {
        assert!(text.contains(colored), "{colored:?} in\n{text}");
    }
}

#[test]
fn a_forced_comparison_is_marked_in_every_form_for_people() {
    let base = sample::run("a", vec![sample::case("a/x@n", &[100.0])]);
    let candidate = RunRecord { machine: "xeon-4c".to_owned(), ..base.clone() };
    let found = compare(&base, &candidate, &|_| Tolerance::default());
    insta::assert_snapshot!(bare(&render(&found, Format::Table, 80)), @"
    baseline   4f2c9d1e7 main (run a)
    candidate  4f2c9d1e7 main (run a)
    forced: `epyc-2c-24g-1a2b3c` and `xeon-4c` are different machine classes
      (their machine classes differ); the effects below are of the machines too

    case   baseline  candidate  effect  verdict
    a
      x@n  100.0 ns   100.0 ns  +0.0 %  ? undecided
        one process on a side reports nothing of the spread; 5 a side are usual

    1 case, 0 judged; 1 undecided
    measured apart: judged beyond the alert level only (10 %); interleaved
      comparisons judge the rest
    ± 95 % of a side, [ ] 99 % of the effect, over processes
    ");
    assert!(render(&found, Format::Markdown, 80).contains("**Forced:**"));
    assert!(render(&found, Format::Json, 80).contains("\"forced\": \"cannot compare"));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render(&sample::comparison(), Format::Markdown, 80), @r"
    **baseline** 4f2c9d1e7 main (run 20261121-093045-3f9a)<br>
    **candidate** 9b8c7d6e5 main, uncommitted changes (run 20261121-101500-77aa)

    | case | baseline | candidate | effect | verdict |
    | --- | ---: | ---: | ---: | --- |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;ndarray | 12.35 ms ±0.1 % | 13.80 ms ±0.1 % | +11.8 % \[+11.4, +12.2\] | ▲▲ regressed; beyond the alert level of 10 %; its code layout was not varied |
    | ↳ host-rss-peak-bytes | 512.0 MiB ±0.0 % | 640.0 MiB ±0.0 % | +25.0 % \[+24.8, +25.2\] | ▲ regressed |
    | ↳ tokens-per-s | 10.37 k/s ±0.1 % | 9.275 k/s ±0.1 % | -10.5 % \[-10.8, -10.3\] |  |
    | encoder/forward/bert-base-uncased/b16\_s512\_f32&#64;ndarray | 1.840 s ±0.2 % | 1.600 s ±0.2 % | -13.0 % \[-13.5, -12.6\] | ▼ improved; its code layout was not varied |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;wgpu | 4.196 ms ±1.8 % | 4.246 ms ±1.8 % | +1.2 % \[-4.2, +6.9\] | ? undecided; about 26 process pairs would decide it |
    | encoder/forward/bert-tiny/b1\_s128\_f16&#64;ndarray |  |  |  | ∅ unsupported; baseline unsupported: ndarray has no f16; candidate unsupported: ndarray has no f16 |
    | kernels/matmul/n=256&#64;ndarray | 801.4 µs ±0.1 % | 815.8 µs ±0.1 % | +1.8 % \[+1.6, +2.0\] | = same; slower by 1.8 %, within the tolerance of 5 % |
    | kernels/softmax/n=1024&#64;ndarray | 52.10 µs ±0.1 % | 52.10 µs ±0.1 % | +0.0 % \[-0.2, +0.2\] | = same |
    | kernels/größe-λ\|pipe&#64;ndarray | 899.9 ns ±0.6 % | 899.9 ns ±0.6 % |  | ✗ failed; candidate panic: index out of bounds: \\u{1b}\[2J\\u{1b}\]0;owned\\u{7}the len is 3 \| but the index is 7 at src/lib.rs:12 |
    | kernels/attention&#64;wgpu |  |  |  | ✗ still failing; baseline poisoned: device lost; candidate poisoned: device lost |
    | kernels/layer-norm&#64;ndarray |  | 31.00 µs ±0.1 % |  | ✓ fixed; baseline wrong-output: differs by 2e-2 |
    | kernels/rms-norm&#64;ndarray |  | 25.00 µs ±0.1 % |  | + new |
    | kernels/gelu&#64;ndarray | 77.00 µs ±0.1 % |  |  | − missing |

    11 cases, 4 judged: 1 regressed, 1 improved, 2 the same; 1 undecided
    1 missing in the baseline, 1 missing in the candidate, 1 failed in the candidate, 1 failed on both sides, 1 failed in the baseline only, 1 unsupported
    1 metric regressed

    <details><summary>The surroundings differ</summary>

    * rustc: rustc 1.95.0 → rustc 1.96.0
    * bench.toml

          --- baseline
          +++ candidate
          @@ -1,2 +1,2 @@
           [gate]
          -tolerance = 0.05
          +tolerance = 0.1

    </details>
    ");
}

#[test]
fn csv() {
    insta::assert_snapshot!(render(&sample::comparison(), Format::Csv, 80), @r#"
    format,case,bench,benchmark,backend,params,quantity,unit,standing,verdict,baseline,baseline_low,baseline_high,candidate,candidate_low,candidate_high,effect_share,effect_low_share,effect_high_share,tolerance_share,baseline_failure,candidate_failure
    1,encoder/forward/bert-tiny/b1_s128_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",latency,ns,judged,regressed,12345950.615762962,12331247.959542286,12360670.802090945,13799944.799735045,13783510.597900826,13816398.596213747,0.11777093795561136,0.11367100344406784,0.12188596620933455,0.05,,
    1,encoder/forward/bert-tiny/b1_s128_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",host-rss-peak-bytes,bytes,judged,regressed,536870912,536870912,536870912,671088640,671088640,671088640,0.24999999999999997,0.24814085722815984,0.2518619120200592,0.05,,
    1,encoder/forward/bert-tiny/b1_s128_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",tokens-per-s,/s,judged,,10367.77191029529,10355.425045244914,10380.133496622284,9275.399420616353,9264.353449898097,9286.458561543384,-0.10536231884057987,-0.10775870439747823,-0.10295949706092436,0.05,,
    1,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,encoder,forward,ndarray,"{""batch-size"":16,""model"":""bert-base-uncased"",""precision"":""f32"",""sequence-length"":512}",latency,ns,judged,improved,1839983439.82115,1836697573.1674428,1843275184.9165907,1599985599.8444753,1597128324.4934256,1602847986.8839889,-0.13043478260869615,-0.13521469103614459,-0.12562845430068548,0.05,,
    1,encoder/forward/bert-tiny/b1_s128_f32@wgpu,encoder,forward,wgpu,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f32"",""sequence-length"":128}",latency,ns,judged,undecided,4196215.909005184,4121792.5995686995,4271983.009729968,4246170.8603028655,4170861.559087375,4322839.950321993,0.011904761904762376,-0.04237833828926399,0.06926491756285445,0.05,,
    1,encoder/forward/bert-tiny/b1_s128_f16@ndarray,encoder,forward,ndarray,"{""batch-size"":1,""model"":""bert-tiny"",""precision"":""f16"",""sequence-length"":128}",latency,ns,unsupported,,,,,,,,,,,0.05,unsupported: ndarray has no f16,unsupported: ndarray has no f16
    1,kernels/matmul/n=256@ndarray,kernels,matmul,ndarray,"{""n"":256}",latency,ns,judged,same,801399.1985990378,800921.8695907993,801876.8120831919,815799.1841990203,815313.2782782301,816285.3797073471,0.017968555028700203,0.016099909906858414,0.019840636657678094,0.05,,
    1,kernels/softmax/n=1024@ndarray,kernels,softmax,ndarray,"{""n"":1024}",latency,ns,judged,same,52099.94789993743,52068.916153831575,52130.99814017257,52099.94789993745,52068.91615383159,52130.998140172574,0,-0.0018356609470997942,0.0018390367951248846,0.05,,
    1,kernels/größe-λ|pipe@ndarray,kernels,größe-λ|pipe,ndarray,{},latency,ns,failed,,899.9099891974793,894.563602756198,905.2883284791077,899.9099891974791,894.563602756198,905.2883284791078,,,,0.05,,panic: index out of bounds: \u{1b}[2J\u{1b}]0;owned\u{7}the len is 3 | but the index is 7 at src/lib.rs:12
    1,kernels/attention@wgpu,kernels,attention,wgpu,{},latency,ns,failed-on-both-sides,,,,,,,,,,,0.05,poisoned: device lost,poisoned: device lost
    1,kernels/layer-norm@ndarray,kernels,layer-norm,ndarray,{},latency,ns,failed-in-baseline,,,,,30999.968999962817,30981.50481322037,31018.444190889666,,,,0.05,wrong-output: differs by 2e-2,
    1,kernels/rms-norm@ndarray,kernels,rms-norm,ndarray,{},latency,ns,missing-in-baseline,,,,,24999.974999970014,24985.08452679062,25014.874347491666,,,,0.05,,
    1,kernels/gelu@ndarray,kernels,gelu,ndarray,{},latency,ns,missing-in-candidate,,76999.92299990762,76954.06034251508,77045.81299027431,,,,,,,0.05,,
    "#);
}

#[test]
fn json_of_a_small_comparison() {
    let mut found = sample::comparison();
    found.rows.retain(|row| row.id.benchmark == "softmax");
    insta::assert_snapshot!(render(&found, Format::Json, 80), @r#"
    {
      "format": 1,
      "kind": "comparison",
      "outcome": "failed-case",
      "baseline": {
        "run": "20261121-093045-3f9a",
        "started": "2026-11-21T09:30:45Z",
        "state": "complete",
        "commit": {
          "id": "4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c",
          "branch": "main",
          "subject": "Fuse the softmax",
          "time": "2026-11-21T09:00:00Z",
          "tree": {
            "state": "clean"
          }
        },
        "machine": "epyc-2c-24g-1a2b3c",
        "profile": {
          "name": "full",
          "processes": 5
        }
      },
      "candidate": {
        "run": "20261121-101500-77aa",
        "started": "2026-11-21T09:30:45Z",
        "state": "complete",
        "commit": {
          "id": "9b8c7d6e5f4a39281706f5e4d3c2b1a09f8e7d6c",
          "branch": "main",
          "subject": "Fuse the softmax",
          "time": "2026-11-21T09:00:00Z",
          "tree": {
            "state": "dirty",
            "tree": "77aa88bb99cc"
          }
        },
        "machine": "epyc-2c-24g-1a2b3c",
        "profile": {
          "name": "full",
          "processes": 5
        }
      },
      "confirmed_by": null,
      "forced": null,
      "latency_level": 0.95,
      "effect_level": 0.99,
      "census": {
        "cases": 11,
        "regressed": 1,
        "improved": 1,
        "same": 2,
        "undecided": 1,
        "suspected": 0,
        "not_judged": 0,
        "missing_in_baseline": 1,
        "missing_in_candidate": 1,
        "broken": 1,
        "still_broken": 1,
        "mended": 1,
        "unsupported": 1,
        "regressed_metrics": 1,
        "alerts": 1
      },
      "rows": [
        {
          "case": "kernels/softmax/n=1024@ndarray",
          "bench": "kernels",
          "benchmark": "softmax",
          "backend": "ndarray",
          "params": {
            "n": 1024
          },
          "standing": "judged",
          "verdict": "same",
          "tolerance_share": 0.05,
          "alert_share": 0.1,
          "alert": false,
          "needed_processes": null,
          "effect_share": 0.0,
          "effect_low_share": -0.0018356609470997942,
          "effect_high_share": 0.0018390367951248846,
          "baseline": {
            "status": "ok",
            "reason": null,
            "latency_ns": 52099.94789993743,
            "latency_low_ns": 52068.916153831575,
            "latency_high_ns": 52130.99814017257,
            "process_medians_ns": [
              51995.8,
              52047.9,
              52100.0,
              52152.1,
              52204.2,
              51995.8,
              52047.9,
              52100.0,
              52152.1,
              52204.2,
              51995.8,
              52047.9,
              52100.0,
              52152.1,
              52204.2,
              51995.8,
              52047.9,
              52100.0,
              52152.1,
              52204.2,
              51995.8,
              52047.9,
              52100.0,
              52152.1,
              52204.2
            ]
          },
          "candidate": {
            "status": "ok",
            "reason": null,
            "latency_ns": 52099.94789993745,
            "latency_low_ns": 52068.91615383159,
            "latency_high_ns": 52130.998140172574,
            "process_medians_ns": [
              52204.2,
              52152.1,
              52100.0,
              52047.9,
              51995.8,
              52204.2,
              52152.1,
              52100.0,
              52047.9,
              51995.8,
              52204.2,
              52152.1,
              52100.0,
              52047.9,
              51995.8,
              52204.2,
              52152.1,
              52100.0,
              52047.9,
              51995.8,
              52204.2,
              52152.1,
              52100.0,
              52047.9,
              51995.8
            ]
          },
          "slow_mode": null,
          "over_layouts_share": null,
          "same_code": false,
          "metrics": []
        }
      ],
      "controls": [],
      "surroundings": [
        {
          "what": "rustc",
          "baseline": "rustc 1.95.0",
          "candidate": "rustc 1.96.0",
          "diff": null
        },
        {
          "what": "bench.toml",
          "baseline": null,
          "candidate": null,
          "diff": "--- baseline\n+++ candidate\n@@ -1,2 +1,2 @@\n [gate]\n-tolerance = 0.05\n+tolerance = 0.1\n"
        }
      ]
    }
    "#);
}

#[test]
fn every_line_of_jsonl_is_a_row() {
    let found = sample::comparison();
    let text = render(&found, Format::Jsonl, 80);
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let cases: Vec<_> =
        lines.iter().map(|line| line["case"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(cases, found.rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>());
    assert_eq!((&lines[0]["verdict"], &lines[0]["alert"]), (&"regressed".into(), &true.into()));
    assert_eq!(lines[0]["metrics"][0]["verdict"], "regressed");
}

#[test]
fn a_child_does_not_control_the_terminal() {
    for format in [Format::Table, Format::Json, Format::Jsonl, Format::Csv, Format::Markdown] {
        let text = render(&sample::comparison(), format, 80);
        assert!(
            !text.contains("\u{1b}[2J") && !text.contains("\u{1b}]") && !text.contains('\u{7}'),
            "{format:?}"
        );
        assert!(text.contains("index out of bounds"), "{format:?} reports the reason");
    }
}

/// A comparison of three cases: one whose code is the same, one that does more, and one of a machine that cannot count.
fn counted() -> Comparison {
    let counts = |instructions: f64, misses: f64| {
        let metrics = vec![INSTRUCTIONS.of(instructions), LAST_LEVEL_MISSES.of(misses)];
        Some(Counts::Counted { tool: "callgrind".into(), iterations: 8, metrics })
    };
    let with = |name: &str, counts: Option<Counts>| CaseRecord { counts, ..sample::case(name, &[100.0; 16]) };
    let none =
        Some(Counts::Unsupported { reason: "valgrind is not installed; `apt install valgrind`".into() });
    let varying = |values: [f64; 2]| {
        let metrics = vec![INSTRUCTIONS.of_samples(values.into())];
        Some(Counts::Counted { tool: "callgrind".into(), iterations: 8, metrics })
    };
    let side = |id: &str, more: f64| {
        let cases = vec![
            with("k/same@host", counts(629_912.0, 3.0)),
            with("k/more@host", counts(15_384.0 + more, 2.0 + more / 10.0)),
            with("k/random@host", varying([1_000.0, 1_100.0 - more / 100.0])),
            with("k/none@host", none.clone()),
        ];
        sample::run(id, cases)
    };
    let (base, mut candidate) = sample::interleaved(side("b", 0.0), side("c", 9_216.0));
    if let Some(interleaved) = &mut candidate.interleaved {
        interleaved.same_code = vec![sample::case("k/same@host", &[]).id];
    }
    compare(&base, &candidate, &|_| Tolerance::default())
}

#[test]
fn counts_stand_beneath_their_rows() {
    insta::assert_snapshot!(bare(&render(&counted(), Format::Table, 80)), @"
    baseline   4f2c9d1e7 main (run b)
    candidate  4f2c9d1e7 main (run c)

               baseline        candidate               effect  verdict
    k
      same@host
        100.0 ns ±0.0 %  100.0 ns ±0.0 %  +0.0 % [-0.2, +0.2]  = same code
        instructions 629912 /iter → 629912 /iter  +0.0 %  = same
      more@host
        100.0 ns ±0.0 %  100.0 ns ±0.0 %  +0.0 % [-0.2, +0.2]  = same
        instructions 15384 /iter → 24600 /iter  +59.9 %  ▲ regressed
        ll-misses 2.000 /iter → 923.6 /iter  +46080 %  ▲ regressed
      random@host
        100.0 ns ±0.0 %  100.0 ns ±0.0 %  +0.0 % [-0.2, +0.2]  = same
        instructions 1050 /iter → 1004 /iter  -4.4 %  ? varies from process to
          process
      none@host
        100.0 ns ±0.0 %  100.0 ns ±0.0 %  +0.0 % [-0.2, +0.2]  = same

    4 cases, 4 judged: 4 the same; 0 undecided
    2 metrics regressed
    not counted: valgrind is not installed; `apt install valgrind`
    ± 95 % of a side, [ ] 99 % of the effect, over 16 process pairs
    ");
}

#[test]
fn counts_for_a_pull_request_and_for_scripts() {
    let text = render(&counted(), Format::Markdown, 80);
    let rows: Vec<_> =
        text.lines().filter(|line| line.contains("instructions") || line.contains("misses")).collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    | ↳ instructions | 629912 /iter | 629912 /iter | +0.0 % | = same |
    | ↳ ll-misses | 3.000 /iter | 3.000 /iter | +0.0 % | = same |
    | ↳ instructions | 15384 /iter | 24600 /iter | +59.9 % | ▲ regressed |
    | ↳ ll-misses | 2.000 /iter | 923.6 /iter | +46080 % | ▲ regressed |
    | ↳ instructions | 1050 /iter | 1004 /iter | -4.4 % | ? varies from process to process |
    ");
    let document: serde_json::Value =
        serde_json::from_str(&render(&counted(), Format::Json, 80)).expect("JSON");
    let judged = |row: usize| document["rows"][row]["metrics"][0]["judged"].clone();
    assert_eq!((0..3).map(judged).collect::<Vec<_>>(), ["judged", "judged", "varies"]);
    assert_eq!(document["rows"][0]["same_code"], true);
    let reason = document["rows"][3]["candidate"]["uncounted"].as_str().expect("a reason");
    assert!(reason.starts_with("valgrind is not installed"), "{reason}");
    assert_eq!(document["outcome"], "regression");
    let lines = render(&counted(), Format::Csv, 80);
    let lines: Vec<_> = lines.lines().filter(|line| line.contains(",instructions,")).collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].contains(",regressed,") && lines[2].contains(",judged,,"), "{lines:?}");
}

#[test]
fn a_section_of_a_report() {
    let report = accel_bench_report::Report::default().with([section(&sample::comparison(), None)]);
    insta::assert_snapshot!(accel_bench_report::markdown::render(&report, "charts").text, @r"
    # 


    ## Verdicts

    Baseline: 4f2c9d1e7 main (run 20261121-093045-3f9a)

    Candidate: 9b8c7d6e5 main, uncommitted changes (run 20261121-101500-77aa)

    11 cases, 4 judged: 1 regressed, 1 improved, 2 the same; 1 undecided

    1 missing in the baseline, 1 missing in the candidate, 1 failed in the candidate, 1 failed on both sides, 1 failed in the baseline only, 1 unsupported

    1 metric regressed

    **± 95 % of a side, \[ \] 99 % of the effect, over 25 process pairs**

    | case | baseline | candidate | effect | verdict |
    | --- | ---: | ---: | ---: | --- |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;ndarray<br>beyond the alert level of 10 %<br>its code layout was not varied<br>host-rss-peak-bytes 512.0 MiB → 640.0 MiB  +25.0 % \[+24.8, +25.2\]  ▲ regressed | 12.35 ms ±0.1 % | 13.80 ms ±0.1 % | +11.8 % \[+11.4, +12.2\] | ▲▲ regressed |
    | kernels/größe-λ\|pipe&#64;ndarray<br>candidate panic: index out of bounds: \\u{1b}\[2J\\u{1b}\]0;owned\\u{7}the len is 3 \| but the index is 7 at src/lib.rs:12 | 899.9 ns ±0.6 % | 899.9 ns ±0.6 % |  | ✗ failed |
    | encoder/forward/bert-tiny/b1\_s128\_f32&#64;wgpu<br>about 26 process pairs would decide it | 4.196 ms ±1.8 % | 4.246 ms ±1.8 % | +1.2 % \[-4.2, +6.9\] | ? undecided |
    | kernels/attention&#64;wgpu<br>baseline poisoned: device lost<br>candidate poisoned: device lost |  |  |  | ✗ still failing |
    | kernels/gelu&#64;ndarray | 77.00 µs ±0.1 % |  |  | − missing |
    | encoder/forward/bert-base-uncased/b16\_s512\_f32&#64;ndarray<br>its code layout was not varied | 1.840 s ±0.2 % | 1.600 s ±0.2 % | -13.0 % \[-13.5, -12.6\] | ▼ improved |
    | kernels/layer-norm&#64;ndarray<br>baseline wrong-output: differs by 2e-2 |  | 31.00 µs ±0.1 % |  | ✓ fixed |
    | kernels/matmul/n=256&#64;ndarray<br>slower by 1.8 %, within the tolerance of 5 % | 801.4 µs ±0.1 % | 815.8 µs ±0.1 % | +1.8 % \[+1.6, +2.0\] | = same |
    | kernels/softmax/n=1024&#64;ndarray | 52.10 µs ±0.1 % | 52.10 µs ±0.1 % | +0.0 % \[-0.2, +0.2\] | = same |
    | encoder/forward/bert-tiny/b1\_s128\_f16&#64;ndarray<br>baseline unsupported: ndarray has no f16<br>candidate unsupported: ndarray has no f16 |  |  |  | ∅ unsupported |
    | kernels/rms-norm&#64;ndarray |  | 25.00 µs ±0.1 % |  | + new |

    **The surroundings differ**

    | what | baseline | candidate |
    | --- | --- | --- |
    | rustc | rustc 1.95.0 | rustc 1.96.0 |
    | bench.toml<br>--- baseline<br>+++ candidate<br>-tolerance = 0.05<br>+tolerance = 0.1 | differs | differs |
    ");
}
