//! Bytes of a safetensors file to values. Little-endian, as the format says; pure.

use burn::tensor::{bf16, f16};
use safetensors::Dtype;

/// The values of a floating-point tensor as `f32`; `None` for any other type.
pub(crate) fn floats(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    match dtype {
        Dtype::F32 => Some(each(bytes, f32::from_le_bytes)),
        Dtype::F16 => Some(each(bytes, |b| f16::from_le_bytes(b).to_f32())),
        Dtype::BF16 => Some(each(bytes, |b| bf16::from_le_bytes(b).to_f32())),
        Dtype::F64 => Some(each(bytes, |b| f64::from_le_bytes(b) as f32)),
        _ => None,
    }
}

/// The values of an integer or boolean tensor as `i64`; `None` for any other type.
pub(crate) fn integers(dtype: Dtype, bytes: &[u8]) -> Option<Vec<i64>> {
    match dtype {
        Dtype::I64 => Some(each(bytes, i64::from_le_bytes)),
        Dtype::I32 => Some(each(bytes, |b| i32::from_le_bytes(b).into())),
        Dtype::U8 | Dtype::BOOL => Some(each(bytes, |[b]: [u8; 1]| b.into())),
        _ => None,
    }
}

fn each<const N: usize, T>(bytes: &[u8], value: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|&chunk| value(chunk)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_floats(dtype: Dtype, bytes: &[u8], expected: &[f32]) {
        assert_eq!(floats(dtype, bytes).as_deref(), Some(expected));
    }

    #[track_caller]
    fn check_integers(dtype: Dtype, bytes: &[u8], expected: &[i64]) {
        assert_eq!(integers(dtype, bytes).as_deref(), Some(expected));
    }

    #[test]
    fn f32_values() {
        check_floats(Dtype::F32, &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0], &[1.0, -2.0]);
    }

    #[test]
    fn f16_values() {
        check_floats(Dtype::F16, &[0, 0x3c, 0, 0xc0], &[1.0, -2.0]);
    }

    #[test]
    fn bf16_values() {
        check_floats(Dtype::BF16, &[0x80, 0x3f, 0, 0xc0], &[1.0, -2.0]);
    }

    #[test]
    fn f64_values() {
        check_floats(Dtype::F64, &(-0.5f64).to_le_bytes(), &[-0.5]);
    }

    #[test]
    fn i64_values() {
        check_integers(Dtype::I64, &(-3i64).to_le_bytes(), &[-3]);
    }

    #[test]
    fn i32_values() {
        check_integers(Dtype::I32, &(-3i32).to_le_bytes(), &[-3]);
    }

    #[test]
    fn booleans_are_integers() {
        check_integers(Dtype::BOOL, &[1, 0], &[1, 0]);
    }

    #[test]
    fn integers_are_no_floats() {
        assert_eq!(floats(Dtype::I64, &[0; 8]), None);
    }

    #[test]
    fn floats_are_no_integers() {
        assert_eq!(integers(Dtype::F32, &[0; 4]), None);
    }
}
