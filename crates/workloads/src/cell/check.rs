//! Whether a model gives the same numbers as on ndarray: a wrong result has no time.

use accel_bench::Error;
use burn::tensor::Device;

use super::{Footprint, Parameters, Precision, SEED, fit};
use crate::model::{self, ModelError};
use crate::parity::{HostTensors, compare};
use crate::workload::{Size, Workload};
use crate::{Backend, device_named};

/// The backend whose numbers count, in `f32`.
const REFERENCE: &str = "ndarray";

/// The name under which outputs are compared.
const OUTPUT: &str = "output";

/// What a model gives for a small input.
#[derive(Debug)]
pub(super) struct Reference(HostTensors);

impl Reference {
    /// Computes it on ndarray, with the same weights, before the model is put on its own device. The reason in words
    /// where that is not needed or not possible.
    pub(super) fn compute<M: Workload>(
        backend: &str,
        config: &M::Config,
        parameters: &Parameters,
    ) -> Result<Result<Self, String>, ModelError> {
        if backend == REFERENCE && parameters.precision.tolerance() == 0.0 {
            return Ok(Err("finite numbers: ndarray is the reference".to_owned()));
        }
        let Ok(device) = device_named(REFERENCE) else {
            return Ok(Err("finite numbers: built without ndarray, the reference".to_owned()));
        };
        let counted = model::count::<M>(config, &device);
        let needed = Footprint::of::<M>(config, counted, small(parameters), Precision::F32).needed();
        // The model itself may have to stand beside it.
        if fit::free_memory(REFERENCE, REFERENCE).is_some_and(|free| needed > free / 2) {
            return Ok(Err("finite numbers: the reference does not fit into the host's memory".to_owned()));
        }
        Ok(Ok(Self(small_output::<M>(
            config,
            parameters,
            &model::open_as(&parameters.model, config, SEED, &device)?,
            &device,
        )?)))
    }

    /// Ends the case as wrong output unless `model` gives the same.
    pub(super) fn hold<M: Workload>(
        &self,
        backend: &str,
        config: &M::Config,
        parameters: &Parameters,
        (model, device): (&M, &Device),
    ) -> Result<String, Error> {
        let found = small_output::<M>(config, parameters, model, device)?;
        let difference = compare(&found, &self.0)?;
        let tolerance = Backend::named(backend)?.tolerance.max(parameters.precision.tolerance());
        if difference.within(tolerance) {
            return Ok(format!("within {:.1e} of ndarray ({tolerance:.1e} allowed)", difference.max_rel));
        }
        Err(Error::wrong_output(format!(
            "its output for a small input is off by {:.1e} of the largest value from ndarray's in f32, where {tolerance:.1e} is \
             allowed",
            difference.max_rel
        )))
    }
}

/// The output for one short sequence, on the host.
fn small_output<M: Workload>(
    config: &M::Config,
    parameters: &Parameters,
    model: &M,
    device: &Device,
) -> Result<HostTensors, ModelError> {
    let size = small(parameters);
    let mut output = HostTensors::default();
    output.read_back(OUTPUT, model.pass(M::input(config, size, SEED, device)))?;
    Ok(output)
}

fn small(parameters: &Parameters) -> Size {
    Size { batch: 1, sequence: parameters.size.sequence.min(8), new_tokens: 0 }
}

#[cfg(test)]
#[cfg(feature = "ndarray")]
mod tests {
    use super::*;
    use crate::families::encoder_only::Bert;

    fn parameters(precision: Precision) -> Parameters {
        let size = Size { batch: 2, sequence: 9, new_tokens: 0 };
        Parameters { model: "bert-tiny".to_owned(), size, precision, extent: None }
    }

    /// What is said of a model with weights drawn from `seed`, computed by ndarray as if it was `backend`.
    #[track_caller]
    fn check(seed: u64, backend: &str, expected: Result<&str, &str>) {
        let device = device_named(REFERENCE).expect("the backend is built in");
        let parameters = parameters(Precision::F32);
        let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
        let reference = Reference::compute::<Bert>(backend, &config, &parameters);
        let reference = reference.expect("ndarray computes it").expect("another backend has a reference");
        let bert: Bert = model::random(&config, seed, &device);
        let said = reference.hold(backend, &config, &parameters, (&bert, &device));
        let said = said.map_err(|error| error.to_string());
        assert!(
            match (&said, expected) {
                (Ok(said), Ok(expected)) | (Err(said), Err(expected)) => said.contains(expected),
                _ => false,
            },
            "{said:?}"
        );
    }

    #[test]
    fn the_same_weights() {
        check(SEED, "wgpu", Ok("within 0.0e0 of ndarray (1.0e-3 allowed)"));
    }

    #[test]
    fn other_weights_are_a_wrong_output() {
        check(SEED + 1, "wgpu", Err("of the largest value from ndarray's in f32, where 1.0e-3 is allowed"));
    }

    #[test]
    fn ndarray_itself_has_none() {
        let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
        let reference = Reference::compute::<Bert>(REFERENCE, &config, &parameters(Precision::F32));
        let reason = reference.expect("nothing is computed").expect_err("there is none");
        assert_eq!(reason, "finite numbers: ndarray is the reference");
    }

    #[test]
    fn integers_on_ndarray_have_one() {
        let config = model::config::<Bert>("bert-tiny").expect("it is a preset");
        let reference = Reference::compute::<Bert>(REFERENCE, &config, &parameters(Precision::Q8));
        assert!(reference.expect("ndarray computes it").is_ok());
    }
}
