//! State-space duality: a selective state-space model computed by chunks, as masked matrix products.
//!
//! Dao & Gu, "Transformers are SSMs", 2024: <https://arxiv.org/abs/2405.21060>; the letters are the paper's. A head's state,
//! a matrix, fades by exp(Δ·A) with every token and takes up B·Δ·x; C reads it. Within a chunk that is attention whose
//! scores C·B fade with the distance; only states pass from chunk to chunk.

use burn::tensor::Tensor;

use super::mask;

/// The size of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanDims {
    /// A multiple of `groups`.
    pub heads: usize,
    /// Values of one head.
    pub head_size: usize,
    /// Heads of one group share B and C.
    pub groups: usize,
    /// Rows of a head's state.
    pub state_size: usize,
    /// Tokens of a chunk: as many as the text has where that is fewer.
    pub chunk: usize,
}

/// The input of a scan.
#[derive(Clone, Debug)]
pub struct Signals {
    /// The values, `[batch, sequence, heads · head size]`.
    pub x: Tensor<3>,
    /// The step sizes Δ, `[batch, sequence, heads]`: not negative.
    pub dt: Tensor<3>,
    /// How fast each head forgets, `[heads]`: negative.
    pub a: Tensor<1>,
    /// How values enter the state, `[batch, sequence, groups · state size]`.
    pub b: Tensor<3>,
    /// How the state is read, of the same shape.
    pub c: Tensor<3>,
}

/// The state of a scan: `[batch · groups, state size, heads of a group · head size]`.
pub type State = Tensor<3>;

/// A text that is scanned as a whole, from an empty state. A lane is one group of one sequence.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Δ·x, `[lanes, chunks, chunk, heads of a group · head size]`.
    x: Tensor<4>,
    /// Δ·A added up from the beginning of each chunk, `[lanes, chunks, heads of a group, chunk]`.
    sums: Tensor<4>,
    /// `[lanes, chunks, chunk, state size]`.
    b: Tensor<4>,
    c: Tensor<4>,
    /// The states that the second and later chunks start from, `[lanes, chunks − 1, state size, heads of a group · head
    /// size]`; nothing where there is one chunk.
    starts: Option<Tensor<4>>,
    dims: ScanDims,
    sequence: usize,
}

impl Scan {
    /// Cuts the text into chunks, and computes what passes between them.
    #[must_use]
    pub fn new(signals: Signals, dims: ScanDims) -> Self {
        let [_, sequence, _] = signals.x.dims();
        // A text shorter than a chunk needs no padding.
        let dims = ScanDims { chunk: dims.chunk.min(sequence), ..dims };
        let fold = |x| fold(x, dims);
        let faded = signals.dt.clone() * signals.a.unsqueeze();
        let mut scan = Self {
            x: fold(weighted(signals.x, signals.dt, dims)),
            sums: fold(faded).swap_dims(2, 3).cumsum(3),
            b: fold(signals.b),
            c: fold(signals.c),
            starts: None,
            dims,
            sequence,
        };
        scan.starts = scan.pass_on();
        scan
    }

    /// The values read from the states, `[batch, sequence, heads · head size]`.
    #[must_use]
    pub fn output(&self) -> Tensor<3> {
        let within = self.within();
        let Some(starts) = &self.starts else { return self.unfold(within) };
        let [_, chunks, ..] = within.dims();
        let later = |x: &Tensor<4>| x.clone().narrow(1, 1, chunks - 1);
        let read = later(&self.c).matmul(starts.clone());
        let across = self.times_heads(read, later(&self.sums).exp());
        let rest = later(&within) + across;
        self.unfold(Tensor::cat(vec![within.narrow(1, 0, 1), rest], 1))
    }

    /// The state after the last token.
    #[must_use]
    pub fn last_state(&self) -> State {
        let [_, chunks, ..] = self.x.dims();
        let own = self.ends(chunks - 1, 1).squeeze_dim::<3>(1);
        let Some(starts) = &self.starts else { return own };
        let start = starts.clone().narrow(1, chunks - 2, 1);
        let total = self.totals(chunks - 1, 1).exp();
        own + self.times_heads(start, total).squeeze_dim::<3>(1)
    }

