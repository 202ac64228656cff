//! Taking turns from the runner.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver};

use super::case;
use crate::bencher::Mode;
use crate::registry::Registration;
use crate::sampler::{Turn, Turns};
use accel_bench_record::protocol::{self, CaseRequest, Hello, Ready, Reply, Request, SampleRequest, Sampled};
use accel_bench_record::{Failure, Measurement, Samples, Status};

#[cfg(unix)]
type Channel = std::os::unix::net::UnixStream;

#[cfg(unix)]
pub(super) fn serve(channel: &Path, benchmarks: &[&Registration]) -> io::Result<()> {
    let to = Channel::connect(channel)?;
    let line = Line { requests: Rc::new(listen(to.try_clone()?)), to: Rc::new(RefCell::new(to)) };
    case::remember_panics();
    line.say(&Hello::of(env!("CARGO_PKG_VERSION")))?;
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
                line.say(&without_samples(run(benchmarks, request, mode, &line)))?;
            }
            Request::Describe(request) => line.say(&run(benchmarks, request, Mode::Describe, &line))?,
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

/// The samples of an open case were sent when they were taken.
#[cfg(unix)]
fn without_samples(reply: Reply) -> Reply {
    match reply {
        Reply::Finished { token, status, measurement: Some(measurement) } => {
            let measurement = Some(Measurement { samples: Samples::default(), ..measurement });
            Reply::Finished { token, status, measurement }
        }
        reply => reply,
    }
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
/// for no one, so the process ends at once.
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
    fn ready(&mut self, estimate_nanos: f64, overhead_nanos: u64, max_batch: u64, is_asynchronous: bool) {
        let token = self.token;
        let ready =
            Ready { token, estimate_nanos, overhead_nanos, max_iterations: max_batch, is_asynchronous };
        let _ = self.line.say(&Reply::Ready(ready));
    }

    fn next(&mut self) -> Option<Turn> {
        match self.line.requests.recv() {
            Ok(Request::Sample(SampleRequest { iterations, samples, discard, redo, .. })) => {
                Some(Turn { iterations, samples, discard, redo })
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::BufReader;
    use std::os::unix::net::UnixListener;
    use std::thread::{self, JoinHandle};

    use super::*;
    use crate::{Bencher, Error, black_box};
    use accel_bench_record::Params;
    use accel_bench_record::protocol::Sampling;
    use accel_bench_record::stats::{log_shift, median};

    fn steady(b: &mut Bencher) -> Result<(), Error> {
        b.iter(|| (0..black_box(5_000_u64)).fold(1, |a, i| black_box(a ^ i)));
        Ok(())
    }

    fn fails(b: &mut Bencher) -> Result<(), Error> {
        b.fail("no weights")
    }

    fn panics(_: &mut Bencher) -> Result<(), Error> {
        panic!("out of luck")
    }

    /// Goes well until it is asked for 77 iterations.
    fn breaks(b: &mut Bencher) -> Result<(), Error> {
        b.iter_custom(|iterations| {
            assert!(iterations != 77, "the sample of 77 iterations");
            std::time::Duration::from_micros(iterations)
        });
        Ok(())
    }

    /// Its own clock is gone when it is asked for 77 iterations.
    fn loses_its_clock(b: &mut Bencher) -> Result<(), Error> {
        b.try_iter_custom(|iterations| match iterations {
            77 => Err(Error::unsupported("the clock is gone")),
            _ => Ok(std::time::Duration::from_micros(iterations)),
        });
        Ok(())
    }

    static BENCHMARKS: [Registration; 5] = [
        Registration::bare("steady", steady),
        Registration::bare("fails", fails),
        Registration::bare("panics", panics),
        Registration::bare("breaks", breaks),
        Registration::bare("loses-its-clock", loses_its_clock),
    ];

    fn case_request(token: u64, benchmark: &str, slowdown: Option<f64>) -> CaseRequest {
        CaseRequest {
            token,
            benchmark: benchmark.to_owned(),
            backend: "host".to_owned(),
            params: Params::new(),
            sampling: Sampling {
                warm_up_nanos: 1_000_000,
                time_nanos: 1_000_000,
                sample_nanos: 200_000,
                min_samples: 1,
                max_samples: 10,
            },
            slowdown,
        }
    }

    /// The runner's end of a channel, whose other end is served by a thread.
    struct Runner {
        to: Channel,
        from: BufReader<Channel>,
        child: JoinHandle<io::Result<()>>,
    }

    impl Runner {
        fn start(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("accel-bench-serve-{}-{name}", std::process::id()));
            let listener = UnixListener::bind(&path).expect("a socket");
            let channel = path.clone();
            let child = thread::spawn(move || serve(&channel, &BENCHMARKS.iter().collect::<Vec<_>>()));
            let (to, _) = listener.accept().expect("a child");
            std::fs::remove_file(path).expect("it was there");
            let mut from = BufReader::new(to.try_clone().expect("the other direction"));
            assert_eq!(
                protocol::read(&mut from).expect("a line"),
                Some(Hello::of(env!("CARGO_PKG_VERSION")))
            );
            Self { to, from, child }
        }

        fn say(&mut self, request: &Request) {
            protocol::write(&mut self.to, request).expect("it is heard");
        }

        /// The next answer that is not a progress.
        fn hear(&mut self) -> Reply {
            loop {
                match protocol::read(&mut self.from).expect("a line").expect("an answer") {
                    Reply::Progress { .. } => {}
                    reply => return reply,
                }
            }
        }

        fn ask(&mut self, request: &Request) -> Reply {
            self.say(request);
            self.hear()
        }

        fn open(&mut self, token: u64, benchmark: &str, slowdown: Option<f64>) -> Reply {
            self.ask(&Request::Open(case_request(token, benchmark, slowdown)))
        }

        fn quit(mut self) {
            self.say(&Request::Quit);
            self.child.join().expect("no panic").expect("the channel held");
        }
    }

    fn sample(token: u64, iterations: u64, samples: u32) -> Request {
        Request::Sample(SampleRequest { token, iterations, samples, discard: 1, redo: false })
    }

    fn finished(reply: Reply) -> (u64, Status, Option<Measurement>) {
        match reply {
            Reply::Finished { token, status, measurement } => (token, status, measurement),
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn fails_with(reply: Reply, of: u64, kind: Failure, words: &str) {
        let (token, status, measurement) = finished(reply);
        let Status::Failed { kind: told, reason } = status else { panic!("it went well") };
        assert_eq!((token, told, measurement), (of, kind, None));
        assert!(reason.contains(words), "{reason}");
    }

    #[test]
    fn a_case_is_opened_sampled_and_closed() {
        let mut runner = Runner::start("well");
        for token in [7, 8] {
            let Reply::Ready(ready) = runner.open(token, "steady", None) else { panic!("not ready") };
            assert_eq!(ready.token, token);
            assert!(ready.estimate_nanos > 1_000.0 && ready.max_iterations > 1_000, "{ready:?}");
            for samples in [1, 3] {
                let Reply::Sampled(sampled) = runner.ask(&sample(token, 4, samples)) else {
                    panic!("no samples")
                };
                assert_eq!((sampled.token, sampled.nanos.len()), (token, samples as usize));
                assert!(sampled.waited_nanos.is_empty() || sampled.waited_nanos.len() == samples as usize);
            }
            let (of, status, measurement) = finished(runner.ask(&Request::Close { token }));
            assert_eq!((of, status), (token, Status::Ok));
            assert!(measurement.expect("a measurement").samples.nanos.is_empty(), "they were sent");
        }
        runner.quit();
    }

    #[test]
    fn what_cannot_be_opened_says_why_and_the_next_can() {
        let mut runner = Runner::start("unopened");
        fails_with(runner.open(1, "fails", None), 1, Failure::Error, "no weights");
        fails_with(runner.open(2, "panics", None), 2, Failure::Panic, "out of luck at");
        fails_with(runner.open(3, "no one", None), 3, Failure::Error, "there is no benchmark `no one`");
        assert!(matches!(runner.open(4, "steady", None), Reply::Ready(_)));
        finished(runner.ask(&Request::Close { token: 4 }));
        runner.quit();
    }

    #[test]
    fn a_case_that_fails_in_a_turn_is_finished() {
        let mut runner = Runner::start("breaks");
        assert!(matches!(runner.open(1, "breaks", None), Reply::Ready(_)));
        assert!(matches!(runner.ask(&sample(1, 5, 1)), Reply::Sampled(_)));
        fails_with(runner.ask(&sample(1, 77, 1)), 1, Failure::Panic, "the sample of 77 iterations");
        // A message that was meant for it is passed over; the next answer is the next case's.
        runner.say(&sample(1, 5, 1));
        runner.say(&Request::Close { token: 1 });
        assert!(matches!(runner.open(2, "steady", None), Reply::Ready(ready) if ready.token == 2));
        finished(runner.ask(&Request::Close { token: 2 }));
        runner.quit();
    }

    #[test]
    fn what_a_case_does_is_said_without_a_sample() {
        let mut runner = Runner::start("described");
        let asked = |token, benchmark: &str| Request::Describe(case_request(token, benchmark, None));
        let (token, status, measurement) = finished(runner.ask(&asked(5, "steady")));
        assert_eq!((token, status), (5, Status::Ok));
        assert!(measurement.expect("what it says").samples.nanos.is_empty());
        fails_with(runner.ask(&asked(6, "fails")), 6, Failure::Error, "no weights");
        fails_with(runner.ask(&asked(7, "panics")), 7, Failure::Panic, "out of luck at");
        // It would fail in a sample, and takes none.
        assert_eq!(finished(runner.ask(&asked(8, "breaks"))).1, Status::Ok);
        // The child goes on to measure.
        assert!(matches!(runner.open(9, "steady", None), Reply::Ready(_)));
        finished(runner.ask(&Request::Close { token: 9 }));
        runner.quit();
    }

    #[test]
    fn a_clock_of_its_own_can_fail() {
        let mut runner = Runner::start("clock");
        assert!(matches!(runner.open(1, "loses-its-clock", None), Reply::Ready(_)));
        assert!(matches!(runner.ask(&sample(1, 5, 1)), Reply::Sampled(_)));
        fails_with(runner.ask(&sample(1, 77, 1)), 1, Failure::Unsupported, "the clock is gone");
        // The case alone is over.
        assert!(matches!(runner.open(2, "steady", None), Reply::Ready(_)));
        finished(runner.ask(&Request::Close { token: 2 }));
        runner.quit();
    }

    #[test]
    fn what_times_itself_cannot_be_slowed_down() {
        let mut runner = Runner::start("custom");
        fails_with(runner.open(1, "breaks", Some(0.1)), 1, Failure::Unsupported, "`iter_custom` has a clock");
        runner.quit();
    }

    /// Two children are interleaved, one of them slowed down by half: its samples take that much longer.
    /// How much longer a slowed-down process takes than one next to it that is not.
    fn slowed(attempt: u32) -> f64 {
        let mut runners = ["slow-0", "slow-1"].map(|name| Runner::start(&format!("{name}-{attempt}")));
        for (runner, slowdown) in runners.iter_mut().zip([Some(0.0), Some(0.5)]) {
            assert!(matches!(runner.open(1, "steady", slowdown), Reply::Ready(_)));
        }
        let mut samples = [Vec::new(), Vec::new()];
        for _ in 0..21 {
            for (runner, samples) in runners.iter_mut().zip(&mut samples) {
                let Reply::Sampled(Sampled { nanos, .. }) = runner.ask(&sample(1, 10, 3)) else {
                    panic!("no samples")
                };
                let nanos: Vec<f64> = nanos.iter().map(|&nanos| nanos as f64).collect();
                samples.push(median(&nanos).expect("three"));
            }
        }
        for mut runner in runners {
            finished(runner.ask(&Request::Close { token: 1 }));
            runner.quit();
        }
        log_shift(&samples[0], &samples[1]).expect("positive").exp()
    }

    /// On a machine that does other things as well, the work to add may be measured wrongly: then once more.
    #[test]
    fn a_slowdown_is_real() {
        let ratios: Vec<f64> = (0..4).map(slowed).collect();
        assert!(ratios.iter().any(|ratio| (1.3..1.75).contains(ratio)), "{ratios:?}");
    }
}
