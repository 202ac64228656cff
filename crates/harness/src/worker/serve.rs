//! Taking turns from the runner.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver};

use super::case;
use crate::bencher::Mode;
use crate::protocol::{self, CaseRequest, Hello, Ready, Reply, Request, SampleRequest, Sampled};
use crate::record::{Failure, Status};
use crate::registry::Registration;
use crate::sampler::{Turn, Turns};

#[cfg(unix)]
type Channel = std::os::unix::net::UnixStream;

#[cfg(unix)]
pub(super) fn serve(channel: &Path, benchmarks: &[&Registration]) -> io::Result<()> {
    let to = Channel::connect(channel)?;
    let line = Line { requests: Rc::new(listen(to.try_clone()?)), to: Rc::new(RefCell::new(to)) };
    case::remember_panics();
    line.say(&Hello::current())?;
    while let Ok(request) = line.requests.recv() {
        match request {
            Request::List => {
                let benchmarks = benchmarks.iter().map(|registration| registration.info()).collect();
                line.say(&Reply::Benchmarks { benchmarks })?;
            }
            Request::Run(request) => {
                let mode = Mode::Measure(request.sampling);
                line.say(&run(benchmarks, request, mode, &line))?;
            }
            Request::Open(request) => {
                let turns = Box::new(OverTheLine { token: request.token, line: line.clone() });
                let mode = Mode::Turns(request.sampling, turns);
                line.say(&run(benchmarks, request, mode, &line))?;
            }
            // Meant for a case that has failed meanwhile; its `Finished` is on its way.
            Request::Sample(_) | Request::Close { .. } => {}
            Request::Quit => break,
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn serve(_: &Path, _: &[&Registration]) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "cargo accel-bench needs Unix sockets; use cargo bench here",
    ))
}

/// Both directions of the channel.
#[cfg(unix)]
#[derive(Clone)]
struct Line {
    requests: Rc<Receiver<Request>>,
    to: Rc<RefCell<Channel>>,
}

#[cfg(unix)]
impl Line {
    fn say(&self, message: &impl serde::Serialize) -> io::Result<()> {
        protocol::write(&mut *self.to.borrow_mut(), message)
    }
}

/// Reads requests on a thread of its own: when the runner is gone, a case under way must not go on measuring
/// for nobody, so the process ends at once.
#[cfg(unix)]
fn listen(from: Channel) -> Receiver<Request> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut from = io::BufReader::new(from);
        while let Ok(Some(request)) = protocol::read::<Request>(&mut from) {
            let is_last = request == Request::Quit;
            if sender.send(request).is_err() || is_last {
                return;
            }
        }
        std::process::exit(2);
    });
    receiver
}

/// The runner says when the open case is sampled.
#[cfg(unix)]
struct OverTheLine {
    token: u64,
    line: Line,
}

// A closed channel ends the process through the listening thread, so what cannot be said needs no care.
#[cfg(unix)]
impl Turns for OverTheLine {
    fn ready(&mut self, estimate_nanos: f64, overhead_nanos: u64, max_batch: u64) {
        let token = self.token;
        let ready = Ready { token, estimate_nanos, overhead_nanos, max_iterations: max_batch };
        let _ = self.line.say(&Reply::Ready(ready));
    }

    fn next(&mut self) -> Option<Turn> {
        match self.line.requests.recv() {
            Ok(Request::Sample(SampleRequest { iterations, samples, discard, .. })) => {
                Some(Turn { iterations, samples, discard })
            }
            Ok(Request::Quit) => std::process::exit(0),
            _ => None,
        }
    }

    fn sampled(&mut self, nanos: Vec<u64>, waited_nanos: Option<Vec<u64>>) {
        let waited_nanos = waited_nanos.unwrap_or_default();
        let _ = self.line.say(&Reply::Sampled(Sampled { token: self.token, nanos, waited_nanos }));
    }
}

#[cfg(unix)]
fn run(benchmarks: &[&Registration], request: CaseRequest, mode: Mode, line: &Line) -> Reply {
    let CaseRequest { token, benchmark, backend, params, slowdown, .. } = request;
    let Some(registration) = benchmarks.iter().find(|known| known.full_name() == benchmark) else {
        let reason = format!("there is no benchmark `{benchmark}` in this target");
        return Reply::Finished { token, status: Status::failed(Failure::Error, reason), measurement: None };
    };
    let told = line.clone();
    let observer = Box::new(move |phase, estimate_nanos| {
        let _ = told.say(&Reply::Progress { token, phase, estimate_nanos });
    });
    let (status, measurement) = case::run(registration, &backend, params, slowdown, mode, observer);
    Reply::Finished { token, status, measurement }
}
