//! The table on disk: written, merged, cleared, broken, and by two at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use accel_bench_record::{CaseKey, CaseRecord, RunId, RunRecord, RunState, TreeState};

use super::{Input, Table, Update, Wanted};
use crate::Error;
use crate::sample_tests::{case, commit, id, input, run};
use crate::series::Series;

/// Runs by id, as a store has them.
type Runs = BTreeMap<RunId, RunRecord>;

fn runs(of: impl IntoIterator<Item = RunRecord>) -> Runs {
    of.into_iter().map(|run| (RunId::new(run.id.clone()), run)).collect()
}

fn update(table: &Table, runs: &Runs) -> Update {
    let ids: BTreeSet<RunId> = runs.keys().cloned().collect();
    table.update(&ids, &mut |id| runs.get(id).cloned().map(input)).expect("an update")
}

/// A run of commit `at` where the case `a` takes this long.
fn plain(at: usize, nanos: u64) -> RunRecord {
    run(at, vec![case("a", Some(nanos))])
}

fn series(table: &Table, commits: usize) -> Vec<Series> {
    let line: Vec<String> = (0..commits).map(commit).collect();
    let is_wanted = |case: &CaseKey| case.benchmark != "unwanted";
    let wanted = Wanted { line: Some(&line), case: &is_wanted, metric: &|name| name == "latency-ns" };
    let found = table.series(&wanted).expect("series");
    assert!(found.broken.is_empty(), "{:?}", found.broken);
    found.series
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

#[test]
fn what_was_written_is_read_in_the_order_of_the_commits() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path().join("history"));
    assert!(table.runs().expect("none").0.is_empty(), "nothing is there before the first write");
    // The runs were made in another order than the commits.
    let mut late = plain(9, 300);
    late.commit.as_mut().expect("one").id = commit(0);
    let all = runs([plain(1, 100), plain(2, 200), late]);
    let done = update(&table, &all);
    assert_eq!((done.added, done.removed, done.runs), (3, 0, 3));
    let found = series(&table, 3);
    let [only] = found.as_slice() else { panic!("{found:?}") };
    let points: Vec<_> = only.points.iter().map(|point| (point.position, point.value)).collect();
    assert_eq!(points, [(0, 300.0), (1, 100.0), (2, 200.0)]);
    assert_eq!(only.points[1].run.name(), &commit(1)[..9]);
    assert_eq!(series(&table, 2)[0].points.len(), 2, "values of other commits are left out");
    assert_eq!(update(&table, &all).added, 0, "nothing is added twice");
}

#[test]
fn several_runs_of_a_commit_are_one_point() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let of_first = |at: usize, nanos: u64| {
        let mut run = plain(at, nanos);
        run.commit.as_mut().expect("one").id = commit(0);
        run
    };
    let mut dirty = of_first(4, 9_000);
    dirty.commit.as_mut().expect("one").tree = TreeState::Dirty { tree: "x".into() };
    update(&table, &runs([of_first(1, 100), of_first(2, 130), of_first(3, 110), dirty]));
    let found = series(&table, 1);
    assert_eq!((found[0].points.len(), found[0].points[0].value), (1, 110.0));
    assert_eq!(found[0].points[0].run.run, id(3).as_str(), "the last one's surroundings count");
}

#[test]
fn absences_are_not_points() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let with = |at: usize, other: Option<CaseRecord>| {
        run(at, [Some(case("a", Some(1))), other].into_iter().flatten().collect())
    };
    update(&table, &runs([with(0, Some(case("b", Some(5)))), with(1, Some(case("b", None)))]));
    // The gap is found against a run that is in the table already.
    update(
        &table,
        &runs([
            with(0, Some(case("b", Some(5)))),
            with(1, Some(case("b", None))),
            with(2, None),
            with(3, None),
        ]),
    );
    let found = series(&table, 4);
    assert_eq!(found.iter().map(|series| series.points.len()).collect::<Vec<_>>(), [4, 1]);
    let absences: Vec<_> = found[1].absences.iter().map(|one| (one.position, one.status.as_str())).collect();
    assert_eq!(absences, [(1, "panic"), (2, "missing")], "a case that is gone is missed once");
}

