//! Constants, tables and statics: all that is in an executable besides code.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::pointers::Pointer;
use crate::program::Program;

/// A constant or static, less its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    /// A hash of its bytes, without the pointers.
    pub(crate) hash: u64,
    pub(crate) pointers: Vec<Pointer>,
}

/// Bytes of a pointer.
const POINTER: usize = 8;

/// Reads what lies in a range.
pub(crate) fn constant(program: &Program, range: Range<u64>) -> Constant {
    if is_location(program, &range) {
        return Constant { hash: 0, pointers: Vec::new() };
    }
    let mut bytes = program.bytes(range.clone()).to_vec();
    let mut pointers = Vec::new();
    for (at, pointer) in program.pointers_in(range.clone()) {
        pointers.push(pointer.clone());
        let start = usize::try_from(at - range.start).unwrap_or(usize::MAX);
        bytes.iter_mut().skip(start).take(POINTER).for_each(|byte| *byte = 0);
    }
    // Up to the next constant there may be padding.
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut hasher = DefaultHasher::new();
    (&bytes[..length], program.is_writable(range.start)).hash(&mut hasher);
    Constant { hash: hasher.finish(), pointers }
}

/// Says whether it is a place in the source, as a panic names it: a pointer to the file's name, its length, line and column. It is
/// only read on the way out, and every line that is added above moves it.
fn is_location(program: &Program, range: &Range<u64>) -> bool {
    let Some(Pointer::Address(name)) = program.pointer_at(range.start) else { return false };
    let bytes = program.bytes(range.clone());
    let Some(length) = bytes.get(POINTER..2 * POINTER) else { return false };
    let length = length.try_into().map_or(0, u64::from_le_bytes);
    let has_length = bytes.len() >= 3 * POINTER && length <= LONGEST_PATH;
    has_length && program.bytes(*name..name.saturating_add(length)).ends_with(b".rs")
}

/// Bytes of a path.
const LONGEST_PATH: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::Program as Source;

    /// The named static.
    fn of(source: &str) -> Constant {
        let source = format!(
            "{source}
            #[inline(never)] pub fn root(n: u64) -> u64 {{ std::hint::black_box(&raw const VALUE) as u64 + n }}"
        );
        let program = Source::of(&source).read();
        let graph = crate::graph::Graph::of(&program, program.function("program::root").expect("it has one"));
        let node = graph.nodes.iter().find(|node| node.function.is_none()).expect("it takes an address");
        constant(&program, node.address..node.address + node.bytes)
    }

    #[test]
    fn bytes_count_and_places_do_not() {
        let number = |number: u64| of(&format!("static VALUE: [u64; 2] = [{number}, 9];"));
        assert_eq!(number(7), number(7));
        assert_ne!(number(7).hash, number(8).hash);
        let behind = of("static OTHER: [u64; 9] = [1; 9]; static VALUE: [u64; 2] = [7, 9]; \
            pub fn other() -> &'static [u64] { std::hint::black_box(&OTHER) }");
        assert_eq!(behind, number(7));
    }

    #[test]
    fn pointers_are_what_they_lead_to() {
        let text = |text: &str| of(&format!("static VALUE: (&str, u64) = (\"{text}\", 5);"));
        let (one, other) = (text("abc"), text("xyz"));
        assert_eq!(one.hash, other.hash, "the text itself is another constant");
        assert_eq!((one.pointers.len(), other.pointers.len()), (1, 1));
        assert_ne!(text("abcd").hash, one.hash, "its length is not");
    }

    #[test]
    fn what_can_change_is_told_from_what_cannot() {
        let fixed = of("static VALUE: u64 = 5;");
        let mutable = of("static mut VALUE: u64 = 5;");
        assert_ne!(fixed.hash, mutable.hash);
    }
}
