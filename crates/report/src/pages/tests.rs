//! Whole reports of small runs.

use accel_bench_engine::compare::sample;
use accel_bench_record::catalogue::{NUM_PARAMS, TPOT, TTFT};
use accel_bench_record::{CaseRecord, Failure, Readings, RunRecord, Throughput, ToolInfo};

use super::*;
use crate::document::{Block, Table};
use crate::markdown::render;

fn model(name: &str, backend: &str, batch: u64, nanos: f64) -> CaseRecord {
    let id = format!("models/encoder/{name}@{backend}?batch-size={batch}&sequence-length=128&precision=f32");
    let case = sample::case(&id, &[nanos * 0.99, nanos, nanos * 1.01]);
    let mut case =
        sample::with_rss(sample::with_work(case, Throughput::Tokens(128 * batch)), 64.0 * 1_048_576.0);
    case.processes.iter_mut().for_each(|process| process.metrics.push(NUM_PARAMS.of(4_000_000.0)));
    case
}

/// Two models on two backends, over two batch sizes; one cell failed, one is missing.
fn run() -> RunRecord {
    let mut cases = vec![
        model("bert-tiny", "ndarray", 1, 2e6),
        model("bert-tiny", "ndarray", 8, 12e6),
        model("bert-tiny", "wgpu", 1, 4e6),
        model("bert-tiny", "wgpu", 8, 8e6),
        model("bert-small", "ndarray", 1, 20e6),
    ];
    let broken = sample::failed(
        sample::case("models/encoder/bert-small@wgpu?batch-size=1", &[]),
        Failure::Oom,
        "no <memory>",
    );
    cases.push(broken);
    for process in &mut cases[0].processes {
        process.metrics.extend([TTFT.of(3.0), TPOT.of(1.5)]);
        process.memory = Readings { nanos: vec![0, 1_000_000, 2_000_000], bytes: vec![4096, 8192, 8192] };
    }
    sample::run("20261121-093045-3f9a", cases)
}

fn of(run: &RunRecord) -> Report {
    report(Runs { run, elsewhere: &[], baseline: None }, Vec::new())
}

fn section<'r>(report: &'r Report, id: &str) -> &'r Section {
    report.sections.iter().find(|section| section.id == id).unwrap_or_else(|| panic!("no section `{id}`"))
}

fn tables(section: &Section) -> Vec<&Table> {
    section
        .blocks
        .iter()
        .filter_map(|block| if let Block::Table(table) = block { Some(table) } else { None })
        .collect()
}