#[test]
fn an_old_commit_need_not_have_what_came_after_it() {
    let of = |at: usize, generation: u64, cases: &[&str]| {
        let cases = cases.iter().map(|name| case(name, Some(1))).collect();
        (id(at), Input { generation: Some(generation), ..input(run(at, cases)) })
    };
    // `b` is new in the second commit; the first one is measured once more, as the baseline of a comparison.
    let all =
        || BTreeMap::from([of(0, 1, &["a"]), of(1, 2, &["a", "b"]), of(2, 1, &["a"]), of(3, 3, &["a"])]);
    let missing = |table: &Table| {
        let found = series(table, 4);
        let b = found.iter().find(|series| series.key.case.benchmark == "b").expect("`b`").clone();
        b.absences.iter().map(|absence| absence.position).collect::<Vec<_>>()
    };
    let dir = tempfile::tempdir().expect("a folder");
    let at_once = Table::open(dir.path().join("at-once"));
    at_once.update(&all().into_keys().collect(), &mut |id| all().remove(id)).expect("an update");
    assert_eq!(missing(&at_once), [3], "the third commit lost it");
    let one_by_one = Table::open(dir.path().join("one-by-one"));
    for end in 1..=4 {
        let ids = all().into_keys().take(end).collect();
        one_by_one.update(&ids, &mut |id| all().remove(id)).expect("an update");
    }
    assert_eq!(missing(&one_by_one), [3]);
}

#[test]
fn runs_that_are_gone_leave_the_table() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let mut all = runs((0..3).map(|at| plain(at, 100)));
    update(&table, &all);
    all.remove(&id(1));
    let done = update(&table, &all);
    assert_eq!((done.removed, done.runs), (1, 2));
    let points: Vec<_> = series(&table, 3)[0].points.iter().map(|point| point.position).collect();
    assert_eq!(points, [0, 2]);
    let done = update(&table, &Runs::new());
    assert_eq!((done.removed, done.runs), (2, 0));
    assert_eq!(files(dir.path()), [".lock"]);
}

#[test]
fn small_files_are_merged_and_say_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let mut all = Runs::new();
    for at in 0..20 {
        let record =
            run(at, vec![case("a", Some(100 + at as u64)), case("b", None), case("unwanted", Some(1))]);
        all.extend(runs([record]));
        update(&table, &all);
    }
    let names = files(dir.path());
    assert!(names.len() < 12, "{names:?}");
    let found = series(&table, 20);
    let values: Vec<_> = found[0].points.iter().map(|point| point.value).collect();
    assert_eq!(values, (100..120).map(f64::from).collect::<Vec<_>>());
    assert_eq!((found[1].points.len(), found[1].absences.len()), (0, 20));
    assert_eq!(table.runs().expect("runs").0.len(), 20);
}

#[test]
fn a_writer_that_was_killed_while_it_merged_leaves_nothing_twice() {
    let dir = tempfile::tempdir().expect("a folder");
    let (one, both) = (Table::open(dir.path().join("one")), Table::open(dir.path().join("both")));
    let first = runs([plain(0, 100)]);
    let all = runs([plain(0, 100), plain(1, 200)]);
    update(&one, &first);
    update(&both, &all);
    // As it is after the merged file was written, and before the small one was removed.
    for name in files(one.folder()) {
        fs::copy(one.folder().join(&name), both.folder().join(&name)).expect("a copy");
    }
    fs::write(both.folder().join(".abc.parquet.tmp"), "PAR1").expect("a leftover");
    let done = update(&both, &all);
    assert_eq!((done.added, done.runs), (0, 2));
    let names = files(both.folder());
    assert_eq!(names.len(), 2, "the lock and one file: {names:?}");
}

#[test]
fn broken_and_foreign_files_are_named_and_left_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let all = runs([plain(0, 100)]);
    update(&table, &all);
    let name = files(dir.path()).into_iter().find(|name| name.ends_with(".parquet")).expect("a file");
    let bytes = fs::read(dir.path().join(&name)).expect("bytes");
    fs::write(dir.path().join("results-cut.parquet"), &bytes[..bytes.len() / 2]).expect("a cut file");
    fs::write(dir.path().join("results-empty.parquet"), "").expect("an empty file");
    fs::write(dir.path().join("mine.parquet"), "not ours").expect("a foreign file");
    let done = update(&table, &all);
    assert_eq!((done.added, done.runs, done.broken.len()), (0, 1, 2));
    assert!(done.broken.iter().all(|error| error.hint().is_some_and(|hint| hint.contains("rebuild"))));
    assert_eq!(files(dir.path()).len(), 5);
    let ids = all.keys().cloned().collect();
    let rebuilt = table.rebuild(&ids, &mut |id| all.get(id).cloned().map(input)).expect("a rebuild");
    assert_eq!((rebuilt.added, rebuilt.broken.len()), (1, 0));
    assert_eq!(files(dir.path()), [".lock".to_owned(), "mine.parquet".to_owned(), name]);
}

