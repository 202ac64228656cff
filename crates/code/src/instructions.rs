//! A function's instructions, told apart by what they do and not by where they lie.
//!
//! Jumps count in instructions from the function's beginning, and what is called or read is a reference: so the same function
//! at another address, or aligned otherwise, is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use iced_x86::{Instruction, Mnemonic, OpKind, Register};

use crate::functions::Function;
use crate::program::{Distances, Program};
use crate::scan::{decoder, loads_address, tables};

/// A reference of an instruction to something outside of its function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reference {
    /// It calls what lies there, jumps there, or takes the address.
    Address(u64),
    /// It reads or writes this many bytes there.
    Bytes(u64, u64),
}

/// A function, less its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// A hash of all instructions with their constants.
    pub(crate) exact: u64,
    /// A hash of all instructions without their constants.
    pub(crate) shape: u64,
    /// Without padding.
    pub(crate) instructions: usize,
    /// In the order of the instructions.
    pub(crate) references: Vec<Reference>,
}

/// Reads a function.
pub(crate) fn body(program: &Program, function: &Function) -> Body {
    let code = program.bytes(function.address..function.end());
    let all: Vec<Instruction> =
        decoder(code, function.address).into_iter().filter(|one| !is_padding(one)).collect();
    let places = all.iter().enumerate().map(|(at, one)| (one.ip(), at)).collect();
    let mut reader = Reader {
        program,
        places,
        tables: tables(code, function.address),
        exact: DefaultHasher::new(),
        shape: DefaultHasher::new(),
        references: Vec::new(),
    };
    all.iter().for_each(|one| reader.read(one));
    Body {
        exact: reader.exact.finish(),
        shape: reader.shape.finish(),
        instructions: all.len(),
        references: reader.references,
    }
}

/// Instructions that only fill the room up to an aligned address.
fn is_padding(instruction: &Instruction) -> bool {
    matches!(instruction.mnemonic(), Mnemonic::Nop | Mnemonic::Int3)
}

struct Reader<'p> {
    program: &'p Program,
    /// The number of the instruction at an address.
    places: BTreeMap<u64, usize>,
    /// Where tables of distances may lie.
    tables: BTreeSet<u64>,
    exact: DefaultHasher,
    shape: DefaultHasher,
    references: Vec<Reference>,
}

impl Reader<'_> {
    fn read(&mut self, instruction: &Instruction) {
        // A jump is the same instruction however far it goes.
        let code = if is_near_jump(instruction) { 0 } else { instruction.code() as u32 };
        self.both(&(code, instruction.mnemonic() as u32));
        for at in 0..instruction.op_count() {
            self.operand(instruction, at);
        }
    }

    fn operand(&mut self, instruction: &Instruction, at: u32) {
        match instruction.op_kind(at) {
            OpKind::Register => self.both(&(instruction.op_register(at) as u32)),
            OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64 => {
                self.jump(instruction.near_branch_target());
            }
            OpKind::Memory if instruction.is_ip_rel_memory_operand() => self.outside(instruction),
            OpKind::Memory => self.memory(instruction),
            // Implied ones, as those of string instructions, are in the code already.
            _ => instruction.try_immediate(at).ok().hash(&mut self.exact),
        }
    }

    fn jump(&mut self, target: u64) {
        match self.places.get(&target).copied() {
            Some(place) => self.both(&place),
            None => self.references.push(Reference::Address(target)),
        }
    }

    fn memory(&mut self, instruction: &Instruction) {
        let registers = (instruction.memory_base() as u32, instruction.memory_index() as u32);
        let segment = instruction.segment_prefix();
        self.both(&(
            registers,
            instruction.memory_index_scale(),
            segment as u32,
            instruction.memory_size() as u32,
        ));
        // Where a thread's own variables lie depends on all that there are.
        if segment != Register::FS {
            instruction.memory_displacement64().hash(&mut self.exact);
        }
    }

    fn outside(&mut self, instruction: &Instruction) {
        let address = instruction.ip_rel_memory_address();
        let bytes = instruction.memory_size().size() as u64;
        if loads_address(instruction) {
            return self.address(address);
        }
        self.both(&bytes);
        self.references.push(Reference::Bytes(address, bytes));
    }

    /// Takes the address of something: of a table of jumps within the function, of one of constants, or of anything else.
    fn address(&mut self, address: u64) {
        let targets = match self.program.distances(address) {
            Some(Distances::Constants(targets)) if self.tables.contains(&address) => targets,
            Some(Distances::Jumps(targets)) => {
                // The next table, if nothing refers to it, leads elsewhere.
                let is_own = |target: &u64| self.places.contains_key(target);
                targets.into_iter().take_while(is_own).collect()
            }
            _ => Vec::new(),
        };
        if targets.len() < 2 {
            return self.references.push(Reference::Address(address));
        }
        self.both(&targets.len());
        targets.iter().for_each(|target| self.jump(*target));
    }

    fn both(&mut self, what: &impl Hash) {
        what.hash(&mut self.exact);
        what.hash(&mut self.shape);
    }
}

