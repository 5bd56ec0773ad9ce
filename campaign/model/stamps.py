"""Blocks in messages: how they are found, what they say, and whether they lead where the commit is (contract 3)."""
import re
from datetime import datetime, timezone

from .words import NONE, canonical, digest, id_key, sha

KEYS = ["Heals", "Run", "At", "Actor", "Policy", "Transition", "Edit", "Evidence", "Waive", "Policy-Change", "Reason", "Signature"]
MANY = {"Transition", "Edit", "Evidence", "Waive"}
LINE = re.compile(r"Readiness-([A-Za-z-]+): (.*)")
TRANSITION = re.compile(r'(\S+) "([^"]*)" -> "([^"]*)" (\S+) (\S+)')


def seconds(at):
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()


def stamp_time(moment):
    text = datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text[:-3] + "Z"


class Block:
    """One block of a message; `broken` where it is not written as blocks are."""

    def __init__(self):
        self.lines, self.broken = [], False

    def values(self, key):
        return [value for k, value in self.lines if k == key]

    def value(self, key):
        return next(iter(self.values(key)), None)

    def finish(self):
        """Reads the values. Returns itself."""
        self.heals = self.value("Heals") == "yes"
        self.run, self.at, self.actor = self.value("Run"), self.value("At"), self.value("Actor")
        self.policy, self.reason, self.signature = self.value("Policy"), self.value("Reason"), self.value("Signature")
        self.transitions, self.edits, self.evidence, self.waives, self.change = [], [], [], [], None
        try:
            for text in self.values("Transition"):
                name, was, now, before, after = TRANSITION.fullmatch(text).groups()
                self.transitions.append({"milestone": name, "from": was, "to": now, "before": before, "after": after})
            for text in self.values("Edit"):
                name, before, after = text.split(" ")
                self.edits.append({"milestone": name, "before": before, "after": after})
            for text in self.values("Evidence"):
                (name, criterion), value = text.split(" ")[0].split("/"), text.split(" ")[1]
                self.evidence.append({"milestone": name, "criterion": criterion, "digest": value})
            for text in self.values("Waive"):
                name, code, word, day = text.split(" ")
                self.waives.append({"milestone": name, "code": code, "until": day})
            if self.value("Policy-Change"):
                before, after = self.value("Policy-Change").split(" ")
                self.change = {"before": before, "after": after}
            seconds(self.at)
        except (AttributeError, ValueError, TypeError):
            self.broken = True
        if not (self.run and self.at and self.actor and self.policy):
            self.broken = True
        return self

    def form(self, plan_id):
        run = {"version": 1, "at": self.at, "actor": self.actor, "policy": self.policy, "transitions": self.transitions,
               "edits": self.edits, "evidence": self.evidence}
        optional = {"plan": plan_id, "waives": self.waives, "policyChange": self.change, "reason": self.reason}
        return {**run, **{key: value for key, value in optional.items() if value}}

    def true_id(self, plan_id):
        return sha(canonical(self.form(plan_id)))

    def listed(self):
        return {line["milestone"] for line in self.transitions + self.edits}

    @property
    def text(self):
        return "\n".join(f"Readiness-{key}: {value}" for key, value in self.lines)


def blocks_of(message):
    """The blocks of a message, in order."""
    blocks, current, place = [], None, 0
    for line in message.split("\n"):
        line = line.removesuffix("\r")
        found = LINE.fullmatch(line)
        key = next((k for k in KEYS if found and k.lower() == found[1].lower()), None)
        starts = key in ("Run", "Heals") and found[1] == key and not (key == "Run" and current and place == 0 and current.lines[-1][0] == "Heals")
        if starts:
            current, place = Block(), KEYS.index(key)
            blocks.append(current)
            current.lines.append((key, found[2]))
        elif current and key:
            index = KEYS.index(key)
            if found[1] != key or index < place or index == place and key not in MANY:
                current.broken = True
            place = max(place, index)
            current.lines.append((key, found[2]))
        else:
            current = None
    return [block.finish() for block in blocks]


def entry_digest(entry):
    return "sha256:" + entry["sha256"] if entry["kind"] == "file" else digest(canonical(entry))