fn charts(section: &Section) -> Vec<String> {
    let charts = section.blocks.iter().filter_map(|block| match block {
        Block::Figure(figure) => Some(&figure.charts),
        _ => None,
    });
    charts.flatten().map(|chart| chart.title.clone()).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn a_run_in_all_its_sections() {
    insta::assert_snapshot!(render(&of(&run()), "charts").text, @r"
    # 4f2c9d1e7 Fuse the softmax

    - commit: 4f2c9d1e7
    - branch: main
    - measured: 2026-11-21 09:30 (UTC)
    - machine class: epyc-2c-24g-1a2b3c
    - run: 20261121-093045-3f9a
    - profile: full, 5 processes a case

    ## Results

    6 cases: 5 ok, 1 failed.

    **Every case; latency with its 95 % interval**

    | case | latency | throughput | memory peak | processes | status |
    | --- | ---: | ---: | ---: | ---: | --- |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray | 2.000 ms ±2.5 % | 64.00 k tokens/s | 64.00 MiB | 3 | ok |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;ndarray | 12.00 ms ±2.5 % | 85.33 k tokens/s | 64.00 MiB | 3 | ok |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;wgpu | 4.000 ms ±2.5 % | 32.00 k tokens/s | 64.00 MiB | 3 | ok |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;wgpu | 8.000 ms ±2.5 % | 128.0 k tokens/s | 64.00 MiB | 3 | ok |
    | models/encoder/bert-small/b1\_s128\_f32&#64;ndarray | 20.00 ms ±2.5 % | 6.400 k tokens/s | 64.00 MiB | 3 | ok |
    | models/encoder/bert-small/b1&#64;wgpu<br>no &lt;memory&gt; |  |  |  | 0 | oom |

    ## Latency and throughput by backend

    A group for each case, a bar for each backend it was measured on; whiskers are 95 % intervals.

    ![Latency: models/encoder](charts/backends-1.svg)


    ![Throughput: models/encoder](charts/backends-2.svg)


    ## Scaling

    ![models/encoder: throughput by batch size](charts/scaling-3.svg)


    ## Memory

    The peak is measured. Weights are computed: parameters times the bytes of their type. The rest of the peak is activations, caches and buffers.

    ![Memory: models/encoder](charts/memory-4.svg)

    ![Memory over time: models/encoder](charts/memory-5.svg)


    **Memory by kind**

    | case | peak | weights | activations, caches and buffers |
    | --- | ---: | ---: | ---: |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray | 64.00 MiB | 15.26 MiB | 48.74 MiB |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;ndarray | 64.00 MiB | 15.26 MiB | 48.74 MiB |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;wgpu | 64.00 MiB | 15.26 MiB | 48.74 MiB |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;wgpu | 64.00 MiB | 15.26 MiB | 48.74 MiB |
    | models/encoder/bert-small/b1\_s128\_f32&#64;ndarray | 64.00 MiB | 15.26 MiB | 48.74 MiB |

    ## Time to first token and per token

    ttft is the time from the start to the first token read on the host. tpot is the rest of the time divided by the other tokens: (end-to-end − ttft) / (n − 1).

    ![Time to first token](charts/generation-6.svg)

    ![Time per output token](charts/generation-7.svg)


    **Generation**

    | case | ttft | tpot | prefill-tokens-per-s | decode-tokens-per-s |
    | --- | ---: | ---: | ---: | ---: |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray | 3.000 ms | 1.500 ms |  |  |

    ## Best backend by model

    Among the measured cases, each with the parameters that are named; a backend that was not measured may be better.

    **Lowest latency by family and size**

    | family | tiny | small |
    | --- | --- | --- |
    | bert | ndarray 2.000 ms at b1\_s128\_f32 | ndarray 20.00 ms at b1\_s128\_f32 |

    **Best by latency and by throughput**

    | model | lowest latency | highest throughput | not measured |
    | --- | --- | --- | --- |
    | bert-tiny | ndarray 2.000 ms at b1\_s128\_f32 | wgpu 128.0 k tokens/s at b8\_s128\_f32 |  |
    | bert-small | ndarray 20.00 ms at b1\_s128\_f32 | ndarray 6.400 k tokens/s at b1\_s128\_f32 | wgpu (oom) |

    ## Distributions of samples

    The share of samples that took at most as long as the axis says, up to the 99th percentile.

    ![models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray](charts/distributions-8.svg)

    ![models/encoder/bert-tiny/b8\_s128\_f32&#64;ndarray](charts/distributions-9.svg)

    ![models/encoder/bert-tiny/b1\_s128\_f32&#64;wgpu](charts/distributions-10.svg)

    ![models/encoder/bert-tiny/b8\_s128\_f32&#64;wgpu](charts/distributions-11.svg)

    ![models/encoder/bert-small/b1\_s128\_f32&#64;ndarray](charts/distributions-12.svg)


    ## Environment

    **Environment**

    |  | run 20261121-093045-3f9a |
    | --- | --- |
    | machine class | epyc-2c-24g-1a2b3c |
    | CPU | AMD EPYC |
    | cores | 1 physical, 2 logical |
    | caches | L3 32.00 MiB |
    | memory | 24.00 GiB |
    | GPU adapters | llvmpipe (vulkan, llvmpipe 24.2) |
    | system | 6.1 |
    | CPU governor | performance |
    | toolchain | rustc 1.95.0 |
    | features | ndarray: ndarray |
    | locked | burn 0.22.0, cubecl 0.11.0 |
    | built steadily | no |
    | measured by | cargo-accel-bench 0.1.0 |

    ## How to measure it again

    ```sh
    git checkout 4f2c9d1e7b8a6053c1d2e3f405162738495a6b7c
    cargo accel-bench
    ```

    **A case alone**

    | case | command |
    | --- | --- |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray | cargo accel-bench models/encoder/bert-tiny/b1\_s128\_f32&#64;ndarray |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;ndarray | cargo accel-bench models/encoder/bert-tiny/b8\_s128\_f32&#64;ndarray |
    | models/encoder/bert-tiny/b1\_s128\_f32&#64;wgpu | cargo accel-bench models/encoder/bert-tiny/b1\_s128\_f32&#64;wgpu |
    | models/encoder/bert-tiny/b8\_s128\_f32&#64;wgpu | cargo accel-bench models/encoder/bert-tiny/b8\_s128\_f32&#64;wgpu |
    | models/encoder/bert-small/b1\_s128\_f32&#64;ndarray | cargo accel-bench models/encoder/bert-small/b1\_s128\_f32&#64;ndarray |
    | models/encoder/bert-small/b1&#64;wgpu | cargo accel-bench models/encoder/bert-small/b1&#64;wgpu |
    ");
}

#[test]
fn the_best_backend_depends_on_the_work() {
    let report = of(&run());
    let tables = tables(section(&report, "recommendation"));
    let row = |table: &Table, at: usize| {
        table.rows[at].cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        row(tables[0], 0),
        ["bert", "ndarray 2.000 ms at b1_s128_f32", "ndarray 20.00 ms at b1_s128_f32"]
    );
    let tiny = ["bert-tiny", "ndarray 2.000 ms at b1_s128_f32", "wgpu 128.0 k tokens/s at b8_s128_f32", ""];
    assert_eq!(row(tables[1], 0), tiny);
    assert_eq!(row(tables[1], 1)[3], "wgpu (oom)", "a failed cell has no result");
}

#[test]
fn runs_of_other_machines_stand_next_to_it() {
    let (run, mut other) = (run(), run());
    other.machine = "m4-10c".to_owned();
    other.cases.truncate(1);
    let elsewhere = [other];
    let report = report(Runs { run: &run, elsewhere: &elsewhere, baseline: None }, Vec::new());
    let results = tables(section(&report, "results"))[0];
    assert_eq!(results.rows.len(), run.cases.len() + 1);
    let last = &results.rows[run.cases.len()].cells[0].text;
    assert!(last.ends_with("b1_s128_f32@ndarray on m4-10c"), "{last}");
}

#[test]
fn both_sides_of_a_comparison_lie_over_each_other() {
    let (base, candidate) = sample::runs();
    let report = report(Runs { run: &candidate, elsewhere: &[], baseline: Some(&base) }, Vec::new());
    let names = section(&report, "distributions").blocks.iter().filter_map(|block| match block {
        Block::Figure(figure) => figure.charts.first().map(|chart| chart.svg()),
        _ => None,
    });
    let svg = names.collect::<String>();
    assert!(svg.contains("baseline") && svg.contains("candidate"), "{svg}");
    assert!(report.title.contains(" against "), "{}", report.title);
}

#[test]
fn imported_results_name_who_measured_them() {
    let mut run = run();
    run.tool = ToolInfo { source: Some("hyperfine".to_owned()), ..ToolInfo::default() };
    let report = of(&run);
    let [Block::Text { text }] = section(&report, "reproduce").blocks.as_slice() else {
        panic!("a sentence")
    };
    assert_eq!(text, "These numbers were imported: hyperfine measured them.");
}

#[test]
fn a_run_without_results_has_no_empty_charts() {
    let failed = sample::failed(sample::case("a/x@n", &[]), Failure::Panic, "boom");
    let report = of(&sample::run("r", vec![failed]));
    let ids: Vec<_> = report.sections.iter().map(|section| section.id.as_str()).collect();
    assert_eq!(ids, ["results", "environment", "reproduce"]);
    let none = of(&sample::run("r", Vec::new()));
    assert_eq!(charts(section(&none, "results")), [""; 0]);
}

#[test]
fn every_case_has_a_row_that_links_find() {
    let run = run();
    let report = of(&run);
    let anchors: Vec<_> =
        tables(section(&report, "results"))[0].rows.iter().filter_map(|row| row.anchor.clone()).collect();
    assert_eq!(anchors, run.cases.iter().map(|case| link(&case.id)).collect::<Vec<_>>());
    let links =
        report.sections.iter().flat_map(tables).flat_map(|table| &table.rows).flat_map(|row| &row.cells);
    assert!(links.filter_map(|cell| cell.link.as_ref()).all(|link| anchors.contains(link)));
}

#[test]
fn a_report_of_many_cases_is_small() {
    let cases = (0..500).map(|at| model(&format!("model-{at}"), "ndarray", 1, 1e6 + f64::from(at))).collect();
    let page = crate::html::render(&of(&sample::run("r", cases)));
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn a_comparison_as_values() {
    let (base, candidate) = sample::runs();
    let report = report(Runs { run: &candidate, elsewhere: &[], baseline: Some(&base) }, Vec::new());
    insta::assert_snapshot!(crate::csv::render(&report).expect("text"), @r#"
    section,table,row,column,text,value
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@ndarray,latency,13.80 ms ±0.4 %,13799944.799735019
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@ndarray,throughput,9.275 k tokens/s,9275.36231884058
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@ndarray,memory peak,640.0 MiB,671088640
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@ndarray,status,ok,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,latency,1.600 s ±0.6 %,1599985599.844475
    results,Every case; latency with its 95 % interval,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,status,ok,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@wgpu,latency,4.246 ms ±5.9 %,4246170.860302865
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@wgpu,throughput,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@wgpu,memory peak,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@wgpu,processes,5,5
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f32@wgpu,status,ok,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f16@ndarray,latency,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f16@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f16@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f16@ndarray,processes,0,0
    results,Every case; latency with its 95 % interval,encoder/forward/bert-tiny/b1_s128_f16@ndarray,status,unsupported,
    results,Every case; latency with its 95 % interval,kernels/matmul/n=256@ndarray,latency,815.8 µs ±0.2 %,815799.1841990215
    results,Every case; latency with its 95 % interval,kernels/matmul/n=256@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,kernels/matmul/n=256@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/matmul/n=256@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,kernels/matmul/n=256@ndarray,status,ok,
    results,Every case; latency with its 95 % interval,kernels/softmax/n=1024@ndarray,latency,52.10 µs ±0.2 %,52099.94789993743
    results,Every case; latency with its 95 % interval,kernels/softmax/n=1024@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,kernels/softmax/n=1024@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/softmax/n=1024@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,kernels/softmax/n=1024@ndarray,status,ok,
    results,Every case; latency with its 95 % interval,kernels/größe-λ|pipe@ndarray,latency,899.9 ns ±2.0 %,899.9099891974793
    results,Every case; latency with its 95 % interval,kernels/größe-λ|pipe@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,kernels/größe-λ|pipe@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/größe-λ|pipe@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,kernels/größe-λ|pipe@ndarray,status,panic,
    results,Every case; latency with its 95 % interval,kernels/attention@wgpu,latency,,
    results,Every case; latency with its 95 % interval,kernels/attention@wgpu,throughput,,
    results,Every case; latency with its 95 % interval,kernels/attention@wgpu,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/attention@wgpu,processes,0,0
    results,Every case; latency with its 95 % interval,kernels/attention@wgpu,status,poisoned,
    results,Every case; latency with its 95 % interval,kernels/layer-norm@ndarray,latency,31.00 µs ±0.2 %,30999.968999962806
    results,Every case; latency with its 95 % interval,kernels/layer-norm@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,kernels/layer-norm@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/layer-norm@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,kernels/layer-norm@ndarray,status,ok,
    results,Every case; latency with its 95 % interval,kernels/rms-norm@ndarray,latency,25.00 µs ±0.2 %,24999.974999970003
    results,Every case; latency with its 95 % interval,kernels/rms-norm@ndarray,throughput,,
    results,Every case; latency with its 95 % interval,kernels/rms-norm@ndarray,memory peak,,
    results,Every case; latency with its 95 % interval,kernels/rms-norm@ndarray,processes,5,5
    results,Every case; latency with its 95 % interval,kernels/rms-norm@ndarray,status,ok,
    memory,Memory by kind,encoder/forward/bert-tiny/b1_s128_f32@ndarray,peak,640.0 MiB,671088640
    recommendation,Lowest latency by family and size,bert,tiny,wgpu 4.246 ms at b1_s128_f32,4246170.860302865
    recommendation,Best by latency and by throughput,bert-tiny,lowest latency,wgpu 4.246 ms at b1_s128_f32,4246170.860302865
    recommendation,Best by latency and by throughput,bert-tiny,highest throughput,ndarray 9.275 k tokens/s at b1_s128_f32,9275.36231884058
    recommendation,Best by latency and by throughput,bert-tiny,not measured,,
    recommendation,Best by latency and by throughput,bert-base-uncased,lowest latency,ndarray 1.600 s at b16_s512_f32,1599985599.844475
    recommendation,Best by latency and by throughput,bert-base-uncased,highest throughput,no work declared,
    recommendation,Best by latency and by throughput,bert-base-uncased,not measured,wgpu,
    environment,Environment,machine class,run 20261121-101500-77aa,epyc-2c-24g-1a2b3c,
    environment,Environment,machine class,run 20261121-093045-3f9a,epyc-2c-24g-1a2b3c,
    environment,Environment,CPU,run 20261121-101500-77aa,AMD EPYC,
    environment,Environment,CPU,run 20261121-093045-3f9a,AMD EPYC,
    environment,Environment,cores,run 20261121-101500-77aa,"1 physical, 2 logical",
    environment,Environment,cores,run 20261121-093045-3f9a,"1 physical, 2 logical",
    environment,Environment,caches,run 20261121-101500-77aa,L3 32.00 MiB,
    environment,Environment,caches,run 20261121-093045-3f9a,L3 32.00 MiB,
    environment,Environment,memory,run 20261121-101500-77aa,24.00 GiB,
    environment,Environment,memory,run 20261121-093045-3f9a,24.00 GiB,
    environment,Environment,GPU adapters,run 20261121-101500-77aa,"llvmpipe (vulkan, llvmpipe 24.2)",
    environment,Environment,GPU adapters,run 20261121-093045-3f9a,"llvmpipe (vulkan, llvmpipe 24.2)",
    environment,Environment,system,run 20261121-101500-77aa,6.1,
    environment,Environment,system,run 20261121-093045-3f9a,6.1,
    environment,Environment,CPU governor,run 20261121-101500-77aa,performance,
    environment,Environment,CPU governor,run 20261121-093045-3f9a,performance,
    environment,Environment,toolchain,run 20261121-101500-77aa,rustc 1.96.0,
    environment,Environment,toolchain,run 20261121-093045-3f9a,rustc 1.95.0,
    environment,Environment,features,run 20261121-101500-77aa,ndarray: ndarray,
    environment,Environment,features,run 20261121-093045-3f9a,ndarray: ndarray,
    environment,Environment,locked,run 20261121-101500-77aa,"burn 0.22.0, cubecl 0.11.0",
    environment,Environment,locked,run 20261121-093045-3f9a,"burn 0.22.0, cubecl 0.11.0",
    environment,Environment,built steadily,run 20261121-101500-77aa,no,
    environment,Environment,built steadily,run 20261121-093045-3f9a,no,
    environment,Environment,measured by,run 20261121-101500-77aa,cargo-accel-bench 0.1.0,
    environment,Environment,measured by,run 20261121-093045-3f9a,cargo-accel-bench 0.1.0,
    reproduce,A case alone,encoder/forward/bert-tiny/b1_s128_f32@ndarray,command,cargo accel-bench encoder/forward/bert-tiny/b1_s128_f32@ndarray,
    reproduce,A case alone,encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,command,cargo accel-bench encoder/forward/bert-base-uncased/b16_s512_f32@ndarray,
    reproduce,A case alone,encoder/forward/bert-tiny/b1_s128_f32@wgpu,command,cargo accel-bench encoder/forward/bert-tiny/b1_s128_f32@wgpu,
    reproduce,A case alone,encoder/forward/bert-tiny/b1_s128_f16@ndarray,command,cargo accel-bench encoder/forward/bert-tiny/b1_s128_f16@ndarray,
    reproduce,A case alone,kernels/matmul/n=256@ndarray,command,cargo accel-bench 'kernels/matmul/n=256@ndarray',
    reproduce,A case alone,kernels/softmax/n=1024@ndarray,command,cargo accel-bench 'kernels/softmax/n=1024@ndarray',
    reproduce,A case alone,kernels/größe-λ|pipe@ndarray,command,cargo accel-bench 'kernels/größe-λ|pipe@ndarray',
    reproduce,A case alone,kernels/attention@wgpu,command,cargo accel-bench kernels/attention@wgpu,
    reproduce,A case alone,kernels/layer-norm@ndarray,command,cargo accel-bench kernels/layer-norm@ndarray,
    reproduce,A case alone,kernels/rms-norm@ndarray,command,cargo accel-bench kernels/rms-norm@ndarray,
    "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn the_data_behind_the_charts() {
    let report = of(&run());
    let all = report.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
        Block::Figure(figure) => Some(&figure.charts),
        _ => None,
    });
    let all: Vec<_> = all.flatten().filter(|chart| !chart.title.contains('@')).collect();
    insta::assert_json_snapshot!(all, @r#"
    [
      {
        "title": "Latency: models/encoder",
        "chart": "bars",
        "title": "latency",
        "unit": "ns",
        "series": [
          "ndarray",
          "wgpu"
        ],
        "groups": [
          {
            "name": "bert-tiny/b1_s128_f32",
            "bars": [
              {
                "value": 1999933.3311109876,
                "low": 1950862.41095399,
                "high": 2050238.5542057704
              },
              {
                "value": 3999866.662221975,
                "low": 3901724.82190798,
                "high": 4100477.1084115407
              }
            ]
          },
          {
            "name": "bert-tiny/b8_s128_f32",
            "bars": [
              {
                "value": 11999599.98666594,
                "low": 11705174.465723928,
                "high": 12301431.325234665
              },
              {
                "value": 7999733.32444395,
                "low": 7803449.64381596,
                "high": 8200954.2168230815
              }
            ]
          },
          {
            "name": "bert-small/b1_s128_f32",
            "bars": [
              {
                "value": 19999333.311109856,
                "low": 19508624.10953992,
                "high": 20502385.542057633
              },
              null
            ]
          }
        ]
      },
      {
        "title": "Throughput: models/encoder",
        "chart": "bars",
        "title": "throughput",
        "unit": "tokens/s",
        "series": [
          "ndarray",
          "wgpu"
        ],
        "groups": [
          {
            "name": "bert-tiny/b1_s128_f32",
            "bars": [
              {
                "value": 64000.0,
                "low": null,
                "high": null
              },
              {
                "value": 32000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-tiny/b8_s128_f32",
            "bars": [
              {
                "value": 85333.33333333333,
                "low": null,
                "high": null
              },
              {
                "value": 128000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-small/b1_s128_f32",
            "bars": [
              {
                "value": 6400.0,
                "low": null,
                "high": null
              },
              null
            ]
          }
        ]
      },
      {
        "title": "models/encoder: throughput by batch size",
        "chart": "plot",
        "x": {
          "title": "batch size",
          "unit": "",
          "spacing": "doubling",
          "ticks": [
            1.0,
            8.0
          ]
        },
        "y": {
          "title": "throughput",
          "unit": "tokens/s",
          "spacing": "even",
          "ticks": []
        },
        "lines": [
          {
            "name": "bert-tiny/s128_f32 ndarray",
            "points": [
              {
                "x": 1.0,
                "y": 64000.0
              },
              {
                "x": 8.0,
                "y": 85333.33333333333
              }
            ],
            "shape": "joined"
          },
          {
            "name": "bert-tiny/s128_f32 wgpu",
            "points": [
              {
                "x": 1.0,
                "y": 32000.0
              },
              {
                "x": 8.0,
                "y": 128000.0
              }
            ],
            "shape": "joined"
          }
        ],
        "marks": []
      },
      {
        "title": "Memory: models/encoder",
        "chart": "bars",
        "title": "memory",
        "unit": "bytes",
        "series": [
          "peak",
          "of which weights"
        ],
        "groups": [
          {
            "name": "bert-tiny/b1_s128_f32@ndarray",
            "bars": [
              {
                "value": 67108864.0,
                "low": null,
                "high": null
              },
              {
                "value": 16000000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-tiny/b8_s128_f32@ndarray",
            "bars": [
              {
                "value": 67108864.0,
                "low": null,
                "high": null
              },
              {
                "value": 16000000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-tiny/b1_s128_f32@wgpu",
            "bars": [
              {
                "value": 67108864.0,
                "low": null,
                "high": null
              },
              {
                "value": 16000000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-tiny/b8_s128_f32@wgpu",
            "bars": [
              {
                "value": 67108864.0,
                "low": null,
                "high": null
              },
              {
                "value": 16000000.0,
                "low": null,
                "high": null
              }
            ]
          },
          {
            "name": "bert-small/b1_s128_f32@ndarray",
            "bars": [
              {
                "value": 67108864.0,
                "low": null,
                "high": null
              },
              {
                "value": 16000000.0,
                "low": null,
                "high": null
              }
            ]
          }
        ]
      },
      {
        "title": "Memory over time: models/encoder",
        "chart": "plot",
        "x": {
          "title": "time",
          "unit": "ns",
          "spacing": "even",
          "ticks": []
        },
        "y": {
          "title": "memory",
          "unit": "bytes",
          "spacing": "even",
          "ticks": []
        },
        "lines": [
          {
            "name": "bert-tiny/b1_s128_f32@ndarray",
            "points": [
              {
                "x": 0.0,
                "y": 4096.0
              },
              {
                "x": 1000000.0,
                "y": 8192.0
              },
              {
                "x": 2000000.0,
                "y": 8192.0
              }
            ],
            "shape": "joined"
          }
        ],
        "marks": []
      },
      {
        "title": "Time to first token",
        "chart": "bars",
        "title": "ttft",
        "unit": "ns",
        "series": [
          "ndarray"
        ],
        "groups": [
          {
            "name": "models/encoder/bert-tiny/b1_s128_f32",
            "bars": [
              {
                "value": 3000000.0,
                "low": 3000000.0,
                "high": 3000000.0
              }
            ]
          }
        ]
      },
      {
        "title": "Time per output token",
        "chart": "bars",
        "title": "tpot",
        "unit": "ns",
        "series": [
          "ndarray"
        ],
        "groups": [
          {
            "name": "models/encoder/bert-tiny/b1_s128_f32",
            "bars": [
              {
                "value": 1500000.0,
                "low": 1500000.0,
                "high": 1500000.0
              }
            ]
          }
        ]
      }
    ]
    "#);
}

fn check_weights(precision: &str, expected: Option<f64>) {
    let mut case = model("bert-tiny", "ndarray", 1, 1e6);
    case.id.params.insert("precision".to_owned(), precision.into());
    let report = of(&sample::run("r", vec![case]));
    let table = tables(section(&report, "memory"))[0];
    let at = table.columns.iter().position(|column| column.title == "weights");
    let weights = at.and_then(|at| table.rows[0].cells[at].value);
    assert_eq!(weights, expected, "{precision}");
}

#[test]
fn weights_take_the_bytes_of_their_type() {
    check_weights("f32", Some(16e6));
    check_weights("f16", Some(8e6));
    check_weights("bf16", Some(8e6));
    check_weights("q8", None);
}

#[test]
fn many_cases_are_drawn_in_several_charts() {
    let cases = (0..45).map(|at| model(&format!("model-{at}"), "ndarray", 1, 1e6)).collect();
    let report = of(&sample::run("r", cases));
    let drawn = charts(section(&report, "backends"));
    let latencies: Vec<_> = drawn.iter().filter(|title| title.starts_with("Latency")).collect();
    assert_eq!(latencies.len(), 3, "{drawn:?}");
    assert!(latencies[2].ends_with("(3 of 3)"), "{drawn:?}");
    let distributions = section(&report, "distributions");
    let Block::Text { text } = &distributions.blocks[0] else { panic!("a sentence") };
    assert!(text.ends_with("24 of 45 cases."), "{text}");
}

#[test]
fn scaling_has_a_line_for_each_combination_of_the_others() {
    let report = of(&run());
    let figures = section(&report, "scaling").blocks.iter().filter_map(|block| match block {
        Block::Figure(figure) => figure.charts.first(),
        _ => None,
    });
    let names: Vec<_> = figures
        .filter_map(|chart| match &chart.kind {
            crate::chart::Kind::Plot(plot) => Some(plot),
            crate::chart::Kind::Bars(_) => None,
        })
        .flat_map(|plot| plot.lines.iter().map(|line| (line.name.clone(), line.points.len())))
        .collect();
    let line = |place: &str| (format!("bert-tiny/s128_f32 {place}"), 2);
    assert_eq!(names, [line("ndarray"), line("wgpu")], "one value does not make a line");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn the_curves_of_both_sides() {
    let (base, candidate) = sample::runs();
    let report = report(Runs { run: &candidate, elsewhere: &[], baseline: Some(&base) }, Vec::new());
    let curves = section(&report, "distributions").blocks.iter().find_map(|block| match block {
        Block::Figure(figure) => figure.charts.first(),
        _ => None,
    });
    insta::assert_json_snapshot!(curves, @r#"
    {
      "title": "encoder/forward/bert-base-uncased/b16_s512_f32@ndarray",
      "chart": "plot",
      "x": {
        "title": "latency",
        "unit": "ns",
        "spacing": "close",
        "ticks": []
      },
      "y": {
        "title": "share of samples",
        "unit": "",
        "spacing": "even",
        "ticks": []
      },
      "lines": [
        {
          "name": "baseline",
          "points": [
            {
              "x": 1810670400.0,
              "y": 0.0
            },
            {
              "x": 1816135200.0,
              "y": 0.07071428571428572
            },
            {
              "x": 1821600000.0,
              "y": 0.14142857142857143
            },
            {
              "x": 1827064800.0,
              "y": 0.21214285714285713
            },
            {
              "x": 1828960000.0,
              "y": 0.28285714285714286
            },
            {
              "x": 1832529600.0,
              "y": 0.3535714285714286
            },
            {
              "x": 1834480000.0,
              "y": 0.42428571428571427
            },
            {
              "x": 1840000000.0,
              "y": 0.495
            },
            {
              "x": 1845520000.0,
              "y": 0.5657142857142857
            },
            {
              "x": 1847249600.0,
              "y": 0.6364285714285715
            },
            {
              "x": 1851040000.0,
              "y": 0.7071428571428572
            },
            {
              "x": 1852824800.0,
              "y": 0.7778571428571428
            },
            {
              "x": 1858400000.0,
              "y": 0.8485714285714285
            },
            {
              "x": 1863975200.0,
              "y": 0.9192857142857143
            },
            {
              "x": 1869550400.0,
              "y": 0.99
            }
          ],
          "shape": "steps"
        },
        {
          "name": "candidate",
          "points": [
            {
              "x": 1574496000.0,
              "y": 0.0
            },
            {
              "x": 1579248000.0,
              "y": 0.07071428571428572
            },
            {
              "x": 1584000000.0,
              "y": 0.14142857142857143
            },
            {
              "x": 1588752000.0,
              "y": 0.21214285714285713
            },
            {
              "x": 1590400000.0,
              "y": 0.28285714285714286
            },
            {
              "x": 1593504000.0,
              "y": 0.3535714285714286
            },
            {
              "x": 1595200000.0,
              "y": 0.42428571428571427
            },
            {
              "x": 1600000000.0,
              "y": 0.495
            },
            {
              "x": 1604800000.0,
              "y": 0.5657142857142857
            },
            {
              "x": 1606304000.0,
              "y": 0.6364285714285715
            },
            {
              "x": 1609600000.0,
              "y": 0.7071428571428572
            },
            {
              "x": 1611152000.0,
              "y": 0.7778571428571428
            },
            {
              "x": 1616000000.0,
              "y": 0.8485714285714285
            },
            {
              "x": 1620848000.0,
              "y": 0.9192857142857143
            },
            {
              "x": 1625696000.0,
              "y": 0.99
            }
          ],
          "shape": "steps"
        }
      ],
      "marks": []
    }
    "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a snapshot is as long as what it shows")]
fn machines_side_by_side_as_values() {
    let (run, mut other) = (run(), run());
    other.machine = "m4-10c".to_owned();
    other.cases.truncate(2);
    let elsewhere = [other];
    let report = report(Runs { run: &run, elsewhere: &elsewhere, baseline: None }, Vec::new());
    insta::assert_snapshot!(crate::csv::render(&report).expect("text"), @r#"
    section,table,row,column,text,value
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,latency,2.000 ms ±2.5 %,1999933.3311109876
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,throughput,64.00 k tokens/s,64000
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,latency,12.00 ms ±2.5 %,11999599.98666594
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,throughput,85.33 k tokens/s,85333.33333333333
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,latency,4.000 ms ±2.5 %,3999866.662221975
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,throughput,32.00 k tokens/s,32000
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,latency,8.000 ms ±2.5 %,7999733.32444395
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,throughput,128.0 k tokens/s,128000
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,latency,20.00 ms ±2.5 %,19999333.311109856
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,throughput,6.400 k tokens/s,6400
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1@wgpu on epyc-2c-24g-1a2b3c,latency,,
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1@wgpu on epyc-2c-24g-1a2b3c,throughput,,
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1@wgpu on epyc-2c-24g-1a2b3c,memory peak,,
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1@wgpu on epyc-2c-24g-1a2b3c,processes,0,0
    results,Every case; latency with its 95 % interval,models/encoder/bert-small/b1@wgpu on epyc-2c-24g-1a2b3c,status,oom,
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,latency,2.000 ms ±2.5 %,1999933.3311109876
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,throughput,64.00 k tokens/s,64000
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,status,ok,
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,latency,12.00 ms ±2.5 %,11999599.98666594
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,throughput,85.33 k tokens/s,85333.33333333333
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,memory peak,64.00 MiB,67108864
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,processes,3,3
    results,Every case; latency with its 95 % interval,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,status,ok,
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on epyc-2c-24g-1a2b3c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@wgpu on epyc-2c-24g-1a2b3c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@wgpu on epyc-2c-24g-1a2b3c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-small/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,"activations, caches and buffers",48.74 MiB,51108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,peak,64.00 MiB,67108864
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,weights,15.26 MiB,16000000
    memory,Memory by kind,models/encoder/bert-tiny/b8_s128_f32@ndarray on m4-10c,"activations, caches and buffers",48.74 MiB,51108864
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,ttft,3.000 ms,3
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,tpot,1.500 ms,1.5
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,prefill-tokens-per-s,,
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on epyc-2c-24g-1a2b3c,decode-tokens-per-s,,
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,ttft,3.000 ms,3
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,tpot,1.500 ms,1.5
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,prefill-tokens-per-s,,
    generation,Generation,models/encoder/bert-tiny/b1_s128_f32@ndarray on m4-10c,decode-tokens-per-s,,
    recommendation,Lowest latency by family and size,bert,tiny,ndarray on epyc-2c-24g-1a2b3c 2.000 ms at b1_s128_f32,1999933.3311109876
    recommendation,Lowest latency by family and size,bert,small,ndarray on epyc-2c-24g-1a2b3c 20.00 ms at b1_s128_f32,19999333.311109856
    recommendation,Best by latency and by throughput,bert-tiny,lowest latency,ndarray on epyc-2c-24g-1a2b3c 2.000 ms at b1_s128_f32,1999933.3311109876
    recommendation,Best by latency and by throughput,bert-tiny,highest throughput,wgpu on epyc-2c-24g-1a2b3c 128.0 k tokens/s at b8_s128_f32,128000
    recommendation,Best by latency and by throughput,bert-tiny,not measured,,
    recommendation,Best by latency and by throughput,bert-small,lowest latency,ndarray on epyc-2c-24g-1a2b3c 20.00 ms at b1_s128_f32,19999333.311109856
    recommendation,Best by latency and by throughput,bert-small,highest throughput,ndarray on epyc-2c-24g-1a2b3c 6.400 k tokens/s at b1_s128_f32,6400
    recommendation,Best by latency and by throughput,bert-small,not measured,"wgpu on epyc-2c-24g-1a2b3c (oom), ndarray on m4-10c",
    environment,Environment,machine class,run 20261121-093045-3f9a,epyc-2c-24g-1a2b3c,
    environment,Environment,machine class,run 20261121-093045-3f9a,m4-10c,
    environment,Environment,CPU,run 20261121-093045-3f9a,AMD EPYC,
    environment,Environment,CPU,run 20261121-093045-3f9a,AMD EPYC,
    environment,Environment,cores,run 20261121-093045-3f9a,"1 physical, 2 logical",
    environment,Environment,cores,run 20261121-093045-3f9a,"1 physical, 2 logical",
    environment,Environment,caches,run 20261121-093045-3f9a,L3 32.00 MiB,
    environment,Environment,caches,run 20261121-093045-3f9a,L3 32.00 MiB,
    environment,Environment,memory,run 20261121-093045-3f9a,24.00 GiB,
    environment,Environment,memory,run 20261121-093045-3f9a,24.00 GiB,
    environment,Environment,GPU adapters,run 20261121-093045-3f9a,"llvmpipe (vulkan, llvmpipe 24.2)",
    environment,Environment,GPU adapters,run 20261121-093045-3f9a,"llvmpipe (vulkan, llvmpipe 24.2)",
    environment,Environment,system,run 20261121-093045-3f9a,6.1,
    environment,Environment,system,run 20261121-093045-3f9a,6.1,
    environment,Environment,CPU governor,run 20261121-093045-3f9a,performance,
    environment,Environment,CPU governor,run 20261121-093045-3f9a,performance,
    environment,Environment,toolchain,run 20261121-093045-3f9a,rustc 1.95.0,
    environment,Environment,toolchain,run 20261121-093045-3f9a,rustc 1.95.0,
    environment,Environment,features,run 20261121-093045-3f9a,ndarray: ndarray,
    environment,Environment,features,run 20261121-093045-3f9a,ndarray: ndarray,
    environment,Environment,locked,run 20261121-093045-3f9a,"burn 0.22.0, cubecl 0.11.0",
    environment,Environment,locked,run 20261121-093045-3f9a,"burn 0.22.0, cubecl 0.11.0",
    environment,Environment,built steadily,run 20261121-093045-3f9a,no,
    environment,Environment,built steadily,run 20261121-093045-3f9a,no,
    environment,Environment,measured by,run 20261121-093045-3f9a,cargo-accel-bench 0.1.0,
    environment,Environment,measured by,run 20261121-093045-3f9a,cargo-accel-bench 0.1.0,
    reproduce,A case alone,models/encoder/bert-tiny/b1_s128_f32@ndarray,command,cargo accel-bench models/encoder/bert-tiny/b1_s128_f32@ndarray,
    reproduce,A case alone,models/encoder/bert-tiny/b8_s128_f32@ndarray,command,cargo accel-bench models/encoder/bert-tiny/b8_s128_f32@ndarray,
    reproduce,A case alone,models/encoder/bert-tiny/b1_s128_f32@wgpu,command,cargo accel-bench models/encoder/bert-tiny/b1_s128_f32@wgpu,
    reproduce,A case alone,models/encoder/bert-tiny/b8_s128_f32@wgpu,command,cargo accel-bench models/encoder/bert-tiny/b8_s128_f32@wgpu,
    reproduce,A case alone,models/encoder/bert-small/b1_s128_f32@ndarray,command,cargo accel-bench models/encoder/bert-small/b1_s128_f32@ndarray,
    reproduce,A case alone,models/encoder/bert-small/b1@wgpu,command,cargo accel-bench models/encoder/bert-small/b1@wgpu,
    "#);
}

#[test]
fn no_two_rows_have_one_anchor() {
    let names = ["a/b-c@n", "a-b/c@n", "a/b/c@n", "a/b_c@n", "a/b_2d_c@n", "größe@n"];
    let anchors: std::collections::BTreeSet<_> = names.iter().map(|name| anchor(name)).collect();
    assert_eq!(anchors.len(), names.len(), "{anchors:?}");
    let (run, other) = (run(), run());
    let elsewhere = [RunRecord { machine: "m4-10c".to_owned(), ..other }];
    let page =
        crate::html::render(&report(Runs { run: &run, elsewhere: &elsewhere, baseline: None }, Vec::new()));
    let mut ids: Vec<_> =
        page.split(" id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "an id is on the page twice");
}

fn with_readings(name: &str, readings: Readings) -> CaseRecord {
    let mut case = model(name, "ndarray", 1, 1e6);
    case.processes.iter_mut().for_each(|process| process.memory = readings.clone());
    case
}

#[test]
fn memory_over_time_is_drawn_where_it_was_read() {
    let three = Readings { nanos: vec![0, 5, 9], bytes: vec![1, 2, 3] };
    let drawn = |cases: Vec<CaseRecord>| {
        let report = of(&sample::run("r", cases));
        let charts = charts(section(&report, "memory"));
        charts.into_iter().filter(|title| title.starts_with("Memory over time")).count()
    };
    assert_eq!(drawn(vec![with_readings("bert-tiny", Readings::default())]), 0);
    let two = Readings { nanos: vec![0, 5], bytes: vec![1, 2] };
    assert_eq!(drawn(vec![with_readings("bert-tiny", two)]), 0, "two points are no course");
    assert_eq!(drawn(vec![with_readings("bert-tiny", three.clone())]), 1);
    let many = (0..7).map(|at| with_readings(&format!("bert-{at}"), three.clone())).collect();
    assert_eq!(drawn(many), 2, "six lines in a chart");
}
