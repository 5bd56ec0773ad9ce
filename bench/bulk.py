#!/usr/bin/env python3
"""What reading a plan in bulk gains: `status` over 12, 300 and 10,000 packed milestones, beside git's own pipe over them.

usage: bulk.py PROGRAM WITHOUT

WITHOUT is a program of the same commit whose `MilestoneRow(id:bytes:by:)` reads each milestone by `Milestone.read`
alone. Bulk reading is worth its code while WITHOUT takes more than twice as long as the pipe over 10,000.
"""
import os, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import repositories
from measure import Command, compare_several, machine, run

if len(sys.argv) != 3:
    sys.exit(__doc__)
programs = [os.path.abspath(path) for path in sys.argv[1:]]
print(machine())
print("\n| milestones | in bulk | without | git's pipe |\n|---|---|---|---|")
for count in [12, 300, 10_000]:
    with tempfile.TemporaryDirectory() as top:
        folder = os.path.join(top, "repository")
        repositories.plan(programs[0], folder, count)
        run(folder, "git", "gc", "-q")
        run(folder, "git", "update-index", "-q", "--refresh")
        pipe = Command(["sh", "-c", "git ls-tree -r --format='%(objectname)' HEAD .readiness | git cat-file --batch"], folder)
        found = compare_several([Command([program, "status"], folder, answers=(0, 1)) for program in programs], pipe, 31)
        cells = [f"{each.ours * 1000:.1f} ms, {each.ours / each.theirs:.2f}" for each in found]
        print(f"| {count:,} | {' | '.join(cells)} | {found[0].theirs * 1000:.1f} ms |", flush=True)
