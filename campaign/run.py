#!/usr/bin/env python3
"""Random histories, judged by the product and by an independent model: no difference is accepted.

usage: run.py PROGRAM [HISTORIES [FIRST-SEED]]

A failing seed is printed; `run.py PROGRAM 1 SEED` runs it alone.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import histories
import model

SEALED = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


class Import:
    """A repository that is written by git fast-import, commit by commit, without any hook."""

    def __init__(self, folder):
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, env=SEALED)
        self.process = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE, env=SEALED)
        self.count = 0

    def commit(self, tree, parents):
        self.count += 1
        lines = ["reset refs/heads/main"] + ([f"from :{parents[0]}", ""] if parents else [""])
        lines += ["commit refs/heads/main", f"mark :{self.count}", f"author A <a@example.com> {self.count} +0000",
                  f"committer A <a@example.com> {self.count} +0000", "data 1", "m"]
        lines += [f"{word} :{mark}" for word, mark in zip(["from", *["merge"] * len(parents)], parents)] + ["deleteall"]
        for name, text in tree.items():
            lines += [f"M 100644 inline {name}", f"data {len(text.encode())}", text]
        self.process.stdin.write(("\n".join(lines) + "\n").encode())
        return self.count

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError("git fast-import failed")


def errors_by_commit(program, folder):
    output = subprocess.run([program, "-C", folder, "verify", "main", "--json"], capture_output=True, text=True, env=SEALED)
    found = {}
    for finding in json.loads(output.stdout)["findings"]:
        if finding["severity"] == "error":
            found.setdefault(finding.get("commit"), set()).add(finding["code"])
    return found


def commits(folder):
    listing = subprocess.run(["git", "-C", folder, "rev-list", "--reverse", "--topo-order", "main"], capture_output=True,
                             text=True, check=True, env=SEALED)
    return listing.stdout.split()


def linear(rng, folder):
    """Twelve commits in a row; what the model says of each."""
    history = [histories.baseline(rng, 5)]
    repository = Import(folder)
    repository.commit(history[0], [])
    for _ in range(12):
        history.append(histories.mutated(rng, history[-1]))
        repository.commit(history[-1], [len(history) - 1])
    repository.close()
    return {index: model.judge(history, index) for index in range(1, len(history))}


def merge(rng, folder):
    """Two sides and their merge; what the model says of the merge. None where a file cannot be read."""
    base = histories.baseline(rng, 4)
    is_clean = lambda tree: all(model.is_readable(model.parse(t)) for t in model.milestone_texts(tree).values())
    sides = []
    for _ in range(2):
        side = base
        for _ in range(rng.choice([1, 2, 2, 3])):
            following = histories.mutated(rng, side)
            side = following if is_clean(following) else side
        sides.append(side)
    tree = histories.merged(rng, base, *sides)
    if rng.random() < 0.35:
        tree = histories.mutated(rng, tree)
    if model.PLAN not in tree or not is_clean(tree):
        return None
    repository = Import(folder)
    root = repository.commit(base, [])
    marks = [repository.commit(side, [root]) for side in sides]
    repository.commit(tree, marks)
    repository.close()
    return {-1: model.judge_merge(base, sides, tree)}


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    judged = differences = 0
    seen = set()
    for seed in range(first, first + count):
        for kind in (linear, merge):
            with tempfile.TemporaryDirectory() as folder:
                expected = kind(random.Random(seed), folder)
                if expected is None:
                    continue
                ids, errors = commits(folder), errors_by_commit(program, folder)
                for index, codes in expected.items():
                    judged += 1
                    seen |= codes
                    found = errors.get(ids[index], set())
                    if found != codes:
                        differences += 1
                        print(f"seed {seed}, {kind.__name__}, commit {index}: the model says {sorted(codes)}, "
                              f"the product {sorted(found)}")
    print(f"{judged} commits of {count} seeds from {first}, {len(seen)} codes seen, {differences} differences")
    sys.exit(1 if differences else 0)


main()
