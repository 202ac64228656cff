//! The messages between the tool and a child: JSON, one message per line, over a private channel.
//!
//! The channel is a Unix socket whose path is in [`CHANNEL_ENV`]; stdout and stderr belong to the
//! benchmark. The child opens with [`Hello`], whose form is the same in every version of the protocol, so that
//! two that differ can still say so.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Measurement, ParamValue, Params, Status};

/// Rises with every change that an older side would misread.
pub const VERSION: u32 = 2;

/// The environment variable that holds the channel's socket path. Unset: the target was run by hand.
pub const CHANNEL_ENV: &str = "ACCEL_BENCH_CHANNEL";

/// Longer lines are refused: 64 MiB hold four million samples.
pub const MAX_LINE_BYTES: u64 = 64 << 20;

/// The child's first line, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    /// The version of the crate `accel-bench` in the child.
    pub harness: String,
}

impl Hello {
    /// Returns what a harness of the version `harness` says, in this protocol.
    #[must_use]
    pub fn of(harness: &str) -> Self {
        Self { protocol: VERSION, harness: harness.to_owned() }
    }
}

/// A request of the tool. The child answers them in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Answered with [`Reply::Benchmarks`].
    List,
    /// Answered with any number of [`Reply::Progress`], then one [`Reply::Finished`].
    Run(CaseRequest),
    /// Sets a case up and warms it up, to be sampled interleaved with other processes. Answered with any number of
    /// [`Reply::Progress`], then [`Reply::Ready`], or [`Reply::Finished`] where it could not be.
    Open(CaseRequest),
    /// One turn of the open case. Answered with [`Reply::Sampled`], or [`Reply::Finished`] where it failed.
    Sample(SampleRequest),
    /// Ends the open case: answered with [`Reply::Finished`].
    Close { token: u64 },
    /// Says what one iteration of a case does, as far as that is known without running it. Answered as [`Run`](Self::Run), by a
    /// measurement without samples.
    Describe(CaseRequest),
    /// The child ends.
    Quit,
}

/// One case to be measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRequest {
    /// Drawn by the tool; the answer repeats it.
    pub token: u64,
    pub benchmark: String,
    pub backend: String,
    pub params: Params,
    pub sampling: Sampling,
    /// Extra work inside the timed region, as a share of the case's own: 0.02 makes it really slower by 2 %. What
    /// calibration looks for; absent otherwise. The sides that are not slowed down have 0: they prepare for it alike, which
    /// warms them alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowdown: Option<f64>,
}

/// One turn: samples in a row, while the other processes wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRequest {
    pub token: u64,
    /// Iterations of each sample.
    pub iterations: u64,
    pub samples: u32,
    /// Samples before these that are not told: on an accelerator, the first after another process used it.
    pub discard: u32,
    /// The last sample of the turn before was disturbed and is taken again, so nothing of it counts. A child that does not
    /// know of it counts it in its metrics, though not in its samples.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redo: bool,
}

/// An open case that has been warmed up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    pub token: u64,
    /// Nanoseconds of one iteration, from the warm-up.
    pub estimate_nanos: f64,
    /// Nanoseconds that taking a sample costs next to the iterations: the synchronisation, mostly.
    pub overhead_nanos: u64,
    /// The most iterations of one sample that memory allows.
    pub max_iterations: u64,
    /// Calls return before their work is done: the device has caches and queues that other processes disturb.
    #[serde(default)]
    pub is_asynchronous: bool,
}

/// The result of one turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampled {
    pub token: u64,
    /// Nanoseconds of each sample.
    pub nanos: Vec<u64>,
    /// Nanoseconds, within each sample, that the process was ready to run and another one ran. Empty where the
    /// system does not report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waited_nanos: Vec<u64>,
}

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// Warm-up lasts at least this long, unless one iteration takes longer; nanoseconds.
    pub warm_up_nanos: u64,
    /// How long samples are collected, nanoseconds.
    pub time_nanos: u64,
    /// A sample is batched up to at least this long, nanoseconds.
    pub sample_nanos: u64,
    pub min_samples: u32,
    pub max_samples: u32,
}

/// A reply of the child.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
#[expect(
    clippy::large_enum_variant,
    reason = "one is on its way at a time, and the largest is the one that counts"
)]
pub enum Reply {
    Benchmarks { benchmarks: Vec<BenchmarkInfo> },
    Progress { token: u64, phase: Phase, estimate_nanos: Option<f64> },
    Ready(Ready),
    Sampled(Sampled),
    Finished { token: u64, status: Status, measurement: Option<Measurement> },
}

