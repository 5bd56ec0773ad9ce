#!/usr/bin/env python3
"""Every way to bring a change in, times every illegal change: each is refused by `pre-receive` and by `verify`, with the
code that names it. And every way that the hooks go along with, times legal changes: none is refused.

Beside them stand attacks that fit no table: on trees and messages as git itself never writes them, and on what takes
several commits.

usage: attacks.py PROGRAM [--quick]
"""
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

SEALED = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8", "GIT_ADVICE": "0"}
NO_HOOKS = ["-c", "core.hooksPath=/dev/null"]


class Repository:
    """A clone with hooks, and the bare repository with the gate that it pushes to."""

    def __init__(self, program, folder):
        self.program, self.folder, self.work, self.server = program, folder, folder + "/work", folder + "/server"
        # What a push needs so that git shows the truth that an attack hides from others.
        self.push_environment = {}

    def run(self, *command, env=None, text=None):
        return subprocess.run(command, cwd=self.work, env={**SEALED, **(env or {})}, capture_output=True, text=True, input=text)

    def git(self, *arguments, env=None, text=None):
        done = self.run("git", *arguments, env=env, text=text)
        if done.returncode != 0:
            raise Failed(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def object(self, kind, data):
        """Writes an object that git would not write."""
        done = subprocess.run(["git", "hash-object", "-t", kind, "--literally", "-w", "--stdin"], cwd=self.work, env=SEALED,
                              input=data, capture_output=True)
        if done.returncode:
            raise Failed(done.stderr.decode())
        return done.stdout.decode().strip()

    def bare(self, *arguments, **more):
        return self.git(*NO_HOOKS, *arguments, **more)

    def path(self, name):
        return f"{self.work}/{name}"

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def json(self, id, change):
        value = json.loads(self.read(f".readiness/{id}.json"))
        change(value)
        self.write(f".readiness/{id}.json", json.dumps(value, indent=2) + "\n")

    def become(self, name):
        self.git("config", "user.name", name.capitalize())
        self.git("config", "user.email", f"{name}@example.com")


class Failed(Exception):
    pass


def base(program, folder):
    """M-01 done, M-02 in review, M-03 in progress, M-04 in progress without evidence; ada is the maintainer."""
    r = Repository(program, folder)
    os.makedirs(r.work)
    r.git("init", "-q", "-b", "main")
    r.become("ada")
    r.git("config", "gc.auto", "0")
    assert r.run(program, "init", "--commit").returncode == 0
    assert r.run(program, "install").returncode == 0
    r.write("proof.txt", "one\n")
    r.write("code.txt", "1\n")
    sha = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"

    def prove(value):
        value["owner"], value["status"] = "ada", "In Progress"
        value["exitCriteria"][0]["evidence"] = [{"kind": "file", "path": "proof.txt", "sha256": sha}]

    value = json.loads(r.read(".readiness/M-12.json"))
    value.update(id="N-9", dependsOn=[])
    r.write(".readiness/N-9.json", json.dumps(value))
    r.git("add", "-A")
    r.git("commit", "-qm", "N-9: born")
    plan = json.loads(r.read("ssot/plan.json"))
    r.write("ssot/plan.json", json.dumps({**plan, "retired": ["N-9"]}))
    os.remove(r.path(".readiness/N-9.json"))
    r.git("commit", "-qam", "N-9: not needed")
    r.json("M-01", prove)
    r.git("add", "-A")
    r.git("commit", "-qm", "M-01: start")
    for state in ("in-review", "done"):
        r.git("rev-parse", "HEAD")
        assert r.run(program, "move", "M-01", state).returncode == 0
    r.json("M-02", prove)
    r.git("commit", "-qam", "M-02: start")
    assert r.run(program, "move", "M-02", "in-review").returncode == 0
    assert r.run(program, "move", "M-02", "done").returncode == 0
    for id in ("M-03", "M-04"):
        r.json(id, prove)
        r.git("commit", "-qam", f"{id}: start")
    r.json("M-04", lambda value: value["exitCriteria"][0].pop("evidence"))
    r.git("commit", "-qam", "M-04: not shown after all")
    assert r.run(program, "move", "M-03", "in-review").returncode == 0
    r.write("ssot/policies/authorization.json", json.dumps({
        "version": 1, "roles": {"maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"]},
        "rules": [{"to": "Done", "role": "approver"}]}))
    r.git("add", "-A")
    r.git("commit", "-qm", "rules")
    subprocess.run(["git", "clone", "-q", "--bare", r.work, r.server], env=SEALED, check=True)
    assert subprocess.run([program, "install", "--server", r.server], env=SEALED, capture_output=True).returncode == 0
    r.git("remote", "add", "origin", r.server)
    r.git("fetch", "-q", "origin")
    # Few files are copied faster.
    for folder in (r.work, r.server):
        subprocess.run(["git", "-C", folder, "gc", "-q"], env=SEALED, check=True)
    assert r.run(program, "verify").returncode == 0


# --- Illegal changes: what is done to the files, and the code that has to be named.

def status(id, to):
    return lambda r: r.json(id, lambda value: value.update(status=to))


def edit(name, **values):
    return lambda r: r.json(name, lambda value: value.update(values))


def replace(path, old, new):
    def change(r):
        text = r.read(path)
        assert old in text, (path, old)
        r.write(path, text.replace(old, new, 1))
    return change


