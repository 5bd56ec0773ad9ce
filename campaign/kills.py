#!/usr/bin/env python3
"""Kills (SIGKILL) `move`, `heal` and every hook before each of its system calls, one call at a time, and
has each call that writes, syncs, renames or links fail with ENOSPC, EIO and EINTR. Then the state is the old or the new one, nothing
acknowledged is lost, `git fsck` is clean, and the next command works or names the lock. strace lists the calls.

usage: kills.py PROGRAM [STRIDE [SCENE]]    STRIDE: every so manieth call; 1 by default"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

SEALED = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8", "GIT_MERGE_AUTOEDIT": "no"}
# Stands in the place of each hook, and has the one that is meant traced.
WRAPPER = """#!/bin/sh
real="${0%/*}/../hooks-real/${0##*/}"
[ "$TRACED" = "${0##*/}" ] || exec "$real" "$@"
exec strace -f -qq -A -o "$TRACE_LOG" $TRACE_HOW "$real" "$@"
"""

# What may fail for want of room, for a bad disk, or because a signal came; and how.
WRITING = {"write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "ftruncate", "mkdir", "unlink"}
ERRORS = ("ENOSPC", "EIO", "EINTR")


class Wrong(Exception):
    pass


def run(folder, *command, env=None):
    return subprocess.run(command, cwd=folder, env={**SEALED, **(env or {})}, capture_output=True, text=True)


def sure(folder, *command, env=None):
    done = run(folder, *command, env=env)
    if done.returncode:
        raise Wrong(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def edit(folder, name, old, new):
    path = f"{folder}/.readiness/{name}.json"
    text = open(path).read()
    assert old in text
    open(path, "w").write(text.replace(old, new))


class Scene:
    """A repository, a command that is killed in it, and what has to hold afterwards."""
    hook = None
    hooks = None

    def __init__(self, program):
        self.program = program

    def set_up(self, top):
        """Lays the repository down in `top`/repo."""
        folder = f"{top}/repo"
        os.makedirs(folder)
        sure(folder, "git", "init", "-q", "-b", "main", ".")
        sure(folder, "git", "config", "user.name", "Ada")
        sure(folder, "git", "config", "user.email", "ada@example.com")
        sure(folder, self.program, "init", "--commit")
        sure(folder, self.program, "install", *([] if self.hooks is None else self.hooks))
        edit(folder, "M-01", '"TBD"', '"ada"')
        sure(folder, "git", "commit", "-qam", "owner")
        self.prepare(folder, top)
        if self.hook:
            self.wrap(f"{folder}/.git")

    def wrap(self, git):
        os.rename(f"{git}/hooks", f"{git}/hooks-real")
        os.makedirs(f"{git}/hooks")
        for name in os.listdir(f"{git}/hooks-real"):
            if not name.endswith(".sample"):
                with open(f"{git}/hooks/{name}", "w") as file:
                    file.write(WRAPPER)
                os.chmod(f"{git}/hooks/{name}", 0o755)

    def prepare(self, folder, top):
        pass

    def act(self, folder, trace):
        """Runs the command, traced as `trace` says."""
        raise NotImplementedError

    def check(self, folder, before, done):
        raise NotImplementedError

    def traced(self, trace):
        return {"TRACED": self.hook, "TRACE_HOW": " ".join(trace[1:]), "TRACE_LOG": trace[0]}

    def head(self, folder):
        return sure(folder, "git", "rev-parse", "HEAD")

    def sound(self, folder):
        sure(folder, "git", "fsck", "--strict", "--no-dangling")
        sure(folder, self.program, "verify", "--no-cache")

    def goes_on(self, folder, *command):
        """The next command works, or names a lock that nobody holds any more."""
        next = run(folder, *command)
        if next.returncode and ".lock" in next.stdout + next.stderr:
            for place, _, files in os.walk(folder):
                for name in files:
                    if name.endswith(".lock"):
                        os.remove(f"{place}/{name}")
            next = run(folder, *command)
        if next.returncode:
            raise Wrong(f"then {' '.join(command)}: {next.stdout}{next.stderr}")


class Move(Scene):
    name = "move"

    def act(self, folder, trace):
        return run(folder, "strace", "-f", "-qq", "-o", *trace, self.program, "move", "M-01", "in-progress")

    def check(self, folder, before, done):
        after = self.head(folder)
        if "commit " in done.stdout and after == before:
            raise Wrong("an acknowledged move is lost")
        if after != before and self.parent(folder) != before:
            raise Wrong("more than one commit")
        self.goes_on(folder, self.program, "move", "M-02", "blocked", "-m", "next")
        if sure(folder, "git", "status", "--porcelain"):
            raise Wrong("the work tree differs: " + sure(folder, "git", "status", "--porcelain"))
        state = json.loads(sure(folder, self.program, "show", "M-01", "--json"))["milestone"]["status"]
        if state != ("Not Started" if after == before else "In Progress"):
            raise Wrong(f"M-01 is {state}")
        if [name for name in os.listdir(f"{folder}/.git") if name.startswith(("readiness-tmp", "readiness-journal"))]:
            raise Wrong("something is left behind")

    def parent(self, folder):
        return sure(folder, "git", "rev-parse", "HEAD~1")


class Stage(Scene):
    name = "move --no-commit"

    def act(self, folder, trace):
        return run(folder, "strace", "-f", "-qq", "-o", *trace, self.program, "move", "M-01", "in-progress", "--no-commit")

    def check(self, folder, before, done):
        if self.head(folder) != before:
            raise Wrong("a commit was made")
        self.goes_on(folder, self.program, "move", "M-01", "in-progress", "--no-commit")
        self.goes_on(folder, "git", "commit", "-qam", "M-01: start")


class Heal(Scene):
    name = "heal"

    def prepare(self, folder, top):
        edit(folder, "M-02", '"TBD"', '"ada"')
        sure(folder, "git", "commit", "-qam", "no stamp", env={"READINESS_SKIP": "1"})

    def act(self, folder, trace):
        return run(folder, "strace", "-f", "-qq", "-o", *trace, self.program, "heal")

    def check(self, folder, before, done):
        if "commit " in done.stdout and self.head(folder) == before:
            raise Wrong("an acknowledged heal is lost")
        self.goes_on(folder, self.program, "heal")
        if sure(folder, "git", "rev-list", "--count", f"{before}..HEAD") != "1":
            raise Wrong("not one commit that heals")


class CommitHook(Scene):
    """`git commit` of a plan change, with or without an editor."""
    words = ("git", "commit", "-qam", "M-01: start")

    def prepare(self, folder, top):
        edit(folder, "M-01", '"Not Started"', '"In Progress"')

    def act(self, folder, trace):
        return run(folder, *self.words, env=self.traced(trace))

    def check(self, folder, before, done):
        made = self.head(folder) != before
        if made != (done.returncode == 0):
            raise Wrong(f"git said {done.returncode}, and a commit was {'made' if made else 'not made'}: {done.stderr}")
        if not made:
            self.goes_on(folder, *self.words)


class Prepare(CommitHook):
    name = hook = "prepare-commit-msg"


class Message(CommitHook):
    name = hook = "commit-msg"
    words = ("git", "commit", "-qaem", "M-01: start")


class Before(CommitHook):
    name = hook = "pre-commit"
    hooks = ("--guard-paths",)


class Transaction(CommitHook):
    name = hook = "reference-transaction"
    hooks = ("--strict",)


class BeforeMerge(CommitHook):
    name = hook = "pre-merge-commit"
    hooks = ("--guard-paths",)
    words = ("git", "merge", "-q", "--no-edit", "side")

    def prepare(self, folder, top):
        sure(folder, "git", "checkout", "-q", "-b", "side")
        sure(folder, self.program, "move", "M-01", "in-progress")
        sure(folder, "git", "checkout", "-q", "main")
        sure(folder, self.program, "move", "M-02", "blocked", "-m", "rain")

    def check(self, folder, before, done):
        made = self.head(folder) != before
        if made != (done.returncode == 0):
            raise Wrong(f"git said {done.returncode}: {done.stderr}")
        if not made:
            self.goes_on(folder, "git", "commit", "-q", "--no-edit")


class Rewrite(CommitHook):
    name = hook = "post-rewrite"
    words = ("git", "commit", "-q", "--amend", "-m", "another subject")

    def prepare(self, folder, top):
        super().prepare(folder, top)
        sure(folder, "git", "commit", "-qam", "M-01: start")

    def check(self, folder, before, done):
        # The commit stands whatever becomes of this hook.
        if self.head(folder) == before:
            raise Wrong("the amend is lost")


class Push(Scene):
    """A push of one legal move to a bare repository with the gate."""
    words = ("git", "push", "-q", "origin", "main")
    gate = None

    def prepare(self, folder, top):
        sure(top, "git", "clone", "-q", "--bare", folder, "server.git")
        sure(top, self.program, "install", "--server", "server.git")
        sure(folder, "git", "remote", "add", "origin", "../server.git")
        sure(folder, self.program, "move", "M-01", "in-progress")
        if self.gate:
            if self.gate == "update":
                os.rename(f"{top}/server.git/hooks/pre-receive", f"{top}/server.git/hooks/update")
                script = open(f"{top}/server.git/hooks/update").read().replace("pre-receive", "update")
                open(f"{top}/server.git/hooks/update", "w").write(script)
            self.wrap(f"{top}/server.git")

    def act(self, folder, trace):
        self.before = sure(f"{folder}/../server.git", "git", "rev-parse", "main")
        return run(folder, *self.words, env=self.traced(trace))

    def check(self, folder, before, done):
        server = f"{folder}/../server.git"
        moved = sure(server, "git", "rev-parse", "main") != self.before
        if moved != (done.returncode == 0):
            raise Wrong(f"git said {done.returncode}, and the ref {'moved' if moved else 'did not move'}")
        if not moved:
            self.goes_on(folder, *self.words)
        sure(server, "git", "fsck", "--strict", "--no-dangling")


class BeforePush(Push):
    name = hook = "pre-push"


class Receive(Push):
    name = "pre-receive"
    hook = gate = "pre-receive"


class Update(Push):
    name = "update"
    hook = gate = "update"


SCENES = {kind.name: kind for kind in (
    Move, Stage, Heal, Prepare, Message, Before, BeforeMerge, Rewrite, BeforePush, Receive, Update, Transaction)}


@contextmanager
def copied(template):
    """A copy of the folder, for one attempt; it may be left half-written, and is taken away whatever it holds."""
    top = tempfile.mkdtemp()
    try:
        subprocess.run(["cp", "-r", f"{template}/.", top], check=True)
        yield top
    finally:
        shutil.rmtree(top, ignore_errors=True)


def attempt(job):
    """Kills one command before one call, in a copy of its repository."""
    program, name, template, call, turn, fault = job
    scene = SCENES[name](program)
    try:
        with copied(template) as top:
            folder = f"{top}/repo"
            before = scene.head(folder)
            done = scene.act(folder, ["/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={turn}"])
            scene.check(folder, before, done)
            scene.sound(folder)
            return None
    except (Wrong, subprocess.SubprocessError) as wrong:
        return f"{name}, {call} {turn} with {fault}: {wrong}"


def calls(scene, template):
    """The calls that the command and what it starts make, as (name, how manieth of that name in one process)."""
    with copied(template) as top:
        log = f"{top}/trace"
        scene.act(f"{top}/repo", [log])
        count = collections.defaultdict(collections.Counter)
        for line in open(log, errors="replace"):
            match = re.match(r"(\d+) +([a-z0-9_]+)\(", line)
            # Before its first execve there is no process yet, and after exit_group none any more.
            if match and match[2] not in ("exit_group", "execve"):
                count[match[2]][match[1]] += 1
        return [(name, turn) for name in sorted(count) for turn in range(1, max(count[name].values()) + 1)]


def unsynced(scene, template):
    """What a move renames to its place, or acknowledges, without having synced it: objects and the ref."""
    with copied(template) as top:
        log = f"{top}/trace"
        run(f"{top}/repo", "strace", "-f", "-qq", "-o", log, scene.program, "move", "M-01", "in-progress")
        # Several threads wait for the disk at once; a call that another interrupts ends on a line of its own.
        open_files, waiting, synced, wrong = {}, {}, set(), []
        for line in open(log, errors="replace"):
            thread, call = line.split(None, 1)
            if match := re.match(r'openat\(AT_FDCWD, "([^"]+)".* = (\d+)$', call):
                open_files[match[2]] = match[1]
            elif match := re.match(r"fsync\((\d+) <unfinished", call):
                waiting[thread] = open_files.get(match[1])
            elif re.match(r"<\.\.\. fsync resumed>\) += 0", call):
                synced.add(waiting.get(thread))
            elif match := re.match(r"fsync\((\d+)\) += 0", call):
                synced.add(open_files.get(match[1]))
            elif match := re.match(r'(rename|link)\("([^"]+)", "([^"]+)"\) += 0', call):
                how, old, new = match.groups()
                if ("/objects/" in new or "/refs/" in new) and old not in synced:
                    wrong.append(new)
                # A link is another name of what was synced.
                if old in synced:
                    synced.add(new)
        return wrong


def main():
    program = os.path.abspath(sys.argv[1])
    stride = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if not shutil.which("strace"):
        sys.exit("kills: strace is missing: apt-get install strace")
    if run("/", "strace", "-qq", "-o", "/dev/null", "true").returncode:
        if os.environ.get("CI"):
            sys.exit("kills: processes may not be traced here, and in CI nothing is skipped")
        print("kills: 1 check skipped: kills by system call, because processes may not be traced here")
        return
    failed, total = 0, collections.Counter()
    with tempfile.TemporaryDirectory() as top, ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, kind in SCENES.items():
            if sys.argv[3:] and name != sys.argv[3]:
                continue
            scene, template = kind(program), f"{top}/{name.replace(' ', '')}"
            os.makedirs(template)
            scene.set_up(template)
            points = calls(scene, template)
            if not points:
                sys.exit(f"kills: {name} makes no call: it did not run")
            late = unsynced(scene, template) if name == "move" else []
            for path in late:
                print(f"WRONG: {path} is put in place before it is synced")
            failed += len(late)
            kills = [(*point, "signal=KILL") for point in points][::stride]
            faults = [(*point, "error=" + error) for point in points if point[0] in WRITING for error in ERRORS][::stride]
            wrong = [one for one in pool.map(attempt, [(program, name, template, *point) for point in kills + faults]) if one]
            for one in wrong[:5]:
                print("WRONG: " + one)
            print(f"{name}: {len(points)} calls; {len(kills)} kills, {len(faults)} faults, {len(wrong)} wrong", flush=True)
            failed += len(wrong)
            total += collections.Counter(kills=len(kills), faults=len(faults))
    print(f"{total['kills']} kills, {total['faults']} faults, {failed} wrong")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
