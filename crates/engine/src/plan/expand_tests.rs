use std::path::Path;
use std::time::Duration;

use super::*;
use crate::manifest::{Manifest, Pattern, parse};
use crate::plan::{Harness, Isolate, Selection, parse_params};

fn expand(manifest: &Manifest, selection: &Selection, listings: &[Listing]) -> Result<Vec<Unit>, Error> {
    super::expand(&Scope::new(manifest, selection)?, listings)
}

pub(in crate::plan) fn manifest(text: &str) -> Manifest {
    parse(text, Path::new("bench.toml")).unwrap_or_else(|error| panic!("{error}"))
}

/// A benchmark with parameters as `--params` spells them.
pub(in crate::plan) fn info(name: &str, params: &[&str]) -> BenchmarkInfo {
    let params: Vec<_> = params.iter().map(|text| (*text).to_owned()).collect();
    BenchmarkInfo {
        name: name.to_owned(),
        version: None,
        category: None,
        tags: Vec::new(),
        backends: Vec::new(),
        params: parse_params(&params).expect("parameters"),
        source: format!("benches/{name}.rs:1"),
        entry: None,
    }
}

pub(in crate::plan) fn on(backends: &[&str], info: BenchmarkInfo) -> BenchmarkInfo {
    BenchmarkInfo { backends: backends.iter().map(|name| (*name).to_owned()).collect(), ..info }
}

/// Every bench of the manifest on each backend, with the same benchmarks.
pub(in crate::plan) fn listings(
    manifest: &Manifest,
    backends: &[&str],
    benchmarks: &[BenchmarkInfo],
) -> Vec<Listing> {
    let listing = |bench: &Bench, backend: &&str| Listing {
        bench: bench.clone(),
        harness: Harness::AccelBench,
        backend: (*backend).to_owned(),
        executable: "/x".into(),
        cwd: "/app".into(),
        benchmarks: benchmarks.to_vec(),
    };
    manifest
        .benches
        .iter()
        .flat_map(|bench| backends.iter().map(move |backend| listing(bench, backend)))
        .collect()
}

const ENC: &str = "[[bench]]\ntarget = \"enc\"\n";

fn none() -> Selection {
    Selection::default()
}

fn params(arguments: &[&str]) -> Selection {
    let arguments: Vec<_> = arguments.iter().map(|text| (*text).to_owned()).collect();
    Selection { params: parse_params(&arguments).expect("parameters"), ..none() }
}

fn patterns(texts: &[&str]) -> Vec<Pattern> {
    texts.iter().map(|text| Pattern::new(*text)).collect()
}

