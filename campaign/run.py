#!/usr/bin/env python3
"""Random histories, judged by the product and by an independent model: no difference is accepted.

usage: run.py PROGRAM [HISTORIES [FIRST-SEED]]

Each seed makes one history: a few lines of commits by several people under random policies, honest and dishonest, which
merge in every shape. A failing seed is printed with the repository and the codes that model and product give each commit, and
is shrunk to the commits that matter; `run.py PROGRAM 1 SEED` runs it alone and keeps the repository.
"""
import collections
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from model.audit import Audit
from model.history import Commit, History
from plans import PEOPLE
from repository import SEALED, Keys, Store
from worlds import DAY, START, World

BATCH = 25
KEYS = None


def product(program, folder, ref):
    """Whether the product accepts a history, and the codes of errors by commit."""
    output = subprocess.run([program, "-C", folder, "verify", ref, "--json", "--no-cache"], capture_output=True, text=True,
                            env={**SEALED, "HOME": folder})
    try:
        answer = json.loads(output.stdout)
        findings = answer["findings"]
    except (ValueError, KeyError):
        return None, {None: {f"exit {output.returncode}: {output.stdout[:300]}{output.stderr[:300]}"}}
    found = {}
    for finding in findings:
        if finding["severity"] == "error":
            found.setdefault(finding.get("commit"), set()).add(finding["code"])
    return answer["accepted"], found


def ranged(program, folder, seed, history, tip):
    """The differences of an audit that trusts one of the ancestors; None where there is none to choose."""
    rng = random.Random(seed)
    anchors = [x for x in history.ancestors(tip) if history.snapshot(x).plan_id]
    if not anchors:
        return None
    anchor = rng.choice(anchors)
    audit = Audit(history, KEYS.made, START + 400 * DAY)
    results = audit.judge(anchor)
    if any(audit.is_baseline(x) for x in history.only(tip, anchor)):
        # What a baseline beside the anchor's plan needs is for the table of attacks.
        return None
    said = product(program, folder, f"{history.commits[anchor].id}..{history.commits[tip].id}")
    accepted, found = said
    if history.snapshot(anchor).plan_id != audit.plan_id and accepted is not None:
        # The end of a range keeps the plan of its anchor, which is told of no commit.
        if not found.pop(None, set()) & {"plan-id-changed", "unrelated-plans"} and accepted:
            return ["the range ends at another plan than its anchor's; the product: legal"]
    lines = compare(history, (results, 0), accepted, found)
    return [f"from {history.commits[anchor].id[:10]}: {line}" for line in lines]


def answer(history):
    """What the model says of each commit, and the mask of commits that a `judgedFrom` of a refused history names.

    Whether such a `judgedFrom` counts makes no difference for the verdict, and the contract does not say.
    """
    audit = Audit(history, KEYS.made, START + 400 * DAY)
    results = audit.judge()
    return results, 0 if all(codes.legal for codes in results.values()) else audit.trusted_mask


def compare(history, said, accepted, found):
    """The differences, as lines of text."""
    results, open_to_both = said
    if accepted is None:
        return [str(found)]
    lines, ids = [], {commit.id: n for n, commit in enumerate(history.commits)}
    for index, codes in results.items():
        mine = found.get(history.commits[index].id, set())
        if not codes.fits(mine):
            lines.append(f"commit {index} {history.commits[index].id[:10]}: the model says {codes}; the product {sorted(mine) or 'legal'}")
    for id, codes in found.items():
        if id is None or ids.get(id) not in results and not open_to_both >> ids.get(id, 0) & 1:
            lines.append(f"commit {id}, which the model does not judge: the product says {sorted(codes)}")
    return lines


def part(history, index):
    """A history of a commit and its ancestors alone."""
    smaller, numbers = History(), {}
    for old in history.members(history.masks[index]):
        commit = history.commits[old]
        copy = Commit([numbers[p] for p in commit.parents], commit.files, commit.author, commit.message, commit.committed)
        copy.id = commit.id
        numbers[old] = smaller.add(copy)
    return smaller


