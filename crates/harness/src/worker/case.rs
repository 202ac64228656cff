//! One case, run to its end whatever happens in it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};

use crate::bencher::Mode;
use crate::memory::PeakMemory;
use crate::observer::Observer;
use crate::registry::Registration;
use crate::{Bencher, Error};
use accel_bench_record::{Failure, Measurement, Params, Status};

thread_local! {
    /// Where the last panic of this thread happened; its payload does not report.
    static PANICKED_AT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Lets panics remember their place, next to what the hook so far does. Called once.
pub(super) fn remember_panics() {
    let earlier = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        PANICKED_AT.with(|last| *last.borrow_mut() = place);
        earlier(info);
    }));
}

pub(super) fn run(
    registration: &Registration,
    backend: &str,
    params: Params,
    slowdown: Option<f64>,
    mode: Mode,
    observer: Observer,
) -> (Status, Option<Measurement>) {
    let memory = (!matches!(mode, Mode::Describe)).then(PeakMemory::reset);
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let mut bencher = Bencher::new(backend, params, mode, observer);
        bencher.slow_down(slowdown);
        (registration.run)(&mut bencher)?;
        bencher.finish()
    }));
    match lived {
        Ok(Ok(mut measurement)) => {
            measurement.metrics.extend(memory.and_then(|memory| memory.metric()));
            (Status::Ok, Some(measurement))
        }
        Ok(Err(error)) => (error.into_status(), None),
        Err(payload) => (of_panic(payload), None),
    }
}

fn of_panic(payload: Box<dyn Any + Send>) -> Status {
    let payload = match payload.downcast::<Error>() {
        Ok(error) => return error.into_status(),
        Err(payload) => payload,
    };
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    let place = PANICKED_AT.with(|last| last.borrow_mut().take());
    let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
    // Frameworks panic when the device's memory is used up; they have no other way to say it.
    let lower = message.to_lowercase();
    let is_oom = lower.contains("out of memory") || lower.contains("outofmemory");
    Status::failed(if is_oom { Failure::Oom } else { Failure::Panic }, format!("{message}{place}"))
}

#[cfg(test)]
mod tests {
    use accel_bench_record::Throughput;
    use accel_bench_record::catalogue::FLOPS;

    use super::*;

