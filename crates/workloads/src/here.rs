//! Work of this thread, for those who ask for work that any thread may do and do it here.

use std::thread::{self, ThreadId};

/// Runs only on the thread that made it, whoever carries it.
pub(crate) struct Here<'a> {
    work: &'a mut dyn FnMut(),
    thread: ThreadId,
}

impl<'a> Here<'a> {
    pub(crate) fn new(work: &'a mut dyn FnMut()) -> Self {
        Self { work, thread: thread::current().id() }
    }

    /// Does the work. Panics on another thread.
    pub(crate) fn run(self) {
        assert_eq!(thread::current().id(), self.thread, "work of one thread was called on another");
        (self.work)();
    }
}

#[expect(
    unsafe_code,
    reason = "burn asks for `Send` and calls the work where it was asked to; nothing safe says so"
)]
// SAFETY: the work is only reached through `run`, which refuses every thread but its own; dropping a reference does
// nothing.
unsafe impl Send for Here<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_here_and_nowhere_else() {
        let mut done = 0;
        let mut work = || done += 1;
        Here::new(&mut work).run();
        let carried = Here::new(&mut work);
        let elsewhere = thread::scope(|scope| scope.spawn(move || carried.run()).join());
        assert!(elsewhere.is_err());
        assert_eq!(done, 1);
    }
}
