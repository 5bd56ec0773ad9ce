"""Makes repositories to measure in. What is random comes from a seed; stamps are computed here, from the contract and not
by the product, so that what is timed is also judged by two programs."""
import hashlib, json, os, random, subprocess

from measure import SEALED, Command, run


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def empty(program, folder, *options):
    """A repository on `main` with the standard plan, or with --empty with none."""
    os.makedirs(folder)
    run(folder, "git", "init", "-q", "-b", "main")
    run(folder, "git", "config", "user.name", "Bench")
    run(folder, "git", "config", "user.email", "bench@example.com")
    run(folder, "git", "config", "gc.auto", "0")
    run(folder, program, "init", "--commit", *options)


def plan(program, folder, milestones, seed=1, isDone=False):
    """A plan of that many milestones, each after up to three earlier ones, in one stamped commit; or all of them done, each
    shown by a file, in a commit that no hook has seen."""
    chance = random.Random(seed)
    empty(program, folder, "--empty")
    ids = [f"M-{n:06}" for n in range(1, milestones + 1)]
    for n, id in enumerate(ids):
        after = sorted({ids[chance.randrange(max(0, n - 50), n)] for _ in range(chance.randrange(4))}) if n else []
        milestone = {
            "$schema": "../ssot/schemas/milestone.schema.json",
            "id": id,
            "workstream": chance.choice(["Observability", "Security Baseline", "Runbooks", "Retry and Backoff"]),
            "outcome": f"Outcome {n} that somebody would want, said in one line",
            "dependsOn": after,
            "owner": chance.choice(["ada", "grace", "edsger", "barbara"]),
            "status": "Not Started",
            "exitCriteria": [{"id": "it-works", "text": "It works, and a test shows it"}, {"id": "it-is-written-down", "text": "It is written down"}],
            "deliverables": [{"path": f"doc/{n}.md", "purpose": "How it works", "status": "Not Started"}],
        }
        if isDone:
            os.makedirs(f"{folder}/doc", exist_ok=True)
            with open(f"{folder}/doc/{n}.md", "w") as file:
                file.write(f"{n}\n")
            milestone["status"] = milestone["deliverables"][0]["status"] = "Done"
            shown = {"kind": "file", "path": f"doc/{n}.md", "sha256": hashlib.sha256(b"%d\n" % n).hexdigest()}
            for criterion in milestone["exitCriteria"]:
                criterion["evidence"] = [shown]
        with open(f"{folder}/.readiness/{id}.json", "w") as file:
            file.write(json.dumps(milestone, indent=2) + "\n")
    with open(f"{folder}/ssot/plan.json") as file:
        text = json.load(file)
    text["executionOrder"] = ids
    with open(f"{folder}/ssot/plan.json", "w") as file:
        file.write(json.dumps(text, indent=2) + "\n")
    run(folder, "git", "add", "-A")
    if not isDone:
        run(folder, program, "install")
    run(folder, "git", "commit", "-qm", "the plan")
    if not isDone:
        run(folder, program, "uninstall")
    return ids


def done_plan(program, folder, milestones):
    """A plan of that many milestones, all of them done."""
    return plan(program, folder, milestones, isDone=True)


