//! True if a model gives the same numbers as on ndarray: a wrong result has no time.

use accel_bench::Error;
use burn::tensor::{Device, Tensor};

use super::fit::{self, Footprint};
use super::precision::Precision;
use super::size::Parameters;
use crate::backend::{Backend, Memory};
use crate::cost::Size;
use crate::device::device_named;
use crate::model::{self, ModelError};
use crate::parity::{HostTensors, compare};
use crate::workload::Workload;

/// Weights and inputs are the same in every process, on every backend and in every commit.
pub(super) const SEED: u64 = 1;

/// The backend whose numbers count, in `f32`.
const REFERENCE: &str = "ndarray";

/// The outputs of an iteration of this size, all that can be compared.
pub(super) type Outputs<M> = fn(&M, <M as Workload>::Input, Size) -> Vec<Tensor<3>>;

/// How a model's numbers are checked: by a small input to what its iterations do.
pub(super) struct Check<'a, M: Workload> {
    pub(super) config: &'a M::Config,
    pub(super) parameters: &'a Parameters,
    pub(super) outputs: Outputs<M>,
}

/// The expected outputs for the small input.
#[derive(Debug)]
pub(super) enum Reference {
    /// The outputs on ndarray.
    Outputs(HostTensors),
    /// Why there is none: then outputs need only be finite.
    Absent(&'static str),
}

impl<M: Workload> Check<'_, M> {
    /// Computes it on ndarray, with the same weights, before the model is put on its own device.
    ///
    /// # Errors
    /// When the model cannot be opened, or ndarray fails.
    pub(super) fn reference(&self, backend: &str) -> Result<Reference, ModelError> {
        let Parameters { model: name, precision, .. } = self.parameters;
        if backend == REFERENCE && precision.tolerance() == 0.0 {
            return Ok(Reference::Absent("ndarray is the reference"));
        }
        let Ok(device) = device_named(REFERENCE) else {
            return Ok(Reference::Absent("built without ndarray, the reference"));
        };
        let counted = model::count::<M>(self.config, &device);
        let needed = Footprint::of::<M>(self.config, counted, self.small(), Precision::F32).needed();
        // The model itself may need the same memory.
        if fit::free_memory(Memory::Host, REFERENCE).is_some_and(|free| needed > free / 2) {
            return Ok(Reference::Absent("the reference does not fit into the host's memory"));
        }
        let model = model::open_as(name, self.config, SEED, &device)?;
        Ok(Reference::Outputs(self.read(&model, &device)?))
    }

    /// Says how near `model` comes to the reference.
    ///
    /// # Errors
    /// A wrong output when that is not near enough; and when the device fails.
    pub(super) fn hold(
        &self,
        reference: &Reference,
        backend: &str,
        (model, device): (&M, &Device),
    ) -> Result<String, Error> {
        let reference = match reference {
            Reference::Outputs(outputs) => outputs,
            Reference::Absent(reason) => return Ok(format!("finite numbers: {reason}")),
        };
        let difference = compare(&self.read(model, device)?, reference)?;
        let tolerance = Backend::named(backend)?.tolerance.max(self.parameters.precision.tolerance());
        if difference.within(tolerance) {
            return Ok(format!("within {:.1e} of ndarray ({tolerance:.1e} allowed)", difference.max_rel));
        }
        Err(Error::wrong_output(format!(
            "its output for a small input is off by {:.1e} of the largest value from ndarray's in f32, where {tolerance:.1e} is \
             allowed",
            difference.max_rel
        )))
    }

    /// The outputs for the small input, on the host.
    fn read(&self, model: &M, device: &Device) -> Result<HostTensors, ModelError> {
        let input = M::input(self.config, self.small(), SEED, device);
        let mut outputs = HostTensors::default();
        for (at, output) in (self.outputs)(model, input, self.small()).into_iter().enumerate() {
            outputs.read_back(&format!("output {at}"), output)?;
        }
        Ok(outputs)
    }

