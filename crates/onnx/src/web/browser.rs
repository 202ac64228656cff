//! A browser without a window on the page, and calls of its functions.

use std::ffi::OsStr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use headless_chrome::{Browser, LaunchOptions, Tab};
use serde::Deserialize;
use serde_json::Value;

use crate::error::OnnxError;

/// How long the page may take to load: the runtime's script has a megabyte.
const PAGE: Duration = Duration::from_secs(60);

/// No call is given up: a batch takes as long as it takes, and whoever runs the benchmark has limits.
const FOREVER: Duration = Duration::from_secs(24 * 3600);

pub(super) struct Page {
    tab: Arc<Tab>,
    /// The process ends when this is dropped.
    browser: Browser,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Done(Value),
    Failed(String),
}

impl Page {
    /// Starts the browser that is installed (`CHROME_PATH` names another) and opens `address`.
    pub(super) fn open(address: &str) -> Result<Self, OnnxError> {
        let browser = Browser::new(options()).map_err(|error| OnnxError::NoBrowser(format!("{error:#}")))?;
        let tab = browser.new_tab().map_err(provider)?;
        tab.navigate_to(address).map_err(provider)?;
        let page = Self { tab, browser };
        page.wait()?;
        Ok(page)
    }

    /// The process's number.
    pub(super) fn process(&self) -> Option<u32> {
        self.browser.get_process_id()
    }

    fn wait(&self) -> Result<(), OnnxError> {
        let start = Instant::now();
        while start.elapsed() < PAGE {
            let kind = self.tab.evaluate("typeof call", false).map_err(provider)?.value;
            if kind.as_ref().and_then(Value::as_str) == Some("function") {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err(OnnxError::Provider("the page with onnxruntime-web does not load".to_owned()))
    }

    /// Calls the page's function `name` with `what`; `Err` with its message where it throws, or the browser is gone.
    pub(super) fn call(&self, name: &str, what: &Value) -> Result<Value, String> {
        let script = format!("call({}, {what})", Value::from(name));
        let answer = self.tab.evaluate(&script, true).map_err(|error| format!("{error:#}"))?.value;
        let text = answer.as_ref().and_then(Value::as_str).ok_or("the page gave no answer")?;
        match serde_json::from_str(text).map_err(|error| format!("the page's answer: {error}"))? {
            Answer::Done(value) => Ok(value),
            Answer::Failed(reason) => Err(reason),
        }
    }
}

fn provider(error: impl std::fmt::Display) -> OnnxError {
    OnnxError::Provider(format!("{error:#}"))
}

fn options() -> LaunchOptions<'static> {
    let mut args =
        vec!["--enable-unsafe-webgpu", "--enable-features=WebMachineLearningNeuralNetwork", "--disable-quic"];
    if cfg!(target_os = "linux") && !std::path::Path::new("/dev/dri").exists() {
        args.push("--use-webgpu-adapter=swiftshader");
    }
    LaunchOptions {
        // Containers run as root, to whom Chromium refuses its sandbox; the page is this package's own.
        sandbox: false,
        enable_gpu: true,
        path: std::env::var_os("CHROME_PATH").map(Into::into),
        idle_browser_timeout: FOREVER,
        args: args.into_iter().map(OsStr::new).collect(),
        ..LaunchOptions::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_the_page() {
        let read = |text: &str| match serde_json::from_str(text).expect("an answer") {
            Answer::Done(value) => Ok(value),
            Answer::Failed(reason) => Err(reason),
        };
        assert_eq!(read(r#"{"done":1.5}"#), Ok(Value::from(1.5)));
        assert_eq!(read(r#"{"done":null}"#), Ok(Value::Null));
        assert_eq!(read(r#"{"failed":"no adapter"}"#), Err("no adapter".to_owned()));
        assert!(serde_json::from_str::<Answer>("{}").is_err());
    }

    #[test]
    fn the_browser_gets_what_the_providers_need() {
        let options = options();
        let has = |name: &str| options.args.iter().any(|arg| *arg == OsStr::new(name));
        assert!(has("--enable-unsafe-webgpu") && has("--enable-features=WebMachineLearningNeuralNetwork"));
        assert!(options.headless && options.enable_gpu);
        assert_eq!(options.idle_browser_timeout, FOREVER);
    }
}
