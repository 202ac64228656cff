//! An allocator that counts what is in use. Knows nothing of benchmarks: the counts are the whole process's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that were allocated and not freed yet.
static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// The most of them since [`reset_peak`].
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Counts the bytes that Rust code has in use, and passes everything on to `A`. `accel_bench::main!(count_allocations)`
/// installs one; without it, by hand:
///
/// ```
/// #[global_allocator]
/// static COUNTING: accel_bench::CountingAllocator = accel_bench::CountingAllocator::new();
/// # fn main() {}
/// ```
///
/// It costs two atomic operations an allocation, some nanoseconds; more where many threads allocate at once. What other
/// languages allocate, such as libtorch and drivers, it does not see.
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAllocator<A = System>(A);

impl CountingAllocator {
    /// Over the system's allocator.
    #[must_use]
    pub const fn new() -> Self {
        Self(System)
    }
}

impl<A> CountingAllocator<A> {
    /// Over another allocator.
    pub const fn over(allocator: A) -> Self {
        Self(allocator)
    }
}

#[expect(unsafe_code, reason = "an allocator cannot be written without; every call is passed on as it came")]
// SAFETY: `A` keeps the contract of `GlobalAlloc`; counting touches neither the memory nor the layout.
unsafe impl<A: GlobalAlloc> GlobalAlloc for CountingAllocator<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are passed on, here and below.
        counted(unsafe { self.0.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        counted(unsafe { self.0.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { self.0.dealloc(pointer, layout) };
        IN_USE.fetch_sub(layout.size(), Relaxed);
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        let moved = unsafe { self.0.realloc(pointer, layout, size) };
        if !moved.is_null() {
            IN_USE.fetch_sub(layout.size(), Relaxed);
        }
        counted(moved, size)
    }
}

/// Counts what was given out, unless nothing was.
fn counted(pointer: *mut u8, size: usize) -> *mut u8 {
    if !pointer.is_null() {
        let now = IN_USE.fetch_add(size, Relaxed) + size;
        // A peak that is not passed is only read, which caches share between threads.
        if now > PEAK.load(Relaxed) {
            PEAK.fetch_max(now, Relaxed);
        }
    }
    pointer
}

/// Bytes in use now. `None` when the allocator is not installed: every Rust process that has it has allocated.
pub(crate) fn in_use() -> Option<u64> {
    (PEAK.load(Relaxed) > 0).then(|| IN_USE.load(Relaxed) as u64)
}

/// The most bytes in use since [`reset_peak`].
pub(crate) fn peak() -> Option<u64> {
    let peak = PEAK.load(Relaxed);
    (peak > 0).then_some(peak as u64)
}

/// Forgets the peak: what is in use now is the most so far.
pub(crate) fn reset_peak() {
    if in_use().is_some() {
        PEAK.store(IN_USE.load(Relaxed).max(1), Relaxed);
    }
}
