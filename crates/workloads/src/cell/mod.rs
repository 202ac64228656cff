//! One cell of the matrix, as a benchmark runs it: model × batch × sequence × precision on one backend.
//!
//! A cell that does not fit or is not supported ends before anything is allocated; one whose outputs differ from ndarray's
//! ends before it is timed.

mod check;
mod fit;
mod precision;
mod size;
mod timing;

use accel_bench::{Bencher, Device as _, Error, Throughput, catalogue};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};

use crate::backend::{Backend, BackendError};
use crate::cost::Size;
use crate::device::BurnDevice;
use crate::family::Family;
use crate::generation::greedy;
use crate::model::{self, ModelError};
use crate::output::check_finite;
use crate::weights::Counted;
use crate::workload::{Generator, Sampler, Workload};

pub use fit::Footprint;
pub use precision::{Precision, UnknownPrecision};
pub use size::Parameters;

use check::{Check, Outputs, Reference, SEED};
use timing::TokenTimes;

/// Times one pass of a model over its whole input.
///
/// # Errors
/// When the model cannot be opened, or fails.
pub fn pass<M: Workload + Module>(b: &mut Bencher) -> Result<(), Error> {
    let cell = Cell::<M>::open(b, outputs_of_pass)?;
    let Size { batch, sequence, .. } = cell.parameters.size;
    let work = match b.optional_param::<usize>("sequence-length")? {
        Some(_) => Throughput::Tokens((batch * sequence) as u64),
        None => Throughput::Samples(batch as u64),
    };
    cell.describe(b, work);
    if b.is_only_described() {
        return Ok(());
    }
    let Loaded { model, input, reference } = cell.load(b)?;
    cell.check(b, (&model, &reference), |b| {
        vec![b.cold(catalogue::FIRST_FORWARD.stem(), || model.pass(input.clone()))]
    })?;
    b.iter(|| model.pass(input.clone()));
    Ok(())
}

/// Times a model that reads its input and writes `new-tokens` tokens, one after the other.
///
/// # Errors
/// When the model cannot be opened, or fails.
pub fn generate<M: Generator + Module>(b: &mut Bencher) -> Result<(), Error> {
    let cell = Cell::<M>::open(b, outputs_of_text)?;
    let size = cell.parameters.size;
    if size.new_tokens == 0 {
        return Err(Error::new("`new-tokens` is at least 1"));
    }
    cell.describe(b, Throughput::Tokens((size.batch * size.new_tokens) as u64));
    if b.is_only_described() {
        return Ok(());
    }
    let Loaded { model, input, reference } = cell.load(b)?;
    cell.check(b, (&model, &reference), |b| {
        let (scores, state) =
            b.cold(catalogue::FIRST_FORWARD.stem(), || model.prefill(input.clone(), size.new_tokens));
        with_next(&model, scores, state, size)
    })?;
    let times = TokenTimes::register(b, size);
    b.try_iter(|| {
        let mut iteration = times.start();
        let tokens = greedy(&model, input.clone(), size.new_tokens, &mut iteration)?;
        iteration.finish();
        Ok(tokens)
    });
    Ok(())
}

/// Times a model that turns noise into its output in `steps` steps.
///
/// # Errors
/// When the model cannot be opened, or fails.
pub fn sample<M: Sampler + Module>(b: &mut Bencher) -> Result<(), Error> {
    let cell = Cell::<M>::open(b, outputs_of_sample)?;
    let steps = cell.parameters.size.new_tokens;
    if steps == 0 {
        return Err(Error::new("`steps` is at least 1"));
    }
    cell.describe(b, Throughput::Samples(cell.parameters.size.batch as u64));
    if b.is_only_described() {
        return Ok(());
    }
    let Loaded { model, input, reference } = cell.load(b)?;
    cell.check(b, (&model, &reference), |b| {
        vec![b.cold(catalogue::FIRST_FORWARD.stem(), || model.sampled(input.clone(), steps))]
    })?;
    b.iter(|| model.sampled(input.clone(), steps));
    Ok(())
}

/// The device of a case that computes in `precision`, made known to the harness.
///
/// # Errors
/// As unsupported, where the backend is not built in, or its device does not compute in it.
pub fn device_in(b: &mut Bencher, precision: Precision) -> Result<Device, Error> {
    let (backend, device) = opened(b, precision)?;
    b.device(BurnDevice::new(device.clone(), backend));
    Ok(device)
}

