"""Random plans and policies, small and full of trouble."""
import hashlib
import json

PLAN_ID = "00000000-0000-4000-8000-0000000000"
PEOPLE = {"ada": "ada@example.com", "bob": "bob@example.com", "eve": "eve@example.com", "mia": "mia@example.com"}
ALIAS = {"mia": "mia@home.example.org"}
PLAN, POLICIES = "ssot/plan.json", "ssot/policies/"


def path(name):
    return f".readiness/{name}.json"


def text(value):
    return ("100644", (json.dumps(value, indent=2) + "\n").encode())


def sha(data):
    return hashlib.sha256(data).hexdigest()


def parsed(files, name):
    return json.loads(files[path(name)][1])


def names(files):
    return sorted(p[11:-5] for p in files if p.startswith(".readiness/"))


# Workflows: names of states by category, edges with guards.

def default_flow(rng):
    deps, owner = "dependencies-done", "owner-assigned"
    edges = [["Not Started", "In Progress", [deps, owner]], ["Not Started", "Blocked", ["blocked-reason"]],
             ["Blocked", "Not Started", []], ["In Progress", "Blocked", ["blocked-reason"]],
             ["Blocked", "In Progress", [deps, owner]], ["In Progress", "Not Started", ["reason"]],
             ["In Progress", "In Review", [deps, "criteria-met"]], ["In Review", "In Progress", ["reason"]],
             ["In Review", "Done", [deps, "criteria-met", "deliverables-present"]],
             ["Done", "In Progress", ["reason", "no-done-dependents"]]]
    kind = rng.choice(["same", "same", "loose", "short", "strict", "fewer"])
    if kind == "loose":
        edges = [[a, b, [g for g in guards if g not in (deps, "criteria-met")]] for a, b, guards in edges]
    elif kind == "short":
        edges.append(["In Progress", "Done", [deps, "criteria-met"]])
    elif kind == "strict":
        edges = [[a, b, sorted({*guards, "reason"}) if b in ("In Review", "Done") else guards] for a, b, guards in edges]
    elif kind == "fewer":
        edges = [e for e in edges if e[:2] not in (["Blocked", "Not Started"], ["Not Started", "Blocked"])]
    states = [["Not Started", "pending"], ["In Progress", "active"], ["Blocked", "blocked"], ["In Review", "review"], ["Done", "done"]]
    return states, edges


def own_flow(rng):
    states = [["Todo", "pending"], ["Doing", "active"], ["Waiting", "blocked"], ["Check", "review"], ["QA", "review"],
              ["Shipped", "done"], ["Idea", "pending"]]
    edges = [["Todo", "Doing", ["owner-assigned"]], ["Doing", "Check", ["criteria-met"]], ["Check", "QA", ["reason"]],
             ["Doing", "QA", ["dependencies-done", "criteria-met"]], ["QA", "Shipped", ["dependencies-done", "criteria-met"]],
             ["QA", "Doing", ["reason"]], ["Check", "Doing", []], ["Shipped", "Doing", ["no-done-dependents"]],
             ["Doing", "Waiting", ["blocked-reason"]], ["Waiting", "Doing", []], ["Idea", "Todo", []], ["Todo", "Idea", ["reason"]]]
    if rng.random() < 0.4:
        edges.append(["Check", "Shipped", ["criteria-met", "deliverables-present"]])
    return states, edges


def workflow(flow):
    states, edges = flow
    return {"version": 1, "states": [{"name": n, "category": c} for n, c in states],
            "transitions": [{"from": a, "to": b, "guards": g} for a, b, g in edges]}


# Authorization

def authorization(rng, flow):
    states = flow[0]
    of = lambda category: rng.choice([n for n, c in states if c == category])
    done, review, active = of("done"), of("review"), of("active")
    signed = {"signed": True} if rng.random() < 0.2 else {}
    rules = [
        {"to": done, "role": "approver", **signed}, {"to": done, "role": "approver", "approvals": 2, **signed},
        {"to": done, "role": "approver", "notWhoSentToReview": True, **signed}, {"to": review, "role": "maintainer"},
        {"to": done, "role": "approver", "approvals": 2, "notWhoSentToReview": True},
        {"from": done, "role": "maintainer"}, {"from": review, "to": active, "role": "approver"},
        {"milestones": ["A-1", "A-2"], "to": active, "role": "maintainer"}, {"milestones": ["A-*"], "fields": ["owner"], "role": "dev"},
        {"fields": ["outcome", "dependsOn"], "role": "maintainer"}, {"fields": ["*"], "role": "dev"},
        {"to": of("pending"), "role": "maintainer"}, {"from": of("pending"), "role": "dev"},
        {"fields": ["exitCriteria"], "role": "approver"}, {"fields": ["evidence"], "role": "dev"}, {"fields": ["risks"], "role": "maintainer", **signed}]
    value = {"version": 1, "roles": {"maintainer": ["ada@example.com"], "approver": ["ADA@example.com", "bob@example.com", "mia@example.com"],
                                     "dev": rng.choice([["ada@example.com", "bob@example.com", "mia@example.com"], list(PEOPLE.values())])},
             "rules": rng.sample(rules, rng.choice([0, 1, 1, 2, 2, 3, 4]))}
    if rng.random() < 0.15:
        del value["roles"]["maintainer"]
        value["rules"] = [r for r in value["rules"] if r["role"] != "maintainer"]
        return value
    if rng.random() < 0.5:
        value["policyChange"] = {"role": rng.choice(["maintainer", "approver"]), **({"signed": True} if rng.random() < 0.25 else {})}
    if rng.random() < 0.5:
        value["people"] = {"mia@example.com": [ALIAS["mia"]]}
    if rng.random() < 0.3:
        value["waivers"] = {"role": "approver"}
    if rng.random() < 0.4:
        value["bypass"] = [{"role": rng.choice(["maintainer", "approver"]), "days": 10,
                            "codes": ["unmet-dependency", "evidence-missing", "done-dependent", "not-approved"]}]
    return value


