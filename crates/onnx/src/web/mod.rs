//! The same files in a browser: onnxruntime-web in a Chromium without a window, each model in a browser of its own.

mod browser;
mod device;
mod files;
mod memory;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::OnnxError;
use crate::input::{Axis, Described, Element, Input, Tensor};
use crate::{Axes, WebProvider, input};
use browser::Page;
pub use device::BrowserDevice;
use files::Files;

/// A browser with the runtime, and a model once it is loaded.
pub struct WebModel {
    page: Page,
    _files: Files,
    file: PathBuf,
    provider: WebProvider,
    about: About,
}

/// The browser's own description.
#[derive(Clone, Debug, Deserialize)]
pub struct About {
    /// `HeadlessChrome/148.0.0.0`
    pub agent: String,
    /// WebGPU's adapter; else empty.
    pub device: String,
    /// The version of onnxruntime-web.
    pub runtime: String,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    r#type: String,
    shape: Vec<Axis>,
}

#[derive(Serialize)]
struct Given<'i> {
    name: &'i str,
    r#type: &'static str,
    shape: &'i [usize],
    data: String,
}

#[derive(Deserialize)]
struct Output {
    name: String,
    shape: Vec<usize>,
    data: String,
}

impl fmt::Debug for WebModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebModel")
            .field("file", &self.file)
            .field("about", &self.about)
            .finish_non_exhaustive()
    }
}

impl WebModel {
    /// Starts a browser for the model in `file`, and sees that the provider has a device.
    ///
    /// # Errors
    ///
    /// When onnxruntime-web or a browser is missing, or the browser does not have the provider.
    pub fn open(file: &Path, provider: WebProvider) -> Result<Self, OnnxError> {
        let files = Files::serve(runtime()?, file.to_owned()).map_err(OnnxError::Provider)?;
        let page = Page::open(&files.address())?;
        let about =
            page.call("device", &json!({ "provider": provider.name() })).map_err(OnnxError::Provider)?;
        let about = serde_json::from_value(about).map_err(|error| OnnxError::Provider(error.to_string()))?;
        Ok(Self { page, _files: files, file: file.to_owned(), provider, about })
    }

    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// What the benchmark runs on.
    #[must_use]
    pub fn device(&self) -> BrowserDevice {
        let About { agent, device, .. } = &self.about;
        BrowserDevice { name: format!("{agent} {device}").trim().to_owned(), process: self.page.process() }
    }

    /// Compiles the model, and gives the page its inputs: of `axes`' lengths, as [`OnnxModel::inputs`](crate::OnnxModel::inputs)
    /// makes them.
    ///
    /// # Errors
    ///
    /// When the model cannot be read, leaves an axis open that `axes` does not name, or has values of another type.
    pub fn load(&self, axes: &Axes) -> Result<Vec<Input>, OnnxError> {
        // Which axes are open is asked of another provider first.
        let asked = if self.provider == WebProvider::WebNn { WebProvider::Wasm } else { self.provider };
        let described = self.compile(asked, &BTreeMap::new())?;
        let inputs = described.iter().map(|described| input::make(described, axes));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        if asked != self.provider {
            self.compile(self.provider, &lengths(&described, &inputs))?;
        }
        self.give(&inputs)?;
        Ok(inputs)
    }

    fn compile(
        &self,
        provider: WebProvider,
        lengths: &BTreeMap<String, usize>,
    ) -> Result<Vec<Described>, OnnxError> {
        let unreadable = |reason: String| OnnxError::Unreadable { file: self.file.clone(), reason };
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let what = json!({ "provider": provider.name(), "threads": threads, "lengths": lengths });
        let inputs = self.page.call("load", &what).map_err(unreadable)?;
        let inputs: Vec<Metadata> =
            serde_json::from_value(inputs).map_err(|error| unreadable(error.to_string()))?;
        inputs.into_iter().map(described).collect()
    }