    fn check(run: fn(&mut Bencher) -> Result<(), Error>, backend: &str, expected: &str) {
        let registration = Registration::bare("x", run);
        let params = Params::from([("n".to_owned(), 3.into())]);
        let (status, measurement) =
            super::run(&registration, backend, params, None, Mode::Once, Box::new(|_, _| ()));
        assert_eq!(measurement.is_some(), status.is_ok());
        let told = match status {
            Status::Ok => "ok".to_owned(),
            Status::Failed { kind, reason } => format!("{kind}: {reason}"),
        };
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn every_end_has_a_status() {
        check(
            |b| {
                b.iter(|| ());
                Ok(())
            },
            "host",
            "ok",
        );
        check(|_| Ok(()), "host", "error: nothing was timed; call `b.iter(|| …)` once");
        check(|_| Err(Error::unsupported("no f16")), "host", "unsupported: no f16");
        check(|b| b.wrong_output("off by 2"), "host", "wrong-output: off by 2");
        check(|b| b.fail("no file"), "host", "error: no file");
        check(|_| panic!("burst"), "host", "panic: burst");
        check(|_| panic!("CUDA: out of memory"), "host", "oom: CUDA: out of memory");
        check(
            |b| {
                b.iter(|| ());
                b.iter(|| ());
                Ok(())
            },
            "host",
            "error: the benchmark was timed twice",
        );
    }

    #[test]
    fn a_described_case_says_what_it_does_and_runs_nothing() {
        fn described(run: fn(&mut Bencher) -> Result<(), Error>) -> Measurement {
            let registration = Registration::bare("x", run);
            let (status, measurement) =
                super::run(&registration, "host", Params::new(), None, Mode::Describe, Box::new(|_, _| ()));
            assert_eq!(status, Status::Ok);
            measurement.expect("what it says")
        }
        fn says_work(b: &mut Bencher) {
            b.throughput(Throughput::Tokens(7));
            b.metric(FLOPS.of(1e9));
        }
        let of_loop = described(|b| {
            says_work(b);
            b.iter(|| panic!("it ran"));
            Ok(())
        });
        let returned_early = described(|b| {
            says_work(b);
            if b.is_only_described() { Ok(()) } else { b.fail("it went on") }
        });
        for measurement in [of_loop, returned_early] {
            assert!(measurement.samples.nanos.is_empty());
            assert_eq!(measurement.throughput, [Throughput::Tokens(7)]);
            assert_eq!(measurement.metrics, [FLOPS.of(1e9)], "no memory: nothing ran");
        }
    }

    #[test]
    fn operations_and_bytes_have_rates() {
        let registration = Registration::bare("x", |b| {
            b.flops(2_000);
            b.bytes_moved(500);
            b.iter_custom(std::time::Duration::from_micros);
            Ok(())
        });
        let (status, measurement) =
            super::run(&registration, "host", Params::new(), None, Mode::Once, Box::new(|_, _| ()));
        assert_eq!(status, Status::Ok);
        let measurement = measurement.expect("it went well");
        let rate = |name: &str| {
            let rates = measurement.all_rates();
            rates.iter().find(|rate| rate.metric.name == name).map(|rate| rate.value)
        };
        assert_eq!((rate("flops-per-s"), rate("bandwidth-bytes-per-s")), (Some(2e9), Some(5e8)));
    }

    /// A type with a life of its own says what it does in `setup`, and nothing of its results is processed.
    #[derive(Default)]
    struct Life;

    impl crate::Benchmark for Life {
        type Output = ();

        fn setup(&mut self, b: &mut Bencher) -> Result<(), Error> {
            b.flops(7);
            Ok(())
        }

        fn execute(&mut self) -> Result<(), Error> {
            Err(Error::new("it was run"))
        }

        fn process_results(
            &mut self,
            _: &accel_bench_record::Samples,
        ) -> Result<Vec<accel_bench_record::Metric>, Error> {
            Err(Error::new("there are none"))
        }
    }

    #[test]
    fn a_benchmark_with_a_life_is_described_by_its_setup() {
        let registration = Registration::bare("x", crate::lifecycle::run_benchmark::<Life>);
        let described =
            |mode| super::run(&registration, "host", Params::new(), None, mode, Box::new(|_, _| ()));
        let (status, measurement) = described(Mode::Describe);
        assert_eq!(status, Status::Ok);
        assert_eq!(measurement.expect("what it says").metrics, [FLOPS.of(7.0)]);
        let (status, _) = described(Mode::Once);
        assert_eq!(status, Status::failed(Failure::Error, "it was run"));
    }

    #[test]
    fn every_backend_but_the_host_needs_its_device() {
        check(
            |b| {
                b.iter(|| ());
                Ok(())
            },
            "wgpu",
            "error: the harness does not know the device of `wgpu`, so it might time a queue",
        );
        check(
            |b| {
                b.sync_with(|| Ok(()));
                b.iter(|| ());
                Ok(())
            },
            "wgpu",
            "ok",
        );
        check(
            |b| {
                b.sync_with(|| Err(crate::DeviceError::Poisoned("lost".into())));
                b.iter(|| ());
                Ok(())
            },
            "wgpu",
            "poisoned: the device failed: lost",
        );
    }

    #[test]
    fn a_parameter_that_is_not_there_says_what_is() {
        check(
            |b| {
                let _: usize = b.param("m");
                Ok(())
            },
            "host",
            "error: there is no parameter `m`; this case has `n`",
        );
        check(
            |b| {
                let _: String = b.param("n");
                Ok(())
            },
            "host",
            "error: the parameter `n` is `3`, not a text",
        );
    }
}
