//! When tokens came: time to first token, the gaps between tokens, and the rates that follow from them.

use std::time::Instant;

use accel_bench::{Bencher, Series, catalogue};

use crate::cost::Size;
use crate::generation::Listener;

/// The metrics of generation, one value an iteration, and one a gap.
#[derive(Clone, Debug)]
pub(super) struct TokenTimes {
    size: Size,
    first: Series,
    gaps: Series,
    per_token: Series,
    prefill: Series,
    decode: Series,
}

impl TokenTimes {
    /// Registers
    ///
    /// * `ttft-ms`: from the start to the first token read on the host;
    /// * `itl-ms`: the gaps between tokens read on the host;
    /// * `tpot-ms`: (end to end − ttft) / (n − 1), where n is the number of new tokens;
    /// * `prefill-tokens-per-s`: tokens of all prompts / ttft;
    /// * `decode-tokens-per-s`: tokens after the first, of all sequences / (end to end − ttft).
    pub(super) fn register(b: &mut Bencher, size: Size) -> Self {
        Self {
            size,
            first: b.series_of(&catalogue::TTFT),
            gaps: b.series_of(&catalogue::ITL),
            per_token: b.series_of(&catalogue::TPOT),
            prefill: b.series_of(&catalogue::PREFILL_RATE),
            decode: b.series_of(&catalogue::DECODE_RATE),
        }
    }

    /// Begins an iteration.
    pub(super) fn start(&self) -> Iteration<'_> {
        let start = Instant::now();
        Iteration { times: self, start, first: None, last: start }
    }
}

/// One iteration under way.
#[derive(Debug)]
pub(super) struct Iteration<'a> {
    times: &'a TokenTimes,
    start: Instant,
    first: Option<Instant>,
    last: Instant,
}

impl Listener for Iteration<'_> {
    fn token(&mut self) {
        let now = Instant::now();
        if self.first.is_none() {
            let seconds = (now - self.start).as_secs_f64();
            self.first = Some(now);
            self.times.first.push(seconds * 1e3);
            self.times.prefill.push((self.times.size.batch * self.times.size.sequence) as f64 / seconds);
        } else {
            self.times.gaps.push((now - self.last).as_secs_f64() * 1e3);
        }
        self.last = now;
    }
}

impl Iteration<'_> {
    /// Ends it: the last token has been read.
    pub(super) fn finish(self) {
        let Some(first) = self.first else { return };
        let Size { batch, new_tokens, .. } = self.times.size;
        if new_tokens > 1 {
            let (tokens, seconds) = ((new_tokens - 1) as f64, (self.last - first).as_secs_f64());
            self.times.per_token.push(seconds * 1e3 / tokens);
            self.times.decode.push(batch as f64 * tokens / seconds);
        }
    }
}
