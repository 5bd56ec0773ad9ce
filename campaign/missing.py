#!/usr/bin/env python3
"""Repositories that lack one object: every command that reads says so with exit 3, or does without it, and none dies.

A plan of 300 milestones with 90 commits, packed, so that commands use all their threads. One object is left out of the
pack: a milestone of the tip, the plan file, a policy, a tree, the tip's commit, and the same of an older commit. Each command
runs many times over each, because a thread that outlives its function shows only now and then.

usage: missing.py PROGRAM [TIMES]
"""
import collections
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

COMMANDS = ["status", "status --json", "status --index", "status --worktree", "next", "blocked", "order", "matrix", "graph", "show M-01",
            "gate", "why-not", "log", "log M-01", "weekly", "verify", "verify --no-cache", "replay", "diff HEAD~5 HEAD", "export --format json",
            "doctor", "fmt --check", "move M-07 in-progress --dry-run"]


def main():
    program, times = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50
    with tempfile.TemporaryDirectory() as top:
        environment = {"PATH": os.environ["PATH"], "HOME": top, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
                       "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
                       "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_PAGER": "cat"}
        work = os.path.join(top, "work")

        def run(*words, data=None, folder=work):
            return subprocess.run(words, cwd=folder, env=environment, input=data, capture_output=True)

        def git(*words, data=None, folder=work):
            done = run("git", *words, data=data, folder=folder)
            if done.returncode:
                raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode()}")
            return done.stdout.decode().strip()

        os.mkdir(work)
        git("init", "-q", "-b", "main")
        run(program, "init")
        for number in range(100, 390):
            with open(f"{work}/.readiness/M-{number}.json", "w") as out:
                json.dump({"id": f"M-{number}", "workstream": "w", "outcome": f"outcome {number}", "dependsOn": [], "owner": "TBD",
                           "status": "Not Started", "exitCriteria": [{"id": "x", "text": "y"}]}, out, indent=2)
                out.write("\n")
        git("add", "-A")
        run(program, "install", "--hooks", "prepare-commit-msg,commit-msg")
        git("commit", "-qm", "the plan")
        for number in range(90):
            path = f"{work}/.readiness/M-{100 + number}.json"
            text = open(path).read().replace("outcome ", f"another outcome {number} ")
            open(path, "w").write(text)
            git("commit", "-qam", f"change {number}")
        root, middle = git("rev-list", "--max-parents=0", "HEAD"), git("rev-parse", "HEAD~40")
        victims = {
            "a milestone": git("rev-parse", "HEAD:.readiness/M-150.json"), "the plan file": git("rev-parse", "HEAD:ssot/plan.json"),
            "a policy": git("rev-parse", "HEAD:ssot/policies/workflow.json"), "the folder of milestones": git("rev-parse", "HEAD:.readiness"),
            "the root tree": git("rev-parse", "HEAD^{tree}"), "the tip": git("rev-parse", "HEAD"),
            "an old milestone": git("rev-parse", f"{root}:.readiness/M-120.json"), "an old tree": git("rev-parse", f"{middle}^{{tree}}"),
            "an old commit": middle, "the first commit": root}
        everything = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split("\n")
        failed, total, codes = [], 0, collections.Counter()
        for name, victim in victims.items():
            folder = os.path.join(top, "lab")
            subprocess.run(["rm", "-rf", folder], check=True)
            subprocess.run(["cp", "-a", work, folder], check=True)
            objects = os.path.join(folder, ".git/objects")
            subprocess.run(["find", objects, "-type", "f", "-delete"], check=True)
            listed = "\n".join(each for each in everything if each != victim) + "\n"
            git("pack-objects", "-q", os.path.join(objects, "pack/pack"), data=listed.encode(), folder=work)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for command in COMMANDS:
                    ends = collections.Counter(pool.map(lambda _: run(program, *command.split(), folder=folder).returncode, range(times)))
                    total += times
                    codes.update(ends)
                    # 0 and 1 are answers that did not need the object; anything else but 3 is a fault.
                    if set(ends) - {0, 1, 3} or len(ends) > 1:
                        failed.append(f"{command} without {name}: {dict(ends)}")
                        print(failed[-1], flush=True)
        print(f"{total} runs without one object: " + ", ".join(f"{n} ended with {c}" for c, n in sorted(codes.items())))
        print("none died, and each command always answered the same" if not failed else f"{len(failed)} failed")
        sys.exit(1 if failed else 0)


main()