    /// One short sequence, and a token or step after its first where iterations take some.
    fn small(&self) -> Size {
        let Size { sequence, new_tokens, .. } = self.parameters.size;
        Size { batch: 1, sequence: sequence.min(8), new_tokens: new_tokens.min(2) }
    }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::cell::{outputs_of_pass, outputs_of_sample, outputs_of_text};
    use crate::families::decoder_only::Llama;
    use crate::families::diffusion::Dit;
    use crate::families::encoder_only::Bert;
    use crate::preset_table;

    const CHECK_SIZE: Size = Size { batch: 2, sequence: 9, new_tokens: 3 };

    fn parameters(model: &str, precision: Precision) -> Parameters {
        Parameters { model: model.to_owned(), size: CHECK_SIZE, precision, extent: None }
    }

    fn bert(precision: Precision, backend: &str) -> Reference {
        let (parameters, config) =
            (parameters("bert-tiny", precision), preset_table::preset::<Bert>("bert-tiny"));
        let check: Check<'_, Bert> = Check { config, parameters: &parameters, outputs: outputs_of_pass };
        check.reference(backend).expect("ndarray computes it")
    }

    /// The report on a model with weights drawn from `seed`, computed by ndarray as if it were wgpu.
    #[track_caller]
    fn check<M: Workload>(name: &str, outputs: Outputs<M>, seed: u64, expected: Result<&str, &str>) {
        let device = device_named(REFERENCE).expect("the backend is built in");
        let (parameters, config) = (parameters(name, Precision::F32), preset_table::preset::<M>(name));
        let check = Check { config, parameters: &parameters, outputs };
        let reference = check.reference("wgpu").expect("ndarray computes it");
        let model: M = model::random(config, seed, &device);
        let said = check.hold(&reference, "wgpu", (&model, &device)).map_err(|error| error.to_string());
        let is_expected = match (&said, expected) {
            (Ok(said), Ok(expected)) | (Err(said), Err(expected)) => said.contains(expected),
            _ => false,
        };
        assert!(is_expected, "{said:?}");
    }

    const SAME: Result<&str, &str> = Ok("within 0.0e0 of ndarray (1.0e-3 allowed)");
    const OTHER: Result<&str, &str> =
        Err("of the largest value from ndarray's in f32, where 1.0e-3 is allowed");

    #[test]
    fn passes() {
        check::<Bert>("bert-tiny", outputs_of_pass, SEED, SAME);
        check::<Bert>("bert-tiny", outputs_of_pass, SEED + 1, OTHER);
    }

    #[test]
    fn texts() {
        check::<Llama>("llama-tiny", outputs_of_text, SEED, SAME);
        check::<Llama>("llama-tiny", outputs_of_text, SEED + 1, OTHER);
    }

    #[test]
    fn samples() {
        check::<Dit>("dit-tiny", outputs_of_sample, SEED, SAME);
        check::<Dit>("dit-tiny", outputs_of_sample, SEED + 1, OTHER);
    }

    /// A cache that forgets shows in the token after the first.
    #[test]
    fn a_text_is_checked_beyond_its_prompt() {
        let device = device_named(REFERENCE).expect("the backend is built in");
        let config = preset_table::preset::<Llama>("llama-tiny");
        let size = Size { batch: 1, sequence: 8, new_tokens: 2 };
        let llama: Llama = model::random(config, SEED, &device);
        let outputs = outputs_of_text(&llama, Llama::input(config, size, SEED, &device), size);
        assert_eq!(outputs.iter().map(Tensor::dims).collect::<Vec<_>>(), [[1, 1, 32000]; 2]);
        let [prompt, token] = [0, 1].map(|at: usize| outputs[at].clone().into_data());
        assert_ne!(prompt, token);
    }

    #[test]
    fn ndarray_itself_has_none() {
        let reference = bert(Precision::F32, REFERENCE);
        assert!(matches!(reference, Reference::Absent("ndarray is the reference")), "{reference:?}");
    }

    #[test]
    fn integers_on_ndarray_have_one() {
        assert!(matches!(bert(Precision::Q8, REFERENCE), Reference::Outputs(_)));
    }
}
