//! A report's tables as comma-separated values: a line a cell, so that tables of different columns go into one file.

use crate::document::{Block, Report};

const COLUMNS: [&str; 6] = ["section", "table", "row", "column", "text", "value"];

/// The file's text; a value is a number in its base unit.
///
/// # Errors
///
/// What `csv` reports; none for a text in memory.
pub fn render(report: &Report) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for section in &report.sections {
        let tables = section.blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        for table in tables {
            for row in &table.rows {
                let name = row.cells.first().map_or("", |cell| cell.text.as_str());
                for (column, cell) in table.columns.iter().zip(&row.cells).skip(1) {
                    let value = cell.value.map(|value| value.to_string()).unwrap_or_default();
                    writer.write_record([
                        &section.id,
                        &table.name,
                        name,
                        &column.title,
                        &cell.text,
                        &value,
                    ])?;
                }
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::report;

    #[test]
    fn a_report() {
        insta::assert_snapshot!(render(&report()).expect("text"), @"
        section,table,row,column,text,value
        summary,Cases,a/x_1@n,latency,2.000 ms,2000000
        summary,Cases,a/x_1@n,verdict,▲ regressed,
        ");
    }
}
