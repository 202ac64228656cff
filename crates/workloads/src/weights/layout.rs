//! The order of a matrix's values in memory.

use std::ops::Range;

/// Values per side of the square that is turned at a time: 32 rows of 32 `f32` fit the smallest cache.
const TILE: usize = 32;

/// The values of a `[rows, columns]` matrix in the order of its transpose.
///
/// Done on the host, once, rather than by a view on the device: burn's own linear layers keep their weights
/// contiguous, and a view would measure other kernels.
pub(crate) fn transpose(values: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for top in (0..rows).step_by(TILE) {
        for left in (0..columns).step_by(TILE) {
            for row in top..rows.min(top + TILE) {
                for column in left..columns.min(left + TILE) {
                    out[column * rows + row] = values[row * columns + column];
                }
            }
        }
    }
    out
}

/// The values of the columns in `part` of a matrix of `columns` columns, row by row.
pub(crate) fn columns(values: &[f32], columns: usize, part: Range<usize>) -> Vec<f32> {
    values.chunks_exact(columns).flat_map(|row| &row[part.clone()]).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: usize, columns: usize) {
        let values: Vec<f32> = (0..rows * columns).map(|v| v as f32).collect();
        let turned = transpose(&values, [rows, columns]);
        for row in 0..rows {
            for column in 0..columns {
                assert_eq!(turned[column * rows + row], values[row * columns + column], "{row}, {column}");
            }
        }
    }

    #[test]
    fn empty() {
        check(0, 0);
    }

    #[test]
    fn one_value() {
        check(1, 1);
    }

    #[test]
    fn a_row() {
        check(1, 70);
    }

    #[test]
    fn a_column() {
        check(70, 1);
    }

    #[test]
    fn whole_tiles() {
        check(64, 32);
    }

    #[test]
    fn ragged_tiles() {
        check(33, 95);
    }

    #[track_caller]
    fn check_columns(part: Range<usize>, expected: &[f32]) {
        assert_eq!(columns(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], 3, part), expected);
    }

    #[test]
    fn first_column() {
        check_columns(0..1, &[0.0, 3.0]);
    }

    #[test]
    fn last_columns() {
        check_columns(1..3, &[1.0, 2.0, 4.0, 5.0]);
    }

    #[test]
    fn no_columns() {
        check_columns(1..1, &[]);
    }
}
