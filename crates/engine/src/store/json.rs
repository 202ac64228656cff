//! JSON that people read in a diff: indented, but with each list of plain values on one line.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// `value` with a newline at its end.
pub(super) fn readable(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Readable::default()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Breaks an array into lines only once an object or an array turns up in it.
#[derive(Default)]
struct Readable {
    open: Vec<Shape>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Empty,
    /// An array of plain values so far.
    Line,
    Lines,
}

impl Readable {
    fn break_line<W: ?Sized + io::Write>(&self, to: &mut W) -> io::Result<()> {
        to.write_all(b"\n")?;
        self.open.iter().try_for_each(|_| to.write_all(b"  "))
    }

    fn begin<W: ?Sized + io::Write>(&mut self, to: &mut W, bracket: &[u8]) -> io::Result<()> {
        if let Some(parent @ Shape::Line) = self.open.last_mut() {
            *parent = Shape::Lines;
            self.break_line(to)?;
        }
        self.open.push(Shape::Empty);
        to.write_all(bracket)
    }

    fn end<W: ?Sized + io::Write>(&mut self, to: &mut W, bracket: &[u8]) -> io::Result<()> {
        if self.open.pop() == Some(Shape::Lines) {
            self.break_line(to)?;
        }
        to.write_all(bracket)
    }

    fn set(&mut self, shape: Shape) {
        if let Some(top) = self.open.last_mut() {
            *top = shape;
        }
    }
}

impl Formatter for Readable {
    fn begin_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        match self.open.last() {
            Some(Shape::Lines) => {
                to.write_all(b",")?;
                self.break_line(to)
            }
            _ if first => {
                self.set(Shape::Line);
                Ok(())
            }
            _ => to.write_all(b", "),
        }
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.set(Shape::Lines);
        if !first {
            to.write_all(b",")?;
        }
        self.break_line(to)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(value: &serde_json::Value, expected: &str) {
        let text = String::from_utf8(readable(value).unwrap()).unwrap();
        assert_eq!(text, format!("{expected}\n"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), *value);
    }

    #[test]
    fn plain_lists_stay_on_one_line() {
        check(&json!([1, 2.5, "x", null]), r#"[1, 2.5, "x", null]"#);
        check(&json!({}), "{}");
        check(&json!([]), "[]");
        check(&json!({"a": [], "b": {}}), "{\n  \"a\": [],\n  \"b\": {}\n}");
    }

    #[test]
    fn what_has_parts_is_indented() {
        check(&json!({"a": {"b": [1, 2]}, "c": 3}), "{\n  \"a\": {\n    \"b\": [1, 2]\n  },\n  \"c\": 3\n}");
        check(&json!([{"a": 1}, {"a": 2}]), "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]");
        check(&json!([[1, 2], [3]]), "[\n  [1, 2],\n  [3]\n]");
    }

    #[test]
    fn a_mixed_list_is_valid_all_the_same() {
        check(&json!([1, {"a": 2}, 3]), "[1, \n  {\n    \"a\": 2\n  },\n  3\n]");
    }
}
