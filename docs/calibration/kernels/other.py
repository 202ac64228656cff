"""Writes a module of code that no kernel uses: a `match` of ARMS arms, and FUNCTIONS small functions.

    python3 other.py ARMS FUNCTIONS SEED > src/other.rs
"""

import random
import sys

arms, functions, seed = map(int, sys.argv[1:])
random.seed(seed)

print("#[inline(never)]\npub fn work(n: u32) -> u32 {\n    match n %% %d {" % arms)
for arm in range(arms - 1):
    factor, turn, flip = random.randrange(3, 10**6), random.randrange(1, 31), random.randrange(10**6)
    print(f"        {arm} => n.wrapping_mul({factor}).rotate_left({turn}) ^ {flip},")
print("        _ => n,\n    }\n}\n")
for at in range(functions):
    factor, start = random.randrange(3, 10**6), random.randrange(9)
    print("#[inline(never)]")
    print(f"pub fn extra{at}(values: &[u32]) -> u32 {{")
    print(f"    values.iter().map(|v| v.wrapping_mul({factor}) ^ work(*v)).fold({start}, u32::wrapping_add)")
    print("}\n")
print("pub fn all(values: &[u32]) -> u32 {\n    let mut sum = 0;")
print("    for value in values {\n        sum ^= work(*value);\n    }")
for at in range(functions):
    print(f"    sum ^= extra{at}(values);")
print("    sum\n}")
