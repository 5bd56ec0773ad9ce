"""The second half of the independent model: stamps, squashes, replays and authorization (sections 2.4 and 3 of the
contract), written from its text alone. It makes stamps by itself, spoils some, and says which codes a commit deserves.
"""
import hashlib
import json

import model
from histories import path

POLICY = "ssot/policies/authorization.json"
PEOPLE = ["ada", "bob", "eve"]
STATE_GUARDS = {"dependencies-done", "owner-assigned", "criteria-met", "blocked-reason", "deliverables-present"}


def canonical(value):
    # Keys are ASCII and numbers small and whole, so this is RFC 8785.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def tagged(text):
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def mail(person):
    return f"{person}@example.com"


def identity(person):
    return f"{person.capitalize()} <{mail(person)}>"


def approved_digest(milestone):
    return tagged(canonical({key: milestone[key] for key in ("id", "outcome", "dependsOn", "exitCriteria")}))


def authorization(random):
    """A random policy over two roles."""
    rules = random.sample([
        {"to": "Done", "role": "approver"}, {"to": "Done", "role": "approver", "approvals": 2},
        {"to": "In Review", "role": "maintainer"}, {"from": "Done", "role": "maintainer"},
        {"milestones": ["A-1", "A-2"], "from": "Not Started", "to": "In Progress", "role": "maintainer"},
        {"fields": ["outcome", "dependsOn"], "role": "maintainer"}, {"fields": ["*"], "role": "approver"},
        {"milestones": ["A-*"], "fields": ["exitCriteria"], "role": "approver"}], random.choice([0, 1, 2, 3]))
    return {"version": 1, "roles": {"maintainer": [mail("ada")], "approver": [mail("ada").upper(), mail("bob")]}, "rules": rules}


def holds(policy, person, role):
    return mail(person) in [address.lower() for address in policy["roles"][role]]


# Making a stamp

def id_key(name):
    prefix, number = name.rsplit("-", 1)
    return (prefix, int(number), name)


def status_of(known, name):
    return known[name]["status"] if known.get(name) else None


def run_of(history, parent, index, person, reason, at):
    """What a true stamp says of the step from one tree to another; None where nothing changed."""
    old, new = history[parent], history[index]
    before_texts, after_texts = model.milestone_texts(old), model.milestone_texts(new)
    before, after = model.states(history[:parent + 1], parent), model.states(history[:parent + 1] + [new], parent + 1)
    digest = lambda text: "none" if text is None else tagged(text)
    transitions, edits, evidence = [], [], []
    for name in sorted(set(before_texts) | set(after_texts), key=id_key):
        if before_texts.get(name) == after_texts.get(name):
            continue
        ends = {"before": digest(before_texts.get(name)), "after": digest(after_texts.get(name))}
        was = status_of(before, name) if name in before_texts else None
        now = status_of(after, name) if name in after_texts else None
        if was != now:
            transitions.append({"milestone": name, "from": was or "none", "to": now or "none", **ends})
        else:
            edits.append({"milestone": name, **ends})
        evidence += added_evidence(name, before.get(name), model.parse(after_texts.get(name)))
    if old[model.PLAN] != new[model.PLAN]:
        edits.append({"milestone": "plan", "before": tagged(old[model.PLAN]), "after": tagged(new[model.PLAN])})
    if not transitions and not edits:
        return None
    run = {"version": 1, "plan": json.loads(new[model.PLAN])["planId"], "at": at, "actor": identity(person),
           "policy": tagged(canonical({POLICY: tagged(new[POLICY])})), "transitions": transitions, "edits": edits,
           "evidence": sorted(evidence, key=lambda e: (id_key(e["milestone"]), e["criterion"], e["digest"]))}
    return {**run, "reason": reason} if reason else run


def added_evidence(name, before, after):
    if not after or "exitCriteria" not in after:
        return []
    entries = []
    for criterion in after["exitCriteria"]:
        old = [canonical(e) for c in (before or {"exitCriteria": []})["exitCriteria"] if c["id"] == criterion["id"]
               for e in c.get("evidence", [])]
        for entry in criterion.get("evidence", []):
            if canonical(entry) in old:
                old.remove(canonical(entry))
                continue
            digest = "sha256:" + entry["sha256"] if entry["kind"] == "file" else tagged(canonical(entry))
            entries.append({"milestone": name, "criterion": criterion["id"], "digest": digest})
    return entries


def run_id(run):
    return hashlib.sha256(canonical(run).encode()).hexdigest()