    /// The values that each token reads from those of its own chunk.
    fn within(&self) -> Tensor<4> {
        let [lanes, chunks, chunk, _] = self.x.dims();
        let scores = self.c.clone().matmul(self.b.clone().transpose()).unsqueeze_dim::<5>(2);
        let values = self.by_heads(self.x.clone()).swap_dims(2, 3);
        let read = (decays(self.sums.clone()) * scores).matmul(values);
        read.swap_dims(2, 3).reshape([lanes, chunks, chunk, self.lane_width()])
    }

    /// The state at the end of `count` chunks from `first` on, had each started from an empty one.
    fn ends(&self, first: usize, count: usize) -> Tensor<4> {
        let part = |x: &Tensor<4>| x.clone().narrow(1, first, count);
        let left = (self.totals(first, count) - part(&self.sums)).exp();
        part(&self.b).transpose().matmul(self.times_heads(part(&self.x), left))
    }

    /// The states that chunks but the first start from: the ends of all before, each faded by what lies between.
    fn pass_on(&self) -> Option<Tensor<4>> {
        let [lanes, chunks, ..] = self.x.dims();
        let ScanDims { state_size, head_size, .. } = self.dims;
        let (before, heads) = (chunks - 1, self.lane_heads());
        if before == 0 {
            return None;
        }
        let sums = self.totals(0, before).swap_dims(1, 3).cumsum(3);
        // Chunks to the front, so that one product of matrices adds up all of them.
        let ends = self.ends(0, before).reshape([lanes, before, state_size, heads, head_size]);
        let ends = ends.permute([0, 3, 1, 2, 4]).reshape([lanes, heads, before, state_size * head_size]);
        let starts = decays(sums).squeeze_dim::<4>(1).matmul(ends);
        let starts = starts.reshape([lanes, heads, before, state_size, head_size]);
        Some(starts.permute([0, 2, 3, 1, 4]).reshape([lanes, before, state_size, self.lane_width()]))
    }

    /// Δ·A of whole chunks, `[lanes, count, heads of a group, 1]`.
    fn totals(&self, first: usize, count: usize) -> Tensor<4> {
        self.sums.clone().narrow(1, first, count).narrow(3, self.dims.chunk - 1, 1)
    }

    /// Multiplies the values of each head, `[lanes, chunks, rows, heads of a group · head size]`, with a factor of its own in
    /// each row, `[lanes, chunks, heads of a group, rows or 1]`.
    fn times_heads(&self, x: Tensor<4>, factors: Tensor<4>) -> Tensor<4> {
        let shape = x.dims();
        (self.by_heads(x) * factors.swap_dims(2, 3).unsqueeze_dim::<5>(4)).reshape(shape)
    }

    /// The values of each head apart, `[lanes, chunks, rows, heads of a group, head size]`.
    fn by_heads(&self, x: Tensor<4>) -> Tensor<5> {
        let [lanes, chunks, rows, _] = x.dims();
        x.reshape([lanes, chunks, rows, self.lane_heads(), self.dims.head_size])
    }

    /// Chunks of lanes to sequences again.
    fn unfold(&self, y: Tensor<4>) -> Tensor<3> {
        let [lanes, chunks, chunk, width] = y.dims();
        let ScanDims { groups, .. } = self.dims;
        let batch = lanes / groups;
        let y = y.reshape([batch, groups, chunks * chunk, width]).swap_dims(1, 2);
        y.reshape([batch, chunks * chunk, groups * width]).narrow(1, 0, self.sequence)
    }

    const fn lane_heads(&self) -> usize {
        self.dims.heads / self.dims.groups
    }

    const fn lane_width(&self) -> usize {
        self.lane_heads() * self.dims.head_size
    }
}

/// One token of each sequence after `state`: the recurrence itself. Gives `[batch, 1, heads · head size]`.
#[must_use]
pub fn step(signals: Signals, state: State, dims: ScanDims) -> (Tensor<3>, State) {
    let [batch, _, width] = signals.x.dims();
    let ScanDims { heads, head_size, groups, state_size, .. } = dims;
    let lanes = batch * groups;
    let row = [lanes, 1, width / groups];
    let fade = (signals.dt.clone() * signals.a.unsqueeze()).exp();
    let fade = fade.reshape([batch, heads, 1]).expand([batch, heads, head_size]).reshape(row);
    let x = weighted(signals.x, signals.dt, dims).reshape(row);
    let state = state * fade + signals.b.reshape([lanes, state_size, 1]) * x;
    let y = signals.c.reshape([lanes, 1, state_size]).matmul(state.clone());
    (y.reshape([batch, 1, width]), state)
}

