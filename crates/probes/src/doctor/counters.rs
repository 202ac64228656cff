//! Opens and reads the hardware counter of instructions: a setting alone says nothing of a virtual machine that has none.

use super::facts::Counters;

/// Counts the instructions of a short loop.
#[cfg(target_os = "linux")]
pub(super) fn counters() -> Option<Counters> {
    use std::hint::black_box;
    use std::io::ErrorKind;

    use perf_event::Builder;
    use perf_event::events::Hardware;

    let counted = || {
        let mut counter = Builder::new(Hardware::INSTRUCTIONS).build()?;
        counter.enable()?;
        black_box((0..100_000_u64).map(black_box).sum::<u64>());
        counter.disable()?;
        counter.read()
    };
    Some(match counted() {
        Ok(0) => Counters::None { reason: "they count nothing".to_owned() },
        Ok(instructions) => Counters::Counted { instructions },
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Counters::Closed,
        Err(error) => Counters::None { reason: error.to_string() },
    })
}

/// Other systems have them for their own tools only.
#[cfg(not(target_os = "linux"))]
pub(super) fn counters() -> Option<Counters> {
    None
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_opened_counts() {
        match counters() {
            Some(Counters::Counted { instructions }) => assert!(instructions > 100_000, "{instructions}"),
            Some(Counters::None { reason }) => assert!(!reason.is_empty()),
            Some(Counters::Closed) => {}
            None => panic!("Linux has a call for it"),
        }
    }
}
