#!/usr/bin/env python3
"""Pushes that are small and try to cost much: a gate answers each within 5 s and 256 MiB, and never by a signal.

Every push is made object by object, packed, measured (at most 50 KB), and put into a quarantine like git's own. The hook
then judges it. Two families are measured at two sizes: twice the baselines, twice the parents of a merge.

usage: bounds.py PROGRAM [--short] [NAME …]
"""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

SECONDS, MEBIBYTES, PUSH, RATIO = 5.0, 256, 50_000, 2.6
PERSON = "Ada <ada@example.com>"
ZERO = "0" * 40
FILE, FOLDER, LINK = "100644", "40000", "120000"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tagged(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Lab:
    """A server with a plan and the gate's hook, and a place for objects that are pushed."""

    def __init__(self, program, root):
        self.program, self.root = os.path.abspath(program), root
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": root, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
        self.work = os.path.join(root, "work")
        self.git(None, "init", "-q", "-b", "main", self.work)
        subprocess.run([self.program, "init", "--commit"], cwd=self.work, env=self.environment, check=True, capture_output=True)
        self.server = os.path.join(root, "server.git")
        self.git(None, "clone", "-q", "--bare", self.work, self.server)
        self.main = self.git(self.work, "rev-parse", "main").decode().strip()
        self.files = {}
        for line in self.git(self.work, "ls-tree", "-r", "-z", "main").split(b"\0"):
            if line:
                meta, name = line.split(b"\t", 1)
                self.files[name.decode()] = self.git(self.work, "cat-file", "blob", meta.split()[2].decode())
        self.folders = {}

    def git(self, folder, *words, data=None):
        command = ["git"] + (["-C", folder] if folder else []) + list(words)
        done = subprocess.run(command, input=data, env=self.environment, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode()}")
        return done.stdout

    # Objects

    def object(self, kind, body):
        raw = kind.encode() + b" %d\0" % len(body) + body
        name = hashlib.sha1(raw).hexdigest()
        path = os.path.join(self.work, ".git/objects", name[:2], name[2:])
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(zlib.compress(raw, 1))
        return name

    def folder(self, entries):
        def key(entry):
            return entry[1] + (b"/" if entry[0] == FOLDER else b"")
        entries = sorted(((mode, name.encode() if isinstance(name, str) else name, id) for mode, name, id in entries), key=key)
        return self.object("tree", b"".join(m.encode() + b" " + n + b"\0" + bytes.fromhex(i) for m, n, i in entries))

    def tree(self, files):
        """A root tree; a value is the bytes of a file, or (mode, id)."""
        folders, entries = {}, []
        for path, value in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = value
            elif isinstance(value, tuple):
                entries.append((value[0], head, value[1]))
            else:
                entries.append((FILE, head, self.object("blob", value)))
        return self.folder(entries + [(FOLDER, name, self.tree(inner)) for name, inner in folders.items()])

    def commit(self, tree, parents=(), message="a commit\n", date="1700000000 +0000", headers=""):
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents), f"author {PERSON} {date}", f"committer {PERSON} {date}"]
        text = message if isinstance(message, bytes) else message.encode()
        return self.object("commit", ("\n".join(lines) + "\n" + headers).encode() + b"\n" + text)

    # Stamps (contract 3)

    def stamped(self, old, new, parents, at="2026-11-20T10:00:00.000Z", subject="a change", lists=(), policy=None):
        """A commit with a true stamp of what leads from the files of its first parent to its own."""
        def milestones(files):
            return {p[11:-5]: b for p, b in (files or {}).items() if p.startswith(".readiness/") and p.count("/") == 1}

        def governing(files):
            return canonical({p: tagged(b) for p, b in (files or {}).items()
                              if p.startswith("ssot/policies/") or p == "ssot/schemas/milestone.schema.json"})
        was, now = milestones(old), milestones(new)
        run = {"version": 1, "at": at, "actor": PERSON, "policy": tagged(policy or governing(old if old is not None else new)),
               "transitions": [], "edits": [], "evidence": []}
        for id in sorted(set(was) | set(now), key=lambda i: (i.rpartition("-")[0], int(i.rpartition("-")[2]))):
            a, b = was.get(id), now.get(id)
            if a == b and id not in lists:
                continue
            ends = {"before": tagged(a) if a else "none", "after": tagged(b) if b else "none"}
            states = [json.loads(text)["status"] if text else "none" for text in (a, b)]
            if states[0] != states[1]:
                run["transitions"].append({"milestone": id, "from": states[0], "to": states[1], **ends})
            else:
                run["edits"].append({"milestone": id, **ends})
        plan = "ssot/plan.json"
        if (old or {}).get(plan) != new.get(plan):
            run["edits"].append({"milestone": "plan", "before": tagged(old[plan]) if old else "none", "after": tagged(new[plan])})
        run["plan"] = json.loads(new[plan])["planId"]
        if governing(old) != governing(new):
            run["policyChange"] = {"before": tagged(governing(old)) if old else "none", "after": tagged(governing(new))}
        lines = [f"Readiness-Run: {hashlib.sha256(canonical(run)).hexdigest()}", f"Readiness-At: {at}",
                 f"Readiness-Actor: {PERSON}", f"Readiness-Policy: {run['policy']}"]
        lines += [f'Readiness-Transition: {t["milestone"]} "{t["from"]}" -> "{t["to"]}" {t["before"]} {t["after"]}' for t in run["transitions"]]
        lines += [f'Readiness-Edit: {e["milestone"]} {e["before"]} {e["after"]}' for e in run["edits"]]
        if "policyChange" in run:
            lines.append(f'Readiness-Policy-Change: {run["policyChange"]["before"]} {run["policyChange"]["after"]}')
        return self.commit(self.tree(new), parents, subject + "\n\n" + "\n".join(lines) + "\n")

    # Measuring

    def push(self, updates):
        """Packs what is new, and lets the hook judge it. Returns bytes, seconds, MiB, exit status and what it said."""
        tips = "\n".join(new for _, new, _ in updates if new != ZERO) + "\n--not\n" + self.main + "\n"
        pack = self.git(self.work, "pack-objects", "--revs", "--stdout", "-q", "--thin", "--depth=4000", "--window=50",
                        "--compression=9", data=tips.encode())
        quarantine = os.path.join(self.server, "objects/incoming-bounds")
        shutil.rmtree(quarantine, ignore_errors=True)
        os.makedirs(os.path.join(quarantine, "pack"))
        environment = {**self.environment, "GIT_DIR": ".", "GIT_QUARANTINE_PATH": quarantine, "GIT_OBJECT_DIRECTORY": quarantine,
                       "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.path.join(self.server, "objects")}
        count = int.from_bytes(pack[8:12], "big")
        # As receive-pack does: few objects become loose, many stay a pack.
        words = ["unpack-objects", "-q"] if count < 100 else ["index-pack", "--stdin", "--fix-thin"]
        done = subprocess.run(["git", *words], cwd=self.server, env=environment, input=pack, capture_output=True)
        if done.returncode:
            return len(pack), 0.0, 0, 1, "git itself refuses it: " + done.stderr.decode().splitlines()[-1]
        text = "".join(f"{old} {new} {name}\n" for old, new, name in updates)
        out = tempfile.TemporaryFile()
        start = time.monotonic()
        child = subprocess.Popen([self.program, "hook", "pre-receive"], cwd=self.server, env=environment, stdin=subprocess.PIPE,
                                 stdout=out, stderr=out)
        try:
            child.stdin.write(text.encode())
            child.stdin.close()
        except BrokenPipeError:
            pass
        deadline = start + 60
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                child.kill()
            time.sleep(0.005)
        seconds = time.monotonic() - start
        child.returncode = 0
        out.seek(0)
        said = out.read(4000).decode("utf-8", "replace")
        shutil.rmtree(quarantine, ignore_errors=True)
        code = os.waitstatus_to_exitcode(status)
        return len(pack), seconds, usage.ru_maxrss // 1024, code, said


# The pushes. Each returns the updates: (old, new, ref).

def on_main(lab, commit):
    return [(lab.main, commit, "refs/heads/main")]


def on_branch(lab, commit):
    return [(ZERO, commit, "refs/heads/other")]


def milestone(lab, id="M-01", **changes):
    value = json.loads(lab.files[f".readiness/{id}.json"])
    value.update(changes)
    return json.dumps(value, indent=2).encode() + b"\n"


def changed(lab, **files):
    return {**lab.files, **files}


def schema_with(lab, **properties):
    value = json.loads(lab.files["ssot/schemas/milestone.schema.json"])
    value["properties"].update(properties)
    return json.dumps(value).encode()


SCHEMA, SECRETS, AUTHORITY = "ssot/schemas/milestone.schema.json", "ssot/policies/secrets.json", "ssot/policies/authorization.json"
PUSHES = {}


def pushes(function):
    PUSHES[function.__name__.replace("_", "-")] = function
    return function


def policy_push(lab, path, text, then=None):
    """A policy change, and a change of a milestone under it."""
    first = {**lab.files, path: text}
    one = lab.stamped(lab.files, first, [lab.main])
    second = {**first, ".readiness/M-01.json": then or milestone(lab, outcome="a" * 200 + "!")}
    return on_main(lab, lab.stamped(first, second, [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def blob_of_zeros(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": b'{"status":"Not Started"}' + b" " * 20_000_000}, [lab.main]))


@pushes
def many_large_milestones(lab):
    files = {**lab.files}
    for number in range(100, 240):
        text = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "a " * 100_000 + str(number), "dependsOn": [], "owner": "TBD",
                           "status": "Not Started", "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
        files[f".readiness/M-{number}.json"] = text
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def large_milestone_again_and_again(lab):
    old, parent = lab.files, lab.main
    for number in range(150):
        new = {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-note": "b " * 110_000 + str(number)})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def deep_folders_of_the_policy(lab):
    id = lab.object("blob", b"{}")
    tree = lab.folder([(FILE, "x.json", id)])
    for _ in range(5000):
        tree = lab.folder([(FOLDER, "d", tree)])
    files = {**lab.files, "ssot/policies/deep": (FOLDER, tree)}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def wide_policy_by_repeated_folders(lab):
    tree = lab.folder([(FILE, f"{n}.json", lab.object("blob", b"{}")) for n in range(10)])
    for _ in range(9):
        tree = lab.folder([(FOLDER, f"d{n}", tree) for n in range(10)])
    return on_main(lab, lab.commit(lab.tree({**lab.files, "ssot/policies/wide": (FOLDER, tree)}), [lab.main]))


@pushes
def wide_tree_beside_guarded_paths(lab):
    rules = json.dumps({"version": 1, "rules": [{"paths": ["src/**/*a*b*c*d*.swift", "**/x"], "milestones": ["M-01"]}]}).encode()
    tree = lab.folder([(FILE, f"{n}.swift", lab.object("blob", b"x")) for n in range(10)])
    for _ in range(7):
        tree = lab.folder([(FOLDER, f"d{n}", tree) for n in range(10)])
    first = {**lab.files, "ssot/policies/paths.json": rules}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.commit(lab.tree({**first, "src": (FOLDER, tree)}), [one]))


@pushes
def globs_that_double(lab):
    pattern = "/".join(["**"] * 30 + ["x"])
    rules = json.dumps({"version": 1, "rules": [{"paths": [pattern], "milestones": ["M-01"]}]}).encode()
    tree = lab.folder([(FILE, "y", lab.object("blob", b"x"))])
    for _ in range(40):
        tree = lab.folder([(FOLDER, "a", tree)])
    first = {**lab.files, "ssot/policies/paths.json": rules}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.commit(lab.tree({**first, "src": (FOLDER, tree)}), [one]))


@pushes
def wide_plan_by_repeated_entries(lab):
    entries = [(FILE, f"M-{n:03}.json", lab.object("blob", b"{}")) for n in range(1500)]
    old = lab.tree(lab.files)
    files = {**lab.files, ".readiness": (FOLDER, lab.folder(entries))}
    files = {p: v for p, v in files.items() if not p.startswith(".readiness/")}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def message_of_faulty_blocks(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], "Readiness-Run: x\n\n" * 1_100_000))


@pushes
def message_of_one_long_block(lab):
    lines = "Readiness-Run: " + "0" * 64 + "\n" + "".join('Readiness-Edit: M-01 none none\n' for _ in range(900_000))
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], lines))