def block(run, id=None):
    lines = [f"Readiness-Run: {id or run_id(run)}", f"Readiness-At: {run['at']}", f"Readiness-Actor: {run['actor']}",
             f"Readiness-Policy: {run['policy']}"]
    lines += [f"Readiness-Transition: {t['milestone']} \"{t['from']}\" -> \"{t['to']}\" {t['before']} {t['after']}"
              for t in run["transitions"]]
    lines += [f"Readiness-Edit: {e['milestone']} {e['before']} {e['after']}" for e in run["edits"]]
    lines += [f"Readiness-Evidence: {e['milestone']}/{e['criterion']} {e['digest']}" for e in run["evidence"]]
    if "reason" in run:
        lines.append(f"Readiness-Reason: {run['reason']}")
    return "\n".join(lines)


def spoiled(random, run, how):
    """A block that lies in one way, and the code that it deserves."""
    run = json.loads(json.dumps(run))
    if how == "id":
        id = run_id(run)
        return block(run, ("1" if id[0] == "0" else "0") + id[1:]), "run-mismatch"
    lines = run["transitions"] + run["edits"]
    if how == "digest":
        random.choice(lines)[random.choice(["before", "after"])] = "sha256:" + "0" * 64
    elif how == "state" and run["transitions"]:
        line = random.choice(run["transitions"])
        line["to"] = random.choice([s for s in model.CATEGORY if s != line["to"]])
    elif how == "drop" and len(lines) > 1:
        line = random.choice(lines)
        (run["transitions"] if line in run["transitions"] else run["edits"]).remove(line)
    elif how == "evidence" and run["evidence"]:
        run["evidence"].pop()
    else:
        return block(run), None
    return block(run), "trailer-mismatch"


# Judging

def transition_rules(policy, name, was, now):
    return [rule for rule in policy["rules"] if covers(rule, name) and "fields" not in rule
            and rule.get("from", was) == was and rule.get("to", now) == now]


def covers(rule, name):
    return "milestones" not in rule or any(
        name == one or one.endswith("*") and name.startswith(one[:-1]) for one in rule["milestones"])


def field_rules(policy, name, changed):
    return [rule for rule in policy["rules"] if covers(rule, name) and "fields" in rule
            and ("*" in rule["fields"] or set(rule["fields"]) & changed)]


def changed_fields(before, after):
    if before is None or after is None:
        return set(before or {}) | set(after or {})
    return {key for key in {**before, **after} if before.get(key, model.ABSENT) != after.get(key, model.ABSENT)}


def missing(rule, policy, person, milestone):
    """The code that a rule gives; None where it holds."""
    if not holds(policy, person, rule["role"]):
        return "not-authorized"
    if rule.get("approvals", 1) > 1:
        given = {a["by"].split("@")[0].lower() for a in milestone.get("approvals", []) if a["digest"] == approved_digest(milestone)}
        if len({p for p in given | {person} if holds(policy, p, rule["role"])}) < rule["approvals"]:
            return "not-approved"
    return None