    /// Gives the page inputs: they stay until others are given.
    ///
    /// # Errors
    ///
    /// When the page refuses them.
    pub fn give(&self, inputs: &[Input]) -> Result<(), OnnxError> {
        let inputs: Vec<_> = inputs.iter().map(given).collect();
        self.page.call("give", &json!({ "inputs": inputs })).map(drop).map_err(OnnxError::Run)
    }

    /// Runs the model: the outputs of 32-bit floats, with their names and shapes.
    ///
    /// # Errors
    ///
    /// When the runtime refuses the inputs, or fails.
    pub fn run(&self) -> Result<Vec<(String, Tensor)>, OnnxError> {
        let outputs = self.page.call("run", &Value::Null).map_err(OnnxError::Run)?;
        let outputs: Vec<Output> =
            serde_json::from_value(outputs).map_err(|error| OnnxError::Run(error.to_string()))?;
        outputs.into_iter().map(output).collect()
    }

    /// How long this many passes take, by the page's clock: from inputs to outputs in JavaScript's memory.
    ///
    /// # Errors
    ///
    /// When the runtime fails.
    pub fn time(&self, passes: u64) -> Result<Duration, OnnxError> {
        let millis = self.page.call("time", &json!({ "passes": passes })).map_err(OnnxError::Run)?;
        let millis = millis.as_f64().filter(|millis| millis.is_finite() && *millis >= 0.0);
        let millis = millis.ok_or_else(|| OnnxError::Run("the page's clock gave no time".to_owned()))?;
        Ok(Duration::from_secs_f64(millis / 1e3))
    }
}

/// The folder of onnxruntime-web: in `ACCEL_BENCH_ORT_WEB`, or in the `node_modules` here or above.
fn runtime() -> Result<PathBuf, OnnxError> {
    let named = std::env::var_os("ACCEL_BENCH_ORT_WEB").map(PathBuf::from);
    let here = std::env::current_dir().unwrap_or_default();
    find(named.as_deref(), &here).ok_or(OnnxError::NoWebRuntime)
}

/// A file that every version has.
const SCRIPT: &str = "ort.all.min.mjs";

fn find(named: Option<&Path>, here: &Path) -> Option<PathBuf> {
    let above = here.ancestors().map(|folder| folder.join("node_modules/onnxruntime-web"));
    let candidates: Vec<_> = named.map_or_else(|| above.collect(), |named| vec![named.to_owned()]);
    let folders = candidates.into_iter().flat_map(|folder| [folder.join("dist"), folder]);
    folders.into_iter().find(|folder| folder.join(SCRIPT).is_file())
}

