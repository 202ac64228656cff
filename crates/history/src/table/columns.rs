//! Whole columns of a file, in the types that the table has.

use std::ops::Range;

use parquet::basic::{Encoding, Type};
use parquet::column::page::Page;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::RowGroupReader;
use parquet::file::writer::SerializedColumnWriter;

/// A column's cells in the order of the rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    Flags(Vec<Option<bool>>),
    Numbers(Vec<Option<i64>>),
    Values(Vec<Option<f64>>),
    Texts(Vec<Option<ByteArray>>),
}

impl Column {
    /// An empty column of a type of the table.
    pub(super) fn of(kind: Type) -> Result<Self> {
        match kind {
            Type::BOOLEAN => Ok(Self::Flags(Vec::new())),
            Type::INT64 => Ok(Self::Numbers(Vec::new())),
            Type::DOUBLE => Ok(Self::Values(Vec::new())),
            Type::BYTE_ARRAY => Ok(Self::Texts(Vec::new())),
            other => Err(ParquetError::General(format!("the table has no columns of {other}"))),
        }
    }

    /// Adds the cells of one row group.
    pub(super) fn read(&mut self, group: &dyn RowGroupReader, at: usize) -> Result<()> {
        match self {
            Self::Flags(cells) => cells.extend(read::<BoolType>(group, at)?),
            Self::Numbers(cells) => cells.extend(read::<Int64Type>(group, at)?),
            Self::Values(cells) => cells.extend(read::<DoubleType>(group, at)?),
            Self::Texts(cells) => cells.extend(read::<ByteArrayType>(group, at)?),
        }
        Ok(())
    }

    /// Writes the cells of these rows.
    pub(super) fn write(&self, to: &mut SerializedColumnWriter<'_>, rows: &[usize]) -> Result<()> {
        match self {
            Self::Flags(cells) => write::<BoolType>(to, cells, rows),
            Self::Numbers(cells) => write::<Int64Type>(to, cells, rows),
            Self::Values(cells) => write::<DoubleType>(to, cells, rows),
            Self::Texts(cells) => write::<ByteArrayType>(to, cells, rows),
        }
    }
}

/// The place of a column.
pub(super) fn place(group: &dyn RowGroupReader, name: &str) -> Result<usize> {
    let columns = group.metadata().schema_descr().columns();
    let place = columns.iter().position(|column| column.name() == name);
    place.ok_or_else(|| ParquetError::General(format!("the column `{name}` is missing")))
}

/// The text of each of these rows; without any, of all rows. The column is a required one.
pub(super) fn texts(
    group: &dyn RowGroupReader,
    name: &str,
    rows: Option<Range<usize>>,
) -> Result<Vec<ByteArray>> {
    let cells = Cells::read::<ByteArrayType>(group, place(group, name)?, rows)?;
    if cells.levels.is_some() {
        return Err(ParquetError::General(format!("`{name}` is an optional column")));
    }
    Ok(cells.values)
}

/// The number of each of these rows.
pub(super) fn values(group: &dyn RowGroupReader, name: &str, rows: Range<usize>) -> Result<Vec<Option<f64>>> {
    Ok(Cells::read::<DoubleType>(group, place(group, name)?, Some(rows))?.expanded())
}

/// The texts that the column can have in this group; `None` where the file does not say.
pub(super) fn dictionary(group: &dyn RowGroupReader, name: &str) -> Result<Option<Vec<ByteArray>>> {
    let at = place(group, name)?;
    let column = group.metadata().column(at);
    // A writer whose dictionary grew too large goes on without.
    let is_whole = column.dictionary_page_offset().is_some()
        && column.page_encoding_stats_mask().is_some_and(|mask| {
            mask.is_only(Encoding::PLAIN_DICTIONARY) || mask.is_only(Encoding::RLE_DICTIONARY)
        });
    if !is_whole {
        return Ok(None);
    }
    let page = group.get_column_page_reader(at)?.next().transpose()?;
    let Some(Page::DictionaryPage { buf, num_values, .. }) = page else { return Ok(None) };
    // Plain encoding: four bytes of length before each text.
    let (mut texts, mut rest) = (Vec::new(), 0);
    for _ in 0..num_values {
        let length = buf.get(rest..rest + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
        let end = length.map(|length| rest + 4 + length as usize).filter(|end| *end <= buf.len());
        let Some(end) = end else { return Err(ParquetError::General("a dictionary is cut".to_owned())) };
        texts.push(ByteArray::from(buf.slice(rest + 4..end)));
        rest = end;
    }
    Ok(Some(texts))
}

/// The text of a cell.
pub(super) fn text(cell: &ByteArray) -> Result<&str> {
    std::str::from_utf8(cell.data()).map_err(|_| ParquetError::General("a text is not UTF-8".to_owned()))
}

/// The cells of a column in some rows: a level for each row, where it is optional, and the values that are there.
struct Cells<T> {
    levels: Option<Vec<i16>>,
    values: Vec<T>,
}

impl<T> Cells<T> {
    fn read<D: DataType<T = T>>(
        group: &dyn RowGroupReader,
        at: usize,
        rows: Option<Range<usize>>,
    ) -> Result<Self> {
        let all = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        let rows = rows.unwrap_or(0..all);
        let is_optional = group.metadata().column(at).column_descr().max_def_level() > 0;
        let reader = D::get_column_reader(group.get_column_reader(at)?);
        let mut reader =
            reader.ok_or_else(|| ParquetError::General("a column has another type".to_owned()))?;
        let (mut values, mut levels) = (Vec::with_capacity(rows.len()), Vec::new());
        let skipped = reader.skip_records(rows.start)?;
        let (read, ..) =
            reader.read_records(rows.len(), is_optional.then_some(&mut levels), None, &mut values)?;
        if skipped + read != rows.end {
            return Err(ParquetError::General(format!("a column has {} of {all} rows", skipped + read)));
        }
        Ok(Self { levels: is_optional.then_some(levels), values })
    }

    fn expanded(self) -> Vec<Option<T>> {
        let mut values = self.values.into_iter();
        match self.levels {
            None => values.map(Some).collect(),
            Some(levels) => {
                levels.into_iter().map(|level| if level > 0 { values.next() } else { None }).collect()
            }
        }
    }
}

fn read<D: DataType>(group: &dyn RowGroupReader, at: usize) -> Result<Vec<Option<D::T>>> {
    Ok(Cells::read::<D>(group, at, None)?.expanded())
}

fn write<T: DataType>(
    to: &mut SerializedColumnWriter<'_>,
    cells: &[Option<T::T>],
    rows: &[usize],
) -> Result<()> {
    let levels: Vec<i16> = rows.iter().map(|row| i16::from(cells[*row].is_some())).collect();
    let values: Vec<T::T> = rows.iter().filter_map(|row| cells[*row].clone()).collect();
    // Where the column is required, all levels are 1, and the writer ignores them.
    to.typed::<T>().write_batch(&values, Some(&levels), None)?;
    Ok(())
}
