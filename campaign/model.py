"""An independent model of the contract's rules (section 2 and the merges of section 3), written from its text alone.

It judges commits without stamps under the default policy, and gives the set of error codes. The product is asked the
same through `verify --json`; any difference is a defect of one of the two.
"""
import hashlib
import json

CATEGORY = {"Not Started": "pending", "In Progress": "active", "Blocked": "blocked", "In Review": "review", "Done": "done"}
EDGES = {
    ("Not Started", "In Progress"): ["dependencies-done", "owner-assigned"],
    ("Not Started", "Blocked"): ["blocked-reason"],
    ("Blocked", "Not Started"): [],
    ("In Progress", "Blocked"): ["blocked-reason"],
    ("Blocked", "In Progress"): ["dependencies-done", "owner-assigned"],
    ("In Progress", "Not Started"): ["reason"],
    ("In Progress", "In Review"): ["dependencies-done", "criteria-met"],
    ("In Review", "In Progress"): ["reason"],
    ("In Review", "Done"): ["dependencies-done", "criteria-met", "deliverables-present"],
    ("Done", "In Progress"): ["reason", "no-done-dependents"],
}
PLAN = "ssot/plan.json"
FROZEN_FIELDS = ("outcome", "dependsOn", "exitCriteria")


class Link(str):
    """A symbolic link of a tree. Its text may be that of a file, and then both are one object to git."""

    def __eq__(self, other):
        return isinstance(other, Link) and str.__eq__(self, other)

    def __ne__(self, other):
        return not self == other

    __hash__ = str.__hash__


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def parse(text):
    if isinstance(text, Link):
        return None
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def milestone_texts(tree):
    return {path[len(".readiness/"):-len(".json")]: text for path, text in tree.items()
            if path.startswith(".readiness/") and path.endswith(".json")}


def is_file(tree, path):
    return path in tree and not isinstance(tree[path], Link)


def milestones(tree):
    return {name: parse(text) for name, text in milestone_texts(tree).items()}


def is_readable(milestone):
    return milestone is not None and milestone.get("status") in CATEGORY


def states(history, index):
    """What each milestone says, by the rule of damage: else what its nearest earlier version says."""
    found = {}
    for name in milestones(history[index]):
        found[name] = None
        for earlier in range(index, -1, -1):
            version = milestones(history[earlier]).get(name)
            if is_readable(version):
                found[name] = version
                break
    return found


def is_frozen(milestone):
    return CATEGORY[milestone["status"]] in ("review", "done")


def changed_what_was_reviewed(before, after):
    return is_frozen(before) and is_frozen(after) and any(before[key] != after[key] for key in FROZEN_FIELDS)


class Guards:
    def __init__(self, tree, before, after):
        self.tree, self.before, self.after = tree, before, after
        self.dependents = {}
        for name, milestone in after.items():
            for dependency in (milestone or {}).get("dependsOn", []):
                self.dependents.setdefault(dependency, []).append(name)

    def category(self, name):
        return CATEGORY.get((self.after.get(name) or {}).get("status"))

    def unmet(self, guards, name):
        """The codes of the guards that do not hold; there is no stamp, so there is no reason."""
        now, then = self.after[name], self.before.get(name)
        codes = set()
        for guard in guards:
            if guard == "dependencies-done":
                wanted = set(now["dependsOn"]) | set(then["dependsOn"] if then else [])
                if any(self.category(other) != "done" for other in wanted):
                    codes.add("unmet-dependency")
            elif guard == "owner-assigned" and now["owner"] == "TBD":
                codes.add("owner-missing")
            elif guard == "blocked-reason" and not now.get("blocked", {}).get("reason", "").strip():
                codes.add("blocked-reason-missing")
            elif guard == "reason":
                codes.add("reason-missing")
            elif guard == "criteria-met":
                codes |= self.evidence(now)
                if then and {c["id"] for c in then["exitCriteria"]} - {c["id"] for c in now["exitCriteria"]}:
                    codes.add("criterion-unmet")
            elif guard == "deliverables-present":
                for item in now.get("deliverables", []):
                    if not is_file(self.tree, item["path"]) or CATEGORY.get(item["status"]) != "done":
                        codes.add("deliverable-missing")
            elif guard == "no-done-dependents":
                if any(self.category(other) in ("review", "done") for other in self.dependents.get(name, [])):
                    codes.add("done-dependent")
        return codes

    def evidence(self, milestone):
        codes = set()
        for criterion in milestone["exitCriteria"]:
            entries = criterion.get("evidence", [])
            if not entries:
                codes.add("evidence-missing")
            for entry in entries:
                if entry["kind"] == "file":
                    if not is_file(self.tree, entry["path"]) or sha256(self.tree[entry["path"]]) != entry["sha256"]:
                        codes.add("evidence-mismatch")
        return codes


