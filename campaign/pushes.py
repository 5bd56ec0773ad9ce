#!/usr/bin/env python3
"""Random histories pushed in random steps: what the gate accepts, `verify` of every ref that moved accepts too.

usage: pushes.py PROGRAM [HISTORIES [FIRST-SEED]]

The histories are those of `run.py`. HEAD's branch of a bare repository is one of their legal ancestors; a push moves it, and
perhaps another branch and a new one, to later commits. `pre-receive`, `update` for each ref, and `reference-transaction` are
asked for the same push, each by itself. A failing seed runs alone.
"""
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import shutil

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run
from plans import PEOPLE
from repository import SEALED, Keys, Store

BATCH, ZERO = 25, "0" * 40


def git(folder, *arguments):
    return subprocess.run(["git", "-C", folder, *arguments], check=True, env=SEALED, capture_output=True, text=True).stdout.strip()


def asked(program, folder, hook, lines):
    """Whether a hook lets a push through."""
    shutil.rmtree(f"{folder}/readiness", ignore_errors=True)
    words = ["prepared"] if hook == "reference-transaction" else []
    if hook == "update":
        ref, (old, new) = next(iter(lines.items()))
        words = [ref, old, new]
    done = subprocess.run([program, "hook", hook, *words], cwd=folder, env={**SEALED, "HOME": folder, "GIT_DIR": "."}, text=True,
                          input="".join(f"{old} {new} {ref}\n" for ref, (old, new) in lines.items()), capture_output=True)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{hook} answers {done.returncode}: {done.stderr}")
    return done.returncode == 0


def push(program, folder, rng, history, tip, seed):
    """Makes one push of a history. Returns which hooks accepted it, and the faults."""
    legal = [i for i in range(tip + 1) if history.snapshot(i).plan_id and history.is_ancestor(i, tip)
             and run.product(program, folder, history.commits[i].id)[0]]
    if not legal:
        return None
    main = rng.choice(legal)
    later = [i for i in range(tip + 1) if history.is_ancestor(main, i) and i != main] or [main]
    refs = {"refs/heads/main": (main, rng.choice(later)), "refs/heads/side": (rng.choice(legal), rng.randint(0, tip)),
            "refs/heads/new": (None, rng.randint(0, tip))}
    moved = dict(rng.sample(sorted(refs.items()), rng.choice([1, 1, 2, 3])))
    moved.setdefault("refs/heads/main", refs["refs/heads/main"])
    id = lambda i: ZERO if i is None else history.commits[i].id
    for ref, (old, _) in refs.items():
        git(folder, "update-ref", *(["-d", ref] if old is None else [ref, id(old)]))
    lines = {ref: (id(old), id(new)) for ref, (old, new) in moved.items() if old != new}
    accepting, faults = [], []
    whole = [("pre-receive", lines), ("reference-transaction", lines)] if lines else []
    for hook, part in whole + [("update", {ref: line}) for ref, line in lines.items()]:
        if not asked(program, folder, hook, part):
            continue
        accepting.append(hook)
        for ref, (_, new) in part.items():
            accepted, found = run.product(program, folder, new)
            # A branch of another plan is not judged, and that verdict serves no other ref.
            other = history.snapshot(moved[ref][1]).plan_id not in (None, history.snapshot(main).plan_id)
            if not accepted and not (other and ref != "refs/heads/main"):
                faults.append(f"{hook} accepts {ref} {lines[ref]}, and verify says {sorted(set().union(*found.values()))}")
    return accepting, faults


def batch(job):
    program, seeds, keep = job
    run.KEYS = run.KEYS or Keys(PEOPLE)
    store, pushes, accepted, differences = Store(), 0, 0, []
    worlds = [(seed, *run.grown(seed, store)) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        folder = f"{keep or folder}/repository"
        store.refs = {}
        store.write(folder)
        for seed, world, tip in worlds:
            done = push(program, folder, random.Random(seed), world.history, tip, seed)
            if done:
                pushes, accepted = pushes + 1, accepted + len(done[0])
                if done[1]:
                    differences.append((seed, done[1]))
    return pushes, accepted, differences


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    keep = tempfile.mkdtemp(prefix="readiness-push.") if count == 1 else None
    jobs = [(program, range(first, first + count)[n:n + BATCH], keep) for n in range(0, count, BATCH)]
    pushes, accepted, wrong = 0, 0, 0
    with multiprocessing.Pool(min(len(jobs), os.cpu_count() or 1)) as pool:
        for more, let, faults in pool.imap_unordered(batch, jobs):
            pushes, accepted, wrong = pushes + more, accepted + let, wrong + len(faults)
            for seed, lines in faults:
                print(f"seed {seed}:\n  " + "\n  ".join(lines), flush=True)
    if keep:
        print(f"the repository: {keep}/repository")
    print(f"{pushes} pushes of {count} histories from seed {first}, {accepted} times accepted by a hook, {wrong} that verify refuses")
    # Hooks that refuse everything would pass.
    sys.exit(1 if wrong or count >= 100 and not accepted else 0)


if __name__ == "__main__":
    main()