/// Floating-point operations of a scan of `batch` texts of `sequence` tokens, a multiply-add counted as two.
#[must_use]
pub fn flops(dims: ScanDims, batch: u64, sequence: u64, remember: Remember) -> u64 {
    let chunk = (dims.chunk as u64).min(sequence);
    let chunks = sequence.div_ceil(chunk.max(1));
    let [width, states] = [dims.heads * dims.head_size, dims.state_size].map(|size| size as u64);
    let scores = chunks * chunk * chunk * (dims.groups as u64 * states + width);
    let state = width * states;
    let passed = chunks.saturating_sub(1);
    // Each chunk but the last leaves a state, each but the first reads one, and each is weighed for all after it.
    let across = passed * (2 * chunk + passed) * state;
    let last = if remember == Remember::State { chunk * state } else { 0 };
    2 * batch * (scores + across + last)
}

/// True if the state after the last token is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remember {
    State,
    Nothing,
}

/// Floating-point operations of a [`step`] of `batch` sequences.
#[must_use]
pub const fn step_flops(dims: ScanDims, batch: u64) -> u64 {
    4 * batch * (dims.heads * dims.head_size * dims.state_size) as u64
}

/// Values that are alive at once in a scan of `batch` texts of `sequence` tokens, without its signals.
#[must_use]
pub fn live(dims: ScanDims, batch: u64, sequence: u64) -> u64 {
    let chunk = (dims.chunk as u64).min(sequence);
    let chunks = sequence.div_ceil(chunk.max(1));
    let [heads, groups] = [dims.heads, dims.groups].map(|count| count as u64);
    let [width, states] = [dims.heads * dims.head_size, dims.state_size].map(|size| size as u64);
    let tokens = chunks * chunk;
    // Decays, and the scores that heads of a group share, which are multiplied into them in place.
    let squares = tokens * chunk * (heads + groups);
    // Δ·x, B and C by chunks, the states between them, and what is read.
    batch * (squares + tokens * (3 * width + 2 * groups * states) + (chunks - 1) * width * states)
}

/// Δ·x: the values of each head times its step size.
fn weighted(x: Tensor<3>, dt: Tensor<3>, dims: ScanDims) -> Tensor<3> {
    let [batch, sequence, width] = x.dims();
    let heads = x.reshape([batch, sequence, dims.heads, dims.head_size]);
    (heads * dt.unsqueeze_dim::<4>(3)).reshape([batch, sequence, width])
}

/// `[batch, sequence, groups · width]` to `[batch · groups, chunks, chunk, width]`, the last chunk filled up with zeros: such
/// tokens fade nothing and add nothing.
fn fold(x: Tensor<3>, dims: ScanDims) -> Tensor<4> {
    let [batch, sequence, width] = x.dims();
    let ScanDims { groups, chunk, .. } = dims;
    let chunks = sequence.div_ceil(chunk);
    let missing = chunks * chunk - sequence;
    let x = match missing {
        0 => x,
        _ => {
            let zeros = Tensor::zeros([batch, missing, width], &x.device());
            Tensor::cat(vec![x, zeros], 1)
        }
    };
    let x = x.reshape([batch, chunks * chunk, groups, width / groups]).swap_dims(1, 2);
    x.reshape([batch * groups, chunks, chunk, width / groups])
}

