#!/usr/bin/env python3
"""Processes that move milestones at the same time, beside commits by hand, `pack-refs` and `gc`: no acknowledged move is
lost, none is made twice, and every commit is legal.

usage: race.py PROGRAM [PROCESSES [MOVES]]
"""
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

SEALED = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8"}


# How long a command, and a move that is told to try again, may take; in seconds.
PATIENCE = 120


def run(folder, *command):
    try:
        return subprocess.run(command, cwd=folder, env=SEALED, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, 124, "", f"{' '.join(command)} did not end in {PATIENCE} s: {late}")


def mover(job):
    """Blocks and frees one milestone in turn; gives the runs that were acknowledged."""
    program, folder, name, moves = job
    runs, refused = [], 0
    for turn in range(moves):
        state = "blocked" if turn % 2 == 0 else "not-started"
        until = time.monotonic() + PATIENCE
        while True:
            done = run(folder, program, "move", name, state, "-m", f"turn {turn}", "--json")
            if done.returncode == 0:
                answer = json.loads(done.stdout)
                if answer["changed"]:
                    runs.append(answer["run"])
                break
            refused += 1
            text = done.stdout + done.stderr
            # Git left the index behind; this is what the program says to do then.
            if "stale-index" in text:
                run(folder, "git", "restore", "--staged", f".readiness/{name}.json")
            # A lost race after all attempts is told, and nothing was written; anything else is a fault.
            known = any(code in text for code in ("locked", "changed-meanwhile", "uncommitted-changes", "stale-index"))
            if not known or time.monotonic() > until:
                return runs, refused, f"{name}, turn {turn}: {text}"
    return runs, refused, None


def housekeeper(folder, stop):
    """Commits by hand, in the same work tree, and git's own tidying."""
    count = 0
    while not stop.is_set():
        with open(f"{folder}/notes.txt", "w") as file:
            file.write(f"{count}\n")
        run(folder, "git", "add", "notes.txt")
        run(folder, "git", "commit", "-qm", f"notes {count}", "--", "notes.txt")
        if count % 5 == 0:
            run(folder, "git", "pack-refs", "--all")
        if count % 3 == 0:
            run(folder, "git", "gc", "-q")
        count += 1


def main():
    program = os.path.abspath(sys.argv[1])
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    if processes > 12:
        sys.exit("race.py: the standard plan has twelve milestones, one for each process")
    moves = int(sys.argv[3]) if len(sys.argv) > 3 else 250
    with tempfile.TemporaryDirectory() as folder:
        run(folder, "git", "init", "-q", "-b", "main", ".")
        run(folder, "git", "config", "user.name", "Ada")
        run(folder, "git", "config", "user.email", "ada@example.com")
        assert run(folder, program, "init", "--commit").returncode == 0
        assert run(folder, program, "install").returncode == 0
        # Threads here: each of them waits for the processes that it starts.
        stop = threading.Event()
        keeper = threading.Thread(target=housekeeper, args=(folder, stop))
        keeper.start()
        jobs = [(program, folder, f"M-{number:02}", moves) for number in range(1, processes + 1)]
        with ThreadPoolExecutor(processes) as pool:
            results = list(pool.map(mover, jobs))
        stop.set()
        keeper.join()
        faults = [fault for _, _, fault in results if fault]
        acknowledged = [one for runs, _, _ in results for one in runs]
        told = [entry["run"] for entry in json.loads(run(folder, program, "log", "--json").stdout)["runs"]]
        verify = run(folder, program, "verify", "--no-cache")
        fsck = run(folder, "git", "fsck", "--strict")
        if len(set(acknowledged)) != len(acknowledged):
            faults.append("a run was acknowledged twice")
        lost = set(acknowledged) - set(told)
        if lost:
            faults.append(f"{len(lost)} acknowledged moves are not in history")
        if verify.returncode != 0:
            faults.append(f"verify: {verify.stdout[-600:]}")
        if fsck.returncode != 0:
            faults.append(f"git fsck: {fsck.stderr[-600:]}")
        commits = run(folder, "git", "rev-list", "--count", "HEAD").stdout.strip()
        left = run(folder, "git", "status", "--porcelain", "--", ".readiness").stdout
        again = sum(refused for _, refused, _ in results)
    for fault in faults:
        print(fault)
    print(f"{processes} processes, {len(acknowledged)} moves acknowledged, {again} told to try again, {commits} commits, "
          f"{'a stale index left by git' if left else 'index and files as HEAD has them'}: {len(faults)} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
