//! The inputs of a model: as its file describes them, and with values.

use crate::Axes;
use crate::error::OnnxError;

/// Numbers and their shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    F32(Vec<usize>, Vec<f32>),
    I64(Vec<usize>, Vec<i64>),
    I32(Vec<usize>, Vec<i32>),
    Bool(Vec<usize>, Vec<bool>),
}

#[cfg(feature = "browser")]
impl Tensor {
    pub(crate) fn shape(&self) -> &[usize] {
        let (Self::F32(shape, _) | Self::I64(shape, _) | Self::I32(shape, _) | Self::Bool(shape, _)) = self;
        shape
    }
}

/// An input of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    pub name: String,
    pub tensor: Tensor,
}

/// An input as the model's file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) element: Element,
    pub(crate) axes: Vec<Axis>,
}

/// An axis whose length the file says, or only its name, which may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "browser", derive(serde::Deserialize), serde(untagged))]
pub(crate) enum Axis {
    Length(usize),
    Named(String),
}

/// The types of numbers that inputs can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F32,
    I64,
    I32,
    Bool,
}

/// An input of these lengths, the same in every process: masks of ones, types of zeros, small indices, numbers between −1
/// and 1.
pub(crate) fn make(described: &Described, axes: &Axes) -> Result<Input, OnnxError> {
    let name = &described.name;
    let length = |(at, axis): (usize, &Axis)| match axis {
        Axis::Length(length) => Ok(*length),
        Axis::Named(symbol) => axes.length(symbol, at).ok_or_else(|| {
            let axis = if symbol.is_empty() { at.to_string() } else { symbol.clone() };
            OnnxError::OpenAxis { input: name.clone(), axis }
        }),
    };
    let shape = described.axes.iter().enumerate().map(length).collect::<Result<Vec<_>, _>>()?;
    let count = shape.iter().product();
    let tensor = match described.element {
        Element::F32 => Tensor::F32(shape, (0..count).map(number).collect()),
        Element::I64 => Tensor::I64(shape, (0..count).map(|at| i64::from(index(name, at))).collect()),
        Element::I32 => Tensor::I32(shape, (0..count).map(|at| index(name, at)).collect()),
        Element::Bool => Tensor::Bool(shape, vec![true; count]),
    };
    Ok(Input { name: name.clone(), tensor })
}

/// A number between −1 and 1 that looks random, and is the same on every machine.
fn number(at: usize) -> f32 {
    // Knuth's multiplicative hash, The Art of Computer Programming 3, 6.4.
    let hash = (at as u32).wrapping_mul(2_654_435_761) >> 8;
    hash as f32 / (1 << 23) as f32 - 1.0
}

/// A whole number that any vocabulary has; one for masks, zero for the types of tokens.
fn index(input: &str, at: usize) -> i32 {
    match input {
        name if name.contains("mask") => 1,
        name if name.contains("type") => 0,
        _ => (at % 16) as i32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, element: Element, axes: &[Axis]) -> Described {
        Described { name: name.to_owned(), element, axes: axes.to_vec() }
    }

    fn named(names: &[&str]) -> Vec<Axis> {
        names.iter().map(|name| Axis::Named((*name).to_owned())).collect()
    }

    fn axes() -> Axes {
        Axes::default().with("batch-size", 2).with("sequence-length", 3)
    }

    #[test]
    fn inputs_are_what_the_file_describes() {
        let of = |name: &str, element: Element, shape: &[Axis]| {
            make(&described(name, element, shape), &axes()).expect("an input").tensor
        };
        let tokens = named(&["batch", "sequence"]);
        assert_eq!(of("input_ids", Element::I64, &tokens), Tensor::I64(vec![2, 3], vec![0, 1, 2, 3, 4, 5]));
        assert_eq!(of("attention_mask", Element::I64, &tokens), Tensor::I64(vec![2, 3], vec![1; 6]));
        assert_eq!(of("token_type_ids", Element::I64, &tokens), Tensor::I64(vec![2, 3], vec![0; 6]));
        let pixels = [named(&[""]), [1, 2, 2].map(Axis::Length).to_vec()].concat();
        let Tensor::F32(shape, numbers) = of("pixel_values", Element::F32, &pixels) else {
            panic!("other numbers")
        };
        assert_eq!((shape, numbers.len()), (vec![2, 1, 2, 2], 8));
        assert!(numbers.iter().all(|number| (-1.0..1.0).contains(number)) && numbers[0] != numbers[1]);
        let two = [Axis::Length(2)];
        assert_eq!(of("flags", Element::Bool, &two), Tensor::Bool(vec![2], vec![true; 2]));
        assert_eq!(of("positions", Element::I32, &two), Tensor::I32(vec![2], vec![0, 1]));
    }

    #[test]
    fn an_open_axis_says_its_name() {
        let says = |shape: &[Axis]| {
            let error = make(&described("x", Element::F32, shape), &axes()).expect_err("it is open");
            assert!(!error.is_unsupported(), "{error}");
            error.to_string()
        };
        let open = says(&named(&["batch", "past"]));
        assert!(open.contains("the input `x` has an axis `past`"), "{open}");
        let nameless = says(&[Axis::Length(2), Axis::Named(String::new())]);
        assert!(nameless.contains("an axis `1`"), "{nameless}");
    }
}