fn opened(b: &Bencher, precision: Precision) -> Result<(&'static Backend, Device), Error> {
    let unusable = |error: BackendError| Error::unsupported(error.to_string());
    let backend = Backend::named(b.backend()).map_err(unusable)?;
    let mut device = backend.open().map_err(unusable)?;
    if let Err(reason) = precision.prepare(&mut device) {
        let advice = other_precisions(backend.name, &device, precision);
        return Err(Error::unsupported(format!("`{}` {reason}: {advice}", backend.name)));
    }
    Ok((backend, device))
}

fn outputs_of_pass<M: Workload>(model: &M, input: M::Input, _: Size) -> Vec<Tensor<3>> {
    vec![model.pass(input)]
}

fn outputs_of_text<M: Generator>(model: &M, input: M::Input, size: Size) -> Vec<Tensor<3>> {
    let (scores, state) = model.prefill(input, size.new_tokens);
    with_next(model, scores, state, size)
}

fn outputs_of_sample<M: Sampler>(model: &M, input: M::Input, size: Size) -> Vec<Tensor<3>> {
    vec![model.sampled(input, size.new_tokens)]
}

/// The scores of the first token, and of a second where there is one, after token 0 whatever the first scores said: the
/// same on every backend.
fn with_next<M: Generator>(model: &M, first: Tensor<2>, mut state: M::State, size: Size) -> Vec<Tensor<3>> {
    let [batch, _] = first.dims();
    let token = Tensor::<2, Int>::zeros([batch, 1], &first.device());
    let second = (size.new_tokens > 1).then(|| model.step(token, &mut state));
    std::iter::once(first).chain(second).map(|scores| scores.unsqueeze_dim(1)).collect()
}

/// A cell before its model is loaded.
struct Cell<M: Workload> {
    parameters: Parameters,
    config: M::Config,
    counted: Counted,
    footprint: Footprint,
    device: Device,
    outputs: Outputs<M>,
}

/// A model on its device, with what it reads and what it is held against.
struct Loaded<M: Workload> {
    model: M,
    input: M::Input,
    reference: Reference,
}

impl<M: Workload + Module> Cell<M> {
    /// Resolves the parameters. Ends the case as unsupported where the model, the backend or the memory forbid it.
    fn open(b: &mut Bencher, outputs: Outputs<M>) -> Result<Self, Error> {
        let parameters = Parameters::read(b, M::EXTENT)?;
        let own = model::config::<M>(&parameters.model).map_err(of_another_family)?;
        let config = extended::<M>(own, &parameters)?;
        if let Some(excess) = M::excess(&config, parameters.size) {
            return Err(Error::unsupported(format!("`{}`: {excess}", parameters.model)));
        }
        let precision = parameters.precision;
        let (backend, device) = opened(b, precision)?;
        let counted = model::count::<M>(&config, &device);
        let footprint = Footprint::of::<M>(&config, counted, parameters.size, precision);
        let cell = Self { parameters, config, counted, footprint, device, outputs };
        // A description says how much memory it would need.
        if !b.is_only_described() {
            cell.fit(backend)?;
        }
        b.device(BurnDevice::new(cell.device.clone(), backend));
        Ok(cell)
    }

    /// Ends the case as unsupported when its predicted peak is more than the device has.
    fn fit(&self, backend: &Backend) -> Result<(), Error> {
        let free = fit::free_memory(backend.memory, &BurnDevice::new(self.device.clone(), backend).name());
        let Some(free) = free.filter(|&free| self.footprint.needed() > free) else {
            return Ok(());
        };
        let available: Vec<_> =
            Precision::ALL.into_iter().filter(|precision| precision.is_supported(&self.device)).collect();
        let asked = (self.parameters.size, self.parameters.precision);
        let fitting = fit::alternatives::<M>(&self.config, self.counted, asked, (free, &available));
        let advice = match fitting.is_empty() {
            true => "try a smaller model".to_owned(),
            false => format!("try {}", fitting.join(" or ")),
        };
        Err(Error::unsupported(format!("{}: {advice}", fit::excess(self.footprint, free))))
    }

