#!/usr/bin/env python3
"""Pushes that are small and try to cost much: a gate answers each within 5 s and 256 MiB, and never by a signal.

The seconds are those of the processor, all threads together, so that other work on the machine does not count; what takes
30 s of the clock is killed, and fails.

Every push is made object by object, packed, measured (at most 50 KB), and put into a quarantine like git's own. The hook
then judges it. Two families are measured at two sizes: twice the baselines, twice the parents of a merge.

usage: bounds.py PROGRAM [--short] [NAME …]
"""
import os
import sys
import tempfile
from dataclasses import dataclass

from bound import contents, evidence, repeated, shapes  # noqa: F401  each registers its pushes
from bound.lab import Lab
from bound.meter import Meter
from bound.pushes import PUSHES

SECONDS, MEBIBYTES, PUSH, RATIO = 5.0, 256, 50_000, 2.6
FAMILIES = {"baselines": (shapes.roots, (100, 200)), "parents": (shapes.octopus, (50, 100)), "stamps": (repeated.repeated_stamps, (50, 100))}
SHORT = ["blob-of-zeros", "message-of-faulty-blocks", "deep-folders-of-the-policy", "wide-policy-by-repeated-folders", "endless-pattern-of-the-schema",
         "endless-pattern-of-secrets", "quadratic-pattern-on-a-long-text", "schema-that-doubles", "globs-that-double", "deep-json", "odd-dates",
         "huge-numbers-in-policies", "many-refs", "large-milestone-again-and-again", "message-of-one-line", "message-of-one-long-block",
         "pattern-near-the-bound-on-large-milestones", "patterns-of-secrets-on-large-milestones", "one-content-at-many-paths",
         "folders-repeated-under-the-inputs-of-a-check", "steps-of-a-schema-on-many-milestones", "unstamped-edits-on-many-parents",
         "wide-tree-of-guarded-files", "wide-tree-inside-ssot", "empty-folders-among-attestations", "many-false-signatures", "siblings-under-one-change",
         "one-stamp-repeated-in-many-messages", "many-stamps-on-many-lines", "review-changed-again-and-again", "many-heals-of-one-change"]


@dataclass
class Measured:
    name: str
    size: int
    clock: float
    seconds: float
    memory: int
    code: int
    said: str

    @property
    def faults(self):
        found = {"too slow": self.seconds > SECONDS, "too much memory": self.memory > MEBIBYTES,
                 f"ended with {self.code}": not 0 <= self.code <= 3}
        return [what for what, holds in found.items() if holds]

    def tell(self, faults):
        print(f"{self.name:44} {self.size:6} B  {self.seconds:5.2f} s  {self.clock:5.2f} s of the clock  {self.memory:4} MiB  "
              f"exit {self.code}  {'; '.join(faults)}".rstrip(), flush=True)
        if os.environ.get("BOUNDS_SAYS"):
            print("    " + self.said[:600].replace("\n", "\n    "))


def main():
    words = [w for w in sys.argv[1:] if w != "--short"]
    program, named = words[0], words[1:]
    names = named or (SHORT if "--short" in sys.argv else list(PUSHES))
    failed, meter = [], Meter()
    with tempfile.TemporaryDirectory() as root:
        lab = Lab(program, root, meter)
        for name in names:
            if name in FAMILIES:
                continue
            made = PUSHES[name](lab)
            push = Measured(name, *lab.push(made))
            faults = push.faults + ([f"the push has {push.size} bytes, so it shows nothing"] if push.size > PUSH else [])
            push.tell(faults)
            if faults:
                failed.append(name)
        for name, (make, sizes) in FAMILIES.items():
            if named and name not in named:
                continue
            made = [(count, make(lab, count)) for count in sizes]
            # In turns, so that what else the machine does falls on both.
            turns = [[Measured(f"{count} {name}", *lab.push(updates)) for count, updates in made] for _ in range(5)]
            best = [min(pushes, key=lambda push: push.seconds) for pushes in zip(*turns)]
            for push in best:
                push.tell(push.faults)
                if push.faults:
                    failed.append(name)
            ratio = best[1].seconds / max(best[0].seconds, 0.02)
            print(f"twice the {name}: {ratio:.2f} times as long", flush=True)
            if ratio > RATIO:
                failed.append(f"twice the {name}")
    print(f"{len(names)} pushes; beyond the bounds: {', '.join(failed) if failed else 'none'}")
    sys.exit(1 if failed else 0)


main()