fn described(input: Metadata) -> Result<Described, OnnxError> {
    let element = match input.r#type.as_str() {
        "float32" => Element::F32,
        "int64" => Element::I64,
        "int32" => Element::I32,
        "bool" => Element::Bool,
        _ => return Err(OnnxError::ValueType { input: input.name, found: input.r#type }),
    };
    Ok(Described { name: input.name, element, axes: input.shape })
}

/// The lengths that the inputs give to axes with a name.
fn lengths(described: &[Described], inputs: &[Input]) -> BTreeMap<String, usize> {
    let mut lengths = BTreeMap::new();
    for (described, input) in described.iter().zip(inputs) {
        for (axis, length) in described.axes.iter().zip(input.tensor.shape()) {
            if let Axis::Named(name) = axis
                && !name.is_empty()
            {
                lengths.insert(name.clone(), *length);
            }
        }
    }
    lengths
}

fn given(input: &Input) -> Given<'_> {
    let (r#type, data) = match &input.tensor {
        Tensor::F32(_, numbers) => ("float32", bytes(numbers, |number| number.to_le_bytes())),
        Tensor::I64(_, numbers) => ("int64", bytes(numbers, |number| number.to_le_bytes())),
        Tensor::I32(_, numbers) => ("int32", bytes(numbers, |number| number.to_le_bytes())),
        Tensor::Bool(_, flags) => ("bool", bytes(flags, |flag| [u8::from(*flag)])),
    };
    Given { name: &input.name, r#type, shape: input.tensor.shape(), data: STANDARD.encode(data) }
}

fn bytes<T, const N: usize>(numbers: &[T], word: impl Fn(&T) -> [u8; N]) -> Vec<u8> {
    numbers.iter().flat_map(word).collect()
}

fn output(output: Output) -> Result<(String, Tensor), OnnxError> {
    let data = STANDARD.decode(output.data).map_err(|error| OnnxError::Run(error.to_string()))?;
    let numbers: Vec<_> = data.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
    if numbers.len() != output.shape.iter().product::<usize>() {
        return Err(OnnxError::Run(format!(
            "`{}` has {} values for {:?}",
            output.name,
            numbers.len(),
            output.shape
        )));
    }
    Ok((output.name, Tensor::F32(output.shape, numbers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_in_a_folder_above_or_where_it_is_named() {
        let dir = tempfile::tempdir().expect("a folder");
        let (inner, dist) = (dir.path().join("a/b"), dir.path().join("node_modules/onnxruntime-web/dist"));
        std::fs::create_dir_all(&inner).expect("a folder");
        assert_eq!(find(None, &inner), None);
        std::fs::create_dir_all(&dist).expect("a folder");
        std::fs::write(dist.join(SCRIPT), "").expect("a file");
        assert_eq!(find(None, &inner), Some(dist.clone()));
        assert_eq!(find(dist.parent(), Path::new("/")), Some(dist.clone()));
        assert_eq!(find(Some(&dist), Path::new("/")), Some(dist));
        assert_eq!(find(Some(&inner), dir.path()), None, "a name that is wrong is not passed over");
    }

    #[test]
    fn numbers_cross_as_bytes() {
        let float = Input { name: "x".to_owned(), tensor: Tensor::F32(vec![2], vec![1.5, f32::NAN]) };
        let sent = given(&float);
        assert_eq!((sent.r#type, sent.shape), ("float32", [2].as_slice()));
        let back = Output { name: "x".to_owned(), shape: vec![2], data: sent.data };
        let (_, Tensor::F32(_, numbers)) = output(back).expect("numbers") else { panic!("others") };
        assert!(numbers[0] == 1.5 && numbers[1].is_nan());
        let tensors = [
            Tensor::I64(vec![1], vec![-2]),
            Tensor::I32(vec![1], vec![7]),
            Tensor::Bool(vec![2], vec![true, false]),
        ];
        let sent = tensors.map(|tensor| {
            let input = Input { name: String::new(), tensor };
            let given = given(&input);
            (given.r#type, STANDARD.decode(given.data).expect("base64"))
        });
        let expected = [
            ("int64", vec![254, 255, 255, 255, 255, 255, 255, 255]),
            ("int32", vec![7, 0, 0, 0]),
            ("bool", vec![1, 0]),
        ];
        assert_eq!(sent, expected);
        let short = Output { name: "y".to_owned(), shape: vec![3], data: STANDARD.encode([0; 8]) };
        assert!(output(short).expect_err("one is missing").to_string().contains("`y` has 2 values for [3]"));
    }

    #[test]
    fn axes_with_names_have_lengths() {
        let metadata = r#"{"name": "ids", "type": "int64", "shape": ["batch", 4, ""]}"#;
        let ids = described(serde_json::from_str(metadata).expect("metadata")).expect("a known type");
        assert_eq!((ids.element, ids.axes.len()), (Element::I64, 3));
        let input = Input { name: "ids".to_owned(), tensor: Tensor::I64(vec![2, 4, 5], Vec::new()) };
        assert_eq!(lengths(&[ids], &[input]), BTreeMap::from([("batch".to_owned(), 2)]));
        let half = Metadata { name: "h".to_owned(), r#type: "float16".to_owned(), shape: Vec::new() };
        assert!(described(half).expect_err("no such numbers").is_unsupported());
    }
}
