//! A device whose calls return before the work is done: a thread that takes jobs from a queue. The harness synchronises
//! at the end of each sample, so that the work is timed and not the queue.
//!
//! ```sh
//! cargo run -p accel-bench --release --example device -- --bench
//! ```

use std::sync::mpsc::{Sender, channel};
use std::thread;

use accel_bench::{Bencher, Device, DeviceError, bench, black_box};

enum Job {
    /// The sum of the numbers below this.
    Sum(u64),
    /// Answers when all jobs before it are done.
    Sync(Sender<()>),
}

#[derive(Clone)]
struct Queue(Sender<Job>);

impl Queue {
    fn start() -> Self {
        let (sender, jobs) = channel();
        thread::spawn(move || {
            for job in jobs {
                match job {
                    Job::Sum(length) => drop(black_box((0..length).map(black_box).sum::<u64>())),
                    // Whoever asked may be gone.
                    Job::Sync(done) => drop(done.send(())),
                }
            }
        });
        Self(sender)
    }

    fn submit(&self, job: Job) -> Result<(), DeviceError> {
        self.0.send(job).map_err(|_| DeviceError::Poisoned("the queue's thread is gone".to_owned()))
    }
}

impl Device for Queue {
    fn name(&self) -> String {
        "a queue".to_owned()
    }

    fn sync(&self) -> Result<(), DeviceError> {
        let (done, all_done) = channel();
        self.submit(Job::Sync(done))?;
        all_done.recv().map_err(|_| DeviceError::Poisoned("the queue's thread is gone".to_owned()))
    }
}

#[bench(backends = ["queue"], params(length = [1_000, 100_000]))]
fn sum(b: &mut Bencher) {
    let (queue, length): (Queue, u64) = (Queue::start(), b.param("length"));
    b.device(queue.clone());
    b.iter(|| queue.submit(Job::Sum(length)));
}

accel_bench::main!();
