//! How long a device worked, by its own clock.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use burn::tensor::{Device, ProfileOptions, TimingMethod};

use crate::here::Here;

/// Does `work` and waits for the device. `None` where wall time is all that burn could measure, or where it failed: what
/// failed shows at the next synchronisation.
pub(crate) fn profile(device: &Device, work: &mut dyn FnMut()) -> Option<Duration> {
    let work = Here::new(work);
    // Flushed: fusion would leave the last operations in its queue, behind the window.
    let (_, window) = device.profile_with(ProfileOptions::default().flush(), move || work.run()).ok()?;
    if window.timing_method() != TimingMethod::Device {
        return None;
    }
    Some(wait_for(window.resolve())?.duration())
}

/// The result of the future; this thread sleeps meanwhile.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    struct Waiting(Thread);
    impl Wake for Waiting {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Waiting(thread::current())));
    let (mut future, mut context) = (pin!(future), Context::from_waker(&waker));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_future_that_another_thread_ends() {
        let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let future = std::future::poll_fn(|context| {
            if done.load(std::sync::atomic::Ordering::SeqCst) {
                return Poll::Ready(7);
            }
            let (done, waker) = (done.clone(), context.waker().clone());
            thread::spawn(move || {
                done.store(true, std::sync::atomic::Ordering::SeqCst);
                waker.wake();
            });
            Poll::Pending
        });
        assert_eq!(wait_for(future), 7);
    }

    #[test]
    #[cfg(feature = "ndarray")]
    fn ndarray_has_no_clock_of_its_own() {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let mut done = 0;
        assert_eq!(profile(&device, &mut || done += 1), None);
        assert_eq!(done, 1);
    }

    /// Mesa's software Vulkan has timestamps too; a driver without them gives none.
    #[test]
    #[cfg(feature = "wgpu")]
    #[ignore = "needs an adapter"]
    fn wgpu_tells_the_time_of_all_that_was_submitted() {
        use accel_bench::Device as _;
        let backend = crate::backend::Backend::named("wgpu").expect("a backend");
        let device = backend.open().expect("the backend is built in");
        let matrix = burn::tensor::Tensor::<2>::ones([256, 256], &device);
        // Kept: fusion drops work whose result is unused.
        let mut kept = Vec::new();
        let mut run = || kept.push(matrix.clone().matmul(matrix.clone()));
        run();
        let harness = crate::BurnDevice::new(device.clone(), backend);
        let took = harness.profile(&mut run);
        let memory = harness.memory().expect("cubecl has a pool");
        harness.release_unused();
        let after = harness.memory().expect("cubecl has a pool");
        assert!(took.is_none_or(|took| took > Duration::ZERO && took < Duration::from_secs(60)), "{took:?}");
        assert!(memory.in_use >= 256 * 256 * 4 && after.reserved <= memory.reserved, "{memory:?} {after:?}");
        assert!(after.in_use <= after.reserved, "{after:?}");
    }
}
