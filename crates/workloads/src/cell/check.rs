//! Whether a model gives the same numbers as on ndarray: a wrong result has no time.

use accel_bench::{Bencher, Error};
use burn::tensor::Device;

use super::{Parameters, SEED, fit};
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
        let weights = model::count::<M>(config, &device).total() * 4;
        if fit::free_memory(REFERENCE).is_some_and(|free| weights > free / 2) {
            return Ok(Err("finite numbers: the reference does not fit into the host's memory".to_owned()));
        }
        Ok(Ok(Self(small_output::<M>(
            config,
            parameters,
            &model::open(&parameters.model, SEED, &device)?,
            &device,
        )?)))
    }

    /// Ends the case as wrong output unless `model` gives the same.
    pub(super) fn hold<M: Workload>(
        &self,
        b: &Bencher,
        config: &M::Config,
        parameters: &Parameters,
        (model, device): (&M, &Device),
    ) -> Result<String, Error> {
        let found = small_output::<M>(config, parameters, model, device)?;
        let difference = compare(&found, &self.0)?;
        let tolerance = Backend::named(b.backend())?.tolerance.max(parameters.precision.tolerance());
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
    let size = Size { batch: 1, sequence: parameters.size.sequence.min(8), new_tokens: 0 };
    let mut output = HostTensors::default();
    output.read_back(OUTPUT, model.pass(M::input(config, size, SEED, device)))?;
    Ok(output)
}
