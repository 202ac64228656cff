//! The addresses that code refers to, as far as they can be seen without the program around it.

use std::collections::BTreeSet;

use iced_x86::{Code, Decoder, DecoderOptions, Instruction};

/// Calls `found` for every address that the code at `address` refers to relative to itself.
pub(crate) fn targets(code: &[u8], address: u64, found: &mut dyn FnMut(u64)) {
    for instruction in &mut decoder(code, address) {
        if instruction.is_ip_rel_memory_operand() {
            found(instruction.ip_rel_memory_address());
        }
    }
}

/// Where tables of distances may lie that this code reads: every address in a register that it reads distances from. A `match`
/// becomes a table of jumps or of constants: four bytes each, added to the address of the table.
pub(crate) fn tables(code: &[u8], address: u64) -> BTreeSet<u64> {
    let (mut loads, mut read) = (Vec::new(), BTreeSet::new());
    for instruction in &mut decoder(code, address) {
        if loads_address(&instruction) {
            loads.push((instruction.op0_register() as u32, instruction.ip_rel_memory_address()));
        }
        if is_read_of_distance(&instruction) {
            read.insert(instruction.memory_base() as u32);
        }
    }
    loads.into_iter().filter(|(register, _)| read.contains(register)).map(|(_, table)| table).collect()
}

pub(crate) fn loads_address(instruction: &Instruction) -> bool {
    instruction.code() == Code::Lea_r64_m && instruction.is_ip_rel_memory_operand()
}

/// The slot that the code at this address jumps through.
pub(crate) fn jump_through(code: &[u8], address: u64) -> Option<u64> {
    let mut instructions = decoder(code, address).into_iter().take(2);
    let jump = instructions.find(|one| one.is_jmp_near_indirect() && one.is_ip_rel_memory_operand())?;
    Some(jump.ip_rel_memory_address())
}

/// Reads four bytes of a table and extends their sign.
fn is_read_of_distance(instruction: &Instruction) -> bool {
    instruction.code() == Code::Movsxd_r64_rm32 && instruction.memory_index_scale() == DISTANCE
}

/// Bytes of a distance.
const DISTANCE: u32 = 4;

pub(crate) fn decoder(code: &[u8], address: u64) -> Decoder<'_> {
    Decoder::with_ip(64, code, address, DecoderOptions::NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `lea rax, [rip + 0x10]`: seven bytes, so the address is 0x17 behind its own.
    const LEA_RAX: &[u8] = &[0x48, 0x8d, 0x05, 0x10, 0, 0, 0];
    /// `movsxd rcx, dword ptr [rax + rcx*4]`.
    const READ_BY_RAX: &[u8] = &[0x48, 0x63, 0x0c, 0x88];
    /// `movsxd rcx, dword ptr [rdx + rcx*4]`.
    const READ_BY_RDX: &[u8] = &[0x48, 0x63, 0x0c, 0x8a];
    /// `movsxd rcx, dword ptr [rax + rcx*8]`: not of a table of distances.
    const READ_WIDER: &[u8] = &[0x48, 0x63, 0x0c, 0xc8];
    /// `jmp qword ptr [rip + 0x20]`: six bytes.
    const JUMP: &[u8] = &[0xff, 0x25, 0x20, 0, 0, 0];
    /// `endbr64`, which stubs may begin with.
    const LANDING: &[u8] = &[0xf3, 0x0f, 0x1e, 0xfa];
    const RETURN: &[u8] = &[0xc3];

    #[test]
    fn addresses_relative_to_the_code() {
        let check = |code: &[&[u8]], expected: &[u64]| {
            let mut found = Vec::new();
            targets(&code.concat(), 0x1000, &mut |address| found.push(address));
            assert_eq!(found, expected);
        };
        check(&[LEA_RAX], &[0x1017]);
        check(&[RETURN, LEA_RAX, JUMP], &[0x1018, 0x102e]);
        check(&[READ_BY_RAX, RETURN], &[]);
        check(&[], &[]);
    }

    #[test]
    fn tables_are_what_distances_are_read_from() {
        let check = |code: &[&[u8]], expected: &[u64]| {
            assert_eq!(tables(&code.concat(), 0x1000), expected.iter().copied().collect());
        };
        check(&[LEA_RAX, READ_BY_RAX], &[0x1017]);
        // The register may be loaded before a loop that lies above.
        check(&[READ_BY_RAX, RETURN, LEA_RAX], &[0x101c]);
        check(&[LEA_RAX, READ_BY_RDX], &[]);
        check(&[LEA_RAX, READ_WIDER], &[]);
        check(&[LEA_RAX], &[]);
    }

    #[test]
    fn stubs_jump_through_a_slot() {
        let check = |code: &[&[u8]], expected: Option<u64>| {
            assert_eq!(jump_through(&code.concat(), 0x2000), expected);
        };
        check(&[JUMP], Some(0x2026));
        check(&[LANDING, JUMP], Some(0x202a));
        check(&[RETURN], None);
        check(&[LEA_RAX, RETURN, JUMP], None);
    }
}
