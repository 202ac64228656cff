//! The engine: a host, where children run, and whoever listens.

use std::fmt;

use crate::event::{Event, Warning};
use crate::executor::{Executor, Local};
use crate::host::Host;

/// The context of every call: the host, the executor, and the listener for events.
pub struct Engine<'e> {
    host: &'e Host,
    executor: &'e dyn Executor,
    on: &'e mut dyn FnMut(&Event),
}

impl fmt::Debug for Engine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("host", self.host).finish_non_exhaustive()
    }
}

impl<'e> Engine<'e> {
    /// `on` is called with each event while children wait, so that it neither overlaps with a measurement nor delays one.
    ///
    /// Children run on this machine.
    pub fn new(host: &'e Host, on: &'e mut dyn FnMut(&Event)) -> Self {
        Self::with_executor(host, &Local, on)
    }

    /// The same with children that run elsewhere.
    pub fn with_executor(host: &'e Host, executor: &'e dyn Executor, on: &'e mut dyn FnMut(&Event)) -> Self {
        Self { host, executor, on }
    }

    #[must_use]
    pub fn host(&self) -> &'e Host {
        self.host
    }

    pub(crate) fn executor(&self) -> &'e dyn Executor {
        self.executor
    }

    pub(crate) fn report(&mut self, event: &Event) {
        (self.on)(event);
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        self.report(&Event::Warning { warning });
    }
}
