#!/usr/bin/env python3
"""Recomputes every run of a repository from git's output alone, without the product.

usage: recompute.py [REPOSITORY [REVISION]]
"""
import hashlib
import json
import re
import subprocess
import sys

repository = sys.argv[1] if len(sys.argv) > 1 else "."
revision = sys.argv[2] if len(sys.argv) > 2 else "HEAD"


def git(*arguments):
    return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, check=True).stdout


def tagged(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(value):
    # Keys here are ASCII and there are no numbers but 1, so this is RFC 8785.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check(commit, claim, digest, path):
    if digest != "none" and tagged(git("show", f"{claim}:{path}")) != digest:
        sys.exit(f"{commit}: {path} has another digest than the stamp says")


runs = 0
for commit in git("rev-list", "--reverse", revision).decode().split():
    trailers = {}
    for line in git("log", "-1", "--format=%B", commit).decode().split("\n"):
        if line.startswith("Readiness-"):
            key, value = line.split(": ", 1)
            trailers.setdefault(key[len("Readiness-"):], []).append(value)
    if not trailers:
        continue
    transitions = []
    for text in trailers.get("Transition", []):
        name, before_state, after_state, before, after = re.fullmatch(
            r'(\S+) "([^"]*)" -> "([^"]*)" (\S+) (\S+)', text).groups()
        transitions.append({"milestone": name, "from": before_state, "to": after_state, "before": before, "after": after})
        check(commit, f"{commit}^", before, f".readiness/{name}.json")
        check(commit, commit, after, f".readiness/{name}.json")
    evidence = []
    for text in trailers.get("Evidence", []):
        place, digest = text.split()
        name, criterion = place.split("/", 1)
        evidence.append({"milestone": name, "criterion": criterion, "digest": digest})
    run = {
        "version": 1, "plan": json.loads(git("show", f"{commit}:ssot/plan.json"))["planId"], "at": trailers["At"][0],
        "actor": trailers["Actor"][0], "policy": trailers["Policy"][0], "transitions": transitions,
        "edits": [dict(zip(("milestone", "before", "after"), text.split())) for text in trailers.get("Edit", [])],
        "evidence": evidence,
    }
    if "Policy-Change" in trailers:
        run["policyChange"] = dict(zip(("before", "after"), trailers["Policy-Change"][0].split()))
        paths = git("ls-tree", "-r", "--name-only", commit, "ssot/policies", "ssot/schemas/milestone.schema.json")
        policy = {path: tagged(git("show", f"{commit}:{path}")) for path in paths.decode().split("\n") if path}
        if tagged(canonical(policy)) != run["policyChange"]["after"]:
            sys.exit(f"{commit}: the policy has another digest than the stamp says")
    if "Reason" in trailers:
        run["reason"] = trailers["Reason"][0]
    if hashlib.sha256(canonical(run)).hexdigest() != trailers["Run"][0]:
        sys.exit(f"{commit}: the run ID is not the digest of what the stamp says")
    runs += 1
print(f"{runs} runs recomputed from git alone")
