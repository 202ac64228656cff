//! WebGPU and WebNN, as a browser gives them out: Chromium is started without a window on a page of this process, which asks
//! `navigator.gpu` and `navigator.ml`, runs a kernel, and posts what it found.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tiny_http::{Header, Method, Request, Response, Server};

use super::device::{Device, State, check, twice_plus_one};

const PAGE: &str = include_str!("browser.html");

/// A browser that takes longer has not got to the page; it starts in a second or two here.
const LIMIT: Duration = Duration::from_secs(25);

/// The answer is a few kilobytes; whatever runs on this machine can post one.
const MOST_BYTES: u64 = 1 << 20;

/// The names that Chromium and its relatives have.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

/// Reports WebGPU's and WebNN's device in the browser `wish`, or in the first that one of the `folders` has. `Err` where there
/// is none.
pub(super) fn probe(
    wish: Option<&Path>,
    folders: &[PathBuf],
    report: &mut dyn FnMut(&Device),
) -> Result<(), String> {
    let browser = browser(wish, folders).ok_or("no Chromium or a relative of it")?;
    match ask(&browser) {
        Ok(answer) => answer.devices().iter().for_each(report),
        Err(reason) => {
            for api in ["webgpu", "webnn"] {
                let state = State::Unusable { reason: reason.clone() };
                report(&Device { state, ..Device::found(api, browser.display().to_string()) });
            }
        }
    }
    Ok(())
}

/// The browser `wish`, or the first that one of the `folders` has.
pub(crate) fn browser(wish: Option<&Path>, folders: &[PathBuf]) -> Option<PathBuf> {
    wish.map(Path::to_path_buf).or_else(|| find(folders))
}

fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    NAMES.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

/// The answer that the page posts.
#[derive(Debug, Deserialize)]
struct Answer {
    agent: String,
    webgpu: Part,
    webnn: Part,
}

#[derive(Debug, Deserialize)]
struct Part {
    name: Option<String>,
    absent: Option<String>,
    failed: Option<String>,
    #[serde(default)]
    outputs: Vec<f64>,
    #[serde(default)]
    took_ms: f64,
}

impl Answer {
    fn devices(self) -> [Device; 2] {
        let version =
            self.agent.split(' ').find(|word| word.contains("Chrome/")).unwrap_or_default().to_owned();
        [self.webgpu.device("webgpu", &version), self.webnn.device("webnn", &version)]
    }
}

impl Part {
    fn device(self, api: &str, version: &str) -> Device {
        let driver = Some(version.to_owned()).filter(|version| !version.is_empty());
        if let Some(reason) = self.absent {
            return Device { driver, ..Device::absent(api, reason, None) };
        }
        let outputs: Vec<u32> = self.outputs.iter().map(|output| *output as u32).collect();
        let outcome = match self.failed {
            Some(failed) => Err(failed),
            None => check(&outputs, twice_plus_one).map(|()| self.took_ms),
        };
        Device { driver, state: State::of(outcome), ..Device::found(api, self.name.unwrap_or_default()) }
    }
}

fn ask(browser: &Path) -> Result<Answer, String> {
    let server = Server::http("127.0.0.1:0").map_err(|error| format!("no port on loopback: {error}"))?;
    let port = server.server_addr().to_ip().map(|address| address.port()).ok_or("no port on loopback")?;
    let profile = tempfile::tempdir().map_err(|error| format!("no folder for a profile: {error}"))?;
    let mut running = start(browser, profile.path(), port)?;
    let answer = wait(&server, &mut running);
    let _ = running.kill();
    let _ = running.wait();
    answer
}

fn start(browser: &Path, profile: &Path, port: u16) -> Result<Child, String> {
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        // Containers have little of this memory.
        "--disable-dev-shm-usage",
        "--enable-unsafe-webgpu",
        "--enable-features=WebMachineLearningNeuralNetwork",
    ]);
    if rustix::process::getuid().is_root() {
        // Chromium refuses its sandbox to root, as whom containers run.
        command.arg("--no-sandbox");
    }
    if !Path::new("/dev/dri").exists() && cfg!(target_os = "linux") {
        command.arg("--use-webgpu-adapter=swiftshader");
    }
    command.arg(format!("--user-data-dir={}", profile.display())).arg(format!("http://127.0.0.1:{port}/"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|error| format!("it does not start: {error}"))
}

