#!/usr/bin/env python3
"""Illegal changes against a real server with the gate, and against `verify`: each is refused by both with its code.

Three tables: the ways in which git itself brings a change past the hooks × illegal changes; the dimensions of a push (which
parent is first, which roots and bases, what the server's refs were before, what the stamp claims of date and name) × illegal
changes, with a legal neighbour for each cell that both accept; and attacks that fit no table.

usage: attacks.py PROGRAM [--quick]
"""
import itertools
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack import cells, table
from attack.changes import ILLEGAL, LEGAL
from attack.lab import base
from attack.special import ATTACKS
from attack.ways import IMPOSSIBLE, PAST_THE_HOOKS, WITH_THE_HOOKS


def main():
    program = os.path.abspath(sys.argv[1])
    quick = "--quick" in sys.argv
    only = [word for word in sys.argv[2:] if not word.startswith("--")]
    with tempfile.TemporaryDirectory() as top:
        jobs, counts = [], []
        if not only or "ways" in only:
            base(program, top + "/template")
            illegal = [(program, top + "/template", "illegal", way, name)
                       for way, name in itertools.product(PAST_THE_HOOKS, ILLEGAL) if (way, name) not in IMPOSSIBLE]
            legal = [(program, top + "/template", "legal", way, name) for way, name in itertools.product(WITH_THE_HOOKS, LEGAL)]
            attacks = [(program, top + "/template", "attack", way, name)
                       for way, name in itertools.product(("checked objects", "unchecked objects"), ATTACKS)]
            # In the quick form every way and every change is there as well, each with a part of the others.
            illegal = illegal[::7] if quick else illegal
            jobs = [(cells.cell, job) for job in attacks[::2 if quick else 1] + illegal + legal[::4 if quick else 1]]
            counts.append(f"{len(illegal)} illegal cells of {len(PAST_THE_HOOKS)} ways and {len(ILLEGAL)} changes, "
                          f"{len(attacks)} attacks beside them, {len(legal)} legal cells")
        if not only or "dimensions" in only:
            made = table.Table(program, top, quick)
            jobs += [(made.cell, job) for job in made.jobs]
            counts.append(made.size)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            faults = 0
            for fault in pool.map(lambda pair: pair[0](pair[1]), jobs):
                faults += bool(fault)
                if fault and faults <= 100:
                    print(fault, flush=True)
    print("; ".join(counts) + f": {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