impl Reply {
    /// The token of the case that it is about.
    #[must_use]
    pub fn token(&self) -> Option<u64> {
        match self {
            Self::Benchmarks { .. } => None,
            Self::Progress { token, .. } | Self::Finished { token, .. } => Some(*token),
            Self::Ready(ready) => Some(ready.token),
            Self::Sampled(sampled) => Some(sampled.token),
        }
    }
}

/// Where in a case the child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    Setup,
    WarmUp,
    Sampling,
    Cleanup,
}

/// A registered benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkInfo {
    /// With its group: `group/name`.
    pub name: String,
    pub category: Option<String>,
    pub tags: Vec<String>,
    /// Empty: any backend.
    pub backends: Vec<String>,
    /// Values of each parameter, `model` included; their product is the benchmark's own matrix.
    pub params: BTreeMap<String, Vec<ParamValue>>,
    /// `file:line` of the registration.
    pub source: String,
    /// A number or name that its author gives to what it does; absent: the tool derives one from the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where its code begins in the executable: bytes behind the function [`ENTRY_FROM`]. Absent where the harness does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<i64>,
}

/// The function of the harness that the places of benchmarks are counted from: a loaded executable lies somewhere else each time.
pub const ENTRY_FROM: &str = "accel_bench::registry::all";

/// Writes one message and its newline, and flushes.
///
/// # Errors
/// When the channel is closed.
pub fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Reads one message; `None` at the end of the stream.
///
/// # Errors
/// A line that is too long, not JSON, or not of the expected form gives [`io::ErrorKind::InvalidData`].
pub fn read<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    from.take(MAX_LINE_BYTES).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        let what = if line.len() as u64 == MAX_LINE_BYTES { "too long" } else { "cut short" };
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a message {what}")));
    }
    Ok(Some(serde_json::from_slice(&line)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expected: Result<Option<Hello>, &str>) {
        let mut from = text;
        let read = read::<Hello>(&mut from).map_err(|error| error.to_string());
        match (read, expected) {
            (Err(error), Err(expected)) => assert!(error.starts_with(expected), "{error}"),
            (read, expected) => assert_eq!(read, expected.map_err(str::to_owned)),
        }
    }

    #[test]
    fn lines_that_are_no_messages() {
        check(b"", Ok(None));
        check(
            b"{\"protocol\":1,\"harness\":\"0.1.0\"}\n",
            Ok(Some(Hello { protocol: 1, harness: "0.1.0".into() })),
        );
        check(b"{\"protocol\":1", Err("a message cut short"));
        check(b"hello\n", Err("expected value"));
        check(b"{\"protocol\":\"x\"}\n", Err("invalid type"));
        check(b"\xff\xfe\n", Err("expected value"));
    }

    #[test]
    fn what_a_later_hello_adds_is_passed_over() {
        let later = b"{\"protocol\":9,\"harness\":\"7.0.0\",\"more\":[1]}\n";
        check(later, Ok(Some(Hello { protocol: 9, harness: "7.0.0".into() })));
    }

    fn survives<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: T) {
        let mut line = Vec::new();
        write(&mut line, &message).expect("memory takes it");
        assert_eq!(line.iter().filter(|&&byte| byte == b'\n').count(), 1, "one line a message");
        assert_eq!(read::<T>(&mut line.as_slice()).expect("it reads back"), Some(message));
    }

    #[test]
    fn messages_survive_the_channel() {
        let case = CaseRequest {
            token: 7,
            benchmark: "g/n".into(),
            backend: "host".into(),
            params: Params::from([("n".into(), 1.into()), ("k".into(), "x\ny".into())]),
            sampling: Sampling {
                warm_up_nanos: 1,
                time_nanos: 2,
                sample_nanos: 3,
                min_samples: 4,
                max_samples: 5,
            },
            slowdown: Some(0.02),
        };
        survives(Request::List);
        survives(Request::Run(case.clone()));
        survives(Request::Open(CaseRequest { slowdown: None, ..case }));
        for redo in [false, true] {
            survives(Request::Sample(SampleRequest {
                token: 7,
                iterations: 40,
                samples: 1,
                discard: 1,
                redo,
            }));
        }
        survives(Request::Close { token: 7 });
        survives(Request::Quit);
        survives(Reply::Ready(Ready {
            token: 7,
            estimate_nanos: 0.25,
            overhead_nanos: 30,
            max_iterations: 1 << 32,
            is_asynchronous: true,
        }));
        survives(Reply::Sampled(Sampled { token: 7, nanos: vec![1, 2], waited_nanos: vec![0, 9] }));
        survives(Reply::Sampled(Sampled { token: 7, nanos: vec![1], waited_nanos: vec![] }));
    }
}
