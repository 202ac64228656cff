//! How long this thread was ready to run while another one ran: the load of others, seen from inside.

use std::fs;

/// Nanoseconds since the thread began, where the kernel counts them: the second number of
/// `/proc/thread-self/schedstat` (Linux, Documentation/scheduler/sched-stats.rst).
pub(crate) fn waited_nanos() -> Option<u64> {
    parse(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
}

fn parse(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_number_is_the_wait() {
        assert_eq!(parse("2008580 1234 7\n"), Some(1234));
        for broken in ["", "1", "1 x 2", "1 -3 2", "1 99999999999999999999 2"] {
            assert_eq!(parse(broken), None, "{broken:?}");
        }
    }
}