def born(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value.update(id="N-1", status="Done", owner="ada")
    r.write(".readiness/N-1.json", json.dumps(value))


def another_plan(r):
    value = json.loads(r.read("ssot/plan.json"))
    value["planId"] = "00000000-0000-4000-8000-000000000001"
    r.write("ssot/plan.json", json.dumps(value))


def collide(r):
    r.write(".readiness/m-12.json", r.read(".readiness/M-12.json"))


def link(r):
    os.remove(r.path(".readiness/M-12.json"))
    os.symlink("M-11.json", r.path(".readiness/M-12.json"))


def false_evidence(r):
    def change(value):
        value["status"] = "In Review"
        value["exitCriteria"][0]["evidence"] = [{"kind": "file", "path": "proof.txt", "sha256": "0" * 64}]
    r.json("M-04", change)


def through_a_link(r):
    os.symlink("proof.txt", r.path("link.txt"))
    sha = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
    r.json("M-04", lambda value: (value.update(status="In Review"), value["exitCriteria"][0].update(
        evidence=[{"kind": "file", "path": "link.txt", "sha256": sha}])))


def changed_since(r):
    r.write("proof.txt", "two\n")
    r.json("M-03", lambda value: value.update(status="Done"))


def nested(name):
    """Another repository in the place of a file or folder, which git takes for a submodule."""
    def change(r):
        shutil.rmtree(r.path(name)) if os.path.isdir(r.path(name)) else os.remove(r.path(name))
        os.makedirs(r.path(name))
        for words in (["init", "-q"], ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", "-C", r.path(name), *words], env=SEALED, check=True)
    return change


def linked_folder(name):
    def change(r):
        os.rename(r.path(name), r.path("elsewhere"))
        os.symlink("elsewhere" if "/" not in name else "../elsewhere", r.path(name))
    return change


def renamed(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value["id"] = "N-12"
    r.write(".readiness/N-12.json", json.dumps(value))
    os.remove(r.path(".readiness/M-12.json"))


def reborn(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value["id"] = "N-9"
    r.write(".readiness/N-9.json", json.dumps(value))


def forgotten(r):
    value = json.loads(r.read("ssot/plan.json"))
    value["retired"] = []
    r.write("ssot/plan.json", json.dumps(value))


def as_bob(change):
    def apply(r):
        r.become("bob")
        change(r)
    return apply


def as_eve(change):
    def apply(r):
        r.become("eve")
        change(r)
    return apply


ILLEGAL = {
    "done without review": (status("M-04", "Done"), "illegal-transition"),
    "review without evidence": (status("M-04", "In Review"), "evidence-missing"),
    "review on false evidence": (false_evidence, "evidence-mismatch"),
    "begun before its dependency": (edit("M-10", owner="ada", status="In Progress"), "unmet-dependency"),
    "begun by nobody": (status("M-05", "In Progress"), "unmet-dependency"),
    "a key twice": (replace(".readiness/M-12.json", '"owner"', '"owner": "eve", "own\\u0065r"'), "duplicate-key"),
    "no JSON": (replace(".readiness/M-12.json", "{", "{,"), "malformed-json"),
    "another id": (edit("M-12", id="M-13"), "id-mismatch"),
    "a homoglyph in an id": (edit("M-12", id="\u041c-12"), "schema-violation"),
    "two names in one case": (collide, "case-collision"),
    "a link for a file": (link, "not-a-regular-file"),
    "a circle": (edit("M-08", dependsOn=["M-10"]), "dependency-cycle"),
    "a dependency on nothing": (edit("M-12", dependsOn=["M-99"]), "dangling-dependency"),
    "deleted while it is worked on": (lambda r: os.remove(r.path(".readiness/M-04.json")), "illegal-deletion"),
    "born done": (born, "illegal-birth"),
    "an unknown state": (status("M-12", "Almost"), "unknown-status"),
    "reviewed and reworded": (edit("M-01", outcome="Less"), "trailer-missing"),
    "evidence outside the tree": (replace(".readiness/M-01.json", '"proof.txt"', '"../proof.txt"'), "path-escape"),
    "a larger file than is read": (edit("M-12", outcome="x" * 300_000), "file-too-large"),
    "done by one who may not": (as_eve(status("M-03", "Done")), "not-authorized"),
    "rules weakened by one who may not": (
        as_bob(replace("ssot/policies/authorization.json", '"approver"}', '"maintainer"}')), "policy-change-refused"),
    "rules that cannot be read": (lambda r: r.write("ssot/policies/workflow.json", "{"), "policy-unreadable"),
    "rules from the future": (lambda r: r.write("ssot/policies/gates.json", '{"version": 9, "gates": {}}'), "policy-too-new"),
    "another plan's id": (another_plan, "plan-id-changed"),
    "a token": (edit("M-12", outcome="ghp_0123456789abcdefghijABCDEFGHIJ"), "secret-detected"),
    "another's approval": (
        edit("M-04", approvals=[{"by": "bob@example.com", "digest": "sha256:" + "0" * 64}]), "not-authorized"),
    "a waiver by one who may not": (
        as_eve(lambda r: r.json("M-04", lambda value: value["exitCriteria"][0].update(
            waiver={"owner": "eve", "reason": "r", "approver": "eve@example.com", "until": "2999-01-01"}))),
        "not-authorized"),
    "evidence through a link": (through_a_link, "evidence-mismatch"),
    "evidence changed since the review": (changed_since, "evidence-mismatch"),
    "a submodule for a file": (nested(".readiness/M-12.json"), "not-a-regular-file"),
    "a link for the plan": (linked_folder(".readiness"), "not-a-regular-file"),
    "a link for the policies": (linked_folder("ssot/policies"), "policy-unreadable"),
    "another name": (renamed, "illegal-deletion"),
    "an id born again": (reborn, "reused-id"),
    "retired ids forgotten": (forgotten, "retired-shrunk"),
    "a stamp that is missing": (edit("M-12", owner="ada"), "trailer-missing"),
}

LEGAL = {
    "an owner": edit("M-12", owner="ada"),
    "an outcome": edit("M-11", outcome="Other words"),
    "a block": edit("M-06", status="Blocked", blocked={"reason": "rain"}),
    "sent back from review": status("M-03", "In Progress"),
    "evidence": lambda r: r.json("M-04", lambda value: value["exitCriteria"][0].update(
        evidence=[{"kind": "statement", "text": "Seen.", "by": "ada@example.com"}])),
    "done after review": status("M-03", "Done"),
    "a risk": edit("M-09", risks=[{"id": "r", "text": "It may rain", "severity": "low", "status": "open"}]),
    "a field of one's own": edit("M-07", **{"x-team": "blue"}),
    "a new title": replace("ssot/plan.json", '"title": "', '"title": "The '),
    "no plan at all": lambda r: r.write("code.txt", "2\n"),
}


# --- Ways: each brings what `change` does to the files into a commit, and says what to push.

def stage(r, change):
    change(r)
    r.git("add", "-A")


def commit(*options, skip=True, env=None):
    def way(r, change):
        stage(r, change)
        r.git(*(NO_HOOKS if skip else []), "commit", "-qm", "a change", *options, env=env)
        return "main"
    return way


def partial(skip=True):
    def way(r, change):
        stage(r, change)
        names = r.git("diff", "--cached", "--name-only").split("\n")
        r.git(*(NO_HOOKS if skip else []), "commit", "-qm", "a change", *names)
        return "main"
    return way


def skipped(r, change):
    stage(r, change)
    r.git("commit", "-qm", "a change", env={"READINESS_SKIP": "1"})
    return "main"


def by_configuration(r, change):
    stage(r, change)
    r.git("commit", "-qm", "a change",
          env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"})
    return "main"


def amend(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.write("notes.txt", "n\n")
        r.git("add", "-A")
        r.git(*flags, "commit", "-qm", "notes")
        stage(r, change)
        r.git(*flags, "commit", "-q", "--amend", "--no-edit")
        return "main"
    return way


def plumbing(r, change):
    stage(r, change)
    made = r.git("commit-tree", "-p", "HEAD", "-m", "a change", r.git("write-tree"))
    r.bare("update-ref", "refs/heads/main", made)
    return "main"


def other_index(r, change):
    change(r)
    env = {"GIT_INDEX_FILE": r.path(".git/other-index")}
    r.git("read-tree", "HEAD", env=env)
    r.git("add", "-A", env=env)
    made = r.git("commit-tree", "-p", "HEAD", "-m", "a change", r.git("write-tree", env=env))
    return made + ":refs/heads/main"


def fast_import(r, change):
    stage(r, change)
    person = r.git("var", "GIT_AUTHOR_IDENT")
    stream = f"commit refs/heads/imported\nauthor {person}\ncommitter {person}\ndata 8\na change\nfrom refs/heads/main^0\n"
    entries = r.git("diff", "--cached", "--no-renames", "--raw", "--no-abbrev").split("\n")
    for entry in entries:
        meta, name = entry[1:].split("\t")
        _, mode, _, blob, kind = meta.split()
        stream += f"D {name}\n" if kind == "D" else f"M {mode} {blob} {name}\n"
    r.bare("fast-import", "--quiet", "--force", text=stream + "\n")
    return "imported:main"


def side(r, change, skip=True):
    """The change on a branch of its own; main is where it was."""
    flags = NO_HOOKS if skip else []
    r.git(*flags, "checkout", "-q", "-b", "side")
    stage(r, change)
    r.git(*flags, "commit", "-qm", "a change")
    r.git(*flags, "checkout", "-q", "main")


def onto(skip, *command):
    """Other work on main, then a command that brings the side branch in."""
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        r.write("notes.txt", "n\n")
        r.git("add", "notes.txt")
        r.git(*flags, "commit", "-qm", "notes")
        for words in command:
            r.git(*flags, *words)
        return "main"
    return way


def forward(skip=True):
    def way(r, change):
        side(r, change, skip)
        r.git(*(NO_HOOKS if skip else []), "merge", "-q", "--ff-only", "side")
        return "main"
    return way


def octopus(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        for name in ("x", "y"):
            r.git(*flags, "checkout", "-q", "-b", name, "main")
            r.write(name + ".txt", "1\n")
            r.git("add", name + ".txt")
            r.git(*flags, "commit", "-qm", name)
        r.git(*flags, "checkout", "-q", "main")
        r.git(*flags, "merge", "-q", "-m", "all", "side", "x", "y")
        return "main"
    return way


def evil_merge(r, change):
    r.bare("checkout", "-q", "-b", "harmless")
    r.write("x.txt", "1\n")
    r.git("add", "x.txt")
    r.bare("commit", "-qm", "x")
    r.bare("checkout", "-q", "main")
    r.bare("merge", "-q", "--no-ff", "--no-commit", "harmless")
    stage(r, change)
    r.bare("commit", "-qm", "merge")
    return "main"


def rebase(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        r.write("notes.txt", "n\n")
        r.git("add", "notes.txt")
        r.git(*flags, "commit", "-qm", "notes")
        r.git(*flags, "rebase", "-q", "main", "side")
        return "side:main"
    return way


def mail(r, change):
    side(r, change)
    patch = r.run("git", "format-patch", "--stdout", "-1", "side").stdout
    r.bare("am", "-q", text=patch)
    return "main"


def detached(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.git(*flags, "checkout", "-q", "--detach")
        stage(r, change)
        r.git(*flags, "commit", "-qm", "a change")
        return "HEAD:main"
    return way


def linked(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.git("worktree", "add", "-q", "-b", "linked", r.folder + "/linked")
        other = Repository(r.program, r.folder)
        other.work = r.folder + "/linked"
        stage(other, change)
        other.git(*flags, "commit", "-qm", "a change")
        return "linked:main"
    return way


def new_branch(r, change):
    side(r, change)
    return "side:refs/heads/feature"


def tagged(r, change):
    side(r, change)
    r.git("tag", "-a", "-m", "v1", "v1", "side")
    return "v1"


def tagged_twice(r, change):
    """A tag of a tag of a tree's commit."""
    side(r, change)
    r.git("tag", "-a", "-m", "v1", "v1", "side")
    r.bare("-c", "advice.nestedTag=false", "tag", "-a", "-m", "v2", "v2", "v1")
    r.git("tag", "-d", "v1")
    return "v2"


def other_ref(r, change):
    side(r, change)
    return "side:refs/other/feature"


def hidden(r, change):
    """Undone by the next commit: the ends of the push are equal."""
    before = r.git("rev-parse", "HEAD")
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    made = r.git("commit-tree", "-p", "HEAD", "-m", "back", before + "^{tree}")
    return made + ":refs/heads/main"


def under_other_work(r, change):
    side(r, change)
    r.bare("checkout", "-q", "side")
    for number in range(3):
        r.write("notes.txt", f"{number}\n")
        r.git("add", "notes.txt")
        r.bare("commit", "-qm", f"notes {number}")
    return "side:main"


def stolen_stamp(r, change):
    stage(r, change)
    message = r.run("git", "log", "-1", "--format=%B", "main").stdout
    r.bare("commit", "-q", "-F", "-", text=message)
    return "main"


def forged_stamp(r, change):
    stage(r, change)
    block = "Readiness-Run: " + "0" * 64 + "\nReadiness-At: 2026-11-22T19:00:00.123Z\nReadiness-Actor: Ada <ada@example.com>\n"
    block += "Readiness-Policy: sha256:" + "0" * 64 + "\nReadiness-Transition: M-04 \"In Progress\" -> \"Done\" sha256:"
    r.bare("commit", "-q", "-F", "-", text="a change\n\n" + block + "0" * 64 + " sha256:" + "0" * 64 + "\n")
    return "main"


def ancient(r, change):
    stage(r, change)
    moment = "1970-01-02T00:00:00Z"
    r.bare("commit", "-qm", "a change", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return "main"


def far_future(r, change):
    stage(r, change)
    moment = "2099-01-02T00:00:00Z"
    r.bare("commit", "-qm", "a change", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return "main"


def strange_message(r, change):
    stage(r, change)
    r.bare("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-", text="\x1b[31mred\x1b[0m \u202e\n")
    return "main"


def replaced(r, change):
    """The client's own replace ref shows a harmless commit in place of the one that is pushed."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    harmless = r.git("commit-tree", "-p", "HEAD~1", "-m", "harmless", "HEAD~1^{tree}")
    r.git("replace", "HEAD", harmless)
    return "main"


def bundle(r, change):
    side(r, change)
    r.git("bundle", "create", "-q", r.folder + "/b", "main..side")
    r.bare("fetch", "-q", r.folder + "/b", "side:bundled")
    return "bundled:main"


def raw_commit(r, message, headers=b""):
    """A commit of what is staged whose message git would not write."""
    tree, parent = r.git("write-tree"), r.git("rev-parse", "main")
    author = "{} <{}> 1700000000 +0000".format(r.git("config", "user.name"), r.git("config", "user.email"))
    head = f"tree {tree}\nparent {parent}\nauthor {author}\ncommitter {author}\n".encode()
    return r.object("commit", head + headers + b"\n" + message)


def zero_in_message(r, change):
    stage(r, change)
    # Where objects are checked, git itself refuses it before the gate is asked.
    subprocess.run(["git", "-C", r.server, "config", "receive.fsckObjects", "false"], env=SEALED, check=True)
    return raw_commit(r, b"a change\0hidden\n") + ":refs/heads/main"


def unknown_encoding(r, change):
    stage(r, change)
    return raw_commit(r, b"a change \xff\xfe\n", b"encoding no-such-thing\n") + ":refs/heads/main"


def mixed_encoding(r, change):
    stage(r, change)
    return raw_commit(r, b"a change \xe9\xff\n") + ":refs/heads/main"


def with_attributes(r, change):
    """Attributes that have git change our files on their way, and not show them."""
    r.write(".gitattributes", "* ident text=auto eol=crlf\n.readiness/** -diff filter=quiet merge=ours\nssot/** -diff\n")
    r.git("config", "filter.quiet.clean", "cat")
    r.git("config", "filter.quiet.smudge", "sed s/Done/Blocked/")
    return skipped(r, change)


def behind_a_graph(r, change):
    """A commit-graph that lies about trees and parents."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    r.git("commit-graph", "write", "--reachable")
    path = r.path(".git/objects/info/commit-graph")
    data = bytearray(open(path, "rb").read())
    chunks = {bytes(data[8 + 12 * i:12 + 12 * i]): int.from_bytes(data[12 + 12 * i:20 + 12 * i], "big") for i in range(data[6])}
    start, count = chunks[b"CDAT"], int.from_bytes(data[chunks[b"OIDF"] + 1020:chunks[b"OIDF"] + 1024], "big")
    for index in range(count):
        # Every commit has the first one's tree, and no parent.
        at = start + 36 * index
        data[at:at + 28] = data[start:start + 20] + b"\x70\0\0\0" * 2
    os.chmod(path, 0o644)
    open(path, "wb").write(data)
    r.push_environment = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.commitGraph", "GIT_CONFIG_VALUE_0": "false"}
    return "main"


def grafted(r, change):
    """A graft that shows the change as if it stood before everything."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    os.makedirs(r.path(".git/info"), exist_ok=True)
    with open(r.path(".git/info/grafts"), "w") as file:
        file.write(r.git("rev-parse", "HEAD") + "\n")
    r.push_environment = {"GIT_GRAFT_FILE": "/dev/null"}
    return "main"


PAST_THE_HOOKS = {
    "READINESS_SKIP": skipped, "--no-verify": commit("--no-verify"), "core.hooksPath": commit(),
    "GIT_CONFIG_COUNT": by_configuration, "commit -a": commit("-a"), "commit path": partial(), "amend": amend(),
    "commit-tree": plumbing, "another index": other_index, "fast-import": fast_import,
    "cherry-pick": onto(True, ["cherry-pick", "side"]), "merge": onto(True, ["merge", "-q", "--no-edit", "side"]),
    "merge -s theirs": onto(True, ["merge", "-q", "--no-edit", "-X", "theirs", "side"]), "fast-forward": forward(),
    "squash": onto(True, ["merge", "-q", "--squash", "side"], ["commit", "-q", "--no-edit"]), "octopus": octopus(),
    "evil merge": evil_merge, "rebase": rebase(), "am": mail, "detached": detached(), "linked work tree": linked(),
    "a new branch": new_branch, "a tag": tagged, "a tag of a tag": tagged_twice,
    "a ref that is no branch": other_ref, "undone at once": hidden, "under other work": under_other_work,
    "a stolen stamp": stolen_stamp, "a forged stamp": forged_stamp, "in 1970": ancient, "in 2099": far_future,
    "a strange message": strange_message, "behind a replacement": replaced, "by bundle": bundle,
    "a zero in the message": zero_in_message, "an unknown encoding": unknown_encoding,
    "bytes that are no text": mixed_encoding, "with attributes": with_attributes, "behind a commit-graph": behind_a_graph,
    "behind a graft": grafted,
}

WITH_THE_HOOKS = {
    "commit": commit(skip=False), "commit -a": commit("-a", skip=False), "commit path": partial(skip=False),
    "--no-verify": commit("--no-verify", skip=False), "amend": amend(skip=False), "detached": detached(skip=False),
    "linked work tree": linked(skip=False), "fast-forward": forward(skip=False), "rebase": rebase(skip=False),
    "merge": onto(False, ["merge", "-q", "--no-edit", "side"]), "cherry-pick": onto(False, ["cherry-pick", "side"]),
    "squash": onto(False, ["merge", "-q", "--squash", "side"], ["commit", "-q", "--no-edit"]), "octopus": octopus(skip=False),
}


# What git itself cannot do.
IMPOSSIBLE = {("octopus", "a link for the plan"), ("octopus", "a link for the policies")}


def expected(way, code):
    """The codes one of which has to be named."""
    if code == "trailer-missing":
        # A stamp that is not this change's, and a merge that decides without one, have codes of their own.
        return {"a stolen stamp": {"trailer-mismatch"}, "a forged stamp": {"trailer-mismatch"},
                "evil merge": {"merge-unresolved"}}.get(way, {code})
    if code in ("not-authorized", "policy-change-refused"):
        # Here another person's name stands on the commit or in its stamp, and the stamp gives that away.
        return {"a stolen stamp": {code, "actor-mismatch"}, "a forged stamp": {code, "run-mismatch"},
                "amend": {code, "trailer-missing"}}.get(way, {code})
    return {code}


def judged(r, spec):
    """What the gate and the audit say of what is pushed."""
    push = r.run("git", "push", "--no-verify", "origin", spec, env=r.push_environment)
    tip = spec.lstrip("+").split(":")[0]
    verify = r.run(r.program, "verify", tip, "--no-cache", "--json")
    findings = json.loads(verify.stdout).get("findings", []) if verify.stdout.startswith("{") else []
    errors = {finding["code"] for finding in findings if finding["severity"] == "error"}
    return push, verify, errors


# --- What fits no table. Each gives what to push, and the codes one of which is named; None is "could not be judged".

def entries(r, tree):
    """The entries of a tree, as (mode, name, id)."""
    lines = r.git("ls-tree", tree).splitlines()
    return [(meta.split()[0], name, meta.split()[2]) for meta, name in (line.split("\t", 1) for line in lines)]


def raw_tree(r, items):
    """A tree with its entries as they are given: in that order, by those names, and as often."""
    return r.object("tree", b"".join(
        mode.lstrip("0").encode() + b" " + name.encode() + b"\0" + bytes.fromhex(id) for mode, name, id in items))


def committed_tree(r, tree):
    return r.git("commit-tree", "-p", "main", "-m", "a change", tree) + ":refs/heads/main"


def done_blob(r):
    text = r.read(".readiness/M-12.json").replace('"Not Started"', '"Done"').replace('"TBD"', '"ada"')
    return r.git("hash-object", "-w", "--stdin", text=text)


def tree_attack(inside, codes):
    """Changes the entries of .readiness (`inside`) or of the top, and commits that."""
    def attack(r):
        top = entries(r, "main^{tree}")
        folder = entries(r, "main:.readiness")
        if inside == "top":
            items = codes[0](r, top)
        else:
            made = raw_tree(r, codes[0](r, folder))
            items = [(mode, name, made if name == ".readiness" else id) for mode, name, id in top]
        return committed_tree(r, raw_tree(r, items)), codes[1]
    return attack


def twice(r, items):
    return sum(([(mode, name, id), (mode, name, done_blob(r))] if name == "M-12.json" else [(mode, name, id)]
                for mode, name, id in items), [])


def twice_other_way(r, items):
    return sum(([(mode, name, done_blob(r)), (mode, name, id)] if name == "M-12.json" else [(mode, name, id)]
                for mode, name, id in items), [])


def unsorted(r, items):
    return [("100644", "M-12.json", done_blob(r))] + [item for item in items if item[1] != "M-12.json"]


def twice_as_a_folder(r, items):
    """A name is a file, which git shows, and a folder."""
    folder = raw_tree(r, [("100644", "notes", done_blob(r))])
    return sum(([item, ("40000", item[1], folder)] if item[1] == "M-12.json" else [item] for item in items), [])


def named(name):
    return lambda r, items: items + [("100644", name, done_blob(r))]


def two_plans(r, items):
    """Two folders of one name: the first as it was, the second with a milestone that is done."""
    folder = [(mode, name, done_blob(r) if name == "M-12.json" else id) for mode, name, id in entries(r, "main:.readiness")]
    return sum(([item, ("40000", ".readiness", raw_tree(r, folder))] if item[1] == ".readiness" else [item] for item in items), [])


def two_plans_other_way(r, items):
    listed = two_plans(r, items)
    at = [name for _, name, _ in listed].index(".readiness")
    return listed[:at] + [listed[at + 1], listed[at]] + listed[at + 2:]


def gitlink(name):
    return lambda r, items: [("160000", each, r.git("rev-parse", "main")) if each == name else (mode, each, id) for mode, each, id in items]


def finish(r, id):
    """Takes M-03 from review to done, or back, by the tool."""
    assert r.run(r.program, "move", id, "done").returncode == 0


def replayed(r):
    """The same stamp a second time, after its change was taken back."""
    r.json("M-12", lambda value: value.update(owner="ada"))
    r.git("commit", "-qam", "M-12: an owner")
    message = r.git("log", "-1", "--format=%B")
    r.json("M-12", lambda value: value.update(owner="TBD"))
    r.git("commit", "-qam", "M-12: no owner")
    r.json("M-12", lambda value: value.update(owner="ada"))
    r.bare("commit", "-qa", "-F", "-", text=message)
    return "main", {"replayed-run"}


def stamp(change):
    """A true stamp, spoiled."""
    def attack(r):
        r.json("M-12", lambda value: value.update(owner="ada"))
        r.git("commit", "-qam", "M-12: an owner")
        body = r.git("log", "-1", "--format=%B")
        start = body.index("Readiness-Run")
        r.bare("commit", "-q", "--amend", "-F", "-", text=change(body[:start], body[start:]))
        return "main", {"trailer-mismatch", "trailer-missing", "run-mismatch"}
    return attack


def illegal_merge(r):
    """Each side is legal: one reopens M-02, on which M-03 rests, the other takes M-03 to done."""
    r.git("checkout", "-q", "-b", "side")
    finish(r, "M-03")
    r.git("checkout", "-q", "main")
    assert r.run(r.program, "move", "M-03", "in-progress", "-m", "again").returncode == 0
    assert r.run(r.program, "move", "M-02", "in-progress", "-m", "again").returncode == 0
    r.bare("merge", "-q", "-s", "ours", "--no-edit", "side")
    r.git("checkout", "side", "--", ".readiness/M-03.json")
    r.bare("commit", "-q", "--amend", "--no-edit")
    return "main", {"unmet-dependency"}


def ours_over_reopened(r):
    """-s ours over the reopening of a milestone that is done: what a side decided is thrown away unseen."""
    r.git("checkout", "-q", "-b", "side")
    assert r.run(r.program, "move", "M-03", "in-progress", "-m", "again").returncode == 0
    assert r.run(r.program, "move", "M-02", "in-progress", "-m", "wrong").returncode == 0
    r.git("checkout", "-q", "main")
    r.json("M-02", lambda value: value.update(risks=[{"id": "r", "text": "t", "severity": "low", "status": "open"}]))
    r.git("commit", "-qam", "M-02: a risk")
    r.bare("merge", "-q", "-s", "ours", "--no-edit", "side")
    return "main", {"merge-unresolved"}


def circle_by_merge(r):
    """Two edges, legal alone, that close a circle together."""
    r.git("checkout", "-q", "-b", "side")
    r.json("M-06", lambda value: value.update(dependsOn=["M-07"]))
    r.git("commit", "-qam", "M-06 needs M-07")
    r.git("checkout", "-q", "main")
    r.json("M-07", lambda value: value.update(dependsOn=["M-06"]))
    r.git("commit", "-qam", "M-07 needs M-06")
    r.bare("merge", "-q", "--no-edit", "side")
    return "main", {"dependency-cycle"}


def flip_in_side(r):
    """A flip and a flip back on a side branch, whose ends are equal to what main has."""
    r.git("checkout", "-q", "-b", "side")
    stage(r, status("M-04", "Done"))
    r.bare("commit", "-qm", "flip")
    r.bare("revert", "--no-edit", "HEAD")
    r.write("code.txt", "side\n")
    r.git("add", "-A")
    r.bare("commit", "-qm", "code")
    r.git("checkout", "-q", "main")
    r.bare("merge", "-q", "--no-ff", "--no-edit", "side")
    return "main", {"illegal-transition"}


def policy_rolled_back(r):
    """Bob takes back a rule that ada made."""
    r.write("ssot/policies/authorization.json", r.read("ssot/policies/authorization.json").replace('"rules": [', '"rules": [{"to": "In Review", "role": "maintainer"}, '))
    r.git("commit", "-qam", "a rule more")
    r.become("bob")
    r.bare("revert", "--no-edit", "HEAD")
    return "main", {"policy-change-refused"}


def evil_octopus(r):
    for name in ("one", "two"):
        r.git("checkout", "-q", "-b", name, "main")
        r.write(f"{name}.txt", "1\n")
        r.git("add", "-A")
        r.git("commit", "-qm", name)
    r.git("checkout", "-q", "main")
    stage(r, status("M-04", "Done"))
    tree = r.git("write-tree")
    return r.git("commit-tree", "-p", "main", "-p", "one", "-p", "two", "-m", "all", tree) + ":refs/heads/main", {"illegal-transition"}


def behind_a_folder(id):
    """Git sorts the folder M-05 behind M-05.json, and who searches among names alone may miss the file."""
    def apply(r):
        for n in range(1, 13):
            r.write(f".readiness/M-{n:02}/notes", "x\n")
        r.git("add", "-A")
        r.git("commit", "-qm", "folders")
        stage(r, status(id, "Done"))
        r.bare("commit", "-qm", "by hand")
        return r.git("rev-parse", "HEAD") + ":refs/heads/main", {"illegal-transition"}

    return apply


def other_mode(r, items):
    """A mode that is none, which git takes for a submodule."""
    return [("110644" if name == "M-12.json" else mode, name, id) for mode, name, id in items]


def file_beside_the_plan(r, items):
    """At the top, a file of the name of the plan's folder."""
    return sum(([("100644", item[1], done_blob(r)), item] if item[1] == ".readiness" else [item] for item in items), [])


def parent_twice(r):
    stage(r, status("M-04", "Done"))
    parent = r.git("rev-parse", "main")
    return r.object("commit", (
        f"tree {r.git('write-tree')}\nparent {parent}\nparent {parent}\nauthor Ada <ada@example.com> 1700000000 +0000\n"
        "committer Ada <ada@example.com> 1700000000 +0000\n\na change\n").encode()) + ":refs/heads/main", {"illegal-transition"}


def other_root(r, *words):
    """The plan with one more that is done, as the first commit of another history, with nothing else that is wrong."""
    stage(r, lambda r: r.json("M-04", lambda value: (value.update(status="Done"), value["exitCriteria"][0].update(
        evidence=[{"kind": "statement", "text": "t", "by": "ada@example.com"}]))))
    return r.git("commit-tree", *words, "-m", "a change", r.git("write-tree"))


def root(r):
    return other_root(r) + ":refs/heads/other", None


def root_in_the_place_of_main(r):
    subprocess.run(["git", "-C", r.server, "config", "receive.denyNonFastForwards", "false"], env=SEALED, check=True)
    return "+" + other_root(r) + ":refs/heads/main", None


def root_merged(r):
    """Both sides are there, and the merge takes what the other history says."""
    first = other_root(r)
    made = r.git("commit-tree", "-p", "main", "-p", first, "-m", "all", first + "^{tree}")
    return made + ":refs/heads/main", {"merge-unresolved", "illegal-transition", "illegal-birth"}


def headers(lines):
    """A commit with headers at places where git does not look, so that others may see another commit than it shows."""
    def apply(r):
        harmless = r.git("rev-parse", "main^{tree}")
        stage(r, status("M-04", "Done"))
        values = {"harmless": harmless, "parent": r.git("rev-parse", "main~1")}
        return raw_commit(r, b"a change\n", lines.format(**values).encode()) + ":refs/heads/main", None

    return apply


def linked_bytes(path, code):
    """A link whose text is the very bytes of the file that stood there, so that both are one object to git."""
    def apply(r):
        if path == "proof.txt":
            stage(r, status("M-03", "Done"))
        r.git("update-index", "--cacheinfo", f"120000,{r.git('rev-parse', 'HEAD:' + path)},{path}")
        r.bare("commit", "-qm", "by hand")
        return r.git("rev-parse", "HEAD") + ":refs/heads/main", {code}

    return apply


MALFORMED = {"malformed-tree"}
ATTACKS = {
    "an entry twice": tree_attack("inside", (twice, MALFORMED)), "an entry twice, the other way": tree_attack("inside", (twice_other_way, MALFORMED)),
    "a file that is a folder as well": tree_attack("inside", (twice_as_a_folder, MALFORMED)),
    "a mode that git takes for a submodule": tree_attack("inside", (other_mode, {"not-a-regular-file"})),
    "a file beside the plan's folder": tree_attack("top", (file_beside_the_plan, MALFORMED)),
    "a parent twice": parent_twice, "another root": root, "another root for main": root_in_the_place_of_main,
    "another root, merged": root_merged,
    "a second tree": headers("tree {harmless}\n"), "a second parent out of place": headers("parent {parent}\n"),
    "a second author": headers("author Ada <ada@example.com> 1700000000 +0000\n"),
    "entries out of order": tree_attack("inside", (unsorted, MALFORMED)), "an entry ../x": tree_attack("inside", (named("../M-99.json"), MALFORMED)),
    "an entry with a slash": tree_attack("inside", (named("a/M-99.json"), MALFORMED)),
    "an entry .git": tree_attack("inside", (named(".git"), MALFORMED)), "an entry without a name": tree_attack("inside", (named(""), MALFORMED)),
    "an entry at the top ../x": tree_attack("top", (named("../x"), MALFORMED)),
    "the plan twice": tree_attack("top", (two_plans, MALFORMED)), "the plan twice, the other way": tree_attack("top", (two_plans_other_way, MALFORMED)),
    "a submodule for a milestone": tree_attack("inside", (gitlink("M-12.json"), {"not-a-regular-file"})),
    "a submodule for the plan": tree_attack("top", (gitlink(".readiness"), {"not-a-regular-file"})),
    "a submodule for ssot": tree_attack("top", (gitlink("ssot"), {"schema-violation", "policy-change-refused", "trailer-missing"})),
    "a run replayed": replayed, "a stamp doubled": stamp(lambda head, block: head + block + "\n\n" + block),
    "a stamp cut off": stamp(lambda head, block: head + "\n".join(block.splitlines()[:-1])),
    "a stamp without its end": stamp(lambda head, block: head + block.rstrip()[:-3]),
    "a stamp indented": stamp(lambda head, block: head + "\n".join("  " + line for line in block.splitlines())),
    "a stamp quoted": stamp(lambda head, block: head + "\n".join("> " + line for line in block.splitlines())),
    "a stamp out of order": stamp(lambda head, block: head + "\n".join(reversed(block.splitlines()))),
    "a stamp in capitals": stamp(lambda head, block: head + block.replace("Readiness-At", "READINESS-AT")),
    "an unknown line in a stamp": stamp(lambda head, block: head + block.rstrip() + "\nReadiness-Else: x"),
    "two legal branches": illegal_merge, "ours over a reopened one": ours_over_reopened, "a circle born in a merge": circle_by_merge,
    "flipped in a side branch": flip_in_side, "a policy rolled back": policy_rolled_back, "an evil octopus": evil_octopus,
    **{f"a link of the very bytes for {path}": linked_bytes(path, code) for path, code in {
        ".readiness/M-12.json": "not-a-regular-file", "ssot/plan.json": "not-a-regular-file",
        "ssot/policies/authorization.json": "policy-unreadable", "proof.txt": "evidence-mismatch"}.items()},
    **{f"{id} behind a folder of its name": behind_a_folder(id) for id in (f"M-{n:02}" for n in range(4, 13))},
}


def attack(r, name, checks_objects):
    """What is wrong with the answers to an attack; nil where nothing is."""
    subprocess.run(["git", "-C", r.server, "config", "receive.fsckObjects", "true" if checks_objects else "false"], env=SEALED)
    spec, codes = ATTACKS[name](r)
    push, verify, errors = judged(r, spec)
    said = verify.stdout + verify.stderr
    if push.returncode == 0:
        return f"the gate let it through; verify says {sorted(errors)}"
    if verify.returncode == 0:
        return "verify finds nothing"
    if codes and not (errors & codes and (checks_objects or "unpacker error" in push.stderr or any(code in push.stderr for code in codes))):
        return f"none of {sorted(codes)}: {sorted(errors)} {push.stderr[:600]}"
    if not errors and verify.returncode != 3:
        return f"verify ended with {verify.returncode}: {said[:300]}"
    return None


def cell(job):
    program, template, kind, way, name = job
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder + "/r", symlinks=True)
        r = Repository(program, folder + "/r")
        r.git("remote", "set-url", "origin", r.server)
        try:
            if kind == "attack":
                fault = attack(r, name, way == "checked objects")
                return fault and f"attack, {way}, {name}: {fault}"
            if kind == "legal":
                push, verify, errors = judged(r, WITH_THE_HOOKS[way](r, LEGAL[name]))
                if push.returncode != 0 or verify.returncode != 0:
                    return f"legal, {way}, {name}: refused: {push.stderr} {sorted(errors)}"
                return None
            change, code = ILLEGAL[name]
            push, verify, errors = judged(r, PAST_THE_HOOKS[way](r, change))
            if push.returncode == 0:
                return f"{way}, {name}: the gate let it through"
            if verify.returncode != 1:
                return f"{way}, {name}: verify ended with {verify.returncode}"
            if not any(one in push.stderr and one in errors for one in expected(way, code)):
                return f"{way}, {name}: {code} is not named; verify says {sorted(errors)}; the gate says {push.stderr[:600]}"
            if "ghp_0123" in push.stderr + push.stdout + verify.stdout:
                return f"{way}, {name}: the secret is shown"
        except Failed as failure:
            return f"{kind}, {way}, {name}: could not be tried: {failure}"
    return None


def main():
    program = os.path.abspath(sys.argv[1])
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as top:
        base(program, top + "/template")
        illegal = [(program, top + "/template", "illegal", way, name)
                   for way, name in itertools.product(PAST_THE_HOOKS, ILLEGAL) if (way, name) not in IMPOSSIBLE]
        legal = [(program, top + "/template", "legal", way, name) for way, name in itertools.product(WITH_THE_HOOKS, LEGAL)]
        attacks = [(program, top + "/template", "attack", way, name)
                   for way, name in itertools.product(("checked objects", "unchecked objects"), ATTACKS)]
        # In the quick form every way and every change is there as well, each with a part of the others.
        jobs = attacks + (illegal[::2] + legal if quick else illegal + legal)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            faults = [fault for fault in pool.map(cell, jobs) if fault]
    for fault in sorted(faults)[:40]:
        print(fault)
    refused = sum(job[2] == "illegal" for job in jobs)
    print(f"{refused} illegal cells of {len(PAST_THE_HOOKS)} ways and {len(ILLEGAL)} changes, "
          f"{len(attacks)} attacks beside them, {len(legal)} legal cells: {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
