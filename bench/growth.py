#!/usr/bin/env python3
"""How cost grows with history and with the plan: the two tables of doc/design/performance.md.

usage: growth.py PROGRAM [--quick]

Medians of what runs in turn, so neighbours in a row are comparable. --quick leaves out the largest of each.
"""
import argparse, os, shutil, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import repositories
from measure import Command, compare_several, machine, run

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--quick", action="store_true")
options = options.parse_args()
program = os.path.abspath(options.program)


def row(count, ours, theirs, hooked, plain, times):
    """One line: what runs beside git, and then a commit with hooks beside one without."""
    read = compare_several(ours, theirs, times)
    kept = compare_several([hooked], plain, times)[0]
    cells = [f"{found.ours * 1000:.{1 if found.ours < 0.01 else 0}f} ms" for found in read]
    cells += [f"{read[0].theirs * 1000:.0f} ms", f"{kept.ours * 1000:.1f} ms, {kept.theirs * 1000:.1f} ms"]
    print(f"| {count:,} | " + " | ".join(cells) + " |", flush=True)


def commits(folder, path):
    """The same commit with the hooks that are installed, and without."""
    run(folder, program, "install")
    return repositories.commit(folder, path), repositories.commit(folder, path, "-c", "core.hooksPath=/dev/null")


print(machine())
with tempfile.TemporaryDirectory() as top:
    folder = os.path.join(top, "repository")
    print("\n| commits, a tenth of them runs | `verify --no-cache` | `verify` again | `git log --raw` | `git commit` of a milestone, with and without hooks |")
    print("|---|---|---|---|---|")
    for count in [1_000, 10_000, 100_000, 1_000_000][: 2 if options.quick else 4]:
        repositories.history(program, folder, count, 10)
        run(folder, program, "verify")
        run(folder, "git", "commit", "-q", "--allow-empty", "-m", "one more")
        audits = [Command([program, "verify", "--no-cache"], folder), Command([program, "verify"], folder)]
        log = Command(["git", "log", "--raw", "--", ".readiness"], folder)
        row(count, audits, log, *commits(folder, ".readiness/M-01.json"), 15 if count < 1_000_000 else 5)
        shutil.rmtree(folder)
    print("\n| milestones | `status` | `next` | `order` | `gate` | `git ls-tree \\| git cat-file --batch` | `git commit` of one, with and without hooks |")
    print("|---|---|---|---|---|---|---|")
    for count in [10, 1_000, 100_000][: 2 if options.quick else 3]:
        repositories.plan(program, folder, count)
        run(folder, "git", "gc", "-q")
        run(folder, "git", "update-index", "-q", "--refresh")
        readers = [Command([program, *words], folder, answers=(0, 1)) for words in [["status"], ["next"], ["order"], ["gate", "release"]]]
        pipe = Command(["sh", "-c", "git ls-tree -r --format='%(objectname)' HEAD .readiness | git cat-file --batch"], folder)
        row(count, readers, pipe, *commits(folder, ".readiness/M-000007.json"), 15 if count < 100_000 else 5)
        shutil.rmtree(folder)