fn is_near_jump(instruction: &Instruction) -> bool {
    instruction.is_jmp_short_or_near() || instruction.is_jcc_short_or_near()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample_tests::Program as Source;

    /// The function of this name in a program of this source.
    fn of(source: &str, name: &str, flags: &[&str]) -> Body {
        let source = format!("{source}\n#[inline(never)] pub fn root(n: u64) -> u64 {{ {name}(n) as u64 }}");
        let program = Source::with(&source, flags).read();
        let address = program.function(&format!("program::{name}")).expect("it has one");
        body(&program, program.function_at(address).expect("it begins there"))
    }

    const LOOPS: &str = "#[inline(never)] fn f(n: u64) -> u64 {
        let (mut k, mut steps) = (std::hint::black_box(n), 0);
        while k != 1 { k = if k % 2 == 0 { k / 2 } else { 3 * k + 1 }; steps += std::hint::black_box(1); }
        steps }";

    #[test]
    fn alignment_and_the_length_of_jumps_play_no_part() {
        let flags = ["-Cllvm-args=-align-all-functions=6", "-Cllvm-args=-align-all-nofallthru-blocks=6"];
        let (plain, aligned) = (of(LOOPS, "f", &[]), of(LOOPS, "f", &flags));
        assert_eq!(plain, aligned);
        assert!(plain.instructions > 8, "{plain:?}");
    }

    #[test]
    fn constants_are_told_from_instructions() {
        let add = |number: u64, sign: &str| {
            of(
                &format!(
                    "#[inline(never)] fn f(n: u64) -> u64 {{ std::hint::black_box(n) {sign} {number} }}"
                ),
                "f",
                &[],
            )
        };
        let (one, other, less) = (add(1_000, "+"), add(2_000, "+"), add(1_000, "^"));
        assert_ne!(one.exact, other.exact);
        assert_eq!(one.shape, other.shape);
        assert_ne!(one.shape, less.shape);
        assert_eq!(add(1_000, "+"), one);
    }

    #[test]
    fn offsets_within_a_value_are_constants() {
        let field = |name: &str| {
            let source = format!(
                "struct S {{ a: u64, b: u64 }}
                #[inline(never)] fn f(n: u64) -> u64 {{ let s = S {{ a: n, b: n + 1 }}; std::hint::black_box(&s).{name} }}"
            );
            of(&source, "f", &[])
        };
        assert_eq!(field("a").shape, field("b").shape);
        assert_ne!(field("a").exact, field("b").exact);
    }

    #[test]
    fn numbers_in_memory_are_references_of_their_size() {
        let source =
            "#[inline(never)] fn f(n: u64) -> u64 { (std::hint::black_box(n as f64) * 1.2345) as u64 }";
        let bytes = of(source, "f", &[]).references.into_iter().filter_map(|reference| match reference {
            Reference::Bytes(_, bytes) => Some(bytes),
            Reference::Address(_) => None,
        });
        assert!(bytes.into_iter().any(|bytes| bytes == 8), "a float of 64 bits");
    }

    #[test]
    fn variables_of_threads_lie_where_they_lie() {
        let own =
            "std::thread_local! { static OWN: std::cell::Cell<u64> = const { std::cell::Cell::new(3) }; }
            #[inline(never)] fn f(n: u64) -> u64 { OWN.with(|own| { own.set(own.get() + n); own.get() }) }";
        let another = "std::thread_local! { static OTHER: [std::cell::Cell<u64>; 9] = const { [const { std::cell::Cell::new(1) }; 9] }; }
            #[inline(never)] pub fn other(n: u64) -> u64 { OTHER.with(|all| { all[2].set(n); all[2].get() }) }
            pub fn also() { println!(\"{}\", other(std::env::args().count() as u64)); }";
        let (alone, beside) = (of(own, "f", &[]), of(&format!("{another} {own}"), "f", &[]));
        assert_eq!((alone.exact, alone.instructions), (beside.exact, beside.instructions));
    }

    #[test]
    fn a_function_may_call_itself() {
        let source = "#[inline(never)] fn f(n: u64) -> u64 { if n < 2 { n } else { f(std::hint::black_box(n) - 1) + f(n - 2) } }";
        let found = of(source, "f", &[]);
        assert_eq!(found, of(&format!("// Moved.\n{source}"), "f", &[]));
        assert!(found.references.len() < 4, "its calls of itself are jumps within it: {found:?}");
    }
}