def added_evidence(name, old, new):
    """One line per entry of evidence that a commit adds to a milestone."""
    before = {c["id"]: [canonical(e) for e in c.get("evidence", [])] for c in (old or {}).get("exitCriteria", [])}
    lines = []
    for criterion in (new or {}).get("exitCriteria", []):
        left = list(before.get(criterion["id"], []))
        for entry in criterion.get("evidence", []):
            form = canonical(entry)
            if form in left:
                left.remove(form)
            else:
                lines.append({"milestone": name, "criterion": criterion["id"], "digest": entry_digest(entry)})
    return lines


def facts(history, parent, snapshot, effective, must=(), policy_too=False):
    """What a single true block says of the step from a parent (None: a baseline) to a tree."""
    old = history.snapshot(parent) if parent is not None else None
    before = history.effective[parent] if parent is not None else {}
    names = {*snapshot.milestones, *(old.milestones if old else {})} - {"plan"}
    transitions, edits, evidence = [], [], []
    for name in sorted(names, key=id_key):
        mine, other = entry(snapshot, name), entry(old, name)
        # A link is no file for BEFORE, and its blob has bytes for AFTER.
        if mine == other and name not in must:
            continue
        ends = {"before": digest(old.data(name) if old else None), "after": digest(mine and mine[0])}
        was = before[name]["status"] if other and name in before else NONE
        now = effective[name]["status"] if mine and name in effective else NONE
        if was != now:
            transitions.append({"milestone": name, "from": was, "to": now, **ends})
        else:
            edits.append({"milestone": name, **ends})
        evidence += added_evidence(name, before.get(name), snapshot.milestones[name].value if mine else None)
    if snapshot.plan_data != (old.plan_data if old else None) or "plan" in must:
        edits.append({"milestone": "plan", "before": digest(old.plan_data if old else None), "after": digest(snapshot.plan_data)})
    evidence.sort(key=lambda e: (id_key(e["milestone"]), e["criterion"], e["digest"]))
    change = None
    if snapshot.policy_files != (old.policy_files if old else {}) or policy_too:
        start = old.policy.digest if old and not baseline_like(history, parent) else NONE
        change = {"before": start, "after": snapshot.policy.digest}
    return transitions, edits, evidence, change


def baseline_like(history, parent):
    """Whether neither a commit nor any of its ancestors holds a plan or policy."""
    return not any(history.snapshot(x).holds for x in history.members(history.masks[parent]))


def entry(snapshot, name):
    """The bytes of what stands under a milestone's name, and whether it is a regular file; None where nothing does."""
    file = snapshot.milestones.get(name) if snapshot else None
    return (file.raw, file.data is not None) if file else None


def raw(snapshot, name):
    if name == "plan":
        return snapshot.plan_data
    return snapshot.milestones[name].raw if name in snapshot.milestones else None


def leads(blocks, history, parent, snapshot, effective, idle=False):
    """Whether several blocks in order lead from the first parent to the commit; `idle` lets a line end where it began."""
    old = history.snapshot(parent) if parent is not None else None
    before = history.effective[parent] if parent is not None else {}
    names = {*snapshot.milestones, *(old.milestones if old else {}), "plan"}
    state_of = lambda snap, values, n: values[n]["status"] if snap and entry(snap, n) is not None and n in values else NONE
    start = {n: (state_of(old, before, n), digest(old.data(n) if old else None)) for n in names}
    end = {n: (state_of(snapshot, effective, n), digest(raw(snapshot, n))) for n in names}
    # What did not change ends as it began, whatever stands there.
    end.update({n: start[n] for n in names if n != "plan" and entry(old, n) == entry(snapshot, n)})
    policy = old.policy.digest if old and not baseline_like(history, parent) else NONE
    final = snapshot.policy.digest
    if policy == NONE and not snapshot.policy_files:
        final = NONE
    now = dict(start)
    for block in blocks:
        for line in block.transitions:
            name = line["milestone"]
            if now.get(name, (NONE, NONE)) != (line["from"], line["before"]) or line["from"] == line["to"]:
                return False
            now[name] = (line["to"], line["after"])
        for line in block.edits:
            name = line["milestone"]
            state, bytes = now.get(name, (NONE, NONE))
            if bytes != line["before"] or line["before"] == line["after"] and not idle:
                return False
            now[name] = (state, line["after"])
        if block.change:
            if block.change["before"] != policy:
                return False
            policy = block.change["after"]
    return all(now[n] == end.get(n, (NONE, NONE)) for n in now) and policy == final
