//! The pointers that an executable's data holds: the loader's relocations say where they are and where they lead.

use std::collections::BTreeMap;

use object::elf::{R_X86_64_IRELATIVE, R_X86_64_RELATIVE};
use object::{Object, ObjectSymbol, ObjectSymbolTable, RelocationFlags, RelocationTarget};

/// The place that a pointer leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pointer {
    Address(u64),
    /// A symbol of a shared library.
    Import(String),
}

/// All pointers by the address that they lie at.
pub(crate) fn pointers(file: &object::File<'_>) -> BTreeMap<u64, Pointer> {
    let symbols = file.dynamic_symbol_table();
    let import = |index| {
        let symbol = symbols.as_ref()?.symbol_by_index(index).ok()?;
        match symbol.is_definition() {
            true => Some(Pointer::Address(symbol.address())),
            false => Some(Pointer::Import(symbol.name().ok()?.to_owned())),
        }
    };
    let leads_to = |relocation: &object::Relocation| match (relocation.flags(), relocation.target()) {
        (RelocationFlags::Elf { r_type: R_X86_64_RELATIVE | R_X86_64_IRELATIVE }, _) => {
            Some(Pointer::Address(relocation.addend().cast_unsigned()))
        }
        (_, RelocationTarget::Symbol(index)) => import(index),
        _ => None,
    };
    let all = file.dynamic_relocations().into_iter().flatten();
    all.filter_map(|(at, relocation)| Some((at, leads_to(&relocation)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::Program;

    #[test]
    fn pointers_lead_to_functions_and_to_libraries() {
        let source = "#[inline(never)] fn one(n: u64) -> u64 { n + 1 }
            static STEPS: [fn(u64) -> u64; 1] = [one];
            #[inline(never)] pub fn root(n: u64) -> u64 { std::hint::black_box(&STEPS)[0](n) }";
        let program = Program::of(source);
        let one = program.read().function("program::one").expect("it has one");
        let data = std::fs::read(program.path()).expect("it is read");
        let all = pointers(&object::File::parse(&*data).expect("an executable"));
        assert!(all.values().any(|pointer| *pointer == Pointer::Address(one)), "the static's");
        let imports: Vec<_> = all.values().filter(|pointer| matches!(pointer, Pointer::Import(_))).collect();
        assert!(imports.contains(&&Pointer::Import("write".to_owned())), "{imports:?}");
        assert!(!imports.contains(&&Pointer::Import(String::new())), "{imports:?}");
    }
}
