//! What Whisper hears: the logarithm of how loud each band of frequencies is, a hundred times a second.
//!
//! Computed on the host as `transformers.WhisperFeatureExtractor` does: Radford et al., "Robust Speech Recognition via
//! Large-Scale Weak Supervision", 2022, section 2.2: <https://arxiv.org/abs/2212.04356>. The bands follow Slaney's
//! "Auditory Toolbox", 1998, as librosa has it. Knows no tensors.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples per second.
pub const SAMPLE_RATE: usize = 16_000;
/// Samples from one frame to the next: 10 ms.
pub const HOP: usize = 160;
/// Samples that a frame looks at: 25 ms.
const WINDOW: usize = 400;
const FREQUENCIES: usize = WINDOW / 2 + 1;
/// The upper end of the last band, in hertz: half of the sample rate.
const HIGHEST: f64 = 8000.0;

/// Makes features of one number of bands.
pub struct LogMel {
    bands: Vec<Band>,
    window: Vec<f64>,
    transform: Arc<dyn RealToComplex<f64>>,
}

/// A triangle over some of the frequencies.
struct Band {
    first: usize,
    weights: Vec<f64>,
}

impl std::fmt::Debug for LogMel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogMel").field("bands", &self.bands.len()).finish_non_exhaustive()
    }
}

impl LogMel {
    /// For `bands` bands from 0 to 8000 Hz.
    #[must_use]
    pub fn new(bands: usize) -> Self {
        Self {
            bands: filters(bands),
            window: hann(),
            transform: RealFftPlanner::new().plan_fft_forward(WINDOW),
        }
    }

    /// The features of `samples` between −1 and 1, `[bands, samples / 160]` row by row, without what is left of a frame
    /// at the end.
    ///
    /// # Panics
    /// On 200 samples or fewer, which cannot be mirrored at their ends.
    #[must_use]
    pub fn features(&self, samples: &[f32]) -> Vec<f32> {
        let frames = samples.len() / HOP;
        let padded = mirrored(samples, WINDOW / 2);
        let mut loudness = vec![0.0; self.bands.len() * frames];
        let mut spectrum = self.transform.make_output_vec();
        let mut scratch = self.transform.make_scratch_vec();
        for frame in 0..frames {
            let heard = &padded[frame * HOP..frame * HOP + WINDOW];
            let mut heard: Vec<f64> = heard.iter().zip(&self.window).map(|(sample, w)| sample * w).collect();
            let done = self.transform.process_with_scratch(&mut heard, &mut spectrum, &mut scratch);
            done.expect("the buffers have the lengths that the transform asks for");
            for (index, band) in self.bands.iter().enumerate() {
                loudness[index * frames + frame] = band.loudness(&spectrum).max(1e-10).log10();
            }
        }
        // Values 80 dB below the loudest count as silence.
        let loudest = loudness.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        loudness.into_iter().map(|value| ((value.max(loudest - 8.0) + 4.0) / 4.0) as f32).collect()
    }
}

impl Band {
    fn loudness(&self, spectrum: &[Complex<f64>]) -> f64 {
        self.weights
            .iter()
            .zip(&spectrum[self.first..])
            .map(|(weight, value)| weight * value.norm_sqr())
            .sum()
    }
}

/// `samples` with `count` more before and after, mirrored at the first and the last.
fn mirrored(samples: &[f32], count: usize) -> Vec<f64> {
    assert!(samples.len() > count, "{} samples are too few: more than {count} are needed", samples.len());
    let before = samples[1..=count].iter().rev();
    let after = samples[samples.len() - 1 - count..samples.len() - 1].iter().rev();
    before.chain(samples).chain(after).map(|&sample| f64::from(sample)).collect()
}

/// Hann's window, periodic.
fn hann() -> Vec<f64> {
    (0..WINDOW).map(|at| 0.5 - 0.5 * (TAU * at as f64 / WINDOW as f64).cos()).collect()
}

/// Triangles that are equally wide on the mel scale and have the same area in hertz.
fn filters(bands: usize) -> Vec<Band> {
    let top = mel_of_hertz(HIGHEST);
    let edge = |index: usize| hertz_of_mel(top * index as f64 / (bands + 1) as f64);
    let edges: Vec<f64> = (0..bands + 2).map(edge).collect();
    edges.windows(3).map(|edges| triangle(edges[0], edges[1], edges[2])).collect()
}

fn triangle(left: f64, middle: f64, right: f64) -> Band {
    let weight = |index: usize| {
        let hertz = HIGHEST * index as f64 / (FREQUENCIES - 1) as f64;
        let slopes = [(hertz - left) / (middle - left), (right - hertz) / (right - middle)];
        slopes[0].min(slopes[1]).max(0.0) * 2.0 / (right - left)
    };
    let weights: Vec<f64> = (0..FREQUENCIES).map(weight).collect();
    let first = weights.iter().position(|&weight| weight > 0.0).unwrap_or_default();
    let end = weights.iter().rposition(|&weight| weight > 0.0).map_or(first, |last| last + 1);
    Band { first, weights: weights[first..end].to_vec() }
}

/// Slaney's scale is linear up to here, in hertz, and logarithmic above.
const BEND: f64 = 1000.0;
/// The same in mels.
const BEND_MELS: f64 = 15.0;

/// The logarithm of what one mel above the bend multiplies by: 27 mels lead to 6.4 times the frequency.
fn mel_step() -> f64 {
    6.4_f64.ln() / 27.0
}

fn mel_of_hertz(hertz: f64) -> f64 {
    if hertz < BEND { hertz * BEND_MELS / BEND } else { BEND_MELS + (hertz / BEND).ln() / mel_step() }
}

fn hertz_of_mel(mel: f64) -> f64 {
    if mel < BEND_MELS { mel * BEND / BEND_MELS } else { BEND * ((mel - BEND_MELS) * mel_step()).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_scale(hertz: f64, mel: f64) {
        assert!((mel_of_hertz(hertz) - mel).abs() < 1e-9, "{}", mel_of_hertz(hertz));
        assert!((hertz_of_mel(mel) - hertz).abs() < 1e-9, "{}", hertz_of_mel(mel));
    }

    #[test]
    fn the_scale_is_linear_below() {
        check_scale(0.0, 0.0);
        check_scale(200.0, 3.0);
    }

    #[test]
    fn the_scale_bends() {
        check_scale(1000.0, 15.0);
    }

    #[test]
    fn the_scale_is_logarithmic_above() {
        check_scale(6400.0, 42.0);
    }

    #[track_caller]
    fn check_mirrored(samples: &[f32], count: usize, expected: &[f64]) {
        assert_eq!(mirrored(samples, count), expected);
    }

    #[test]
    fn the_ends_are_not_repeated() {
        check_mirrored(&[1.0, 2.0, 3.0, 4.0], 2, &[3.0, 2.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0]);
    }

    #[test]
    fn as_much_as_there_is() {
        check_mirrored(&[1.0, 2.0, 3.0], 2, &[3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "2 samples are too few: more than 2 are needed")]
    fn too_few_samples() {
        check_mirrored(&[1.0, 2.0], 2, &[]);
    }

    #[test]
    fn silence_is_the_floor() {
        let features = LogMel::new(20).features(&[0.0; 480]);
        assert_eq!(features, [-1.5; 60]);
    }
}
