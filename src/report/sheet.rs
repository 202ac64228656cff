//! Rows as comma-separated values.

use std::io;

use serde::Serialize;

/// A line for each row, below their fields' names.
pub(super) fn lines<T: Serialize>(rows: &[T]) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.serialize(row))?;
    text(writer)
}

/// The text that a writer holds.
pub(super) fn text(writer: csv::Writer<Vec<u8>>) -> io::Result<String> {
    let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row {
        case: &'static str,
        nanos: Option<f64>,
    }

    #[test]
    fn fields_are_named_once_and_quoted_where_they_need_it() {
        let rows = [Row { case: "a,b", nanos: Some(1.5) }, Row { case: "c", nanos: None }];
        assert_eq!(lines(&rows).expect("text"), "case,nanos\n\"a,b\",1.5\nc,\n");
        assert_eq!(lines::<Row>(&[]).expect("text"), "");
    }
}
