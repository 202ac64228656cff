use std::io::Write;
use std::process::{Command, exit};
use std::time::Duration;

use accel_bench::{Benchmark, Direction, Error, Metric};

fn well(b: &mut Bencher) {
    b.iter_custom(|iterations| it::exactly(iterations, it::NANOS));
}

#[bench]
fn panics(_: &mut Bencher) {
    panic!("out of luck");
}

#[bench]
fn well_1(b: &mut Bencher) {
    well(b);
}

#[bench]
fn exits(_: &mut Bencher) {
    exit(3);
}

#[bench]
fn exits_well(_: &mut Bencher) {
    exit(0);
}

#[bench]
fn aborts(_: &mut Bencher) {
    std::process::abort();
}

#[bench]
fn overflows_its_stack(b: &mut Bencher) {
    fn deeper(depth: u64) -> u64 {
        let filler = std::hint::black_box([depth; 64]);
        if depth == u64::MAX { 0 } else { deeper(depth + 1) + filler[0] }
    }
    b.iter(|| deeper(0));
}

#[bench]
fn reads_nowhere(b: &mut Bencher) {
    b.iter(|| unsafe { std::ptr::read_volatile(std::hint::black_box(16) as *const u8) });
}

#[bench]
fn kills_itself(_: &mut Bencher) {
    let me = std::process::id().to_string();
    let _ = Command::new("kill").args(["-9", &me]).status();
    std::thread::sleep(Duration::from_secs(60));
}

#[bench]
fn well_2(b: &mut Bencher) {
    well(b);
}

#[bench]
fn allocates_too_much(b: &mut Bencher) {
    b.iter(|| Vec::<u8>::with_capacity(std::hint::black_box(1 << 60)));
}

#[bench]
fn hangs(b: &mut Bencher) {
    b.iter(|| std::thread::sleep(Duration::from_secs(3600)));
}

#[bench]
fn sleeps_in_setup(_: &mut Bencher) {
    std::thread::sleep(Duration::from_secs(3600));
}

/// A shell between that ignores SIGTERM, as some launchers do.
#[bench]
fn ignores_being_asked_to_end(_: &mut Bencher) {
    let _ = Command::new("sh").args(["-c", "trap '' TERM; sleep 3600 & wait; sleep 3600"]).status();
}

#[bench]
fn returns_an_error(_: &mut Bencher) -> Result<(), Error> {
    Err(Error::new("no weights"))
}

#[bench]
fn is_unsupported(b: &mut Bencher) {
    b.unsupported("no f16 here");
}

#[bench]
fn is_wrong(b: &mut Bencher) {
    b.wrong_output("differs by 0.5");
}

#[bench]
fn lacks_a_parameter(b: &mut Bencher) {
    let _: u64 = b.param("no-such-parameter");
}

#[bench]
fn well_3(b: &mut Bencher) {
    well(b);
}

#[bench]
fn times_twice(b: &mut Bencher) {
    well(b);
    well(b);
}

#[bench]
fn never_times(_: &mut Bencher) {}

#[bench]
fn lies_about_time(b: &mut Bencher) {
    b.iter_custom(|_| Duration::from_secs(3600));
}

#[bench]
fn takes_no_time_at_all(b: &mut Bencher) {
    b.iter_custom(|_| Duration::ZERO);
}

#[bench]
fn has_a_metric_that_is_none(b: &mut Bencher) {
    well(b);
    b.metric(Metric::new("share", "1", Direction::Lower, f64::NAN));
}

#[bench]
fn prints_garbage(b: &mut Bencher) {
    let mut out = std::io::stdout();
    let _ = out.write_all(b"{\"reply\":\"finished\",\"token\":0}\n\xff\xfe\x00\x1b[2J\n");
    let _ = std::io::stderr().write_all(b"\x1b]0;title\x07 error: not one\n");
    well(b);
}

#[bench]
fn prints_a_lot(b: &mut Bencher) {
    let line = "x".repeat(1023) + "\n";
    for _ in 0..1024 {
        print!("{line}");
    }
    well(b);
}

#[bench]
fn leaves_a_grandchild(b: &mut Bencher) {
    let _ = Command::new("sh").args(["-c", "trap '' TERM; sleep 3600"]).spawn();
    well(b);
}

#[derive(Default)]
struct Fails;

#[bench(name = "cleans_up_after_error")]
impl Benchmark for Fails {
    type Output = ();

    fn setup(&mut self, _: &mut Bencher) -> Result<(), Error> {
        Ok(())
    }

    fn execute(&mut self) -> Result<(), Error> {
        Err(Error::new("execute failed"))
    }

    fn cleanup(&mut self) -> Result<(), Error> {
        cleaned("after error")
    }
}

#[derive(Default)]
struct Panics;

#[bench(name = "cleans_up_after_panic")]
impl Benchmark for Panics {
    type Output = ();

    fn setup(&mut self, _: &mut Bencher) -> Result<(), Error> {
        Ok(())
    }

    fn execute(&mut self) -> Result<(), Error> {
        panic!("execute panicked");
    }

    fn cleanup(&mut self) -> Result<(), Error> {
        cleaned("after panic")
    }
}

fn cleaned(what: &str) -> Result<(), Error> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cleaned");
    let mut file = std::fs::File::options().create(true).append(true).open(path)?;
    Ok(writeln!(file, "{what}")?)
}

#[bench]
fn runs_out_of_device_memory(_: &mut Bencher) {
    panic!("wgpu: Out of Memory in a pool of 8 MiB");
}

#[bench]
fn loses_its_device(b: &mut Bencher) {
    b.sync_with(|| Err(accel_bench::DeviceError::Poisoned("device lost".to_owned())));
    well_timed(b);
}

#[bench]
fn fails_to_allocate_on_its_device(b: &mut Bencher) {
    b.sync_with(|| Err(accel_bench::DeviceError::OutOfMemory("no buffer of 8 GiB".to_owned())));
    well_timed(b);
}

/// With the harness's clock, which synchronises.
fn well_timed(b: &mut Bencher) {
    b.iter(|| std::thread::sleep(Duration::from_micros(100)));
}

/// Last, because nothing can be printed in this process any more.
#[bench]
fn closes_its_output(b: &mut Bencher) {
    use std::os::fd::FromRawFd;
    for fd in [1, 2] {
        drop(unsafe { std::fs::File::from_raw_fd(fd) });
    }
    well(b);
}

#[bench]
fn well_4(b: &mut Bencher) {
    well(b);
}
