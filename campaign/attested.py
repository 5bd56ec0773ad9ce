#!/usr/bin/env python3
"""A copy of this repository with a bare server, in which commits change the sources and none renews evidence.

The milestones of this plan that are done on the evidence of a check get a check that takes no minute: it looks for a word in
its inputs, which stay as they are. Then commits change random files under Sources and are pushed. After each, the server's
gate has to say go or no-go, and name exactly the milestones whose inputs have changed since a check passed on them: this is
computed here from git's own object ids. `check --suspect --attest --push` follows, and the gate has to turn. Some commits put
in the word that the checks look for; then nothing may clear them but a commit that takes it out.

usage: attested.py PROGRAM [COMMITS]    20 commits by default; ends with 1 at the first wrong answer
"""
import json
import os
import random
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
program = os.path.abspath(sys.argv[1])
count = int(sys.argv[2]) if len(sys.argv) > 2 else 20
root = tempfile.TemporaryDirectory(prefix="readiness-attested-")
work, server, key = (os.path.join(root.name, name) for name in ("copy", "server.git", "ci.pem"))
FAULT = "a-fault-that-was-planted"
BEFORE = "before-the-commits"


def run(*words, status=(0,), folder=None):
    environment = {"PATH": os.environ["PATH"], "HOME": root.name, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
                   "LC_ALL": "C.UTF-8"}
    done = subprocess.run(words, cwd=folder or work, env=environment, capture_output=True, text=True)
    if done.returncode not in status:
        sys.exit(f"attested: {' '.join(words)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def readiness(*words, status=(0,), folder=None):
    return run(program, *words, status=status, folder=folder)


def load(path):
    with open(os.path.join(work, path)) as file:
        return json.load(file)


def store(path, value):
    with open(os.path.join(work, path), "w") as file:
        file.write(json.dumps(value, indent=2) + "\n")


def copy():
    """The copy, its server, and the key of CI."""
    run("git", "clone", "-q", TOP, work, folder=root.name)
    run("git", "checkout", "-q", "-B", "main")
    # Whoever may change this plan and its policy.
    maintainer = load("ssot/policies/authorization.json")["roles"]["maintainer"][0]
    run("git", "config", "user.name", "Maintainer")
    run("git", "config", "user.email", maintainer)
    run("git", "clone", "-q", "--bare", work, server)
    run("git", "remote", "set-url", "origin", server)
    readiness("install")
    readiness("install", "--server", server)
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", key)
    return run("openssl", "pkey", "-in", key, "-pubout")


def proven():
    """The milestones that are done on the evidence of a check of sources, each with the inputs of that check."""
    found = {}
    for name in run("git", "ls-files", ".readiness/*.json").split():
        milestone = load(name)
        checks = [c["check"] for c in milestone["exitCriteria"] if any(e["kind"] == "check" for e in c.get("evidence", []))]
        inputs = [path for check in checks for path in check["inputs"]]
        if milestone["status"] == "Done" and any(path.startswith("Sources") for path in inputs):
            found[milestone["id"]] = inputs
    return found


def prepare(public, milestones):
    """One commit for the policy, one for checks that take no minute. Both by the rules of this plan."""
    gates = load("ssot/policies/gates.json")
    gates["gates"]["proven"] = {"milestones": sorted(milestones), "category": "done", "noSuspect": True}
    store("ssot/policies/gates.json", gates)
    store("ssot/policies/attestations.json", {"version": 1, "keys": [{"keyid": "ci", "publicKey": public}], "unsigned": "ignore"})
    run("git", "add", "-A")
    run("git", "commit", "-qm", "policy: accept the attestations of CI")
    for id, inputs in milestones.items():
        path = f".readiness/{id}.json"
        milestone = load(path)
        for criterion in milestone["exitCriteria"]:
            if "check" in criterion:
                criterion["check"] = {"command": ["sh", "-c", '! grep -rqF "$0" "$@"', FAULT, *inputs], "profile": "suite",
                                      "inputs": inputs}
                criterion["evidence"] = [e for e in criterion["evidence"] if e["kind"] != "check"]
        store(path, milestone)
    readiness("fmt", *milestones)
    run("git", "add", "-A")
    readiness("trust")
    readiness("check", *milestones)
    run("git", "commit", "-qm", "plan: look for a word, which takes no minute")
    run("git", "push", "-q", "origin", "main")
    run("git", "tag", BEFORE)


def content(inputs):
    """What the inputs hold at HEAD, by git alone."""
    return tuple(run("git", "rev-parse", *(f"HEAD:{path}" for path in inputs)).split())


def holds_fault(inputs):
    return bool(run("git", "grep", "-lF", FAULT, "HEAD", "--", *inputs, status=(0, 1)))


def ask(suspect, when):
    """Compares what the server's gate says with what it has to say."""
    answer = json.loads(readiness("gate", "proven", "--json", status=(0, 1), folder=server))
    named = sorted({reason.get("milestone") for reason in answer["reasons"]})
    if answer["decision"] != ("no-go" if suspect else "go") or named != sorted(suspect):
        sys.exit(f"attested: {when}: the gate says {answer['decision']} for {named}, and {sorted(suspect)} are suspect")


def main():
    public = copy()
    milestones = proven()
    if len(milestones) < 3:
        sys.exit(f"attested: only {sorted(milestones)} of this plan are done on a check of sources")
    prepare(public, milestones)
    passed = {id: {content(inputs)} for id, inputs in milestones.items()}
    ask([], "before the first commit")
    files = run("git", "ls-files", "Sources/*.swift").split()
    draw = random.Random(23)
    planted, turned, refused = None, 0, 0
    for number in range(1, count + 1):
        path = planted or draw.choice(files)
        with open(os.path.join(work, path)) as file:
            text = file.read()
        if planted:
            text, planted = text.replace(f"// {FAULT}\n", ""), None
        elif number % 5 == 3:
            # Where some check looks for it.
            path = planted = draw.choice([f for f in files if any(f.startswith(i + "/") for inputs in milestones.values() for i in inputs)])
            with open(os.path.join(work, path)) as file:
                text = file.read() + f"// {FAULT}\n"
        text += f"// Change {number}.\n"
        with open(os.path.join(work, path), "w") as file:
            file.write(text)
        run("git", "commit", "-qam", f"sources: change {number}")
        run("git", "push", "-q", "origin", "main")
        now = {id: content(inputs) for id, inputs in milestones.items()}
        suspect = [id for id in milestones if now[id] not in passed[id]]
        ask(suspect, f"after commit {number}, {path}")
        if not suspect:
            continue
        failing = [id for id in suspect if holds_fault(milestones[id])]
        readiness("check", *suspect, "--attest", "--key", key, "--push", "origin", status=(1,) if failing else (0,))
        for id in set(suspect) - set(failing):
            passed[id].add(now[id])
        ask(failing, f"after the checks of commit {number}, {path}")
        refused += bool(failing)
        turned += not failing
    if planted:
        sys.exit("attested: the last commit leaves a fault in; take another number of commits")
    changed = run("git", "diff", "--name-only", BEFORE, "HEAD").split()
    commits = int(run("git", "rev-list", "--count", f"{BEFORE}..HEAD"))
    if commits != count or not changed or not all(path.startswith("Sources/") for path in changed) or not turned or not refused:
        sys.exit(f"attested: {commits} commits changed {changed}; the gate turned {turned} times and stayed {refused} times")
    readiness("verify", f"{BEFORE}..HEAD")
    print(f"{len(milestones)} milestones, {count} commits that change sources, none that renews evidence: the gate was right "
          f"{count + turned + refused + 1} times, turned to go by attestations {turned} times, and stayed at no-go for a fault {refused} times")


main()
