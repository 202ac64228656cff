//! The functions of an executable: where they lie, and what they are called.

use std::collections::BTreeMap;

use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};
use rustc_demangle::demangle;

/// One function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// As in the source, without the compiler's hashes.
    pub(crate) name: String,
    pub(crate) address: u64,
    /// Bytes.
    pub(crate) size: u64,
}

impl Function {
    pub(crate) fn end(&self) -> u64 {
        self.address.saturating_add(self.size)
    }
}

/// A symbol as in the source, without the compiler's hashes; one that is not mangled stays as it is.
#[must_use]
pub fn name(symbol: &str) -> String {
    format!("{:#}", demangle(symbol))
}

/// All functions by address. Of several names for one address the first in the alphabet counts.
pub(crate) fn functions(file: &object::File<'_>) -> BTreeMap<u64, Function> {
    let mut found: BTreeMap<u64, Function> = BTreeMap::new();
    for symbol in file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.is_definition())
    {
        let Ok(mangled) = symbol.name() else { continue };
        let (address, size, name) = (symbol.address(), symbol.size(), name(mangled));
        let function = Function { name, address, size };
        match found.get_mut(&address) {
            Some(present) if present.size >= size && present.name <= function.name => {}
            Some(present) => {
                present.size = present.size.max(size);
                present.name = function.name.min(std::mem::take(&mut present.name));
            }
            None => drop(found.insert(address, function)),
        }
    }
    close(&mut found, file);
    found
}

/// Functions written in assembly may have no size: they end where the next begins, or their section does.
fn close(found: &mut BTreeMap<u64, Function>, file: &object::File<'_>) {
    let texts = file.sections().filter(|section| section.kind() == SectionKind::Text);
    let texts: Vec<_> =
        texts.map(|section| (section.address(), section.address().saturating_add(section.size()))).collect();
    let starts: Vec<u64> = found.keys().copied().collect();
    for (at, start) in starts.iter().enumerate() {
        let function = found.get_mut(start).expect("it is one of the keys");
        let section = texts.iter().find(|(from, to)| (*from..*to).contains(start));
        let end = section.map_or(*start, |(_, to)| starts.get(at + 1).map_or(*to, |next| *to.min(next)));
        if function.size == 0 {
            function.size = end - start;
        }
    }
    found.retain(|_, function| function.size > 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::Program;

    #[test]
    fn symbols_of_both_manglings() {
        let check = |symbol: &str, expected: &str| assert_eq!(name(symbol), expected);
        check("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
        check("_RNvNtCs1_3app4work5inner", "app::work::inner");
        check("main", "main");
        check("", "");
    }

    /// The functions of a program of this source, by name.
    fn found(source: &str, flags: &[&str]) -> BTreeMap<String, Function> {
        let data = std::fs::read(Program::with(source, flags).path()).expect("it is read");
        let file = object::File::parse(&*data).expect("an executable");
        functions(&file).into_values().map(|function| (function.name.clone(), function)).collect()
    }

    #[test]
    fn functions_have_places_and_do_not_overlap() {
        let source = "#[inline(never)] fn helper(n: u64) -> u64 { n.rotate_left(7) }
            #[inline(never)] pub fn root(n: u64) -> u64 { helper(n) + 1 }";
        let all = found(source, &[]);
        assert!(
            all["program::helper"].size > 0 && all.contains_key("main"),
            "{:?}",
            all.get("program::helper")
        );
        let mut places: Vec<_> = all.values().map(|function| (function.address, function.end())).collect();
        places.sort_unstable();
        assert!(places.iter().all(|(start, end)| start < end));
    }

    #[test]
    fn code_in_assembly_ends_where_the_next_begins() {
        let source = "std::arch::global_asm!(\".globl bare\", \".type bare, @function\", \"bare:\", \"mov rax, rdi\", \"ret\");
            unsafe extern \"C\" { fn bare(n: u64) -> u64; }
            #[inline(never)] pub fn root(n: u64) -> u64 { unsafe { bare(n) } }";
        let all = found(source, &[]);
        assert!((4..4_096).contains(&all["bare"].size), "{:?}", all["bare"]);
    }
}