/// How much is left of each of some tokens when each later one comes, `[…, tokens, tokens]`, where `sums` are the exponents
/// added up, `[…, tokens]`; nothing of those that are yet to come.
fn decays(sums: Tensor<4>) -> Tensor<5> {
    let [.., tokens] = sums.dims();
    let hidden = mask::causal_bias([tokens; 2], &sums.device()).unsqueeze();
    let difference = sums.clone().unsqueeze_dim::<5>(4) - sums.unsqueeze_dim::<5>(3);
    // Masked before the exponential: what lies ahead would overflow.
    (difference + hidden).exp()
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    use crate::weights::uniform;

    const DIMS: ScanDims = ScanDims { heads: 4, head_size: 3, groups: 2, state_size: 5, chunk: 4 };

    fn signals(dims: ScanDims, sequence: usize, device: &Device) -> Signals {
        let drawn = |name, width| {
            let values = uniform(1, name, 2 * sequence * width, 1.0);
            Tensor::from_data(TensorData::new(values, [2, sequence, width]), device)
        };
        Signals {
            x: drawn("x", dims.heads * dims.head_size),
            dt: drawn("dt", dims.heads).abs(),
            a: Tensor::<1>::from_data(
                TensorData::new(uniform(1, "a", dims.heads, 1.0), [dims.heads]),
                device,
            )
            .exp()
            .neg(),
            b: drawn("b", dims.groups * dims.state_size),
            c: drawn("c", dims.groups * dims.state_size),
        }
    }

    fn token(signals: &Signals, index: usize) -> Signals {
        let at = |x: &Tensor<3>| x.clone().narrow(1, index, 1);
        let Signals { x, dt, a, b, c } = signals;
        Signals { x: at(x), dt: at(dt), a: a.clone(), b: at(b), c: at(c) }
    }

    #[track_caller]
    fn assert_close(a: Tensor<3>, b: Tensor<3>) {
        assert_eq!(a.dims(), b.dims());
        let worst = (a - b).abs().max().into_scalar::<f32>();
        assert!(worst < 1e-5, "{worst}");
    }

    /// Chunks give what the recurrence gives, outputs and the last state.
    #[track_caller]
    fn check(dims: ScanDims, sequence: usize) {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let signals = signals(dims, sequence, &device);
        let lane_width = dims.heads / dims.groups * dims.head_size;
        let mut state = Tensor::zeros([2 * dims.groups, dims.state_size, lane_width], &device);
        let mut outputs = Vec::new();
        for index in 0..sequence {
            let (y, next) = step(token(&signals, index), state, dims);
            outputs.push(y);
            state = next;
        }
        let scan = Scan::new(signals, dims);
        assert_close(scan.output(), Tensor::cat(outputs, 1));
        assert_close(scan.last_state(), state);
    }

    #[test]
    fn a_token() {
        check(DIMS, 1);
    }

    #[test]
    fn less_than_a_chunk() {
        check(DIMS, 3);
    }

    #[test]
    fn a_chunk() {
        check(DIMS, 4);
    }

    #[test]
    fn a_chunk_and_a_token() {
        check(DIMS, 5);
    }

    #[test]
    fn whole_chunks() {
        check(DIMS, 12);
    }

    #[test]
    fn many_chunks_and_a_rest() {
        check(DIMS, 27);
    }

    #[test]
    fn chunks_of_a_token() {
        check(ScanDims { chunk: 1, ..DIMS }, 7);
    }

    #[test]
    fn one_group() {
        check(ScanDims { groups: 1, ..DIMS }, 9);
    }

    #[test]
    fn a_group_for_each_head() {
        check(ScanDims { groups: 4, ..DIMS }, 9);
    }

    #[test]
    fn what_fades_at_once_does_not_overflow() {
        let device = crate::device_named("ndarray").expect("the backend is built in");
        let signals = signals(DIMS, 9, &device);
        let scan = Scan::new(Signals { dt: signals.dt.clone() * 1e6, ..signals }, DIMS);
        assert!(scan.output().is_finite().all().into_scalar::<bool>());
    }

    #[track_caller]
    fn check_flops(sequence: u64, remember: Remember, expected: u64) {
        assert_eq!(flops(DIMS, 1, sequence, remember), 2 * expected);
    }

    #[test]
    fn a_chunk_takes_its_squares() {
        check_flops(4, Remember::Nothing, 16 * (2 * 5 + 12));
    }

    #[test]
    fn a_state_takes_its_tokens() {
        check_flops(4, Remember::State, 16 * (2 * 5 + 12) + 4 * 12 * 5);
    }

    #[test]
    fn chunks_pass_on_states() {
        check_flops(12, Remember::Nothing, 3 * 16 * (2 * 5 + 12) + 2 * (2 * 4 + 2) * 12 * 5);
    }
}
