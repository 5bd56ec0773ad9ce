#!/usr/bin/env python3
"""What an audit costs: `readiness verify` of everything against `git log --raw -- .readiness`, in one run.

usage: verify-cost.py PROGRAM [COMMITS [EVERY [PAIRS]]]
"""
import os, resource, statistics, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history

program = os.path.abspath(sys.argv[1])
commits = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
every = int(sys.argv[3]) if len(sys.argv) > 3 else 10
pairs = int(sys.argv[4]) if len(sys.argv) > 4 else 30


def timed(folder, *command):
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=history.sealed, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"{command} failed")
    return time.perf_counter() - start


with tempfile.TemporaryDirectory() as top:
    folder = os.path.join(top, "long")
    runs = history.make(program, folder, commits, every)
    log = ("git", "log", "--raw", "--", ".readiness")
    for name in ["verify", "log", "replay"]:
        timed(folder, program, name)
        git_times, own_times = [], []
        for _ in range(pairs):
            git_times.append(timed(folder, *log))
            own_times.append(timed(folder, program, name))
        a, b = statistics.median(git_times), statistics.median(own_times)
        print(
            f"readiness {name}, {commits} commits with {runs} runs: {b / a:.2f}x  "
            f"(git log --raw {a * 1000:.0f} ms, {name} {b * 1000:.0f} ms, {pairs} pairs)"
        )
    # Of all children, git among them, so at most this.
    print(f"peak memory: at most {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MiB")