def files(folder, count):
    """Adds files beside the plan, a hundred to a folder, in one commit."""
    lines = [b"commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 5\nfiles\nfrom refs/heads/main^0\n"]
    for n in range(count):
        data = b"%d\n" % n
        lines.append(b"M 100644 inline src/%d/%d.txt\ndata %d\n%s\n" % (n // 100, n, len(data), data))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, env=SEALED, check=True, input=b"".join(lines))
    run(folder, "git", "reset", "-q", "--hard")


def commit(folder, path, *options):
    """A commit of one file, which each turn says something else, and something else again with other options."""
    with open(os.path.join(folder, path)) as file:
        text = file.read()

    def stage(turn):
        mark = " ".join([str(turn), *options])
        said = text.replace('"outcome": "', f'"outcome": "{mark} ', 1) if path.endswith(".json") else f"{mark}\n"
        with open(os.path.join(folder, path), "w") as file:
            file.write(said)
        run(folder, "git", "add", path)

    return Command(["git", *options, "commit", "-qm", "change"], folder, before=stage)


def history(program, folder, commits, every):
    """A long history by one `git fast-import`: every n-th commit moves a milestone there and back. Gives the runs."""
    empty(program, folder)
    return extend(program, folder, commits, every)


def extend(program, folder, commits, every, ids=tuple(f"M-{n:02}" for n in range(1, 13))):
    """Makes a history longer in that way, by moves of those milestones in turn. The first of them is where `history`
    leaves it."""
    messages = run(folder, "git", "log", "--format=%B", "--grep=^Readiness-Policy", "-1")
    policy = next(line.split(": ")[1] for line in messages.splitlines() if line.startswith("Readiness-Policy: "))
    with open(f"{folder}/ssot/plan.json") as file:
        plan = json.load(file)["planId"]
    versions, state = {}, {}
    for id in ids:
        with open(f"{folder}/.readiness/{id}.json") as file:
            text = file.read()
        state[id] = 1 if '"Blocked"' in text else 0
        plain = text.replace('"status": "Blocked",\n  "blocked": {\n    "reason": "waits"\n  },', '"status": "Not Started",')
        blocked = plain.replace('"status": "Not Started",', '"status": "Blocked",\n  "blocked": {\n    "reason": "waits"\n  },')
        versions[id] = [plain.encode(), blocked.encode()]
    base = int(run(folder, "git", "rev-list", "--count", "HEAD"))
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=folder, env=SEALED, stdin=subprocess.PIPE)
    runs = 0
    for n in range(commits):
        # The second of the stamp: one that is far from its commit is warned of, and then verify keeps nothing.
        when = f"{1_795_392_000 + (base + n) // 1000} +0000"
        if n % every == 0:
            id = ids[runs % len(ids)]
            runs += 1
            old, new = state[id], 1 - state[id]
            state[id] = new
            text, path, data = stamped(plan, policy, base + n, id, versions[id], old, new), f".readiness/{id}.json", versions[id][new]
        else:
            text, path, data = f"work {n}\n".encode(), f"src/{n % 97}/{n % 13}.txt", f"{base + n}\n".encode()
        importer.stdin.write(f"commit refs/heads/main\ncommitter Bench <bench@example.com> {when}\ndata {len(text)}\n".encode() + text)
        if n == 0:
            importer.stdin.write(b"from refs/heads/main^0\n")
        importer.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
    importer.stdin.close()
    if importer.wait() != 0:
        raise SystemExit("git fast-import failed")
    run(folder, "git", "reset", "-q", "--hard")
    return runs


def stamped(plan, policy, n, id, version, old, new):
    """The message of a commit that moves a milestone, with its stamp."""
    names = ["Not Started", "Blocked"]
    before, after = digest(version[old]), digest(version[new])
    at = f"2026-11-23T{n // 3_600_000 % 24:02}:{n // 60_000 % 60:02}:{n // 1000 % 60:02}.{n % 1000:03}Z"
    run = {
        "version": 1, "plan": plan, "at": at, "actor": "Bench <bench@example.com>", "policy": policy,
        "transitions": [{"milestone": id, "from": names[old], "to": names[new], "before": before, "after": after}],
        "edits": [], "evidence": [],
    }
    # All of it is ASCII without escapes, where RFC 8785 is what json.dumps does.
    name = hashlib.sha256(json.dumps(run, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return (
        f"{id}: {names[old]} -> {names[new]}\n\nReadiness-Run: {name}\nReadiness-At: {at}\n"
        f"Readiness-Actor: Bench <bench@example.com>\nReadiness-Policy: {policy}\n"
        f'Readiness-Transition: {id} "{names[old]}" -> "{names[new]}" {before} {after}\n'
    ).encode()