def signers(rng, keys):
    some = [p for p in PEOPLE if rng.random() < 0.85]
    return ("100644", "".join(f"{PEOPLE[p]} {keys.public[p]}\n" for p in some).encode())


def provenance(rng, id=None):
    return {"version": 1, "unstamped": rng.choice(["refuse", "refuse", "warn"]), **({"judgedFrom": id} if id else {})}


def paths(rng, files):
    """Guarded paths; a role only where there is one."""
    some = [{"paths": ["code"], "frozenBy": ["A-1"]}]
    if POLICIES + "authorization.json" in files:
        some += [{"paths": ["code"], "role": "dev"}, {"paths": ["src/**"], "role": "approver"}]
    return {"version": 1, "guarded": [rng.choice(some)]}


# Milestones

def criterion(rng, name, proof, likely=0.7):
    entry = {"id": name, "text": rng.choice(["t", "u"])}
    chance = rng.random()
    if chance < likely * 0.7:
        entry["evidence"] = [{"kind": "file", "path": "proof", "sha256": sha(proof)}]
    elif chance < likely:
        entry["evidence"] = [{"kind": "statement", "text": "t", "by": "b"}]
    return entry


def milestone(rng, name, others, status, category, proof):
    value = {"id": name, "workstream": "w", "outcome": rng.choice("ab"),
             "dependsOn": sorted(rng.sample(others, min(len(others), rng.choice([0, 0, 1, 1, 2])))),
             "owner": rng.choice(["TBD", "ada", "ada"]) if category in ("pending", "blocked") else "ada", "status": status}
    if category == "blocked":
        value["blocked"] = {"reason": "r"}
    likely = 1.0 if category in ("review", "done") else 0.5
    value["exitCriteria"] = [criterion(rng, c, proof, likely) for c in sorted(rng.sample(["c1", "c2"], rng.choice([1, 1, 2])))]
    if rng.random() < 0.15:
        value["deliverables"] = [{"path": rng.choice(["proof", "src"]), "purpose": "p", "status": status}]
    return value


def baseline(rng, flow, keys, plan_number=1):
    """The files of a first commit: mostly a legal plan, and a random policy."""
    proof = b"one"
    files = {"proof": ("100644", proof), "code": ("100644", b"0"), "src/a": ("100644", b"0")}
    count, done = rng.choice([3, 4, 5]), []
    by = {c: [n for n, k in flow[0] if k == c] for c in ("pending", "active", "blocked", "review", "done")}
    for number in range(1, count + 1):
        name = f"A-{number}"
        earlier = [f"A-{k}" for k in range(1, number)]
        category = rng.choice(["pending", "pending", "active", "active", "blocked", "review", "done"])
        others = done if category == "done" else earlier
        value = milestone(rng, name, others, rng.choice(by[category]), category, proof)
        if category == "done":
            done.append(name)
        files[path(name)] = text(value)
    plan = {"planId": f"{PLAN_ID}{plan_number:02}", "title": "t", "executionOrder": ["A-1"], "retired": []}
    files[PLAN] = text(plan)
    if rng.random() < 0.6 or flow[0][0][0] == "Todo":
        files[POLICIES + "workflow.json"] = text(workflow(flow))
    if rng.random() < 0.65:
        files[POLICIES + "authorization.json"] = text(authorization(rng, flow))
        files[POLICIES + "allowed_signers"] = signers(rng, keys)
    if rng.random() < 0.45:
        files[POLICIES + "provenance.json"] = text(provenance(rng))
    if rng.random() < 0.15:
        files[POLICIES + "paths.json"] = text(paths(rng, files))
    return files