/// Serves the page until its answer comes.
fn wait(server: &Server, browser: &mut Child) -> Result<Answer, String> {
    let start = Instant::now();
    while start.elapsed() < LIMIT {
        if let Ok(Some(status)) = browser.try_wait() {
            return Err(format!("the browser ended before it answered ({status})"));
        }
        let request = server.recv_timeout(Duration::from_millis(100)).map_err(|error| error.to_string())?;
        let Some(mut request) = request else { continue };
        match (request.method(), request.url()) {
            (Method::Get, "/") => give_page(request),
            (Method::Post, "/answer") => {
                let mut text = String::new();
                let read = request.as_reader().take(MOST_BYTES).read_to_string(&mut text);
                let _ = request.respond(Response::empty(204));
                read.map_err(|error| format!("its answer could not be read: {error}"))?;
                return serde_json::from_str(&text)
                    .map_err(|error| format!("its answer is not understood: {error}"));
            }
            _ => {
                let _ = request.respond(Response::empty(404));
            }
        }
    }
    Err(format!("no answer within {} s", LIMIT.as_secs()))
}

fn give_page(request: Request) {
    let mut response = Response::from_string(PAGE);
    if let Ok(html) = Header::from_bytes("Content-Type", "text/html; charset=utf-8") {
        response.add_header(html);
    }
    let _ = request.respond(response);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_answer(text: &str, expected: [&str; 2]) {
        let answer: Answer = serde_json::from_str(text).unwrap();
        let said = answer.devices().map(|device| match device.state {
            State::Usable { .. } => format!("{} {}", device.name, device.driver.unwrap_or_default()),
            State::Unproven { reason } | State::Unusable { reason } | State::Absent { reason, .. } => reason,
        });
        assert_eq!(said, expected);
    }

    #[test]
    fn answers() {
        let right: Vec<u32> = (0..256).map(twice_plus_one).collect();
        let gpu = format!(r#"{{"name":"SwiftShader","outputs":{right:?},"took_ms":3}}"#);
        let agent = r#""agent":"Mozilla/5.0 HeadlessChrome/156.0.0.0 Safari/537.36""#;
        let none = r#"{"absent":"NotSupportedError"}"#;
        check_answer(
            &format!(r#"{{{agent},"webgpu":{gpu},"webnn":{none}}}"#),
            ["SwiftShader HeadlessChrome/156.0.0.0", "NotSupportedError"],
        );
        let wrong = r#"{"name":"liar","outputs":[1,3,4]}"#;
        let broken = r#"{"name":"x","failed":"device lost"}"#;
        check_answer(
            &format!(r#"{{{agent},"webgpu":{wrong},"webnn":{broken}}}"#),
            ["wrong result: 4 for 2, where 5 is right", "device lost"],
        );
    }

    #[test]
    fn the_first_name_in_the_first_folder_counts() {
        let dir = tempfile::tempdir().unwrap();
        let folders = [dir.path().join("a"), dir.path().join("b")];
        assert_eq!(find(&folders), None);
        assert_eq!(probe(None, &folders, &mut |_| ()), Err("no Chromium or a relative of it".to_owned()));
        folders.iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        std::fs::write(folders[0].join("google-chrome"), "").unwrap();
        std::fs::write(folders[1].join("chromium"), "").unwrap();
        assert_eq!(find(&folders), Some(folders[1].join("chromium")));
    }

    #[cfg(unix)]
    #[test]
    fn browsers_that_do_not_answer() {
        let says = |program: &str| ask(Path::new(program)).unwrap_err();
        assert!(says("/no/such/browser").starts_with("it does not start"), "{}", says("/no/such/browser"));
        assert!(
            says("/bin/true").starts_with("the browser ended before it answered"),
            "{}",
            says("/bin/true")
        );
    }
}
