"""The plan of a tree: milestones, the plan file, invariants and guards (contract 2.1 and 2.2)."""
import json
import re
from functools import cached_property

from .policy import Policy, is_policy
from .words import canonical, sha

PLAN = "ssot/plan.json"
ID = re.compile(r"[A-Z][A-Z0-9]{0,15}-[0-9]{1,6}")
REQUIRED = ["id", "workstream", "outcome", "dependsOn", "owner", "status", "exitCriteria"]
OPTIONAL = ["$schema", "target", "blocked", "deliverables", "risks", "approvals"]
REVIEWED = ("outcome", "dependsOn", "exitCriteria")


class Duplicate(ValueError):
    pass


def pairs(items):
    if len({key for key, _ in items}) != len(items):
        raise Duplicate
    return dict(items)


def parsed(data):
    """The value of a text and None, or None and the code that it deserves."""
    try:
        return json.loads(data.decode(), object_pairs_hook=pairs), None
    except Duplicate:
        return None, "duplicate-key"
    except ValueError:
        return None, "malformed-json"


def fits_schema(value):
    """The parts of the schema that random plans break."""
    if not isinstance(value, dict) or any(key not in value for key in REQUIRED):
        return False
    if any(key not in REQUIRED + OPTIONAL and not key.startswith("x-") for key in value):
        return False
    texts = all(isinstance(value[k], str) and value[k] for k in ("workstream", "outcome", "owner", "status"))
    criteria = value["exitCriteria"]
    if not (texts and isinstance(criteria, list) and criteria and isinstance(value["dependsOn"], list)):
        return False
    names = [c.get("id") for c in criteria]
    return (bool(ID.fullmatch(str(value["id"]))) and len(set(names)) == len(names)
            and len(set(value["dependsOn"])) == len(value["dependsOn"])
            and all(ID.fullmatch(d) for d in value["dependsOn"]))


class File:
    """A milestone's file: its bytes where it is a regular file, its value where that can be read, else a code."""

    def __init__(self, entry):
        mode, self.raw = entry
        self.data = self.raw if mode in ("100644", "100755") else None
        self.value, self.code = None, None
        if self.data is None:
            self.code = "not-a-regular-file"
            return
        value, self.code = parsed(self.data)
        if self.code is None and not fits_schema(value):
            self.code = "schema-violation"
        if self.code is None:
            self.value = value

    @property
    def readable(self):
        return self.value is not None


class Snapshot:
    """Plan and policy of one tree."""

    def __init__(self, files):
        self.files = files
        self.milestones = {path[11:-5]: File(entry) for path, entry in files.items()
                           if path.startswith(".readiness/") and path.endswith(".json") and path.count("/") == 1}
        entry = files.get(PLAN)
        self.plan_data = entry[1] if entry and entry[0] != "120000" else None
        value = parsed(self.plan_data)[0] if self.plan_data is not None else None
        self.plan = value if isinstance(value, dict) and isinstance(value.get("planId"), str) else None
        self.plan_codes = self.codes_of_plan(entry)
        self.policy_files = {path: entry[1] for path, entry in files.items() if is_policy(path)}

    def codes_of_plan(self, entry):
        """What a plan file deserves that cannot be read: it says nothing of its id, and one that went does."""
        if self.plan or not entry:
            return set()
        return {"not-a-regular-file" if entry[0] == "120000" else parsed(self.plan_data)[1] or "schema-violation"}

    @cached_property
    def policy(self):
        return Policy(self.policy_files)

    @property
    def holds_plan(self):
        return bool(self.milestones) or PLAN in self.files

    @property
    def holds(self):
        """Whether the tree holds a plan or a policy."""
        return self.holds_plan or bool(self.policy_files)

    @property
    def plan_id(self):
        return self.plan["planId"] if self.plan else None

    @cached_property
    def bytes(self):
        """Everything of plan and policy, for comparison."""
        return {path: entry for path, entry in self.files.items()
                if path.startswith(".readiness/") and path.endswith(".json") or path == PLAN or is_policy(path)}

    def data(self, name):
        """The bytes of a milestone's file, or of `plan`; None where there is no regular file."""
        if name == "plan":
            return self.plan_data
        return self.milestones[name].data if name in self.milestones else None

    @cached_property
    def folders(self):
        return {"/".join(parts[:n]) for parts in (p.split("/") for p in self.files) for n in range(1, len(parts))}

    def has(self, path):
        return path in self.files or path in self.folders

    def matches(self, entry):
        """Whether an entry of evidence holds in this tree."""
        if entry["kind"] == "statement":
            return True
        there = self.files.get(entry["path"])
        return bool(there) and there[0] in ("100644", "100755") and sha(there[1]) == entry["sha256"]


