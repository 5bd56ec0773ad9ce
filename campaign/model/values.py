"""The values of a plan, and which of them a merge takes without deciding anything (contract 3, Merges, 1)."""
import itertools
import json

from .policy import covers
from .stamps import blocks_of
from .words import canonical


def flattened(prefix, value, out):
    """Takes maps apart; every other value is one."""
    if isinstance(value, dict):
        out[prefix + ("",)] = True
        for key, inner in value.items():
            flattened(prefix + (key,), inner, out)
    else:
        out[prefix] = canonical(value)


def counted(prefix, entries, out):
    for one in entries:
        key = prefix + (canonical(one),)
        out[key] = out.get(key, 0) + 1


def milestone_values(name, value, out):
    out[name, ""] = True
    for key, inner in value.items():
        if key == "dependsOn":
            counted((name, key), inner, out)
        elif key == "approvals":
            counted((name, key), inner, out)
        elif key in ("exitCriteria", "risks", "deliverables"):
            for one in inner:
                place = (name, key, one["path" if key == "deliverables" else "id"])
                flattened(place, {k: v for k, v in one.items() if k != "evidence"}, out)
                counted(place + ("evidence",), one.get("evidence", []), out)
        else:
            flattened((name, key), inner, out)


def values_of(snapshot):
    """All values of plan and policy of a tree, by key."""
    out = {("policy", path): data for path, data in snapshot.policy_files.items()}
    for name, file in snapshot.milestones.items():
        if file.readable:
            milestone_values(name, file.value, out)
        else:
            out[name, ""] = file.raw
    if snapshot.plan:
        for key, inner in snapshot.plan.items():
            if key == "retired":
                counted(("plan", key), inner, out)
            else:
                flattened(("plan", key), inner, out)
        out["plan", ""] = True
    return out


class Clean:
    """The clean values of parents, none of which is an ancestor of another."""

    def __init__(self, audit, parents):
        self.audit, self.history, self.parents = audit, audit.history, parents
        self.of = {p: audit.values(p) for p in parents}
        self.bases = {}
        for a, b in itertools.permutations(parents, 2):
            self.bases[a, b] = audit.bases(a, b)

    def base_values(self, a, b, key):
        bases = self.bases[a, b]
        return [self.audit.values(x).get(key) for x in bases] if bases else [None]

    def prevails(self, s, t, key):
        old, mine, other = self.base_values(s, t, key), self.of[s].get(key), self.of[t].get(key)
        if other not in old or mine in old:
            return False
        return not self.sensitive(key, s, t) or not any(
            self.audit.changed(x, key) for x in self.history.only(t, s) if not self.audit.copied(x, s))

    def sensitive(self, key, s, t):
        """Whether a value that went there and back on the other side is contested."""
        name, field = key[0], key[1]
        if name == "policy" or field in ("status", "approvals"):
            return True
        if name == "plan" or field == "":
            return False
        if field == "exitCriteria" and "waiver" in key[3:4]:
            return True
        if field in ("outcome", "dependsOn", "exitCriteria") and any(
                self.history.category(p, name) in ("review", "done") for p in (s, t)):
            return True
        ruled = "evidence" if field == "exitCriteria" and key[3:4] == ("evidence",) else field
        return any("fields" in r and covers(r, name) and (ruled in r["fields"] or "*" in r["fields"] and ruled != "blocked")
                   for p in (s, t) for r in self.history.policy(p).rules)

    def allowed(self, key):
        """The clean forms of a value; empty where it is contested."""
        if all(self.of[p].get(key) == self.of[self.parents[0]].get(key) for p in self.parents):
            return [self.of[self.parents[0]].get(key)]
        for s in self.parents:
            mine = self.of[s].get(key)
            if all(self.of[t].get(key) == mine or self.prevails(s, t, key) for t in self.parents):
                return [mine]
        return self.appended(key) if key == ("plan", "executionOrder") else []

    def appended(self, key):
        """The forms of an order to which all have only appended: every base's order begins both sides', and each two share one."""
        lists = {p: json.loads(self.of[p].get(key) or b"[]") for p in self.parents}
        shared = None
        for a, c in itertools.combinations(self.parents, 2):
            starts = [json.loads(base or b"[]") for base in self.base_values(a, c, key)]
            if any(lists[x][:len(start)] != start for x in (a, c) for start in starts):
                return []
            shared = [x for x in starts if shared is None or x in shared]
        forms = []
        for start in shared:
            if all(one[:len(start)] == start for one in lists.values()):
                for order in itertools.permutations([one[len(start):] for one in lists.values()]):
                    forms.append(canonical(list(dict.fromkeys(start + [x for tail in order for x in tail]))))
        return forms

    def keys(self, more=()):
        return set(more).union(*[set(values) for values in self.of.values()])

    def live(self, name):
        """The states of a milestone over which no parent prevails; what cannot be read counts by its nearest version that can."""
        key, dead = (name, "status"), set()
        for t in self.parents:
            # A parent that has lost the milestone has lost its state as well.
            if any(s != t and self.prevails(s, t, key) for s in self.parents):
                dead.add(self.of[t].get(key))
        return {self.history.effective[t][name]["status"] for t in self.parents
                if name in self.history.effective[t] and self.of[t].get((name, "")) is not None and self.of[t].get(key) not in dead}

    def kept(self, name):
        """The dependencies and criteria that the clean values would keep."""
        deps, criteria = [], {}
        for key in self.keys():
            if key[0] != name or len(key) < 3 or not any(self.allowed(key)):
                continue
            if key[1] == "dependsOn":
                deps.append(json.loads(key[2]))
            elif key[1] == "exitCriteria":
                one = criteria.setdefault(key[2], {"id": key[2]})
                if key[3:4] == ("evidence",):
                    one.setdefault("evidence", []).append(json.loads(key[4]))
                elif key[3:] == ("waiver", "until"):
                    one["waiver"] = {"until": json.loads(self.allowed(key)[0])}
                elif key[3:] == ("",):
                    one["there"] = True
        return {"dependsOn": deps, "exitCriteria": [c for c in criteria.values() if c.get("there")]}


def changes(audit, index, key):
    """Whether a commit changes a value."""
    history, mine = audit.history, audit.values(index).get(key)
    parents = [audit.values(p).get(key) for p in history.parents(index)]
    if not parents:
        return mine is not None
    if len(parents) == 1:
        return mine != parents[0]
    if all(mine != other for other in parents):
        return True
    listed = set()
    for block in blocks_of(history.commits[index].message):
        listed |= block.listed() | ({"policy"} if block.change else set())
    return key[0] in listed and any(mine != other for other in parents)
