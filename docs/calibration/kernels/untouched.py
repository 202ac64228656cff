"""How often is code that nobody touched called changed? Changes `src/other.rs` again and again, and compares with HEAD.

    python3 untouched.py [COMPARISONS] [TOLERANCE] [OPTIONS of compare ...]

COMPARISONS is their number, or `30..42` for more than the first 30. Prints a line for each comparison, and the counts; `other_work`, which does change, is left out.
"""

import collections
import json
import pathlib
import random
import subprocess
import sys

asked = (sys.argv[1] if len(sys.argv) > 1 else "10").split("..")
seeds = range(*map(int, asked))
comparisons = len(seeds)
tolerance = sys.argv[2] if len(sys.argv) > 2 else "0.5%"
here = pathlib.Path(__file__).parent
module = here / "src/other.rs"
before = module.read_text()
counts = collections.Counter()
unfit = 0
try:
    for seed in seeds:
        random.seed(seed)
        arms, functions = random.randrange(20, 111), random.randrange(0, 5)
        other = subprocess.run(
            [sys.executable, here / "other.py", str(arms), str(functions), str(seed)],
            check=True, capture_output=True, text=True,
        )
        module.write_text(other.stdout)
        command = ["cargo", "accel-bench", "--quiet", "compare", "HEAD", "--measure", "--format", "json"]
        ran = subprocess.run(
            [*command, "--threshold", tolerance, *sys.argv[3:]], cwd=here, capture_output=True, text=True,
        )
        found = json.loads(ran.stdout)
        unfit += found["outcome"] == "unfit"
        rows = [row for row in found["rows"] if row["benchmark"] != "other_work"]
        verdicts = collections.Counter(row["verdict"] for row in rows)
        counts += verdicts
        changed = [
            f"{row['benchmark']} {row['effect_share']:+.2%}" for row in rows
            if row["verdict"] in ("regressed", "improved")
        ]
        print(arms, functions, seed, dict(verdicts), *changed, flush=True)
finally:
    module.write_text(before)
print(f"{counts['regressed'] + counts['improved']} of {counts.total()} untouched rows called changed;", end=" ")
print(f"{dict(counts)}; {unfit} of {comparisons} comparisons unfit")
