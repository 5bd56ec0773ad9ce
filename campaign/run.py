#!/usr/bin/env python3
"""Random histories, judged by the product and by an independent model: no difference is accepted.

usage: run.py PROGRAM [SEEDS [FIRST-SEED]]

Each seed makes five histories: a linear one, a merge, an octopus, a stamped one (reverts, replays and lies among its
commits), and a squash. A failing seed is printed, shrunk where it is a row of commits; `run.py PROGRAM 1 SEED` runs it alone.
"""
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import histories
import model
import stamped

SEALED = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


class Import:
    """A repository that is written by git fast-import, commit by commit, without any hook."""

    def __init__(self, folder):
        subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, env=SEALED)
        self.process = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE, env=SEALED)
        self.count = 0

    def commit(self, tree, parents, message="m", person="a"):
        self.count += 1
        text = message.encode()
        lines = ["reset refs/heads/main"] + ([f"from :{parents[0]}", ""] if parents else [""])
        lines += ["commit refs/heads/main", f"mark :{self.count}", f"author {stamped.identity(person)} {self.count} +0000",
                  f"committer {stamped.identity(person)} {self.count} +0000", f"data {len(text)}", message]
        lines += [f"{word} :{mark}" for word, mark in zip(["from", *["merge"] * len(parents)], parents)] + ["deleteall"]
        for name, text in tree.items():
            mode = "120000" if isinstance(text, model.Link) else "100644"
            lines += [f"M {mode} inline {name}", f"data {len(text.encode())}", text]
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


class History:
    """Commits in a row, and for each what the model says of it, given where the row begins."""

    def __init__(self, baseline):
        self.commits, self.says = [(baseline, "m", "a")], [None]

    @property
    def trees(self):
        return [tree for tree, _, _ in self.commits]

    def add(self, tree, message, person, says):
        self.commits.append((tree, message, person))
        self.says.append(says)

    def write(self, folder, start=0, end=None):
        """Writes a part of it as a repository; what the model says of each of its commits."""
        repository = Import(folder)
        for number, commit in enumerate(self.commits[start:end]):
            tree, message, person = commit
            repository.commit(tree, [number] if number else [], message, person)
        repository.close()
        part = self.says[start:end]
        return {number: says(start) for number, says in enumerate(part) if number and says}

    def shrunk(self, program, index):
        """The shortest part that ends at a commit and still shows a difference there."""
        for start in range(index - 1, -1, -1):
            with tempfile.TemporaryDirectory() as folder:
                codes = self.write(folder, start, index + 1).get(index - start)
                found = errors_by_commit(program, folder).get(commits(folder)[-1], set())
                if codes is not None and codes != found:
                    return start
        return 0

    def tell(self, start, index):
        """What that part does, for a person."""
        lines = []
        for number in range(start, index + 1):
            tree, message, person = self.commits[number]
            old = self.commits[number - 1][0] if number > start else {}
            lines.append(f"  commit {number - start} by {person}: {message!r}" if message != "m" else f"  commit {number - start}")
            lines += [f"    {name}{' (a link)' if isinstance(tree.get(name), model.Link) else ''}: {tree.get(name, 'gone')}" for name in sorted({*old, *tree}) if old.get(name) != tree.get(name)]
        return "\n".join(lines)


def linear(rng, folder):
    """Twelve commits in a row; what the model says of each."""
    history = History(histories.baseline(rng, 5))
    for number in range(1, 13):
        tree = history.trees[-1]
        tree = histories.relinked(rng, tree) if rng.random() < 0.15 else histories.mutated(rng, tree)
        history.add(tree, "m", "a", lambda start, n=number: model.judge(history.trees[start:n + 1], n - start))
    return history.write(folder), history


def is_clean(tree):
    """True where every file can be read and says a state."""
    return model.PLAN in tree and all(model.is_readable(model.parse(t)) for t in model.milestone_texts(tree).values())


def grown(rng, base, lengths):
    """What a side makes of a tree in a few commits; every file can be read."""
    side = base
    for _ in range(rng.choice(lengths)):
        following = histories.mutated(rng, side)
        side = following if is_clean(following) else side
    return side


def merged(base, sides, tree, folder):
    """Writes a merge; what the model says of it. None where a file cannot be read."""
    if not is_clean(tree):
        return None
    repository = Import(folder)
    root = repository.commit(base, [])
    marks = [repository.commit(side, [root]) for side in sides]
    repository.commit(tree, marks)
    repository.close()
    return {-1: model.judge_merge(base, sides, tree)}


def merge(rng, folder):
    """Two sides and their merge."""
    base = histories.baseline(rng, 4)
    sides = [grown(rng, base, [1, 2, 2, 3]) for _ in range(2)]
    tree = histories.merged(rng, base, *sides)
    if rng.random() < 0.35:
        tree = histories.mutated(rng, tree)
    return merged(base, sides, tree, folder)


def octopus(rng, folder):
    """Three sides and their merge."""
    base = histories.baseline(rng, 4)
    sides = [grown(rng, base, [1, 1, 2]) for _ in range(3)]
    tree = histories.merged(rng, base, histories.merged(rng, base, *sides[:2]), sides[2])
    return merged(base, sides, tree, folder)