#[test]
fn any_changed_byte_is_an_error_or_changes_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    update(&table, &runs([plain(0, 100)]));
    let name = files(dir.path()).into_iter().find(|name| name.ends_with(".parquet")).expect("a file");
    let path = dir.path().join(name);
    let bytes = fs::read(&path).expect("bytes");
    let line = [commit(0)];
    let wanted = Wanted { line: Some(&line), case: &|_| true, metric: &|_| true };
    for at in (0..bytes.len()).step_by(37) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x55;
        fs::write(&path, &changed).expect("a changed file");
        // It has to return.
        let found = table.series(&wanted).expect("the folder is there");
        assert!(found.broken.len() <= 1);
    }
}

#[test]
fn a_newer_format_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    update(&table, &runs([plain(0, 100)]));
    let name = files(dir.path()).into_iter().find(|name| name.ends_with(".parquet")).expect("a file");
    let path = dir.path().join(name);
    let bytes = fs::read(&path).expect("bytes");
    let (old, new) = (b"{\"format\":2,", b"{\"format\":7,");
    let at = bytes.windows(old.len()).position(|part| part == old).expect("the note");
    let mut changed = bytes.clone();
    changed[at..at + new.len()].copy_from_slice(new);
    fs::write(&path, changed).expect("a newer file");
    let (none, broken) = table.runs().expect("the folder is there");
    assert!(none.is_empty());
    assert!(matches!(broken.as_slice(), [Error::Newer { found: 7, newest: 2, .. }]), "{broken:?}");
}

#[test]
fn two_writers_at_once_add_each_run_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let all = runs((0..40).map(|at| plain(at, 100)));
    std::thread::scope(|scope| {
        for half in 0..4 {
            let (table, all) = (&table, &all);
            scope.spawn(move || {
                let mut some = Runs::new();
                for (at, (id, run)) in all.iter().enumerate() {
                    some.insert(id.clone(), run.clone());
                    if at % 4 == half {
                        // Runs that this one does not know yet must not go.
                        let known: Runs = if at + 1 == all.len() { all.clone() } else { some.clone() };
                        let ids: BTreeSet<_> = all.keys().cloned().collect();
                        table.update(&ids, &mut |id| known.get(id).cloned().map(input)).expect("an update");
                    }
                }
            });
        }
    });
    let (found, broken) = table.runs().expect("runs");
    assert_eq!((found.len(), broken.len()), (40, 0));
    assert_eq!(series(&table, 40)[0].points.len(), 40);
}

#[test]
fn a_run_that_cannot_be_loaded_is_left_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let ids: BTreeSet<RunId> = [id(0), id(1)].into();
    let mut interrupted = plain(1, 100);
    interrupted.state = RunState::Running;
    let mut load = |wanted: &RunId| (*wanted == id(1)).then(|| input(interrupted.clone()));
    let done = table.update(&ids, &mut load).expect("an update");
    assert_eq!((done.added, done.runs), (1, 1));
    assert_eq!(table.runs().expect("runs").0[0].state, "interrupted");
}

#[test]
fn an_export_is_a_table() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path().join("history"));
    update(&table, &runs([plain(0, 100)]));
    let copy = dir.path().join("copy");
    assert_eq!(table.export(&copy).expect("an export"), 1);
    assert_eq!(series(&Table::open(copy), 1).len(), 1);
}

