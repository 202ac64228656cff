//! One executable, as far as its code is concerned.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;

use object::{Architecture, Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, SymbolKind};

use crate::Error;
use crate::functions::{Function, functions};
use crate::pointers::{Pointer, pointers};
use crate::scan::{jump_through, tables, targets};

/// An executable's functions, constants and pointers.
pub struct Program {
    sections: Vec<Section>,
    functions: BTreeMap<u64, Function>,
    pointers: BTreeMap<u64, Pointer>,
    /// Every address that something refers to: where constants begin, and so where the one before ends.
    begins: BTreeSet<u64>,
    /// The sizes of named statics, in bytes.
    statics: BTreeMap<u64, u64>,
}

/// A part of the executable that is in memory while it runs.
#[derive(Debug)]
struct Section {
    range: Range<u64>,
    /// Empty where it is zeroed memory.
    bytes: Vec<u8>,
    holds: Holds,
}

/// A table of distances from itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Distances {
    Jumps(Vec<u64>),
    Constants(Vec<u64>),
}

/// The contents of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Code,
    /// Jumps to the functions of shared libraries.
    Stubs,
    Constants,
    /// Tables of the linker and of unwinding, which no code refers to.
    Tables,
    /// Memory that can change while the program runs.
    Statics,
}

impl Program {
    /// Reads an executable.
    ///
    /// # Errors
    /// When the file cannot be read, is not an ELF executable for x86-64, or has no symbols.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let data = fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let format = |source| Error::Format { path: path.to_owned(), source };
        let file = object::File::parse(&*data).map_err(format)?;
        if file.architecture() != Architecture::X86_64 {
            return Err(Error::Architecture { architecture: format!("{:?}", file.architecture()) });
        }
        let functions = functions(&file);
        if functions.is_empty() {
            return Err(Error::NoSymbols { path: path.to_owned() });
        }
        let sections = file.sections().filter_map(|section| Section::of(&section));
        let sections = sections.collect::<Result<_, _>>().map_err(format)?;
        let data = file.symbols().filter(|symbol| symbol.kind() == SymbolKind::Data && symbol.size() > 0);
        let statics = data.map(|symbol| (symbol.address(), symbol.size())).collect();
        let pointers = pointers(&file);
        let mut program = Self { sections, functions, pointers, begins: BTreeSet::new(), statics };
        program.begins = program.all_begins();
        let of_tables = program.begins_by_tables();
        program.begins.extend(of_tables);
        Ok(program)
    }

    /// The address of the function of this name, as in the source: `my_crate::module::name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn function(&self, name: &str) -> Result<u64, Error> {
        let found = self.functions.values().find(|function| function.name == name);
        found.map(|function| function.address).ok_or_else(|| Error::NoSuchFunction { name: name.to_owned() })
    }

    /// The address of the function that begins `distance` bytes behind the function called `name`.
    ///
    /// # Errors
    /// When no function has this name, or none begins there.
    pub fn function_from(&self, name: &str, distance: i64) -> Result<u64, Error> {
        let address = self.function(name)?.wrapping_add_signed(distance);
        match self.functions.contains_key(&address) {
            true => Ok(address),
            false => Err(Error::NoFunction { address }),
        }
    }

    fn all_begins(&self) -> BTreeSet<u64> {
        let of_pointers = self.pointers.values().filter_map(|pointer| match pointer {
            Pointer::Address(address) => Some(*address),
            Pointer::Import(_) => None,
        });
        let mut begins: BTreeSet<u64> = of_pointers.chain(self.statics.keys().copied()).collect();
        for function in self.functions.values() {
            targets(self.bytes(function.address..function.end()), function.address, &mut |target| {
                begins.insert(target);
            });
        }
        begins
    }

    /// Where constants begin that only a table of distances leads to.
    fn begins_by_tables(&self) -> Vec<u64> {
        let of_function =
            |function: &Function| tables(self.bytes(function.address..function.end()), function.address);
        let tables = self.functions.values().flat_map(of_function);
        let constants = |table: u64| match self.distances(table)? {
            Distances::Constants(targets) => Some(targets),
            Distances::Jumps(_) => None,
        };
        tables.filter_map(constants).flatten().collect()
    }

    /// The places that a table at this address leads to, if it can be one of distances from itself, four bytes each.
    pub(crate) fn distances(&self, address: u64) -> Option<Distances> {
        let words = self.bytes(self.extent(address)).as_chunks::<4>().0.iter();
        let target = |word: &[u8; 4]| address.wrapping_add_signed(i64::from(i32::from_le_bytes(*word)));
        let leads_to = |wanted: Holds| {
            move |target: &u64| self.section(*target).is_some_and(|section| section.holds == wanted)
        };
        let all: Vec<u64> = words.map(target).collect();
        if all.len() < 2 {
            return None;
        }
        // A table of jumps may end where the next one begins, without anything that refers to it.
        let jumps: Vec<u64> = all.iter().copied().take_while(leads_to(Holds::Code)).collect();
        match all.iter().all(leads_to(Holds::Constants)) {
            true => Some(Distances::Constants(all)),
            false => (jumps.len() >= 2).then_some(Distances::Jumps(jumps)),
        }
    }

    /// The function of a shared library that a stub at this address jumps to.
    pub(crate) fn stub(&self, address: u64) -> Option<&Pointer> {
        let section = self.section(address).filter(|section| section.holds == Holds::Stubs)?;
        self.pointer_at(jump_through(self.bytes(address..section.range.end), address)?)
    }

    /// The function that this address lies in.
    pub(crate) fn function_at(&self, address: u64) -> Option<&Function> {
        let (_, function) = self.functions.range(..=address).next_back()?;
        (address < function.end()).then_some(function)
    }

    pub(crate) fn pointer_at(&self, address: u64) -> Option<&Pointer> {
        self.pointers.get(&address)
    }

    pub(crate) fn pointers_in(&self, range: Range<u64>) -> impl Iterator<Item = (u64, &Pointer)> {
        self.pointers.range(range).map(|(at, pointer)| (*at, pointer))
    }

    /// The bytes in a range, as far as they are in the file.
    pub(crate) fn bytes(&self, range: Range<u64>) -> &[u8] {
        let Some(section) = self.section(range.start) else { return &[] };
        let offset = |address: u64| usize::try_from(address - section.range.start).unwrap_or(usize::MAX);
        let end = offset(range.end.clamp(range.start, section.range.end)).min(section.bytes.len());
        section.bytes.get(offset(range.start)..end).unwrap_or_default()
    }

    /// Says whether the memory at this address can change while the program runs.
    pub(crate) fn is_writable(&self, address: u64) -> bool {
        self.section(address).is_some_and(|section| section.holds == Holds::Statics)
    }

    /// From where to where a constant or static lies that begins at this address.
    pub(crate) fn extent(&self, address: u64) -> Range<u64> {
        if let Some(size) = self.statics.get(&address) {
            return address..address.saturating_add(*size);
        }
        let limit = self.section(address).map_or(address, |section| section.range.end);
        let next = self.begins.range(address.saturating_add(1)..).next().copied().unwrap_or(limit);
        address..next.min(limit)
    }

    fn section(&self, address: u64) -> Option<&Section> {
        self.sections.iter().find(|section| section.range.contains(&address))
    }
}

