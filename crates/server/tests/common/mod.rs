//! The dashboard over a program in the place of the tool, and a client that can say anything.

#![allow(dead_code, reason = "each test target uses a part")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// Says its arguments, but for some: two runs, a failure, and one that takes long.
const TOOL: &str = r#"#!/bin/sh
shift 2
case "$*" in
  "log --format json -n 100") echo '{"rows":[{"run":"r-1","started":"2026-11-28T18:15:05Z","commit":"a766df8d1ac0","branch":"main","subject":"<script>x</script>","clean":true,"state":"complete","machine":"m","cases":2,"failed":1}]}';;
  "show r-1 --format json") echo '{"run":"r-1","started":"2026-11-28T18:15:05Z","machine":"m","cases":[{"case":"<b>squares","status":"ok","reason":null,"latency_ns":1500,"latency_low_ns":1400,"latency_high_ns":1600}]}';;
  "show gone --format json") printf 'error: no run matches `gone`\nhelp: `cargo accel-bench log` lists them\n' >&2; exit 4;;
  "trend --format json") echo '{"changes":[]}'; exit 1;;
  *) printf '{"asked":"%s"}' "$*";;
esac
"#;

pub(crate) struct Dashboard {
    child: Child,
    pub(crate) folder: TempDir,
    port: u16,
    pub(crate) token: String,
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

pub(crate) fn start() -> Dashboard {
    let folder = tempfile::tempdir().expect("a folder");
    let tool = folder.path().join("tool.sh");
    fs::write(&tool, TOOL).expect("a file");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("executable");
    let mut command = Command::new(env!("CARGO_BIN_EXE_accel-bench-server"));
    command.arg("serve").arg("--tool").arg(&tool).arg("--project").arg(folder.path());
    command.arg("--history").arg(folder.path().join("history")).arg("--print=json");
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    let said: Value = serde_json::from_str(&line).expect("JSON");
    let port = said["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    let token = said["token"].as_str().expect("a token").to_owned();
    assert_eq!(said["url"], format!("http://127.0.0.1:{port}/enter#{token}"));
    Dashboard { child, folder, port, token }
}

impl Dashboard {
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket");
        stream
    }

    /// Sends these bytes and reads until the server closes.
    pub(crate) fn send(&self, bytes: &[u8]) -> Answer {
        self.exchange(bytes, false)
    }

    /// Says that nothing more comes: a server that waits for the rest need not wait.
    pub(crate) fn send_and_close(&self, bytes: &[u8]) -> Answer {
        self.exchange(bytes, true)
    }

    fn exchange(&self, bytes: &[u8], closes: bool) -> Answer {
        let mut stream = self.connect();
        // A server that refuses may close before it has read all.
        let _ = stream.write_all(bytes);
        if closes {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn with(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        self.send(
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").as_bytes(),
        )
    }

    pub(crate) fn host(&self) -> String {
        format!("Host: 127.0.0.1:{}\r\n", self.port)
    }

    pub(crate) fn known(&self) -> String {
        format!("{}Authorization: Bearer {}\r\n", self.host(), self.token)
    }

    /// It answers, and no file came to be.
    #[track_caller]
    pub(crate) fn is_well(&self) {
        assert_eq!(self.get("/api/health").status, 200);
        assert_eq!(self.folder.path().read_dir().expect("a folder").count(), 1, "only the tool is there");
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.with("GET", path, &self.known(), "")
    }
}