    /// Puts the model on the device, and its input.
    fn load(&self, b: &mut Bencher) -> Result<Loaded<M>, Error> {
        // Before the model: where both are on the host, they need not fit at the same time.
        let reference = self.checking().reference(b.backend())?;
        let Parameters { model: name, precision, .. } = &self.parameters;
        let model = b.cold(catalogue::LOAD.stem(), || {
            model::open_as(name, &self.config, SEED, &self.device)
                .map(|model| precision.keep(model, &self.device))
        })?;
        let input = M::input(&self.config, self.parameters.size, SEED, &self.device);
        Ok(Loaded { model, input, reference })
    }

    /// Ends the case as wrong output unless `first`, what the first iteration gives, is numbers, and what the model gives
    /// for a small input is what ndarray gives. The first iteration goes before: afterwards it would not be cold.
    fn check(
        &self,
        b: &mut Bencher,
        (model, reference): (&M, &Reference),
        first: impl FnOnce(&mut Bencher) -> Vec<Tensor<3>>,
    ) -> Result<(), Error> {
        for output in first(b) {
            check_finite(b, "output", output);
        }
        let checked = self.checking().hold(reference, b.backend(), (model, &self.device))?;
        b.note("output-check", checked);
        b.note("effective-precision", self.parameters.precision.effective(&self.device));
        Ok(())
    }

    fn checking(&self) -> Check<'_, M> {
        Check { config: &self.config, parameters: &self.parameters, outputs: self.outputs }
    }

    /// Says what one iteration does, and what it needs.
    fn describe(&self, b: &mut Bencher, work: Throughput) {
        let size = self.parameters.size;
        b.throughput(work);
        if !matches!(work, Throughput::Samples(_)) {
            b.throughput(Throughput::Samples(size.batch as u64));
        }
        let cost = M::cost(&self.config, size);
        // Weights are read whenever something is multiplied by them, and the cache is written once. Where matrices are
        // kept as integers, what is not (kernels, an index, rows that fill no blocks) counts as narrow as they: still no
        // more than is moved.
        let moved = self.parameters.precision.weight_bytes(cost.read, 0) + self.footprint.cache;
        for (metric, value) in [
            (catalogue::NUM_PARAMS, self.counted.total()),
            (catalogue::FLOPS, cost.flops),
            (catalogue::BYTES_MOVED, moved),
            (catalogue::MEM_PREDICTED, self.footprint.total()),
        ] {
            b.metric(metric.of(value as f64));
        }
    }
}

/// The configuration for the extent that is asked for.
fn extended<M: Workload>(own: M::Config, parameters: &Parameters) -> Result<M::Config, Error> {
    match (M::EXTENT, M::extent(&own), parameters.extent) {
        (Some(name), Some(has), Some(asked)) if has != asked && !model::is_preset::<M>(&parameters.model) => {
            let reason =
                format!("the model in `{}` was made for {name} {has}: try {name} {has}", parameters.model);
            Err(Error::unsupported(reason))
        }
        (_, _, Some(asked)) => {
            let config = M::extended(own, asked);
            M::fault(&config).map_or(Ok(config), |fault| Err(Error::unsupported(fault)))
        }
        _ => Ok(own),
    }
}

/// A folder that holds a model of another family is unsupported, not an error: its own family's benchmark runs it.
fn of_another_family(error: ModelError) -> Error {
    if let ModelError::OtherModelType { path, found, .. } = &error
        && let Some(family) = Family::of_type(found)
    {
        let path = path.display();
        return Error::unsupported(format!(
            "`{path}` has the model type `{found}`, of the family {}",
            family.name()
        ));
    }
    error.into()
}

/// Advice where the device does not have the precision.
fn other_precisions(backend: &str, device: &Device, asked: Precision) -> String {
    let here = Precision::ALL.into_iter().filter(|precision| precision.is_supported(device));
    let here: Vec<_> = here.map(|precision| precision.to_string()).collect();
    // burn does not quantise on libtorch.
    let others: &[&str] = match asked {
        Precision::F16 | Precision::Bf16 => &["cuda", "tch"],
        Precision::F32 | Precision::Q8 | Precision::Q4 => &["cuda", "wgpu"],
    };
    let others: Vec<_> = others.iter().copied().filter(|&other| other != backend).collect();
    format!("try precision {}, or backend {}", here.join(" or "), others.join(" or "))
}
