//! Parameters as the types a benchmark wants them in.

use accel_bench_record::ParamValue;

/// A type that a parameter can be read as.
pub trait FromParam: Sized {
    /// How the type is called in an error.
    const EXPECTED: &'static str;

    fn from_param(value: &ParamValue) -> Option<Self>;
}

impl FromParam for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_param(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromParam for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_param(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Float(value) => Some(*value),
            ParamValue::Int(value) => Some(*value as f64),
            _ => None,
        }
    }
}

impl FromParam for String {
    const EXPECTED: &'static str = "a text";

    fn from_param(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl FromParam for ParamValue {
    const EXPECTED: &'static str = "a value";

    fn from_param(value: &ParamValue) -> Option<Self> {
        Some(value.clone())
    }
}

macro_rules! whole_numbers {
    ($($kind:ty: $expected:literal),*) => {$(
        impl FromParam for $kind {
            const EXPECTED: &'static str = $expected;

            fn from_param(value: &ParamValue) -> Option<Self> {
                match value {
                    ParamValue::Int(value) => Self::try_from(*value).ok(),
                    _ => None,
                }
            }
        }
    )*};
}

whole_numbers! {
    i32: "a whole number of 32 bits",
    i64: "a whole number",
    u32: "a whole number from 0 of 32 bits",
    u64: "a whole number from 0",
    usize: "a whole number from 0"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: FromParam + PartialEq + std::fmt::Debug>(value: impl Into<ParamValue>, expected: Option<T>) {
        assert_eq!(T::from_param(&value.into()), expected);
    }

    #[test]
    fn whole_numbers_do_not_wrap() {
        check(8, Some(8_usize));
        check(-1, None::<usize>);
        check(-1, Some(-1_i64));
        check(1_i64 << 40, None::<u32>);
        check(1.0, None::<u64>);
    }

    #[test]
    fn an_integer_is_a_number_but_a_text_is_not() {
        check(2, Some(2.0));
        check(2.5, Some(2.5));
        check("2", None::<f64>);
    }

    #[test]
    fn texts_and_flags() {
        check("bert", Some("bert".to_owned()));
        check(1, None::<String>);
        check(true, Some(true));
        check("true", None::<bool>);
    }
}
