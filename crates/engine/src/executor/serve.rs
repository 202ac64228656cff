//! A child that speaks the harness's protocol: the handshake, and its messages as they come.

use std::io::{self, BufReader};
use std::os::unix::net::{UnixListener, UnixStream};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use accel_bench_record::protocol::{self, CHANNEL_ENV, Hello, Reply, Request};
use accel_bench_record::{Failure, Status};

use super::child::Process;
use super::{Error, TICK};

/// How long a child may take from its start to its first message: loading libtorch or a driver from a cold
/// disk takes seconds.
const HANDSHAKE: Duration = Duration::from_secs(60);

/// A child that is done ends at once, unless it hangs.
pub(super) const MOMENT: Duration = Duration::from_secs(2);

/// A process is ready within some milliseconds, and many are started one after the other.
const LISTEN_EVERY: Duration = Duration::from_micros(200);

/// A child that has said hello.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) process: Process,
    to: UnixStream,
    from: Receiver<Incoming>,
}

/// A message from a child.
#[derive(Debug)]
pub(super) enum Incoming {
    Reply(Box<Reply>),
    /// A line that is not a message of the protocol.
    Broken(String),
    /// The child closed the channel, or is gone.
    Closed,
    /// Nothing within a tick.
    Nothing,
}

/// Why a child cannot serve.
#[derive(Debug)]
pub(super) enum Unfit {
    /// It did not get as far as hello.
    Status(Status),
    /// The run was interrupted while it started.
    Stopped,
}

/// Starts a child and waits for its hello; the inner result is the child's own doing.
pub(super) fn start(
    mut command: Command,
    pin: &[usize],
    is_stopped: &dyn Fn() -> bool,
) -> Result<Result<Server, Unfit>, Error> {
    let fault = |source| Error::Channel { source };
    // The folder is private to this user, and gone once the child has connected.
    let folder = tempfile::Builder::new().prefix("accel-bench-").tempdir().map_err(fault)?;
    let address = folder.path().join("channel");
    let listener = UnixListener::bind(&address).map_err(fault)?;
    listener.set_nonblocking(true).map_err(fault)?;
    command.env(CHANNEL_ENV, &address);
    let process = match Process::spawn(command, pin) {
        Ok(process) => process,
        Err(error) => {
            let status = Status::failed(Failure::Crash, format!("the process could not be started: {error}"));
            return Ok(Err(Unfit::Status(status)));
        }
    };
    let stream = match accept(&listener, &process, is_stopped) {
        Ok(stream) => stream,
        Err(unfit) => return Ok(Err(unfit)),
    };
    Ok(greet(stream, process))
}

fn accept(
    listener: &UnixListener,
    process: &Process,
    is_stopped: &dyn Fn() -> bool,
) -> Result<UnixStream, Unfit> {
    let start = Instant::now();
    loop {
        // Asked before the listener, so that a child which connected and ended at once is still heard.
        let has_ended = process.has_ended();
        if let Ok((stream, _)) = listener.accept() {
            return Ok(stream);
        }
        if is_stopped() {
            return Err(Unfit::Stopped);
        }
        if has_ended {
            return Err(unfit(
                "the process ended before it spoke with cargo accel-bench; does the target end in \
                 `accel_bench::main!();`, with `harness = false` in Cargo.toml?",
            ));
        }
        if start.elapsed() > HANDSHAKE {
            return Err(unfit(
                "the process did not speak with cargo accel-bench within 60 s; does the target end in \
                 `accel_bench::main!();`?",
            ));
        }
        thread::sleep(LISTEN_EVERY);
    }
}

fn unfit(reason: &str) -> Unfit {
    Unfit::Status(Status::failed(Failure::Protocol, reason))
}

fn greet(stream: UnixStream, process: Process) -> Result<Server, Unfit> {
    let heard = || {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(HANDSHAKE))?;
        let mut from = BufReader::new(stream.try_clone()?);
        let hello = protocol::read::<Hello>(&mut from)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        stream.set_read_timeout(None)?;
        io::Result::Ok((hello, from))
    };
    let (hello, from) = heard().map_err(|error| unfit(&format!("the process did not say hello: {error}")))?;
    if let Some(reason) = mismatch(&hello) {
        return Err(unfit(&reason));
    }
    Ok(Server { process, to: stream, from: listen(from) })
}

/// Returns what to do about two versions that do not understand each other.
fn mismatch(hello: &Hello) -> Option<String> {
    let ours = Hello::of(env!("CARGO_PKG_VERSION"));
    let mend = match hello.protocol.cmp(&ours.protocol) {
        std::cmp::Ordering::Equal => return None,
        std::cmp::Ordering::Less => "cargo update -p accel-bench",
        std::cmp::Ordering::Greater => "cargo install --path . --locked",
    };
    Some(format!(
        "the target's accel-bench {} speaks protocol {}, this cargo-accel-bench {} speaks {}; run `{mend}`",
        hello.harness, hello.protocol, ours.harness, ours.protocol
    ))
}

fn listen(mut from: BufReader<UnixStream>) -> Receiver<Incoming> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        loop {
            let incoming = match protocol::read::<Reply>(&mut from) {
                Ok(Some(reply)) => Incoming::Reply(Box::new(reply)),
                Ok(None) => Incoming::Closed,
                Err(error)
                    if error.kind() == io::ErrorKind::InvalidData || error.kind() == io::ErrorKind::Other =>
                {
                    Incoming::Broken(error.to_string())
                }
                Err(_) => Incoming::Closed,
            };
            let is_last = !matches!(incoming, Incoming::Reply(_));
            if sender.send(incoming).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}

impl Server {
    pub(super) fn ask(&mut self, request: &Request) -> io::Result<()> {
        protocol::write(&mut self.to, request)
    }

    /// The next message, or [`Incoming::Nothing`] after a tick.
    pub(super) fn hear(&self) -> Incoming {
        match self.from.recv_timeout(TICK) {
            Ok(incoming) => incoming,
            Err(RecvTimeoutError::Timeout) => Incoming::Nothing,
            Err(RecvTimeoutError::Disconnected) => Incoming::Closed,
        }
    }

    /// Lets the child end by itself, for this long at most.
    pub(super) fn quit(mut self, patience: Duration) {
        if self.ask(&Request::Quit).is_ok() {
            self.process.wait_at_most(patience);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(protocol: u32, expected: Option<&str>) {
        let told = mismatch(&Hello { protocol, harness: "9.9.9".into() });
        match (told, expected) {
            (Some(told), Some(expected)) => assert!(told.ends_with(expected), "{told}"),
            (told, expected) => assert_eq!(told.as_deref(), expected),
        }
    }

    #[test]
    fn versions_that_differ_name_the_command_that_mends_it() {
        check(protocol::VERSION, None);
        check(protocol::VERSION - 1, Some("run `cargo update -p accel-bench`"));
        check(protocol::VERSION + 1, Some("run `cargo install --path . --locked`"));
    }
}