#[test]
fn every_column_is_documented() {
    let docs = include_str!("../../../../docs/history.md");
    let schema = super::file::schema().expect("a schema");
    let undocumented: Vec<_> = schema
        .get_fields()
        .iter()
        .map(|field| field.name())
        .filter(|name| !docs.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{name}`"))))
        .collect();
    assert_eq!(undocumented, [""; 0], "see docs/history.md");
}

#[test]
fn rows_of_a_series_lie_together_whatever_the_order_of_the_runs() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let names = ["b", "a", "c"];
    let all = runs((0..5).map(|at| run(at, names.map(|name| case(name, Some(1 + at as u64))).to_vec())));
    update(&table, &all);
    let path = super::file::paths(dir.path()).expect("the folder").remove(0);
    let reader = super::file::open(&path).expect("the file");
    let group = parquet::file::reader::FileReader::get_row_group(&reader, 0).expect("a group");
    let texts = |name: &str| {
        let cells = super::columns::texts(&*group, name, None).expect("a column");
        cells.iter().map(|cell| super::columns::text(cell).expect("text").to_owned()).collect::<Vec<_>>()
    };
    let order: Vec<_> = texts("case_key").into_iter().zip(texts("metric")).zip(texts("run")).collect();
    assert!(order.is_sorted(), "{order:?}");
    // Three metrics of three cases in five runs.
    assert_eq!(order.len(), 3 * 3 * 5);
}

#[test]
fn a_part_of_a_column_is_read_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    update(&table, &runs((0..6).map(|at| run(at, vec![case("a", Some(10 + at as u64)), case("b", None)]))));
    let path = super::file::paths(dir.path()).expect("the folder").remove(0);
    let reader = super::file::open(&path).expect("the file");
    let group = parquet::file::reader::FileReader::get_row_group(&reader, 0).expect("a group");
    let rows = usize::try_from(group.metadata().num_rows()).expect("a number");
    let all = super::columns::values(&*group, "value", 0..rows).expect("values");
    assert_eq!(rows, 6 * (3 + 1));
    assert_eq!(all.iter().filter(|value| value.is_none()).count(), 6, "`b` has no values");
    for part in [0..3, 5..11, rows - 2..rows, 4..4] {
        let read = super::columns::values(&*group, "value", part.clone()).expect("a part");
        assert_eq!(read, all[part]);
    }
    let beyond = super::columns::values(&*group, "value", 0..rows + 1);
    assert!(beyond.is_err(), "there are fewer rows");
    assert!(super::columns::values(&*group, "unit", 0..1).is_err(), "texts are not numbers");
    assert!(super::columns::texts(&*group, "value", None).is_err(), "nor the other way");
    assert!(super::columns::texts(&*group, "no-such-column", None).is_err());
    assert!(super::columns::texts(&*group, "commit", None).is_err(), "an optional column has gaps");
}

#[test]
fn a_dictionary_names_what_a_group_has() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    update(&table, &runs((0..6).map(|at| run(at, vec![case("a", Some(10)), case("b", Some(20))]))));
    let path = super::file::paths(dir.path()).expect("the folder").remove(0);
    let reader = super::file::open(&path).expect("the file");
    let group = parquet::file::reader::FileReader::get_row_group(&reader, 0).expect("a group");
    let dictionary = super::columns::dictionary(&*group, "benchmark").expect("a column").expect("one");
    let mut names: Vec<_> =
        dictionary.iter().map(|cell| super::columns::text(cell).expect("text").to_owned()).collect();
    names.sort();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn metrics_of_their_own_keep_their_unit_and_direction() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let with_own = |at: usize| {
        let mut own = case("a", Some(10));
        for process in &mut own.processes {
            let metric =
                accel_bench_record::Metric::new("hits", "1", accel_bench_record::Direction::Higher, 0.5);
            process.metrics.push(metric);
        }
        run(at, vec![own])
    };
    update(&table, &runs((0..3).map(with_own)));
    let line: Vec<String> = (0..3).map(commit).collect();
    let wanted = Wanted { line: Some(&line), case: &|_| true, metric: &|_| true };
    let found = table.series(&wanted).expect("series").series;
    let shown: Vec<_> = found
        .iter()
        .map(|series| (series.key.metric.as_str(), series.unit.as_str(), series.better, series.points.len()))
        .collect();
    use accel_bench_record::Direction::{Higher, Lower};
    let expected = [
        ("hits", "1", Higher, 3),
        ("host-rss-peak-bytes", "bytes", Lower, 3),
        ("latency-ns", "ns", Lower, 3),
        ("tokens-per-s", "/s", Higher, 3),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn outside_git_runs_follow_each_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let of_none = |at: usize| {
        let mut record = plain(at, 100 + at as u64);
        record.commit = None;
        record
    };
    update(&table, &runs([of_none(2), of_none(0), of_none(1)]));
    let wanted = Wanted { line: None, case: &|_| true, metric: &|name| name == "latency-ns" };
    let found = table.series(&wanted).expect("series").series;
    assert_eq!(found[0].values(), [100.0, 101.0, 102.0]);
    assert_eq!(found[0].points[0].run.name(), id(0).as_str());
}

#[test]
fn machines_and_kinds_of_builds_are_series_of_their_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let with = |at: usize, machine: &str, steady: bool| {
        let mut record = plain(at, 100);
        record.machine = machine.into();
        record.surroundings.build.steady = steady;
        record
    };
    let all = [with(0, "epyc", false), with(1, "epyc", true), with(2, "xeon", true), with(3, "epyc", true)];
    update(&table, &runs(all));
    let keys: Vec<_> = series(&table, 4)
        .into_iter()
        .map(|series| (series.key.machine, series.key.steady, series.points.len()))
        .collect();
    let expected =
        [("epyc".to_owned(), false, 1), ("epyc".to_owned(), true, 2), ("xeon".to_owned(), true, 1)];
    assert_eq!(keys, expected);
}

#[test]
fn a_table_that_cannot_be_written_is_an_error_that_names_the_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let in_the_way = dir.path().join("history");
    fs::write(&in_the_way, "a file").expect("a file");
    let table = Table::open(&in_the_way);
    let ids = BTreeSet::new();
    let error = table.update(&ids, &mut |_| None).expect_err("a file is in the way");
    assert!(error.to_string().contains("cannot make the folder `"), "{error}");
    assert!(error.hint().is_none());
}

/// A run of commit `at` that measured this version of the benchmark.
fn versioned(at: usize, nanos: u64, version: Option<&str>) -> RunRecord {
    let case = CaseRecord { version: version.map(str::to_owned), ..case("a", Some(nanos)) };
    run(at, vec![case])
}

fn check_versions(versions: &[Option<&str>], expected: (Option<&str>, usize, &[f64])) {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path().join("history"));
    let each = versions.iter().enumerate();
    update(&table, &runs(each.map(|(at, version)| versioned(at, 100 * (at as u64 + 1), *version))));
    let found = series(&table, versions.len()).remove(0);
    let (version, others, values) = expected;
    assert_eq!((found.version.as_deref(), found.other_versions), (version, others), "{versions:?}");
    assert_eq!(found.values(), values, "{versions:?}");
}

