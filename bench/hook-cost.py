#!/usr/bin/env python3
"""What the hooks cost: `git commit` with them against without, as a ratio of medians of pairs in one run.

usage: hook-cost.py PROGRAM [PAIRS]
"""
import os, statistics, subprocess, sys, tempfile, time

program = os.path.abspath(sys.argv[1])
pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 30
sealed = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


def run(folder, *command):
    subprocess.run(command, cwd=folder, env=sealed, check=True, stdout=subprocess.DEVNULL)


def repository(folder, with_hooks):
    os.makedirs(folder)
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "git", "config", "user.name", "Bench")
    run(folder, "git", "config", "user.email", "bench@example.com")
    run(folder, program, "init", "--commit")
    if with_hooks:
        run(folder, program, "install")


def timed_commit(folder, path, text):
    with open(os.path.join(folder, path), "w") as file:
        file.write(text)
    run(folder, "git", "add", path)
    start = time.perf_counter()
    run(folder, "git", "commit", "-qm", "change")
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as top:
    plain, hooked = os.path.join(top, "plain"), os.path.join(top, "hooked")
    repository(plain, False)
    repository(hooked, True)
    milestone = open(os.path.join(plain, ".readiness/M-01.json")).read()
    for name, path, text in [
        ("touches the plan", ".readiness/M-01.json", lambda n: milestone.replace("Explicit", f"Explicit {n}")),
        ("does not", "code.txt", lambda n: f"{n}\n"),
    ]:
        without, with_ = [], []
        for n in range(pairs):
            without.append(timed_commit(plain, path, text(n)))
            with_.append(timed_commit(hooked, path, text(n)))
        a, b = statistics.median(without), statistics.median(with_)
        print(f"git commit, {name}: {b / a:.2f}x  ({a * 1000:.1f} ms without hooks, {b * 1000:.1f} ms with, {pairs} pairs)")
