//! Sampling: from noise to a latent image, step by step.

use burn::tensor::{Int, Tensor};

use super::dit::{Dit, DitInput};
use super::schedule::{Step, ddim};

impl Dit {
    /// Turns the noise in [`DitInput::latents`] into images in `steps` steps, by DDIM without guidance; returns latents of the
    /// same shape. Time steps are the schedule's own: [`DitInput::timesteps`] are not read.
    ///
    /// # Panics
    /// When `steps` is 0 or more than [`TIME_STEPS`](super::TIME_STEPS), or the model writes fewer channels than it reads.
    #[must_use]
    pub fn sample(&self, input: DitInput, steps: usize) -> Tensor<4> {
        let DitInput { latents, class_labels, .. } = input;
        let step = |latents: Tensor<4>, step: &Step| {
            let noise = self.noise(latents.clone(), step.time, class_labels.clone());
            latents * step.sample + noise * step.noise
        };
        ddim(steps).iter().fold(latents, step)
    }

    /// The same with classifier-free guidance: the noise that is found without knowing the class, and `guidance` times what
    /// knowing it changes. Twice the work: each step looks at every image with its class and without.
    ///
    /// Ho & Salimans, "Classifier-Free Diffusion Guidance", 2022: <https://arxiv.org/abs/2207.12598>.
    ///
    /// # Panics
    /// As [`Dit::sample`].
    #[must_use]
    pub fn sample_guided(&self, input: DitInput, steps: usize, guidance: f64) -> Tensor<4> {
        let DitInput { latents, class_labels, .. } = input;
        let [batch, ..] = latents.dims();
        let no_class = class_labels.zeros_like() + self.no_class() as i64;
        let classes = Tensor::cat(vec![class_labels, no_class], 0);
        let step = |latents: Tensor<4>, step: &Step| {
            let twice = Tensor::cat(vec![latents.clone(), latents.clone()], 0);
            let noise = self.noise(twice, step.time, classes.clone());
            let [with, without] = [0, batch].map(|first| noise.clone().narrow(0, first, batch));
            latents * step.sample + (without.clone() + (with - without) * guidance) * step.noise
        };
        ddim(steps).iter().fold(latents, step)
    }

    /// The noise found in `latents`, and nothing of what else is written: the learnt variance, which DDIM does not use.
    fn noise(&self, latents: Tensor<4>, time: usize, class_labels: Tensor<1, Int>) -> Tensor<4> {
        let [_, channels, ..] = latents.dims();
        let timesteps = class_labels.zeros_like() + time as i64;
        self.forward(DitInput { latents, timesteps, class_labels }).narrow(1, 0, channels)
    }
}
