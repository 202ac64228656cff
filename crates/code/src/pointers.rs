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
