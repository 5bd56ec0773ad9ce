#!/usr/bin/env python3
"""Makes a long history with true stamps, by one `git fast-import`: every n-th commit moves a milestone there and back.

usage: history.py PROGRAM FOLDER COMMITS EVERY
The stamps are computed here, from the contract and not by the product, so `readiness verify` checks them twice.
"""
import hashlib, json, os, subprocess, sys

sealed = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}


def git(folder, *arguments, **more):
    return subprocess.run(("git",) + arguments, cwd=folder, env=sealed, check=True, stdout=subprocess.PIPE, **more).stdout.decode()


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def make(program, folder, commits, every):
    os.makedirs(folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "user.name", "Bench")
    git(folder, "config", "user.email", "bench@example.com")
    subprocess.run([program, "init", "--commit"], cwd=folder, env=sealed, check=True, stdout=subprocess.DEVNULL)
    message = git(folder, "log", "-1", "--format=%B")
    policy = next(line.split(": ")[1] for line in message.splitlines() if line.startswith("Readiness-Policy: "))
    plan = json.load(open(f"{folder}/ssot/plan.json"))["planId"]
    ids = [f"M-{n:02}" for n in range(1, 13)]
    files = {}
    for id in ids:
        text = open(f"{folder}/.readiness/{id}.json").read()
        blocked = text.replace('"status": "Not Started",', '"status": "Blocked",\n  "blocked": {\n    "reason": "waits"\n  },')
        files[id] = [text.encode(), blocked.encode()]
    state = {id: 0 for id in ids}
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, env=sealed, stdin=subprocess.PIPE)
    out = importer.stdin
    runs = 0
    for n in range(commits):
        when = f"{1_700_000_000 + n * 60} +0000"
        if n % every == 0:
            id = ids[runs % len(ids)]
            runs += 1
            old, new = state[id], 1 - state[id]
            state[id] = new
            names = ["Not Started", "Blocked"]
            before, after = digest(files[id][old]), digest(files[id][new])
            at = f"2026-11-23T00:{n // 60_000 % 60:02}:{n // 1000 % 60:02}.{n % 1000:03}Z"
            run = {
                "version": 1, "plan": plan, "at": at, "actor": "Bench <bench@example.com>", "policy": policy,
                "transitions": [{"milestone": id, "from": names[old], "to": names[new], "before": before, "after": after}],
                "edits": [], "evidence": [],
            }
            # All of it is ASCII without escapes, where RFC 8785 is what json.dumps does.
            name = hashlib.sha256(json.dumps(run, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
            text = (
                f"{id}: {names[old]} -> {names[new]}\n\nReadiness-Run: {name}\nReadiness-At: {at}\n"
                f"Readiness-Actor: Bench <bench@example.com>\nReadiness-Policy: {policy}\n"
                f'Readiness-Transition: {id} "{names[old]}" -> "{names[new]}" {before} {after}\n'
            ).encode()
            path, data = f".readiness/{id}.json", files[id][new]
        else:
            text, path, data = f"work {n}\n".encode(), f"src/{n % 97}/{n % 13}.txt", f"{n}\n".encode()
        out.write(f"commit refs/heads/main\ncommitter Bench <bench@example.com> {when}\ndata {len(text)}\n".encode() + text)
        if n == 0:
            out.write(b"from refs/heads/main^0\n")
        out.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    out.close()
    if importer.wait() != 0:
        sys.exit("git fast-import failed")
    git(folder, "reset", "-q", "--hard")
    return runs


if __name__ == "__main__":
    print(make(os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])), "runs")