@pushes
def message_of_one_line(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], "a" * 40_000_000))


@pushes
def message_in_another_encoding(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], b"\xe9" * 30_000_000, headers="encoding ISO-8859-1\n"))


@pushes
def header_of_megabytes(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], headers="gpgsig " + "\n ".join(["a" * 60] * 400_000) + "\n"))


@pushes
def many_parents_that_are_one(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main] * 100_000))


def roots(lab, count):
    """As many baselines, each adopted for itself, joined by pairs."""
    tips = []
    for number in range(count):
        files = {"ssot/plan.json": lab.files["ssot/plan.json"], ".readiness/M-01.json": lab.files[".readiness/M-01.json"]}
        files["ssot/plan.json"] = json.dumps({"planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21", "title": f"t{number}", "executionOrder": ["M-01"], "retired": []}).encode()
        tips.append(lab.stamped(None, files, [], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z"))
    tree = lab.tree(lab.files)
    tip = lab.main
    for other in tips:
        tip = lab.commit(tree, [tip, other])
    return on_branch(lab, tip)


def octopus(lab, count):
    parents = []
    for number in range(count):
        new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", **{"x-line": number})}
        parents.append(lab.stamped(lab.files, new, [lab.main], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z"))
    new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", **{"x-line": 0})}
    return on_main(lab, lab.stamped(new, new, parents, at="2026-11-20T12:00:00.000Z", lists=["M-02"]))


@pushes
def crossing_merges(lab):
    a = b = lab.main
    tree = lab.tree(lab.files)
    a, b = lab.commit(tree, [a], "a\n"), lab.commit(tree, [b], "b\n")
    for number in range(250):
        a, b = lab.commit(tree, [a, b], f"a{number}\n"), lab.commit(tree, [b, a], f"b{number}\n")
    return on_main(lab, lab.commit(tree, [a, b]))


@pushes
def many_refs(lab):
    commit = lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, outcome="another")}, [lab.main])
    return [(ZERO, commit, f"refs/heads/b{n}") for n in range(700)]


@pushes
def many_tags(lab):
    return [(ZERO, lab.main, f"refs/tags/t{n}") for n in range(700)]


@pushes
def tags_of_tags(lab):
    tip = lab.object("tag", f"object {lab.main}\ntype commit\ntag t\ntagger {PERSON} 1 +0000\n\nx\n".encode())
    for n in range(300):
        tip = lab.object("tag", f"object {tip}\ntype tag\ntag t{n}\ntagger {PERSON} 1 +0000\n\nx\n".encode())
    return [(ZERO, tip, "refs/tags/t")]


ENDLESS = "^([a-zA-Z +,.-]+)+$!"
ATOMIC = r"(?=([a-z]*))\1[0-9]"


@pushes
def endless_pattern_of_the_schema(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": ENDLESS}))


@pushes
def quadratic_pattern_on_a_long_text(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": ATOMIC}), milestone(lab, outcome="a" * 200_000))


@pushes
def endless_pattern_of_names(lab):
    text = json.loads(lab.files[SCHEMA])
    text["patternProperties"] = {"^(a|a)*$": True}
    return policy_push(lab, SCHEMA, json.dumps(text).encode(), milestone(lab, **{"x-" + "a" * 200: 1}))


@pushes
def many_patterns_on_a_long_text(lab):
    many = {"allOf": [{"pattern": f"^[a-z ]*{n}?.*$"} for n in range(2000)]}
    return policy_push(lab, SCHEMA, schema_with(lab, outcome=many), milestone(lab, outcome="a" * 200_000))


@pushes
def pattern_near_the_bound_on_many_milestones(lab):
    first = {**lab.files, SCHEMA: schema_with(lab, outcome={"pattern": "^(.*)(.*)(.*)z|a"})}
    one = lab.stamped(lab.files, first, [lab.main])
    second = {**first}
    for number in range(100, 300):
        second[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "a" * 150, "dependsOn": [],
            "owner": "TBD", "status": "Not Started", "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(first, second, [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def pattern_of_nested_counts(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": "(((((a{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}$"}))


@pushes
def endless_pattern_of_secrets(lab):
    return policy_push(lab, SECRETS, json.dumps({"version": 1, "patterns": [{"name": "x", "pattern": ENDLESS}]}).encode())


@pushes
def schema_that_doubles(lab):
    text = json.loads(lab.files[SCHEMA])
    text["$defs"] = {**text.get("$defs", {}), **{f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(40)}, "a40": False}
    text["$ref"] = "#/$defs/a0"
    return policy_push(lab, SCHEMA, json.dumps(text).encode())


@pushes
def schema_with_a_large_enum(lab):
    values = {"type": "array", "items": {"enum": list(range(30_000))}}
    return policy_push(lab, SCHEMA, schema_with(lab, **{"x-list": values}), milestone(lab, **{"x-list": [-1] * 40_000}))


@pushes
def schema_numbers_beyond_integers(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"minLength": 1e308}))


