#[inline(never)]
pub fn work(n: u32) -> u32 {
    match n % 20 {
        0 => n.wrapping_mul(140894).rotate_left(19) ^ 888598,
        1 => n.wrapping_mul(841238).rotate_left(25) ^ 66172,
        2 => n.wrapping_mul(267462).rotate_left(4) ^ 519501,
        3 => n.wrapping_mul(797929).rotate_left(15) ^ 495185,
        4 => n.wrapping_mul(683247).rotate_left(13) ^ 827036,
        5 => n.wrapping_mul(220156).rotate_left(4) ^ 511554,
        6 => n.wrapping_mul(29727).rotate_left(29) ^ 876363,
        7 => n.wrapping_mul(408747).rotate_left(14) ^ 636944,
        8 => n.wrapping_mul(799311).rotate_left(25) ^ 2208,
        9 => n.wrapping_mul(729636).rotate_left(15) ^ 279267,
        10 => n.wrapping_mul(756592).rotate_left(26) ^ 239874,
        11 => n.wrapping_mul(619872).rotate_left(4) ^ 945215,
        12 => n.wrapping_mul(332852).rotate_left(1) ^ 23406,
        13 => n.wrapping_mul(26684).rotate_left(21) ^ 567712,
        14 => n.wrapping_mul(9655).rotate_left(29) ^ 399721,
        15 => n.wrapping_mul(719833).rotate_left(7) ^ 442621,
        16 => n.wrapping_mul(761114).rotate_left(1) ^ 553259,
        17 => n.wrapping_mul(232463).rotate_left(25) ^ 459158,
        18 => n.wrapping_mul(984790).rotate_left(16) ^ 579715,
        _ => n,
    }
}

pub fn all(values: &[u32]) -> u32 {
    let mut sum = 0;
    for value in values {
        sum ^= work(*value);
    }
    sum
}
