#!/usr/bin/env python3
"""Random work in real repositories with the hooks: whatever they let through, `verify` accepts and `replay` agrees with.

Edits, moves, branches, merges, squashes, amends, picks, reverts and rebases, legal and illegal, with and without
--no-verify. After each one the whole history is judged; at the end every branch is replayed.

usage: operations.py PROGRAM [REPOSITORIES [FIRST-SEED]]
"""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import mutations

SEALED = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": "true"}
OPERATIONS = ["edit"] * 6 + ["move"] * 3 + ["merge"] * 2 + [
    "branch", "checkout", "squash", "amend", "amend -m", "cherry-pick", "revert", "rebase", "code"]
STATES = ["in-progress", "in-review", "done", "blocked", "not-started"]


class Work:
    def __init__(self, program, folder, seed):
        self.program, self.folder, self.random, self.branches = program, folder, random.Random(seed), ["main"]
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.com")
        self.run(program, "init", "--empty")
        self.run(program, "install")
        tree = self.tree()
        for number in range(1, 6):
            others = [f"A-{k}" for k in range(1, number)]
            value = mutations.milestone(self.random, f"A-{number}", others)
            value["status"] = "Not Started"
            value.pop("blocked", None)
            tree[mutations.path(f"A-{number}")] = json.dumps(value)
        self.put({**tree, "proof": "one"})
        assert self.commit("base") == 0

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder, env=SEALED, capture_output=True, text=True)

    def git(self, *arguments):
        return self.run("git", *arguments).returncode

    def commit(self, message, *options):
        self.git("add", "-A")
        return self.git("commit", "-q", "-m", message, *options)

    def tree(self):
        names = [mutations.PLAN, "proof"] + [f".readiness/{n}" for n in os.listdir(f"{self.folder}/.readiness") if n.endswith(".json")]
        paths = {name: f"{self.folder}/{name}" for name in names}
        return {name: open(path).read() for name, path in paths.items() if os.path.exists(path)}

    def put(self, tree):
        """Writes a tree, a property a line, so that git has lines to merge."""
        for name in self.tree():
            if name not in tree:
                os.remove(f"{self.folder}/{name}")
        for name, text in tree.items():
            value = mutations.parse(text) if name.endswith(".json") else None
            with open(f"{self.folder}/{name}", "w") as file:
                file.write(text if value is None else json.dumps(value, indent=1))

    def operate(self, operation, number):
        """The exit status of one operation."""
        branch = self.random.choice(self.branches)
        if operation == "edit":
            self.put(mutations.mutated(self.random, self.tree()))
            return self.commit(f"edit {number}\n\nbody", *self.random.choice([(), (), (), ("--no-verify",)]))
        if operation == "move":
            name, state = f"A-{self.random.randint(1, 5)}", self.random.choice(STATES)
            return self.run(self.program, "move", name, state, "-m", "why").returncode
        if operation == "branch":
            self.branches.append(f"b{number}")
            return self.git("checkout", "-q", "-b", f"b{number}", branch)
        if operation == "checkout":
            return self.git("checkout", "-q", branch)
        if operation in ("merge", "squash"):
            return self.merge(branch, operation == "squash")
        if operation == "amend":
            if self.random.random() < 0.6:
                self.put(mutations.mutated(self.random, self.tree()))
            self.git("add", "-A")
            return self.git("commit", "-q", "--amend", "--no-edit")
        if operation == "amend -m":
            return self.git("commit", "-q", "--amend", "-m", f"amended {number}")
        if operation == "cherry-pick":
            return self.git("cherry-pick", branch)
        if operation == "revert":
            return self.git("revert", "--no-edit", "HEAD")
        if operation == "rebase":
            return self.git("rebase", "-q", branch)
        with open(f"{self.folder}/code", "w") as file:
            file.write(str(number))
        return self.commit("code")

    def merge(self, branch, is_squash):
        if self.git("merge", "-q", *(["--squash"] if is_squash else ["--no-edit"]), branch) != 0:
            self.git("checkout", self.random.choice(["--ours", "--theirs"]), ".")
            self.git("add", "-A")
            return self.git("commit", "-q", "--no-edit")
        return self.git("commit", "-q", *self.random.choice([("--no-edit",), ("-m", "squashed")])) if is_squash else 0

    def give_up(self):
        for command in ("merge", "cherry-pick", "revert", "rebase"):
            self.git(command, "--abort")
        if os.path.exists(f"{self.folder}/.git/SQUASH_MSG"):
            os.remove(f"{self.folder}/.git/SQUASH_MSG")
        self.git("reset", "-q", "--hard")
        self.git("clean", "-fdq")

    def answer(self, *arguments):
        return json.loads(self.run(self.program, *arguments, "--json").stdout)


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    done = refused = failures = 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            work = Work(program, folder, seed)
            for number in range(40):
                operation = work.random.choice(OPERATIONS)
                if work.operate(operation, number) == 0:
                    done += 1
                else:
                    refused += 1
                    work.give_up()
                verdict = work.answer("verify")
                if not verdict.get("accepted"):
                    errors = [f for f in verdict.get("findings", []) if f["severity"] == "error"]
                    print(f"seed {seed}, operation {number} ({operation}): verify refuses {errors[:3] or verdict}")
                    failures += 1
                    break
            for branch in work.branches:
                if not work.answer("replay", "--at", branch).get("agrees"):
                    print(f"seed {seed}: replay of {branch} disagrees with its tree")
                    failures += 1
    print(f"{done} operations let through and {refused} refused in {count} repositories from {first}, {failures} failures")
    sys.exit(1 if failures else 0)


main()