#[test]
fn a_changed_benchmark_starts_a_new_series() {
    let (one, two) = (Some("1"), Some("2"));
    check_versions(&[one, one, two], (two, 2, &[300.0]));
    check_versions(&[one, one], (one, 0, &[100.0, 200.0]));
    check_versions(&[None, None], (None, 0, &[100.0, 200.0]));
    check_versions(&[None, one, None], (one, 0, &[100.0, 200.0, 300.0]));
    check_versions(&[one, two, one], (one, 2, &[300.0]));
    check_versions(&[None, one, two, None], (two, 2, &[300.0, 400.0]));
}

#[test]
fn a_file_keeps_each_set_of_versions_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let versions = [Some("only-here"), None, Some("only-here"), Some("another-one"), Some("only-here")];
    let all = runs(versions.iter().enumerate().map(|(at, version)| versioned(at, 100, *version)));
    update(&table, &all);
    let (facts, _) = table.runs().expect("read");
    let found: Vec<_> = facts.iter().map(|run| run.version(&crate::sample_tests::key("a"))).collect();
    assert_eq!(found, versions);
    let path =
        dir.path().join(files(dir.path()).into_iter().find(|name| name.ends_with(".parquet")).expect("one"));
    let bytes = fs::read(path).expect("the file");
    let note = bytes.windows(12).rposition(|part| part == b"\"versions\":[").expect("the note");
    let note = String::from_utf8_lossy(&bytes[note..]).into_owned();
    assert_eq!(note.matches("only-here").count(), 1, "{note}");
}

#[test]
fn files_of_an_earlier_format_are_made_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let table = Table::open(dir.path());
    let all = runs([plain(0, 100), plain(1, 200)]);
    update(&table, &all);
    let path =
        dir.path().join(files(dir.path()).into_iter().find(|name| name.ends_with(".parquet")).expect("one"));
    // The note lies in the footer as text, and a number of the same length leaves all else where it is.
    let bytes = fs::read(&path).expect("the file");
    let at = bytes.windows(10).position(|window| window == b"\"format\":2").expect("the note");
    let mut earlier = bytes.clone();
    earlier[at + 9] = b'1';
    fs::write(&path, &earlier).expect("written");
    let (none, broken) = table.runs().expect("read");
    assert!(none.is_empty() && matches!(broken.as_slice(), [Error::Older { found: 1, .. }]), "{broken:?}");
    let done = update(&table, &all);
    assert_eq!((done.added, done.runs, done.broken.len()), (2, 2, 0));
    assert_eq!(series(&table, 2)[0].values(), [100.0, 200.0]);
}