def broken_invariants(tree, known):
    """Pairs of code and milestone. `known` are the states by the rule of damage."""
    files, plan = milestones(tree), parse(tree.get(PLAN))
    broken = set()
    if plan is None:
        broken.add(("not-a-regular-file" if isinstance(tree.get(PLAN), Link) else "schema-violation", None))
    elif any(name not in files for name in plan["executionOrder"]):
        broken.add(("dangling-dependency", None))
    for name, milestone in files.items():
        if milestone is None:
            is_link = isinstance(milestone_texts(tree)[name], Link)
            broken.add(("not-a-regular-file" if is_link else "malformed-json", name))
            continue
        if any(other not in files for other in milestone["dependsOn"]):
            broken.add(("dangling-dependency", name))
        if milestone["status"] not in CATEGORY:
            broken.add(("unknown-status", name))
            continue
        category = CATEGORY[milestone["status"]]
        if category == "blocked" and "blocked" not in milestone:
            broken.add(("blocked-reason-missing", name))
        if category != "blocked" and "blocked" in milestone:
            broken.add(("schema-violation", name))
        if category in ("active", "review", "done") and milestone["owner"] == "TBD":
            broken.add(("owner-missing", name))
        if category == "done":
            if any(CATEGORY.get((known.get(other) or {}).get("status")) != "done" for other in milestone["dependsOn"]):
                broken.add(("unmet-dependency", name))
            if any(not criterion.get("evidence") for criterion in milestone["exitCriteria"]):
                broken.add(("evidence-missing", name))
    edges = {name: (known.get(name) or {}).get("dependsOn", []) for name in files}
    return broken | {("dependency-cycle", name) for name in edges if reaches_itself(name, edges)}


def reaches_itself(name, edges):
    seen, frontier = set(), list(edges[name])
    while frontier:
        at = frontier.pop()
        if at == name:
            return True
        if at in edges and at not in seen:
            seen.add(at)
            frontier += edges[at]
    return False


def plan_codes(parents, tree):
    """Of the plan file: its id, and the ids that are gone for ever. The first parent's id counts."""
    plan = parse(tree.get(PLAN))
    if not plan:
        return set()
    befores = [parse(parent.get(PLAN)) for parent in parents]
    codes = set()
    if befores[0] and befores[0]["planId"] != plan["planId"]:
        codes.add("plan-id-changed")
    # A plan that cannot be read says nothing of what was retired.
    retired = [set(before["retired"]) if before else set() for before in befores]
    gone, here = set(plan["retired"]).union(*retired), milestone_texts(tree)
    if gone - set(plan["retired"]):
        codes.add("retired-shrunk")
    for name in gone & set(here):
        if not any(name in milestone_texts(p) and name in ids for p, ids in zip(parents, retired)):
            codes.add("reused-id")
    return codes


def judge(history, index):
    """The error codes of an unstamped commit with one parent."""
    parent, tree = history[index - 1], history[index]
    old, new = milestone_texts(parent), milestone_texts(tree)
    changed = [name for name in set(old) | set(new) if old.get(name) != new.get(name)]
    if not changed and parent.get(PLAN) == tree.get(PLAN):
        return set()
    before, after = states(history, index - 1), states(history, index)
    guards = Guards(tree, before, after)
    codes = {"trailer-missing"} | plan_codes([parent], tree)
    for name in changed:
        then, now = before.get(name), after.get(name)
        if name not in old:
            if now and now["status"] != "Not Started":
                codes.add("illegal-birth")
        elif name not in new:
            if illegal_deletion(name, then, guards, tree):
                codes.add("illegal-deletion")
        elif then and now:
            if then["status"] != now["status"]:
                edge = EDGES.get((then["status"], now["status"]))
                codes |= {"illegal-transition"} if edge is None else guards.unmet(edge, name)
            if changed_what_was_reviewed(then, now):
                # Re-entry asks for a reason, and without a stamp there is none.
                codes.add("frozen-field")
    inherited = broken_invariants(parent, before)
    return codes | {code for code, name in broken_invariants(tree, after) - inherited}


