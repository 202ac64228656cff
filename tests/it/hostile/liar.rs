//! Speaks with the runner by itself, and lies as the variable `LIE` says.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use accel_bench_record::protocol::{CHANNEL_ENV, VERSION};

const FOREVER: Duration = Duration::from_secs(3600);

fn main() {
    let lie = std::env::var("LIE").unwrap_or_default();
    if lie == "leaves-at-once" {
        return;
    }
    let channel = std::env::var_os(CHANNEL_ENV).expect("the channel");
    let mut to = UnixStream::connect(channel).expect("a runner");
    let from = BufReader::new(to.try_clone().expect("the other direction"));
    let version = match lie.as_str() {
        "newer-protocol" => 99,
        "older-protocol" => 0,
        _ => VERSION,
    };
    let hello = match lie.as_str() {
        "no-hello" => "good morning".to_owned(),
        _ => format!(r#"{{"protocol":{version},"harness":"9.9.9"}}"#),
    };
    writeln!(to, "{hello}").expect("it is heard");
    for request in from.lines() {
        let request = request.expect("a request");
        if request.contains(r#""list""#) {
            let list = r#"{"reply":"benchmarks","benchmarks":[{"name":"lie","category":null,"tags":[],"backends":["host"],"params":{},"source":"liar.rs:1"}]}"#;
            let list = if lie == "list-of-garbage" { "[1, 2, 3]" } else { list };
            writeln!(to, "{list}").expect("it is heard");
        } else if request.contains(r#""run""#) {
            let token = request.split(r#""token":"#).nth(1).and_then(|rest| rest.split([',', '}']).next());
            // Time enough for what is told to be true.
            std::thread::sleep(Duration::from_millis(10));
            tell(&mut to, &lie, token.expect("a token").parse().expect("a number"));
        } else {
            return;
        }
    }
}

fn finished(token: u64, iterations: &str, nanos: &str) -> String {
    let warm_up = r#"{"iterations":1,"nanos":1,"first_nanos":1,"steady":true}"#;
    let samples = format!(r#"{{"iterations":[{iterations}],"nanos":[{nanos}]}}"#);
    format!(
        r#"{{"reply":"finished","token":{token},"status":{{"status":"ok"}},"measurement":{{"samples":{samples},"warm_up":{warm_up}}}}}"#
    )
}

fn tell(to: &mut UnixStream, lie: &str, token: u64) {
    let truth = finished(token, "1,1,1", "1000000,1000000,1000000");
    let words = match lie {
        "garbage" => "\u{1b}[2J{{{{".to_owned(),
        "other-token" => finished(token + 1, "1", "1000"),
        "benchmarks-again" => r#"{"reply":"benchmarks","benchmarks":[]}"#.to_owned(),
        "more-than-wall-time" => finished(token, "1", "3600000000000"),
        "zero-iterations" => finished(token, "1,0", "1000,1000"),
        "lengths-differ" => finished(token, "1,1", "1000"),
        "no-samples" => finished(token, "", ""),
        "no-measurement" => {
            format!(r#"{{"reply":"finished","token":{token},"status":{{"status":"ok"}},"measurement":null}}"#)
        }
        "not-a-number" => finished(token, "1", "NaN"),
        "unknown-status" => truth.replace(r#"{"status":"ok"}"#, r#"{"status":"wonderful"}"#),
        "a-hundred-megabytes" => "x".repeat(100 << 20),
        "cut-short" => {
            let _ = to.write_all(&truth.as_bytes()[..40]);
            std::process::exit(0);
        }
        "silence" => {
            std::thread::sleep(FOREVER);
            return;
        }
        "hangs-up" => {
            let _ = to.shutdown(std::net::Shutdown::Both);
            std::thread::sleep(FOREVER);
            return;
        }
        "progress-for-ever" => {
            let line = format!(r#"{{"reply":"progress","token":{token},"phase":"sampling","estimate_nanos":1.0}}"#);
            while writeln!(to, "{line}").is_ok() {}
            return;
        }
        "leaves" => std::process::exit(7),
        _ => truth,
    };
    // The runner may be gone before all of it is said.
    let _ = writeln!(to, "{words}");
}
