//! Operations that do almost nothing but move memory, after STREAM (McCalpin, 1995).

use burn::tensor::{Device, Tensor};

use super::work::{Work, input};

/// Two vectors that are read, and what is done with them.
#[derive(Clone, Debug)]
pub struct Stream {
    left: Tensor<1>,
    right: Tensor<1>,
    motion: Motion,
}

/// The vectors that move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One vector is read: its sum.
    Read,
    /// One is read and one written: STREAM's *scale*. A copy alone would only be another handle.
    Scale,
    /// Two are read and one written: STREAM's *add*.
    Add,
}

impl Stream {
    /// Draws both vectors of `elements` from `seed`.
    #[must_use]
    pub fn new(motion: Motion, elements: usize, seed: u64, device: &Device) -> Self {
        let vector = |name| input(seed, name, [elements], device);
        Self { left: vector("left"), right: vector("right"), motion }
    }

    /// One execution.
    #[must_use]
    pub fn run(&self) -> Tensor<1> {
        match self.motion {
            Motion::Read => self.left.clone().sum(),
            Motion::Scale => self.left.clone().mul_scalar(3.0),
            Motion::Add => self.left.clone() + self.right.clone(),
        }
    }

    /// The work of one execution.
    #[must_use]
    pub fn work(&self) -> Work {
        let [elements] = self.left.dims();
        match self.motion {
            Motion::Read => Work::new(elements, elements, 1),
            Motion::Scale => Work::new(elements, elements, elements),
            Motion::Add => Work::new(elements, 2 * elements, elements),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::kernels::tests::{assert_close, cpu, values};

    #[track_caller]
    fn check(motion: Motion, expected: impl Fn(&[f32], &[f32]) -> Vec<f32>, bytes: u64) {
        let stream = Stream::new(motion, 100, 1, &cpu());
        let (left, right) = (values(stream.left.clone()), values(stream.right.clone()));
        assert_close(&values(stream.run()), expected(&left, &right).into_iter());
        assert_eq!(stream.work().bytes, bytes);
    }

    #[test]
    fn what_moves() {
        check(Motion::Read, |left, _| vec![left.iter().sum()], 404);
        check(Motion::Scale, |left, _| left.iter().map(|value| 3.0 * value).collect(), 800);
        check(
            Motion::Add,
            |left, right| left.iter().zip(right).map(|(one, other)| one + other).collect(),
            1200,
        );
    }
}
