//! Runs through a bucket of an S3 server: moto's, which `MOTO_SERVER` names (`pip install 'moto[server]'`).

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// A server of buckets with one that is called `bench`; it ends with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let program = std::env::var("MOTO_SERVER").expect("MOTO_SERVER names moto's server");
        let port = TcpListener::bind("127.0.0.1:0").and_then(|own| own.local_addr()).expect("a port").port();
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let server = Self { child, port };
        let begun = Instant::now();
        while !server.asked("PUT", "/bench").starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < Duration::from_secs(60), "no server after a minute");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// The answer to a request without a body; empty before the server listens.
    fn asked(&self, method: &str, path: &str) -> String {
        let mut answer = Vec::new();
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut answer);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What `copy` prints, and its exit code.
    fn copy(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let mut command = Command::new(cargo_bin("accel-bench-server"));
        command.arg("copy").args(arguments);
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port)).env("AWS_ALLOW_HTTP", "true");
        command
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1");
        let output = command.output().expect("it starts");
        let said = if output.status.success() { output.stdout } else { output.stderr };
        (String::from_utf8_lossy(&said).trim().to_owned(), output.status.code())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn store(runs: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in runs {
        let path = folder.path().join("runs").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
#[ignore = "needs moto's server: CONTRIBUTING.md"]
fn runs_go_through_a_bucket() {
    let server = Server::start();
    let one = store(&[("c1/a.json", "1"), ("c1/b.json", "2"), ("c1/b.journal", "not whole")]);
    let place = "s3://bench/team/runs-of-all";
    let done = |copied: usize, known: usize| (format!(r#"{{"copied":{copied},"known":{known}}}"#), Some(0));
    assert_eq!(server.copy(&[&text(one.path()), place]), done(2, 0));
    assert_eq!(server.copy(&[&text(one.path()), place]), done(0, 2));
    // Another store has one of them, with other contents, and one of its own.
    let other = store(&[("c1/b.json", "other"), ("c2/c.json", "3")]);
    assert_eq!(server.copy(&[&text(other.path()), place]), done(1, 1));
    let scratch = tempfile::tempdir().expect("a folder");
    let arguments = [place, &text(scratch.path()), "--except", &text(other.path())];
    assert_eq!(server.copy(&arguments), done(1, 2));
    assert_eq!(fs::read_to_string(scratch.path().join("runs/c1/a.json")).ok().as_deref(), Some("1"));
    let all = tempfile::tempdir().expect("a folder");
    assert_eq!(server.copy(&[place, &text(all.path())]), done(3, 0));
    assert_eq!(
        fs::read_to_string(all.path().join("runs/c1/b.json")).ok().as_deref(),
        Some("2"),
        "the first stays"
    );
}

#[test]
#[ignore = "needs moto's server: CONTRIBUTING.md"]
fn what_is_not_there_is_said() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder");
    let (said, code) = server.copy(&["s3://no-such-bucket/x", &text(folder.path())]);
    assert!(said.contains("no-such-bucket") || said.contains("NoSuchBucket"), "{said}");
    assert!(said.contains("AWS_ENDPOINT"), "{said}");
    assert_eq!(code, Some(8));
}
