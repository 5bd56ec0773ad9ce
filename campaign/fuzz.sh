#!/usr/bin/env bash
# Mutated inputs through parsers and judge in a sanitised build: COUNT of them from seed SEED, on all cores, 25,000 to a
# process. Swift's library of regular expressions leaks what it compiles, so a process does not live for a million.
# usage: fuzz.sh [COUNT [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."
count=${1:-1000000} seed=${2:-1} chunk=25000
program=$(scripts/build-fuzz.sh 2>.build-fuzz.log) || { tail -n 20 .build-fuzz.log; exit 1; }
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8
log=$(mktemp)
trap 'rm -f "$log"' EXIT
seq "$seed" $((seed + (count + chunk - 1) / chunk - 1)) |
  xargs -P "$(nproc)" -I{} "$program" $((count < chunk ? count : chunk)) {} 256 >"$log" 2>&1 || { tail -n 40 "$log"; exit 1; }
python3 - "$log" <<'SUM'
import re, sys
from collections import Counter
kinds, inputs, slowest, memory = Counter(), 0, 0, 0
for line in open(sys.argv[1]):
    head, _, rest = line.partition(": ")
    inputs += int(head.split()[0])
    listed, slow, used = rest.split("; ")
    for item in listed.split(", "):
        number, kind = item.split(" ", 1)
        kinds[kind] += int(number)
    slowest = max(slowest, int(re.search(r"took (\d+)", slow)[1]))
    memory = max(memory, int(used.split()[0]))
print(f"{inputs} inputs, no crash: " + ", ".join(f"{n} {k}" for k, n in sorted(kinds.items())))
print(f"the slowest took {slowest} ms; a process had {memory} MiB at most, of 256")
SUM
