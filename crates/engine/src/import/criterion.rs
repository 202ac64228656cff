//! Criterion's own folder, `target/criterion`: the last result of each benchmark.

use std::path::Path;

use accel_bench_record::Params;

use super::{Format, Imported, parts};
use crate::executor::saved_results;

pub(super) fn read(folder: &Path) -> Result<Imported, String> {
    let case = |(id, measurement): (String, _)| {
        parts::case(Format::Criterion.name(), &id, Params::new(), vec![measurement])
    };
    let cases: Vec<_> = saved_results(folder)?.into_iter().map(case).collect();
    if cases.is_empty() {
        return Err("there is no `new/benchmark.json` in it".to_owned());
    }
    Ok(Imported { cases, ..Imported::default() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_benchmark_is_a_case_with_its_raw_samples() {
        let home = tempfile::tempdir().expect("a folder");
        for (id, nanos) in [("sort/quick/10", 120.0), ("parse", 7.0)] {
            let new = home.path().join(id).join("new");
            fs::create_dir_all(&new).expect("folders");
            let saved = format!(r#"{{"full_id":"{id}","throughput":{{"Elements":10}}}}"#);
            fs::write(new.join("benchmark.json"), saved).expect("a file");
            let sample = format!(r#"{{"iters":[1.0,2.0],"times":[{nanos},{}]}}"#, 2.0 * nanos);
            fs::write(new.join("sample.json"), sample).expect("a file");
        }
        let imported = read(home.path()).expect("results");
        let shown: Vec<_> =
            imported.cases.iter().map(|case| (case.id.to_string(), case.process_medians())).collect();
        let expected = [("criterion/parse@host", vec![7.0]), ("criterion/sort/quick/10@host", vec![120.0])];
        assert_eq!(shown, expected.map(|(id, medians)| (id.to_owned(), medians)));
        fs::write(home.path().join("parse/new/sample.json"), "{").expect("a broken file");
        assert!(read(home.path()).expect_err("it is broken").contains("parse/new/sample.json"));
    }

    #[test]
    fn a_folder_without_results_is_another_one() {
        let empty = tempfile::tempdir().expect("a folder");
        assert!(read(empty.path()).expect_err("nothing").contains("benchmark.json"));
    }
}