@pushes
def deep_json(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02")[:-3] + b', "x-a": ' + b"[" * 120_000 + b"]" * 120_000 + b"}"}, [lab.main]))


@pushes
def json_of_many_members(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-a": {f"k{n}": 0 for n in range(22_000)}})}, [lab.main]))


@pushes
def json_of_many_empty_lists(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-a": [[]] * 60_000})}, [lab.main]))


@pushes
def long_ids(lab):
    files = {p: v for p, v in lab.files.items() if not p.startswith(".readiness/")}
    entries = [(FILE, f"{'M' * (4000 + n)}-1.json", lab.object("blob", b"{}")) for n in range(200)]
    return on_main(lab, lab.commit(lab.tree({**files, ".readiness": (FOLDER, lab.folder(entries))}), [lab.main]))


@pushes
def chain_of_dependencies(lab):
    files = {**lab.files}
    for number in range(100, 700):
        files[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "o",
            "dependsOn": [f"M-{k}" for k in range(max(100, number - 40), number)], "owner": "TBD", "status": "Not Started",
            "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def circle_of_dependencies(lab):
    files = {**lab.files}
    for number in range(100, 600):
        files[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "o",
            "dependsOn": [f"M-{100 + (number + 1 - 100) % 500}"], "owner": "TBD", "status": "Not Started",
            "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def many_policy_changes(lab):
    old, parent = lab.files, lab.main
    for number in range(120):
        new = {**lab.files, SCHEMA: schema_with(lab, **{f"x-{number}": {"type": "string"}})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def many_policy_files(lab):
    files = {**lab.files, **{f"ssot/policies/slo/s{n}.json": b"{}" for n in range(1200)}}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def large_policies(lab):
    rules = [{"milestones": ["M-*"], "to": "Done", "role": "r"} for _ in range(4000)]
    text = json.dumps({"version": 1, "roles": {"r": ["ada@example.com"], "maintainer": ["ada@example.com"]}, "rules": rules}).encode()
    return policy_push(lab, AUTHORITY, text)


@pushes
def huge_numbers_in_policies(lab):
    tip, old = lab.main, lab.files
    for number, (path, value) in enumerate({
            "gates.json": {"version": 1, "gates": {"release": {"milestones": ["*"], "category": "done", "noSuspect": True, "maxOpenRisk": 1e300}}},
            "authorization.json": {"version": 1e300, "roles": {}, "rules": [{"to": "Done", "role": "x", "approvals": 1e300}]},
            "secrets.json": {"version": 1, "entropy": {"minLength": 1e300, "bits": -1e300}},
            "workflow.json": {"version": 9007199254740991, "states": [], "transitions": []},
            "provenance.json": {"version": -1, "unstamped": 1e300}, "sinks.json": {"version": 1, "sinks": {"a": {"timeout": 1e300}}},
            "alerts.json": {"version": 1, "burnRate": 1e300}, "attestations.json": {"version": 1, "maxAgeDays": 1e300},
            "retention.json": {"version": 1, "days": 1e300}, "promotion.json": {"version": 1, "bakeMinutes": 1e300},
            "forge.json": {"version": 1, "reviews": 1e300}, "slo/a.json": {"version": 1, "objective": 1e300, "windowDays": 1e300}}.items()):
        new = {**old, "ssot/policies/" + path: json.dumps(value).encode()}
        tip, old = lab.stamped(old, new, [tip], at=f"2026-11-20T10:00:{number:02}.000Z"), new
    return on_main(lab, tip)


@pushes
def odd_dates(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for date in ["9223372036854775807 +0000", "9223372036854775808 +0000", "-9223372036854775808 +0000", "99999999999999999999999 +9999", "0 -9999",
                 "1700000000 +99999999999999999999", "x y", "253402300800 +0000", "-1 +0000", ""]:
        tip = lab.commit(tree, [tip], date=date)
    return on_main(lab, tip)


@pushes
def odd_encodings(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for name in ["UTF-7", "UTF-16", "x" * 100_000, "", "ISO-8859-99", "windows-1250", "ISO-2022-JP", "UTF-8\0x", "//TRANSLIT"]:
        tip = lab.commit(tree, [tip], b"\xff\xfe a\n", headers=f"encoding {name}\n")
    return on_main(lab, tip)


@pushes
def long_chain_of_commits(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for number in range(300):
        tip = lab.commit(tree, [tip], f"{number}\n")
    return on_main(lab, tip)


@pushes
def deltas_upon_deltas(lab):
    old, parent, rng = lab.files, lab.main, random.Random(1)
    noise = "".join(rng.choice("abcdefgh ") for _ in range(20_000))
    for number in range(80):
        new = {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-note": (noise + str(number)) * 11})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


SHORT = ["blob-of-zeros", "message-of-faulty-blocks", "deep-folders-of-the-policy", "wide-policy-by-repeated-folders", "endless-pattern-of-the-schema",
         "endless-pattern-of-secrets", "quadratic-pattern-on-a-long-text", "schema-that-doubles", "globs-that-double", "deep-json", "odd-dates",
         "huge-numbers-in-policies", "many-refs", "large-milestone-again-and-again"]


def main():
    words = [w for w in sys.argv[1:] if w != "--short"]
    program, named = words[0], words[1:]
    names = named or (SHORT if "--short" in sys.argv else list(PUSHES))
    failed = []
    with tempfile.TemporaryDirectory() as root:
        lab = Lab(program, root)
        for name in names:
            if name not in PUSHES:
                continue
            size, seconds, memory, code, said = lab.push(PUSHES[name](lab))
            faults = []
            if size > PUSH:
                faults.append(f"the push has {size} bytes, so it shows nothing")
            if seconds > SECONDS:
                faults.append("too slow")
            if memory > MEBIBYTES:
                faults.append("too much memory")
            if code < 0 or code > 3:
                faults.append(f"ended with {code}")
            print(f"{name:44} {size:6} B  {seconds:5.2f} s  {memory:4} MiB  exit {code}{'  ' + '; '.join(faults) if faults else ''}", flush=True)
            if faults:
                failed.append(name)
            if os.environ.get("BOUNDS_SAYS"):
                print("    " + said[:600].replace("\n", "\n    "))
        for name, make, sizes in [("baselines", roots, (100, 200)), ("parents", octopus, (50, 100))]:
            if named and name not in named:
                continue
            figures = []
            for count in sizes:
                runs = [lab.push(make(lab, count)) for _ in range(3)]
                best = min(runs, key=lambda run: run[1])
                figures.append(best)
                print(f"{count:4} {name:39} {best[0]:6} B  {best[1]:5.2f} s  {best[2]:4} MiB  exit {best[3]}", flush=True)
                if os.environ.get("BOUNDS_SAYS"):
                    print("    " + best[4][:600].replace("\n", "\n    "))
                if best[1] > SECONDS or best[2] > MEBIBYTES or not 0 <= best[3] <= 3:
                    failed.append(name)
            ratio = figures[1][1] / max(figures[0][1], 0.02)
            print(f"twice the {name}: {ratio:.2f} times as long", flush=True)
            if ratio > RATIO:
                failed.append(f"twice the {name}")
    print(f"{len(names)} pushes; beyond the bounds: {', '.join(failed) if failed else 'none'}")
    sys.exit(1 if failed else 0)


main()