def with_policy(rng):
    tree = histories.baseline(rng, 4)
    policy = stamped.authorization(rng)
    tree[stamped.POLICY] = json.dumps(policy)
    return tree, policy


def with_approvals(rng, tree):
    """Sometimes somebody approves what a milestone says, or said."""
    names = sorted(model.milestone_texts(tree))
    if not names or rng.random() < 0.6:
        return tree
    name = rng.choice(names)
    value = model.parse(tree[histories.path(name)])
    if not model.is_readable(value):
        return tree
    digest = stamped.approved_digest(value) if rng.random() < 0.8 else "sha256:" + "0" * 64
    value["approvals"] = value.get("approvals", []) + [{"by": stamped.mail(rng.choice(stamped.PEOPLE)), "digest": digest}]
    return {**tree, histories.path(name): json.dumps(value)}


def at(number):
    return f"2026-11-22T19:00:00.{number:03}Z"


def stamps(rng, folder):
    """Stamped commits in a row by several people, some with stamps that lie; reverted ones, and runs used again."""
    tree, policy = with_policy(rng)
    history, used = History(tree), {}
    for number in range(1, 11):
        trees = history.trees
        person, again = rng.choice(["ada", "ada", "bob", "eve"]), None
        if number > 2 and rng.random() < 0.15:
            tree = trees[-2]
            if rng.random() < 0.5 and trees[-3] == trees[-1]:
                again = used.get(number - 2)
        else:
            tree = with_approvals(rng, histories.mutated(rng, trees[-1]))
        reason = "r" if rng.random() < 0.7 else None
        if again:
            message, person, reason, old_run = again
        run = stamped.run_of([*trees, tree], number - 1, number, person, reason, at(number))
        if run is None:
            history.add(tree, "m", person, None)
            continue
        more, is_stamped = set(), True
        if again:
            # What was damaged in between may say another state by now, and then the old stamp is false as well.
            differs = any(run[key] != old_run[key] for key in ("transitions", "edits", "evidence"))
            more = {"replayed-run"} | ({"trailer-mismatch"} if differs else set())
        elif rng.random() < 0.08:
            message, is_stamped, reason = "m", False, None
        elif rng.random() < 0.2:
            text, code = stamped.spoiled(rng, run, rng.choice(["id", "digest", "state", "drop", "evidence"]))
            message, more = f"m\n\n{text}\n", {code} if code else set()
        else:
            message = f"m\n\n{stamped.block(run)}\n"
            used[number] = (message, person, reason, run)

        def says(start, n=number, who=person, why=reason, true=is_stamped, more=more):
            more = more if start <= n - 2 else more - {"replayed-run"}
            trees = history.trees[start:n + 1]
            return stamped.Judge(trees, n - start - 1, n - start, policy).single(who, why, true) | more
        history.add(tree, message, person, says)
    return history.write(folder), history


def squash(rng, folder):
    """Several stamped steps of one person in one commit."""
    tree, policy = with_policy(rng)
    policy["rules"] = [rule for rule in policy["rules"] if "fields" not in rule]
    tree[stamped.POLICY] = json.dumps(policy)
    person = rng.choice(stamped.PEOPLE)
    history, runs = [tree], []
    while len(runs) < rng.choice([2, 3]):
        following = histories.mutated(rng, history[-1])
        if not is_clean(following):
            continue
        run = stamped.run_of([*history, following], len(history) - 1, len(history), person, "r" if rng.random() < 0.5 else None, at(len(runs)))
        if run:
            history.append(following)
            runs.append(run)
    if all(history[0].get(n) == history[-1].get(n) for n in {*history[0], *history[-1]} if n != "proof"):
        return None
    repository = Import(folder)
    repository.commit(history[0], [])
    repository.commit(history[-1], [1], "m\n\n" + "\n\n".join(map(stamped.block, runs)) + "\n", person)
    repository.close()
    return {1: stamped.Judge([history[0], history[-1]], 0, 1, policy).squashed(runs, person)}


KINDS = (linear, merge, octopus, stamps, squash)


def seed_of(job):
    """All kinds of one seed: how many commits were judged, which codes were seen, and the differences."""
    program, seed = job
    judged, seen, differences = 0, set(), []
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            expected = kind(random.Random(seed), folder)
            expected, history = expected if isinstance(expected, tuple) else (expected, None)
            if expected is None:
                continue
            ids, errors = commits(folder), errors_by_commit(program, folder)
            for index, codes in expected.items():
                judged += 1
                seen |= codes
                found = errors.get(ids[index], set())
                if found != codes:
                    text = f"seed {seed}, {kind.__name__}, commit {index}: the model says {sorted(codes)}, the product {sorted(found)}"
                    if history:
                        start = history.shrunk(program, index)
                        text += f"; shrunk to {index - start + 1} commits:\n{history.tell(start, index)}"
                    differences.append(text)
                    break
    return judged, seen, differences


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    judged, differences, seen = 0, 0, set()
    with multiprocessing.Pool() as pool:
        for more, codes, faults in pool.imap_unordered(seed_of, [(program, first + n) for n in range(count)], chunksize=8):
            judged += more
            seen |= codes
            differences += len(faults)
            for fault in faults:
                print(fault, flush=True)
    print(f"{len(KINDS) * count} histories of {count} seeds from {first}, {judged} commits judged, {len(seen)} codes seen, "
          f"{differences} differences")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
