//! Work on all CPUs.

/// Calls `f` for each in as many threads as there are CPUs, and keeps the order.
pub(crate) fn in_parallel<T: Send, R: Send>(mut all: Vec<T>, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let size = all.len().div_ceil(threads).max(1);
    let mut chunks = Vec::new();
    while !all.is_empty() {
        let rest = all.split_off(size.min(all.len()));
        chunks.push(std::mem::replace(&mut all, rest));
    }
    std::thread::scope(|scope| {
        let f = &f;
        let work = |chunk: Vec<T>| scope.spawn(move || chunk.into_iter().map(f).collect::<Vec<_>>());
        let work: Vec<_> = chunks.into_iter().map(work).collect();
        let done = work.into_iter().map(|thread| thread.join());
        done.flat_map(|results| results.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_work_keeps_its_order() {
        let all: Vec<usize> = (0..1000).collect();
        assert_eq!(in_parallel(all.clone(), |at| at * 2), all.iter().map(|at| at * 2).collect::<Vec<_>>());
        assert_eq!(in_parallel(Vec::new(), |at: usize| at), [] as [usize; 0]);
    }
}
