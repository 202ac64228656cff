//! The requirements of the backends in a browser: one, and onnxruntime-web. Whether it has the device, its kernel shows. Pure.

use super::facts::Facts;
use super::finding::Finding;

pub(super) fn check(facts: &Facts) -> Vec<Finding> {
    let browser = facts.browser.as_ref().map_or_else(
        || Finding::missing("no Chromium or a relative of it").fix("apt-get install chromium"),
        |path| Finding::ok(format!("the browser `{}`", path.display())),
    );
    let runtime = facts.ort_web.as_ref().map_or_else(
        || {
            let missing = "no onnxruntime-web, in a `node_modules` or at ACCEL_BENCH_ORT_WEB";
            Finding::missing(missing).fix("npm install onnxruntime-web")
        },
        |path| Finding::ok(format!("onnxruntime-web in `{}`", path.display())),
    );
    vec![browser, runtime]
}

#[cfg(test)]
mod tests {
    use super::super::finding::lines;
    use super::*;

    #[test]
    fn there_or_not() {
        let there = Facts {
            browser: Some("/usr/bin/chromium".into()),
            ort_web: Some("/p/node_modules/onnxruntime-web".into()),
            ..Facts::default()
        };
        let ok = [
            "ok: the browser `/usr/bin/chromium`",
            "ok: onnxruntime-web in `/p/node_modules/onnxruntime-web`",
        ];
        assert_eq!(lines(&check(&there)), ok);
        let missing = [
            "missing: no Chromium or a relative of it (apt-get install chromium)",
            "missing: no onnxruntime-web, in a `node_modules` or at ACCEL_BENCH_ORT_WEB (npm install onnxruntime-web)",
        ];
        assert_eq!(lines(&check(&Facts::default())), missing);
    }
}