impl Section {
    /// `None`: it is not in memory.
    fn of(section: &object::Section<'_, '_>) -> Option<Result<Self, object::Error>> {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { return None };
        if sh_flags.0 & object::elf::SHF_ALLOC.0 == 0 || section.kind() == SectionKind::UninitializedTls {
            return None;
        }
        let range = section.address()..section.address().saturating_add(section.size());
        let is =
            |names: &[&str]| section.name().is_ok_and(|name| names.iter().any(|one| name.starts_with(one)));
        let is_writable = sh_flags.0 & object::elf::SHF_WRITE.0 != 0;
        let holds = match section.kind() {
            SectionKind::Text if is(&[".plt"]) => Holds::Stubs,
            SectionKind::Text => Holds::Code,
            // Memory that only the loader writes to is constant afterwards.
            _ if is_writable && !is(&[".data.rel.ro", ".got"]) => Holds::Statics,
            _ if is_writable || is(&[".rodata"]) => Holds::Constants,
            _ => Holds::Tables,
        };
        // Next to pointers, the table of offsets holds the places of thread-local variables, which depend on all there are.
        let bytes = if is(&[".got"]) { Ok(&[][..]) } else { section.data() };
        Some(bytes.map(|bytes| Self { range, bytes: bytes.to_vec(), holds }))
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("functions", &self.functions.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::{Program as Source, ROOT};

    const SOURCE: &str = "
        #[inline(never)] fn helper(n: u64) -> u64 { n.rotate_left(7) }
        #[inline(never)] pub fn root(n: u64) -> u64 { helper(n) + 1 }";

    #[track_caller]
    fn refused(path: &Path, words: &str) {
        let error = Program::read(path).expect_err("it cannot be read");
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn files_that_are_no_executable_with_symbols() {
        let folder = tempfile::tempdir().expect("a folder");
        refused(&folder.path().join("none"), "cannot read");
        let text = folder.path().join("text");
        fs::write(&text, "#!/bin/sh\n").expect("it is written");
        refused(&text, "is not an executable");
        let whole = fs::read(Source::of(SOURCE).path()).expect("it is read");
        let cut = folder.path().join("cut");
        fs::write(&cut, &whole[..whole.len() / 2]).expect("it is written");
        assert!(Program::read(&cut).is_err(), "half a file");
        refused(&Source::with(SOURCE, &["-Cstrip=symbols"]).path(), "has no symbols");
        // The machine in the header of the file: ARM's 64 bits.
        let foreign = folder.path().join("foreign");
        let mut bytes = whole;
        bytes[0x12] = 183;
        fs::write(&foreign, &bytes).expect("it is written");
        refused(&foreign, "machine code of Aarch64 cannot be read, only that of x86-64");
    }

    #[test]
    fn functions_by_name_and_by_distance() {
        let program = Source::of(SOURCE).read();
        let root = program.function(ROOT).expect("it has one");
        let helper = program.function("program::helper").expect("it has one");
        let distance = helper.cast_signed() - root.cast_signed();
        assert_eq!(program.function_from(ROOT, distance).ok(), Some(helper));
        assert_eq!(program.function_from(ROOT, 0).ok(), Some(root));
        assert!(matches!(program.function_from(ROOT, 1), Err(Error::NoFunction { .. })));
        assert!(matches!(program.function("program::none"), Err(Error::NoSuchFunction { .. })));
    }

    #[test]
    fn addresses_within_functions() {
        let program = Source::of(SOURCE).read();
        let root = program.function(ROOT).expect("it has one");
        let found = program.function_at(root + 1).expect("it lies within");
        assert_eq!((found.name.as_str(), found.address), (ROOT, root));
        assert!(!program.is_writable(root));
        assert_eq!(program.bytes(root..root + 4).len(), 4);
        assert_eq!(program.bytes(0..4).len(), 0);
    }
}
