//! Several files as one, sorted so that a series lies together; and without runs that are gone.

use std::collections::BTreeSet;

use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::FileReader;
use parquet::file::writer::SerializedFileWriter;

use super::columns::{Column, text};
use super::file::{self, File};
use crate::error::Error;
use crate::facts::RunFacts;
use crate::row::ORDER;

/// All columns of some files, one behind the other.
struct Columns {
    names: Vec<String>,
    columns: Vec<Column>,
    rows: usize,
}

/// Makes one file's bytes of all rows whose runs are in `kept`.
pub(super) fn merge(files: &[&File], kept: &[RunFacts]) -> Result<Vec<u8>, Error> {
    let schema = file::schema().map_err(Error::encode(&files[0].path))?;
    let names: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let kinds = schema.get_fields().iter().map(|field| Column::of(field.get_physical_type()));
    let columns = kinds.collect::<ParquetResult<Vec<_>>>().map_err(Error::encode(&files[0].path))?;
    let mut all = Columns { names, columns, rows: 0 };
    for file in files {
        all.add(file)?;
    }
    let ids: BTreeSet<&str> = kept.iter().map(|run| run.id.as_str()).collect();
    all.rows_of(&ids).and_then(|rows| all.encode(&rows, kept)).map_err(Error::encode(&files[0].path))
}

impl Columns {
    fn add(&mut self, file: &File) -> Result<(), Error> {
        let reader = file::open(&file.path)?;
        for at in 0..reader.num_row_groups() {
            self.add_group(&reader, at).map_err(Error::unreadable(&file.path))?;
        }
        Ok(())
    }

    fn add_group(&mut self, reader: &dyn FileReader, at: usize) -> ParquetResult<()> {
        let group = reader.get_row_group(at)?;
        for (name, column) in self.names.iter().zip(&mut self.columns) {
            column.read(&*group, super::columns::place(&*group, name)?)?;
        }
        self.rows += usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        Ok(())
    }

    fn texts(&self, name: &str) -> ParquetResult<&[Option<ByteArray>]> {
        let place = self.names.iter().position(|own| own == name);
        match place.map(|place| &self.columns[place]) {
            Some(Column::Texts(cells)) => Ok(cells),
            _ => Err(ParquetError::General(format!("`{name}` is not a column of texts"))),
        }
    }

    /// The rows of these runs in the order of the series.
    fn rows_of(&self, runs: &BTreeSet<&str>) -> ParquetResult<Vec<usize>> {
        let run = self.texts("run")?;
        let mut rows = Vec::with_capacity(self.rows);
        for row in 0..self.rows {
            if run[row].as_ref().is_some_and(|run| text(run).is_ok_and(|run| runs.contains(run))) {
                rows.push(row);
            }
        }
        let order = ORDER.iter().map(|name| self.texts(name)).collect::<ParquetResult<Vec<_>>>()?;
        let data =
            |cells: &&[Option<ByteArray>], row: usize| cells[row].clone().map(|cell| cell.data().to_vec());
        rows.sort_by_cached_key(|row| order.iter().map(|cells| data(cells, *row)).collect::<Vec<_>>());
        Ok(rows)
    }

    fn encode(&self, rows: &[usize], runs: &[RunFacts]) -> ParquetResult<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut writer = SerializedFileWriter::new(&mut bytes, file::schema()?, file::properties(runs)?)?;
        for rows in rows.chunks(file::GROUP) {
            let mut group = writer.next_row_group()?;
            for column in &self.columns {
                let Some(mut to) = group.next_column()? else {
                    return Err(ParquetError::General("the schema has fewer columns".to_owned()));
                };
                column.write(&mut to, rows)?;
                to.close()?;
            }
            group.close()?;
        }
        writer.close()?;
        Ok(bytes)
    }
}
