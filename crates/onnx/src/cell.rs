//! One pass of a model as a benchmark.

use std::path::Path;
#[cfg(feature = "browser")]
use std::time::{Duration, Instant};

use accel_bench::{Bencher, Error, Host, Throughput};

use crate::error::OnnxError;
use crate::input::Tensor;
use crate::model::OnnxModel;
#[cfg(feature = "browser")]
use crate::web::WebModel;
use crate::{Axes, Provider, Runtime, WebProvider, file};

/// The parameters that give dynamic axes their lengths.
const AXES: [&str; 3] = ["batch-size", "sequence-length", "image-size"];

/// Times one pass of the benchmark's `model` on its backend. A call returns when its outputs are on the host.
///
/// # Errors
///
/// When the machine lacks the library, the provider or the file (*unsupported*), and when the model fails or computes what is
/// not a number.
pub fn pass(b: &mut Bencher) -> Result<(), Error> {
    let model = b.try_param::<String>("model")?;
    let mut axes = Axes::default();
    for name in AXES {
        if let Some(length) = b.optional_param::<u64>(name)? {
            axes = axes.with(name, usize::try_from(length).unwrap_or(usize::MAX));
        }
    }
    b.throughput(Throughput::Samples(b.optional_param::<u64>("batch-size")?.unwrap_or(1)));
    if b.is_only_described() {
        return Ok(());
    }
    let file = || file::find(&model).map_err(|error| fault(&error));
    match Runtime::of_backend(b.backend()) {
        Some(Runtime::Library(provider)) => in_library(b, &file()?, provider, &axes),
        Some(Runtime::Browser(provider)) => in_browser(b, &file()?, provider, &axes),
        None => Err(Error::unsupported(format!("`{}` does not run ONNX files", b.backend()))),
    }
}

fn in_library(b: &mut Bencher, file: &Path, provider: Provider, axes: &Axes) -> Result<(), Error> {
    b.device(Host);
    let mut model = b.cold("load", || OnnxModel::open(file, provider)).map_err(|error| fault(&error))?;
    let inputs = model.inputs(axes).map_err(|error| fault(&error))?;
    let outputs = b.cold("first-forward", || model.run(&inputs)).map_err(|error| fault(&error))?;
    check_finite(&outputs)?;
    b.try_iter(|| model.run(&inputs).map_err(|error| fault(&error)));
    Ok(())
}

#[cfg(not(feature = "browser"))]
fn in_browser(_: &mut Bencher, _: &Path, _: WebProvider, _: &Axes) -> Result<(), Error> {
    Err(Error::unsupported("built without the feature `browser` of accel-bench-onnx"))
}

/// A browser runs WebAssembly unoptimised first, and optimises what is called often meanwhile: kernels get several times as
/// fast within this time, in steps that look like a steady state.
#[cfg(feature = "browser")]
const OPTIMISED: Duration = Duration::from_secs(3);

/// By the page's clock: the way between this process and the browser is not in it.
#[cfg(feature = "browser")]
fn in_browser(b: &mut Bencher, file: &Path, provider: WebProvider, axes: &Axes) -> Result<(), Error> {
    let model = WebModel::open(file, provider).map_err(|error| fault(&error))?;
    b.note("onnxruntime-web", model.about().runtime.clone());
    b.device(model.device());
    b.cold("load", || model.load(axes)).map_err(|error| fault(&error))?;
    let outputs = b.cold("first-forward", || model.run()).map_err(|error| fault(&error))?;
    check_finite(&outputs)?;
    let start = Instant::now();
    while start.elapsed() < OPTIMISED {
        model.time(1).map_err(|error| fault(&error))?;
    }
    b.try_iter_custom(|iterations| model.time(iterations).map_err(|error| fault(&error)));
    Ok(())
}

fn fault(error: &OnnxError) -> Error {
    if error.is_unsupported() { Error::unsupported(error.to_string()) } else { Error::new(error.to_string()) }
}

fn check_finite(outputs: &[(String, Tensor)]) -> Result<(), Error> {
    for (name, tensor) in outputs {
        if let Tensor::F32(_, numbers) = tensor
            && let Some(wrong) = numbers.iter().find(|number| !number.is_finite())
        {
            return Err(Error::wrong_output(format!("the output `{name}` has a value of {wrong}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_numbers() {
        let output = |value: f32| [("y".to_owned(), Tensor::F32(vec![2], vec![1.0, value]))];
        assert!(check_finite(&output(2.0)).is_ok());
        let error = check_finite(&output(f32::NAN)).expect_err("it is not a number");
        assert!(error.to_string().contains("the output `y` has a value of NaN"), "{error}");
        assert!(check_finite(&[("n".to_owned(), Tensor::I64(vec![1], vec![1]))]).is_ok());
    }
}