def shrunk(program, folder, history, results, found):
    """The first commit with a difference that shows one by itself, as the tip of its own history."""
    ids = {commit.id: n for n, commit in enumerate(history.commits)}
    wrong = {ids[id] for id in found if id in ids and ids[id] not in results}
    wrong |= {i for i, codes in results.items() if not codes.fits(found.get(history.commits[i].id, set()))}
    for index in sorted(wrong):
        smaller = part(history, index)
        if compare(smaller, answer(smaller), *product(program, folder, history.commits[index].id)):
            return f"shown by {len(smaller.commits)} commits: verify {history.commits[index].id}"
    return "shown by the whole history only"


def grown(seed, store):
    world = World(seed, store, KEYS)
    tip = world.grow()
    history = world.history
    # What comes after the tip is nobody's ancestor.
    for kept in (history.commits, history.masks, history.effective):
        del kept[tip + 1:]
    store.refs[f"refs/heads/h{seed}"] = history.commits[tip].id
    return world, tip


def batch(job):
    """Judges a few seeds: how many commits and codes there were, and the differences."""
    global KEYS
    program, seeds, keep = job
    KEYS = KEYS or Keys(PEOPLE)
    store, judged, codes, differences, legal, unclear, shapes, ranges = Store(), 0, collections.Counter(), [], 0, collections.Counter(), collections.Counter(), 0
    worlds = [(seed, *grown(seed, store)) for seed in seeds]
    with tempfile.TemporaryDirectory() as folder:
        folder = keep or folder
        store.write(f"{folder}/repository")
        for seed, world, tip in worlds:
            said = answer(world.history)
            results = said[0]
            accepted, found = product(program, f"{folder}/repository", f"h{seed}")
            judged += len(results)
            legal += all(c.legal for c in results.values())
            shapes.update(world.shapes)
            for result in results.values():
                unclear.update(set(result.unclear))
                codes.update({"|".join(sorted(c)) for c, _ in result.must})
            lines = compare(world.history, said, accepted, found)
            if lines:
                lines.append(shrunk(program, f"{folder}/repository", world.history, results, found))
            elif seed % 4 == 0:
                more = ranged(program, f"{folder}/repository", seed, world.history, tip)
                ranges += more is not None
                lines = more or []
            if lines:
                differences.append((seed, lines))
    return judged, legal, codes, unclear, shapes, ranges, differences


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    keep = tempfile.mkdtemp(prefix="readiness-history.") if count == 1 else None
    seeds = range(first, first + count)
    jobs = [(program, seeds[n:n + BATCH], keep) for n in range(0, count, BATCH)]
    judged, legal, codes, unclear, shapes, different, ranges = 0, 0, collections.Counter(), collections.Counter(), collections.Counter(), 0, 0
    with multiprocessing.Pool(min(len(jobs), os.cpu_count() or 1)) as pool:
        for more, fine, seen, open_points, formed, trusted, faults in pool.imap_unordered(batch, jobs):
            judged, legal, ranges = judged + more, legal + fine, ranges + trusted
            codes.update(seen)
            unclear.update(open_points)
            shapes.update(formed)
            different += len(faults)
            for seed, lines in faults:
                print(f"seed {seed}:\n  " + "\n  ".join(lines), flush=True)
    if keep:
        print(f"the repository: {keep}/repository")
    print(f"{count} histories from seed {first}, {judged} commits judged, {legal} histories legal, {sum(shapes.values())} merges, {ranges} ranges, "
          f"{len({c for k in codes for c in k.split('|')})} codes seen, {different} differences")
    if os.environ.get("CAMPAIGN_DETAILS"):
        for name, counter in (("codes", codes), ("unclear", unclear), ("merges", shapes)):
            print(name, dict(counter.most_common()))
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
