//! Taking turns from the runner.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;

use super::case;
use crate::bencher::Mode;
use crate::protocol::{self, CaseRequest, Hello, Reply, Request};
use crate::record::{Failure, Status};
use crate::registry::Registration;

#[cfg(unix)]
type Channel = std::os::unix::net::UnixStream;

#[cfg(unix)]
pub(super) fn serve(channel: &Path, benchmarks: &[&Registration]) -> io::Result<()> {
    let to = Channel::connect(channel)?;
    let requests = listen(to.try_clone()?);
    let to = Rc::new(RefCell::new(to));
    case::remember_panics();
    protocol::write(&mut *to.borrow_mut(), &Hello::current())?;
    for request in requests {
        match request {
            Request::List => {
                let benchmarks = benchmarks.iter().map(|registration| registration.info()).collect();
                protocol::write(&mut *to.borrow_mut(), &Reply::Benchmarks { benchmarks })?;
            }
            Request::Run(request) => {
                let reply = run(benchmarks, request, &to);
                protocol::write(&mut *to.borrow_mut(), &reply)?;
            }
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

/// Reads requests on a thread of its own: when the runner is gone, a case under way must not go on measuring
/// for nobody, so the process ends at once.
#[cfg(unix)]
fn listen(from: Channel) -> impl Iterator<Item = Request> {
    let (sender, receiver) = std::sync::mpsc::channel();
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
    receiver.into_iter()
}

#[cfg(unix)]
fn run(benchmarks: &[&Registration], request: CaseRequest, to: &Rc<RefCell<Channel>>) -> Reply {
    let token = request.token;
    let Some(registration) = benchmarks.iter().find(|known| known.full_name() == request.benchmark) else {
        let reason = format!("there is no benchmark `{}` in this target", request.benchmark);
        return Reply::Finished { token, status: Status::failed(Failure::Error, reason), measurement: None };
    };
    let told = Rc::clone(to);
    let observer = Box::new(move |phase, estimate_nanos| {
        let progress = Reply::Progress { token, phase, estimate_nanos };
        // A closed channel ends the process through the listening thread.
        let _ = protocol::write(&mut *told.borrow_mut(), &progress);
    });
    let mode = Mode::Measure(request.sampling);
    let (status, measurement) = case::run(registration, &request.backend, request.params, mode, observer);
    Reply::Finished { token, status, measurement }
}