def illegal_deletion(name, then, guards, tree):
    retired = (parse(tree.get(PLAN)) or {}).get("retired", [])
    is_pending = then is None or CATEGORY[then["status"]] == "pending"
    return not is_pending or bool(guards.dependents.get(name)) or name not in retired


# Merges

ABSENT = object()
MILESTONE_SHAPE = {
    "dependsOn": "set", "approvals": "set", "risks": ("id", {}), "deliverables": ("path", {}),
    "exitCriteria": ("id", {"evidence": "set"}),
}
PLAN_SHAPE = {"retired": "set"}


def same(a, b):
    return a is b if a is ABSENT or b is ABSENT else a == b


def is_value_merge(result, sides, base):
    decisive = [side for side in sides if not same(side, base)] or sides
    return all(same(side, decisive[0]) for side in decisive) and same(result, decisive[0])


def is_field_merge(result, sides, base, shape):
    values = [result, *sides, base]
    if shape == "set":
        if not all(value is ABSENT or isinstance(value, list) for value in values):
            return is_value_merge(result, sides, base)
        sets = [set() if v is ABSENT else {json.dumps(item, sort_keys=True) for item in v} for v in values]
        return all(is_value_merge(item in sets[0], [item in s for s in sets[1:-1]], item in sets[-1])
                   for item in set().union(*sets))
    if isinstance(shape, tuple):
        key, inner = shape
        maps = [{} if v is ABSENT else {item[key]: item for item in v} for v in values]
        return members_merge(maps, lambda name: inner)
    if not all(isinstance(v, dict) for v in [result, *sides]) or not (base is ABSENT or isinstance(base, dict)):
        return is_value_merge(result, sides, base)
    return members_merge([{} if v is ABSENT else v for v in values], lambda name: shape.get(name, {}))


def members_merge(maps, shape):
    return all(
        is_field_merge(maps[0].get(name, ABSENT), [m.get(name, ABSENT) for m in maps[1:-1]],
                       maps[-1].get(name, ABSENT), shape(name))
        for name in set().union(*maps))


def needs_no_stamp(result, sides, base, shape):
    if all(side == sides[0] for side in sides):
        return result == sides[0]
    changed = [side for side in sides if side != base]
    if len(changed) == 1:
        return result == changed[0]
    read = lambda text: ABSENT if text is None else json.loads(text)
    return is_field_merge(read(result), [read(side) for side in sides], read(base), shape)


def judge_merge(base, parents, tree):
    """The error codes of an unstamped merge of several sides with one base; every file can be read."""
    root, *sides, result = [milestone_texts(t) for t in (base, *parents, tree)]
    needed = {
        name for name in set(result).union(*sides)
        if len({side.get(name) for side in [*sides, result]}) > 1
        and not needs_no_stamp(result.get(name), [side.get(name) for side in sides], root.get(name), MILESTONE_SHAPE)}
    plan_needs = not needs_no_stamp(tree[PLAN], [p[PLAN] for p in parents], base[PLAN], PLAN_SHAPE)
    if all(side == result and parent[PLAN] == tree[PLAN] for side, parent in zip(sides, parents)):
        return set()
    codes = plan_codes(parents, tree) | ({"merge-unresolved"} if needed or plan_needs else set())
    before, *others = [milestones(t) for t in parents]
    after = milestones(tree)
    guards = Guards(tree, before, after)
    for name in needed:
        then, now = before.get(name), after.get(name)
        if then is None and now is None:
            continue
        if then is None:
            if now["status"] not in ("Not Started", *[other[name]["status"] for other in others if name in other]):
                codes.add("illegal-birth")
        elif now is None:
            if illegal_deletion(name, then, guards, tree):
                codes.add("illegal-deletion")
        else:
            origins = [side[name]["status"] for side in (before, *others) if name in side]
            if now["status"] not in origins:
                unmet = [guards.unmet(EDGES[edge], name) for edge in ((o, now["status"]) for o in origins) if edge in EDGES]
                if not unmet:
                    codes.add("illegal-transition")
                elif all(unmet):
                    codes |= unmet[0]
            if changed_what_was_reviewed(then, now):
                codes.add("frozen-field")
    inherited = set().union(*[broken_invariants(t, known) for t, known in zip(parents, (before, *others))])
    return codes | {code for code, name in broken_invariants(tree, after) - inherited}