class Judge:
    """One commit with one parent, whose message holds true stamps or one that was spoiled."""

    def __init__(self, history, parent, index, policy):
        self.history, self.policy = history[:parent + 1] + [history[index]], policy
        self.old, self.new = history[parent], history[index]
        self.before_texts, self.after_texts = model.milestone_texts(self.old), model.milestone_texts(self.new)
        self.before = model.states(self.history, parent)
        self.after = model.states(self.history, parent + 1)
        self.guards = model.Guards(self.new, self.before, self.after)
        self.changed = [n for n in set(self.before_texts) | set(self.after_texts)
                        if self.before_texts.get(n) != self.after_texts.get(n)]

    def common(self):
        inherited = model.broken_invariants(self.old, self.before)
        return model.plan_codes([self.old], self.new) | {
            code for code, name in model.broken_invariants(self.new, self.after) - inherited}

    def single(self, person, reason, stamped):
        """With one stamp, or none."""
        codes = self.common()
        if not stamped:
            codes.add("trailer-missing")
        for name in self.changed:
            then = self.before.get(name) if name in self.before_texts else None
            now = self.after.get(name) if name in self.after_texts else None
            codes |= self.life(name, then, now, now["status"] if now else None)
            was, status = (v["status"] if v else None for v in (then, now))
            if then and now and was != status and name in self.before_texts and name in self.after_texts:
                edge = model.EDGES.get((was, status))
                unmet = {"illegal-transition"} if edge is None else self.guards.unmet(edge, name)
                codes |= unmet - ({"reason-missing"} if reason else set())
            if then and now and model.changed_what_was_reviewed(then, now):
                codes |= self.reentry(name, then, now, person, reason, model.EDGES, takes_away=True)
            codes |= self.authority(name, was, status, person) | self.approvals(name, then, now, person)
        return codes

    def life(self, name, then, now, begins):
        if name not in self.before_texts:
            return {"illegal-birth"} if now and begins != "Not Started" else set()
        if name not in self.after_texts and model.illegal_deletion(name, then, self.guards, self.new):
            return {"illegal-deletion"}
        return set()

    def reentry(self, name, then, now, person, reason, edges, takes_away):
        way = {"In Review": ("In Progress", "In Review"), "Done": ("In Review", "Done")}[now["status"]]
        guards = self.guards if takes_away else model.Guards(self.new, self.after, self.after)
        unmet = guards.unmet(edges[way], name) | (set() if reason else {"reason-missing"})
        if then["status"] == now["status"]:
            rules = [r for r in self.policy["rules"] if covers(r, name) and "fields" not in r
                     and r.get("from", way[0]) == way[0] and r.get("to", way[1]) == way[1]]
            unmet |= {code for code in (missing(r, self.policy, person, now) for r in rules) if code}
        return {"frozen-field"} if unmet else set()

    def authority(self, name, was, status, person):
        """Rules of one step; a birth and a deletion change every property and no status that a rule could name."""
        read = lambda texts, known: model.parse(texts.get(name)) or known.get(name) if name in texts else None
        then, now = read(self.before_texts, self.before), read(self.after_texts, self.after)
        if was and status and was != status and name in self.before_texts and name in self.after_texts:
            rules = transition_rules(self.policy, name, was, status)
        else:
            rules = field_rules(self.policy, name, changed_fields(then, now))
        return {code for code in (missing(r, self.policy, person, self.after.get(name) or self.before.get(name) or {})
                                  for r in rules) if code}

    def approvals(self, name, then, now, person):
        fresh = model.parse(self.after_texts.get(name)) or {}
        old = [canonical(a) for a in (then or {}).get("approvals", [])]
        return {"not-authorized" for a in fresh.get("approvals", []) if canonical(a) not in old and a["by"].lower() != mail(person)}

    def squashed(self, runs, person):
        """With several true stamps by one person, which lead from the parent to the commit."""
        codes = self.common()
        # The ID holds the plan's id as the commit has it, not as a step had it.
        if any(run["plan"] != json.loads(self.new[model.PLAN])["planId"] for run in runs):
            codes.add("run-mismatch")
        guards = model.Guards(self.new, self.after, self.after)
        for name in self.changed:
            steps = [t for run in runs for t in run["transitions"] if t["milestone"] == name]
            then = self.before.get(name) if name in self.before_texts else None
            now = self.after.get(name) if name in self.after_texts else None
            reason = any("reason" in run for run in runs if name in [
                line["milestone"] for line in run["transitions"] + run["edits"]])
            begins = next((t["to"] for t in steps if t["from"] == "none"), now and now["status"])
            codes |= self.life_squashed(name, then, now, begins, steps)
            moves = [(t["from"], t["to"]) for t in steps if "none" not in (t["from"], t["to"])]
            codes |= {"illegal-transition" for move in moves if move not in model.EDGES}
            if moves and now and moves[-1] in model.EDGES:
                last = [g for g in model.EDGES[moves[-1]] if g in STATE_GUARDS]
                codes |= guards.unmet(last, name)
            if then and now and not steps and model.changed_what_was_reviewed(then, now):
                edges = {k: [g for g in v if g in STATE_GUARDS] for k, v in model.EDGES.items()}
                codes |= self.reentry(name, then, now, person, reason, edges, takes_away=False)
            for was, status in moves:
                for rule in transition_rules(self.policy, name, was, status):
                    codes |= {c for c in [missing(rule, self.policy, person, now or then)] if c}
        return codes

    def life_squashed(self, name, then, now, begins, steps):
        if name not in self.before_texts:
            return {"illegal-birth"} if now and begins != "Not Started" else set()
        if name in self.after_texts:
            return set()
        last = next((t["from"] for t in reversed(steps) if t["to"] == "none"), None)
        stand_in = {"status": last} if last else then
        return {"illegal-deletion"} if model.illegal_deletion(name, stand_in, self.guards, self.new) else set()