def invariants(snapshot, effective, policy):
    """The broken invariants of a tree, as pairs of code and milestone."""
    broken, category = set(), lambda n: policy.category(effective[n]["status"]) if n in effective else None
    for name, file in snapshot.milestones.items():
        if not file.readable:
            broken.add((file.code, name))
            continue
        value = file.value
        mine = policy.category(value["status"])
        if value["id"] != name:
            broken.add(("id-mismatch", name))
        if mine is None or any(policy.category(d["status"]) is None for d in value.get("deliverables", [])):
            broken.add(("unknown-status", name))
        broken |= {("dangling-dependency", name) for d in value["dependsOn"] if d not in snapshot.milestones}
        if mine in ("active", "review", "done") and value["owner"] == "TBD":
            broken.add(("owner-missing", name))
        if mine == "blocked" and not value.get("blocked", {}).get("reason", "").strip():
            broken.add(("blocked-reason-missing", name))
        if mine not in ("blocked", None) and "blocked" in value:
            broken.add(("schema-violation", name))
        if mine == "done":
            broken |= {("unmet-dependency", name) for d in value["dependsOn"] if category(d) != "done"}
            broken |= {("evidence-missing", name) for c in value["exitCriteria"]
                       if not c.get("evidence") and "waiver" not in c}
    if snapshot.milestones and PLAN not in snapshot.files:
        broken.add(("schema-violation", None))
    broken |= {("dependency-cycle", name) for name in in_cycles(snapshot)}
    for name in (snapshot.plan or {}).get("executionOrder", []):
        if name not in snapshot.milestones:
            broken.add(("dangling-dependency", None))
    return broken


def retired_and_there(snapshot, parents):
    """The milestones of a tree whose ids are retired, but for those of which a parent has both already."""
    both = lambda s: {n for n in (s.plan or {}).get("retired", []) if n in s.milestones}
    return both(snapshot) - set().union(*[both(p) for p in parents])


def in_cycles(snapshot):
    edges = {name: file.value["dependsOn"] for name, file in snapshot.milestones.items() if file.readable}
    found = set()
    for start in edges:
        seen, todo = set(), list(edges[start])
        while todo:
            name = todo.pop()
            if name == start:
                found.add(start)
                break
            if name not in seen:
                seen.add(name)
                todo += edges.get(name, [])
    return found


def dependents(effective, name):
    return [other for other, value in effective.items() if name in value["dependsOn"]]


class Guards:
    """The guards of a workflow, asked of the resulting tree at a moment (a day such as `2024-03-05`)."""

    def __init__(self, snapshot, effective, policy, day, kept=lambda name: None):
        """`kept` gives what a milestone had before, whose dependencies and criteria count too; None for nothing."""
        self.snapshot, self.effective, self.policy, self.day, self.kept = snapshot, effective, policy, day, kept

    def category(self, name):
        return self.policy.category(self.effective[name]["status"]) if name in self.effective else None

    def unmet(self, guards, name, reason):
        """The codes of those guards that do not hold for a milestone."""
        return set().union(*[self.guard(guard, name, reason) for guard in guards])

    def guard(self, guard, name, reason):
        value, old = self.effective[name], self.kept(name) or {}
        if guard == "reason":
            return set() if reason else {"reason-missing"}
        if guard == "owner-assigned":
            return {"owner-missing"} if value["owner"] == "TBD" else set()
        if guard == "blocked-reason":
            return set() if value.get("blocked", {}).get("reason", "").strip() else {"blocked-reason-missing"}
        if guard == "dependencies-done":
            counted = {*value["dependsOn"], *old.get("dependsOn", [])}
            return {"unmet-dependency"} if any(self.category(d) != "done" for d in counted) else set()
        if guard == "no-done-dependents":
            held = any(self.category(d) in ("review", "done") for d in dependents(self.effective, name))
            return {"done-dependent"} if held else set()
        if guard == "deliverables-present":
            bad = any(not self.snapshot.has(d["path"]) or self.policy.category(d["status"]) != "done"
                      for d in value.get("deliverables", []))
            return {"deliverable-missing"} if bad else set()
        codes = set()
        for criterion in value["exitCriteria"]:
            codes |= self.criterion(criterion)
        there = {c["id"] for c in value["exitCriteria"]}
        if any(c["id"] not in there for c in old.get("exitCriteria", [])):
            codes.add("criterion-unmet")
        return codes

    def criterion(self, criterion):
        waiver = criterion.get("waiver")
        if waiver and self.day <= waiver["until"]:
            return set()
        evidence = criterion.get("evidence", [])
        if not evidence:
            return {"evidence-missing"}
        return set() if all(self.snapshot.matches(e) for e in evidence) else {"evidence-mismatch"}


def changed_fields(old, new):
    """The fields in which two versions of a milestone differ, as rules name them; None is a version that is not there."""
    old, new = old or {}, new or {}
    fields = {key for key in {**old, **new} if key != "exitCriteria" and old.get(key) != new.get(key)}
    strip = lambda v: {c["id"]: {k: x for k, x in c.items() if k != "evidence"} for c in v.get("exitCriteria", [])}
    attached = lambda v: {c["id"]: sorted(canonical(e) for e in c.get("evidence", []))
                          for c in v.get("exitCriteria", []) if c.get("evidence")}
    if strip(old) != strip(new):
        fields.add("exitCriteria")
    if attached(old) != attached(new):
        fields.add("evidence")
    return fields


def same_reviewed(old, new):
    """Whether outcome, dependencies and criteria are the same."""
    return all(old.get(key) == new.get(key) for key in REVIEWED)


def approval_digest(value):
    return "sha256:" + sha(canonical({key: value[key] for key in ("id", "outcome", "dependsOn", "exitCriteria")}))