/// The ids of the cases, units apart by `|`.
#[track_caller]
fn check(text: &str, selection: &Selection, backends: &[&str], benchmarks: &[BenchmarkInfo], expected: &str) {
    let manifest = manifest(text);
    let units = expand(&manifest, selection, &listings(&manifest, backends, benchmarks)).expect("units");
    let ids = |unit: &Unit| unit.cases.iter().map(|case| case.id.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(units.iter().map(ids).collect::<Vec<_>>().join(" | "), expected);
}

#[track_caller]
fn refused(text: &str, selection: &Selection, benchmarks: &[BenchmarkInfo], expected: &str) {
    let manifest = manifest(text);
    let error =
        expand(&manifest, selection, &listings(&manifest, &["host"], benchmarks)).expect_err(expected);
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_benchmark_without_parameters_is_one_case() {
    check(ENC, &none(), &["host"], &[info("f", &[])], "enc/f@host");
}

#[test]
fn the_matrix_is_the_product() {
    let f = [info("f", &["batch-size=1,8", "model=a,b"])];
    check(ENC, &none(), &["host"], &f, "enc/f/a/b1@host enc/f/a/b8@host enc/f/b/b1@host enc/f/b/b8@host");
}

#[test]
fn the_later_layer_wins() {
    let f = [info("f", &["n=1"])];
    let bench = format!("{ENC}params = {{ n = 2 }}\n");
    let suite = format!("{bench}[suites.s]\nparams = {{ n = [3, 4] }}\n");
    let in_suite = Selection { suite: Some("s".into()), ..none() };
    check(ENC, &none(), &["host"], &f, "enc/f/n=1@host");
    check(&bench, &none(), &["host"], &f, "enc/f/n=2@host");
    check(&suite, &in_suite, &["host"], &f, "enc/f/n=3@host enc/f/n=4@host");
    check(
        &suite,
        &Selection { suite: Some("s".into()), ..params(&["n=5"]) },
        &["host"],
        &f,
        "enc/f/n=5@host",
    );
}

#[test]
fn a_parameter_is_for_those_that_have_it() {
    let both = [info("f", &["n=1"]), info("g", &[])];
    check(&format!("{ENC}params = {{ n = 2 }}"), &none(), &["host"], &both, "enc/f/n=2@host enc/g@host");
    check(ENC, &params(&["n=3"]), &["host"], &both, "enc/f/n=3@host enc/g@host");
}

#[test]
fn parameters_that_nobody_has() {
    let f = [info("f", &["batch-size=1"])];
    let text = format!("{ENC}params = {{ batch_size = 2 }}");
    refused(&text, &none(), &f, "no benchmark of the bench `enc` has a parameter `batch_size` (did you mean");
    refused(ENC, &params(&["size=1"]), &f, "no benchmark of the selected benches has a parameter `size`");
    let suite = format!("{ENC}[suites.s]\nparams = {{ size = 1 }}\n[run]\nsuite = \"s\"");
    refused(&suite, &none(), &f, "no benchmark of the benches of the suite `s`");
}

/// Returns whether it is the command line's mistake, for the exit code; the file's is drawn.
#[test]
fn mistakes_know_whose_they_are() {
    let whose = |text: &str, selection: &Selection| {
        let manifest = manifest(text);
        let listings = listings(&manifest, &["host"], &[info("f", &["n=1"])]);
        match expand(&manifest, selection, &listings).expect_err(text) {
            Error::NoParam { place, .. } | Error::ParamType { place, .. } => place.to_string(),
            Error::InManifest(error) => error.to_string(),
            other => panic!("{other}"),
        }
    };
    assert_eq!(whose(ENC, &params(&["m=1"])), Place::Arguments.to_string());
    assert_eq!(whose(ENC, &params(&["n=x"])), Place::Arguments.to_string());
    let in_suite = |values: &str| format!("{ENC}[suites.s]\nparams = {values}\n[run]\nsuite = \"s\"");
    assert_eq!(whose(&in_suite("{ m = 1 }"), &none()), Place::Suite("s".into()).to_string());
    assert_eq!(whose(&in_suite("{ n = \"x\" }"), &none()), Place::Suite("s".into()).to_string());
    for values in ["{ m = 1 }", "{ n = \"x\" }"] {
        let told = whose(&format!("{ENC}params = {values}"), &none());
        assert!(told.contains("bench.toml:2:10"), "{told}");
    }
}

#[test]
fn values_take_the_type_of_the_benchmarks_own() {
    check(ENC, &params(&["x=2"]), &["host"], &[info("f", &["x=0.5"])], "enc/f/x=2@host");
    check(ENC, &params(&["size=7"]), &["host"], &[info("f", &["size=small"])], "enc/f/size=7@host");
    refused(ENC, &params(&["n=many"]), &[info("f", &["n=1"])], "cannot be `many`: it takes whole numbers");
    refused(ENC, &params(&["n=0.5"]), &[info("f", &["n=1"])], "it takes whole numbers");
    refused(ENC, &params(&["x=a"]), &[info("f", &["x=0.5"])], "it takes numbers");
    refused(ENC, &params(&["c=1"]), &[info("f", &["c=true"])], "it takes true or false");
    let manifest = manifest(ENC);
    let listings = listings(&manifest, &["host"], &[info("f", &["x=0.5"])]);
    let units = expand(&manifest, &params(&["x=2"]), &listings).expect("units");
    assert_eq!(units[0].cases[0].id.params["x"], ParamValue::Float(2.0));
}

#[test]
fn without_a_selection_each_benchmark_takes_its_first_backend() {
    let all =
        [info("any", &[]), on(&["host"], info("plain", &[])), on(&["ndarray", "wgpu"], info("model", &[]))];
    let expected = "enc/any@ndarray enc/model@ndarray | enc/plain@host";
    check(ENC, &none(), &["ndarray", "host"], &all, expected);
    let expected = "enc/any@host enc/plain@host | enc/model@ndarray";
    check(ENC, &none(), &["host", "ndarray"], &all, expected);
}

#[test]
fn named_backends_are_those_that_are_registered() {
    let both = [info("any", &[]), on(&["wgpu"], info("gpu", &[]))];
    let text = format!("{ENC}backends = [\"ndarray\", \"wgpu\"]");
    check(&text, &none(), &["ndarray", "wgpu"], &both, "enc/any@ndarray | enc/any@wgpu enc/gpu@wgpu");
    let wgpu = Selection { backends: vec!["wgpu".into()], ..none() };
    check(&text, &wgpu, &["ndarray", "wgpu"], &both, "enc/any@wgpu enc/gpu@wgpu");
}

#[test]
fn precisions_are_units_of_their_own() {
    let f = [info("f", &["n=1,2", "precision=f32,f16"]), info("g", &[])];
    let expected =
        "enc/f/f32,n=1@host enc/f/f32,n=2@host | enc/f/f16,n=1@host enc/f/f16,n=2@host | enc/g@host";
    check(ENC, &none(), &["host"], &f, expected);
}

#[test]
fn filters_and_models() {
    let f = [info("f", &["model=bert-tiny,bert-base,gpt", "n=1,2"])];
    let filter = |texts: &[&str]| Selection { filters: patterns(texts), ..none() };
    check(ENC, &filter(&["gpt"]), &["host"], &f, "enc/f/gpt/n=1@host enc/f/gpt/n=2@host");
    check(
        ENC,
        &filter(&["*/n=2", "*tiny*1@host"]),
        &["host"],
        &f,
        "enc/f/bert-tiny/n=1@host enc/f/bert-tiny/n=2@host enc/f/bert-base/n=2@host enc/f/gpt/n=2@host",
    );
    let models = Selection { models: patterns(&["bert-*"]), filters: patterns(&["n=1"]), ..none() };
    check(ENC, &models, &["host"], &f, "enc/f/bert-tiny/n=1@host enc/f/bert-base/n=1@host");
    let without = Selection { models: patterns(&["bert-tiny"]), ..none() };
    check(
        ENC,
        &without,
        &["host"],
        &[info("g", &[]), f[0].clone()],
        "enc/f/bert-tiny/n=1@host enc/f/bert-tiny/n=2@host",
    );
}

#[test]
fn the_suite_and_the_arguments_both_narrow() {
    let text = format!("{ENC}[suites.s]\nfilter = [\"*/n=1\"]\n[run]\nsuite = \"s\"");
    let f = [info("f", &["n=1,2"]), info("g", &["n=1,2"])];
    check(&text, &none(), &["host"], &f, "enc/f/n=1@host enc/g/n=1@host");
    check(&text, &Selection { filters: patterns(&["enc/g"]), ..none() }, &["host"], &f, "enc/g/n=1@host");
    let all = Selection { suite: Some("all".into()), benchmarks: patterns(&["g"]), ..none() };
    check(&text, &all, &["host"], &f, "enc/g/n=1@host enc/g/n=2@host");
}

/// Returns what is proposed where nothing is selected.
#[track_caller]
fn hints(benchmarks: &[BenchmarkInfo], selection: &Selection, expected: &str) {
    let manifest = manifest(ENC);
    let error =
        expand(&manifest, selection, &listings(&manifest, &["host"], benchmarks)).expect_err(expected);
    assert!(error.hint().is_some_and(|hint| hint.contains(expected)), "{:?}", error.hint());
}

#[test]
fn nothing_is_an_error() {
    let gpu = [on(&["wgpu"], info("f", &[]))];
    refused(
        ENC,
        &none(),
        &gpu,
        "no case is selected by the suite `all` and the arguments; there are benchmarks for `wgpu`",
    );
    refused(
        ENC,
        &Selection { filters: patterns(&["zzz"]), ..none() },
        &[info("f", &[])],
        "no case is selected",
    );
    hints(&gpu, &none(), "--backend wgpu");
    // The backend is not a reason where one of the benchmarks has it, or names none.
    let both = [on(&["host"], info("plain", &[])), gpu[0].clone()];
    let nowhere = Selection { filters: patterns(&["zzz"]), ..none() };
    hints(&both, &nowhere, "--dry-run --suite all");
    hints(&[info("f", &[])], &nowhere, "--dry-run --suite all");
    refused(
        ENC,
        &Selection { benchmarks: patterns(&["forwrd"]), ..none() },
        &[info("forward", &[])],
        "no benchmark `forwrd` (did you mean `forward`?)",
    );
}

#[test]
fn a_name_stands_for_one_benchmark() {
    let twice = [info("f", &[]), BenchmarkInfo { source: "b.rs:9".into(), ..info("f", &[]) }];
    refused(ENC, &none(), &twice, "have the name `f`: benches/f.rs:1 and b.rs:9");
}

#[test]
fn too_many_cases_are_an_error_at_once() {
    let range = "{ from = 1, to = 10000 }";
    let text = format!(
        "{ENC}params = {{ a = {range}, b = {range}, c = {range}, d = {range}, e = {range}, f = {range} }}"
    );
    refused(
        &text,
        &none(),
        &[info("x", &["a=1", "b=1", "c=1", "d=1", "e=1", "f=1"])],
        "more than 100000 cases",
    );
}

#[test]
fn units_carry_the_bench_and_the_backend() {
    let text = format!(
        "{ENC}time = \"2s\"\ntimeout = \"9s\"\nprocesses = 7\nisolate = \"case\"\nenv = {{ A = \"bench\" }}\n\
         [backends.wgpu.env]\nA = \"backend\"\nB = \"backend\"\n"
    );
    let manifest = manifest(&text);
    let wgpu = Selection { backends: vec!["wgpu".into()], profile: Some("full".into()), ..none() };
    let mut benchmark = info("f", &[]);
    (benchmark.category, benchmark.tags) = (Some("inference".into()), vec!["t".into()]);
    let unit =
        expand(&manifest, &wgpu, &listings(&manifest, &["wgpu"], &[benchmark])).expect("units").remove(0);
    assert_eq!((unit.isolate, unit.cpus, unit.processes), (Isolate::Case, Cpus::All, 7));
    assert_eq!(
        unit.env,
        [("A", "bench"), ("B", "backend")].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    );
    assert_eq!((unit.executable.as_path(), unit.cwd.as_path()), (Path::new("/x"), Path::new("/app")));
    let case = &unit.cases[0];
    assert_eq!((case.sampling.warm_up_nanos, case.sampling.time_nanos), (1_000_000_000, 2_000_000_000));
    assert_eq!(case.least_warm_up_nanos, 0, "what a profile says has no say where sides are interleaved");
    assert_eq!((case.timeout, case.sampling.min_samples), (Duration::from_secs(9), 10));
    assert_eq!((case.category.as_deref(), case.tags.as_slice()), (Some("inference"), &["t".to_owned()][..]));
}

#[test]
fn cpus_come_from_the_bench_else_from_the_backend() {
    let cpus = |text: &str| {
        let manifest = manifest(text);
        expand(&manifest, &none(), &listings(&manifest, &["host"], &[info("f", &[])])).expect("units")[0].cpus
    };
    assert_eq!(cpus(ENC), Cpus::Count(1));
    assert_eq!(cpus(&format!("{ENC}cpus = \"all\"")), Cpus::All);
    assert_eq!(cpus(&format!("{ENC}[backends.host]\ncpus = 2")), Cpus::Count(2));
}
