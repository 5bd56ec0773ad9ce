#!/usr/bin/env python3
"""Trees and commits as git would not write them, at random: what the product judges has to be what git shows.

No commit here has a stamp, so one that is accepted changes nothing of plan and policy, and git is asked whether it does:
by listing the trees and by looking each path up. What the product will not judge, it refuses, and that is right as well.

usage: objects.py PROGRAM [COUNT [SEED]]
"""
import collections
import os
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from attack.lab import Repository, base
from attack.special import done_blob, entries

MODES = ["100644", "100755", "100664", "120000", "160000", "40000", "040000", "110644", "060000", "140000", "100000", "0100644", "10644"]
NAMES = ["M-12.json", "M-05.json", "M-05", "m-05.json", "M-05.jsona", "M-05.json ", "", ".", "..", ".git", "a/b", "plan.json",
         ".readiness", "ssot", "policies", "\u212a-1.json"]


def written(r, items):
    """A tree with its modes to the letter, zeros before them included."""
    return r.object("tree", b"".join(m.encode() + b" " + n.encode() + b"\0" + bytes.fromhex(i) for m, n, i in items))


def mutated(rng, items, objects):
    """Entries with one to three changes, as git sorts them more often than not."""
    items = list(items)
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.randrange(len(items)) if items else 0
        mode, name, id = items[at] if items else ("100644", "x", objects[0])
        change = rng.randrange(6)
        if change == 0:
            items[at:at + 1] = [(rng.choice(MODES), name, id)]
        elif change == 1:
            items[at:at + 1] = [(mode, name, rng.choice(objects))]
        elif change == 2:
            items[at:at + 1] = [(mode, rng.choice(NAMES), id)]
        elif change == 3:
            items.insert(at, (rng.choice(MODES), rng.choice([name, name, *NAMES]), rng.choice(objects)))
        elif change == 4 and items:
            del items[at]
        elif rng.random() < 0.3:
            rng.shuffle(items)
    if rng.random() < 0.7:
        items.sort(key=lambda item: item[1].encode() + (b"/" if item[0].lstrip("0").startswith("4") else b""))
    return items


def headers(rng, tree, parents, trees, changes):
    """A commit's headers, some of them twice, missing, misspelt or elsewhere."""
    person = "Ada <ada@example.com> 1700000000 +0000"
    lines = [f"tree {tree}", *[f"parent {p}" for p in parents], f"author {person}", f"committer {person}"]
    for _ in range(changes):
        extra = rng.choice([f"tree {rng.choice(trees)}", f"parent {rng.choice(parents)}", f"author {person}", f"committer {person}",
                            "encoding UTF-8", "encoding no-such-thing", "x-own tree", f" tree {rng.choice(trees)}", "gpgsig x", "tree", "",
                            f"Tree {rng.choice(trees)}", f"tree  {rng.choice(trees)}", f"tree {rng.choice(trees).upper()}",
                            f"parent {rng.choice(parents).upper()}"])
        change = rng.randrange(4)
        if change == 0:
            lines.insert(rng.randrange(len(lines) + 1), extra)
        elif change == 1:
            lines.append(extra)
        elif change == 2:
            lines[rng.randrange(len(lines))] = extra
        else:
            at = rng.randrange(len(lines) - 1)
            lines[at:at + 2] = lines[at + 1], lines[at]
    return "\n".join(lines) + (rng.choice(["\n\n", "\n", "\r\n\r\n"]) if changes else "\n\n") + rng.choice(["m\n", "", "tree x\n"])


def seen(r, commit, paths):
    """What git shows of plan and policy; None where it shows nothing at all."""
    kept = []
    for options, names in ([], [".readiness/", "ssot/plan.json"]), (["-r"], ["ssot/policies"]):
        listed = r.run("git", "ls-tree", "-z", *options, commit, "--", *names)
        if listed.returncode:
            return None
        for line in filter(None, listed.stdout.split("\0")):
            meta, path = line.split("\t", 1)
            mode, kind, id = meta.split()
            # The policy is its blobs, and the plan what ends in .json.
            if path.endswith(".json") if path.startswith(".readiness/") else kind != "commit":
                # Which of the modes of a regular file it is says nothing.
                kept.append((mode[:3], kind, id, path))
    found = r.run("git", "cat-file", "--batch-check", text="".join(f"{commit}:{path}\n" for path in paths)).stdout
    return kept, [line if " missing" not in line else "missing" for line in found.splitlines()]


def case(job):
    """What came of one: accepted, refused, or not judged; and what is wrong, if anything."""
    r, tip, paths, objects, trees, seed = job
    rng = random.Random(seed)
    top = entries(r, "main^{tree}")
    tree, what = trees[0], rng.choice(["tree", "tree", "headers", "both"])
    if what != "headers":
        folders = {".readiness": "main:.readiness", "ssot": "main:ssot"}
        where = rng.choice([".readiness", ".readiness", "ssot", "policies", "top"])
        if where == "top":
            items = mutated(rng, top, objects)
        elif where == "policies":
            made = written(r, mutated(rng, entries(r, "main:ssot/policies"), objects))
            ssot = written(r, [(m, n, made if n == "policies" else i) for m, n, i in entries(r, "main:ssot")])
            items = [(m, n, ssot if n == "ssot" else i) for m, n, i in top]
        else:
            made = written(r, mutated(rng, entries(r, folders[where]), objects))
            items = [(m, n, made if n == where else i) for m, n, i in top]
        tree = written(r, items)
    text = headers(rng, tree, [tip], [*trees, tree], rng.choice([0, 1, 1, 2]) if what != "tree" else 0)
    commit = r.object("commit", text.encode())
    verify = r.run(r.program, "verify", commit, "--no-cache")
    if verify.returncode not in (0, 1, 3) and "(unknown-revision)" not in verify.stderr:
        return "fault", f"seed {seed}: verify ended with {verify.returncode}: {verify.stderr[:300]}"
    if verify.returncode:
        # What libgit2 takes for no commit names no revision.
        return "refused" if verify.returncode == 1 else "not judged", None
    parents = r.run("git", "rev-parse", commit + "^@").stdout.split()
    after = seen(r, commit, paths)
    if after is None or not parents or any(seen(r, parent, paths) != after for parent in parents):
        return "fault", f"seed {seed}: accepted, and git shows a change: {commit}\n{text}\n{after}"
    return "accepted", None


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    with tempfile.TemporaryDirectory() as top:
        base(program, top)
        r = Repository(program, top)
        tip = r.git("rev-parse", "main")
        paths = [f".readiness/M-{n:02}.json" for n in range(1, 13)] + ["ssot/plan.json", "ssot/policies/authorization.json"]
        done = done_blob(r)
        objects = [done, r.git("rev-parse", "main:.readiness/M-12.json"), r.git("rev-parse", "main:.readiness"),
                   r.git("rev-parse", "main:ssot"), r.git("rev-parse", "main:ssot/plan.json")]
        evil = written(r, [(m, n, done if n == "M-12.json" else i) for m, n, i in entries(r, "main:.readiness")])
        trees = [r.git("rev-parse", "main^{tree}"),
                 written(r, [(m, n, evil if n == ".readiness" else i) for m, n, i in entries(r, "main^{tree}")])]
        jobs = [(r, tip, paths, objects, trees, first + n) for n in range(count)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(case, jobs))
    faults = [fault for _, fault in results if fault]
    for fault in faults[:20]:
        print(fault)
    kinds = collections.Counter(kind for kind, _ in results)
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()) if kind != "fault")
    print(f"{count} commits and trees from seed {first}: {told}; {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
