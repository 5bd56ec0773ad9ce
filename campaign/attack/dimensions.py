"""The dimensions of the table: what is changed, how it arrives, what the stamp claims, and what the server's refs were before."""
import json

from model.stamps import stamp_time
from plans import PLAN, POLICIES, text

from .history import DAY, RULES, milestone, path

AUTHORIZATION, PROVENANCE = POLICIES + "authorization.json", POLICIES + "provenance.json"


def edited(name, **values):
    def change(ground, files):
        return {**files, path(name): text({**json.loads(files[path(name)][1]), **values})}
    return change


def file(name, value):
    return lambda ground, files: {**files, name: text(value)}


def without(name):
    return lambda ground, files: {n: e for n, e in files.items() if n != name}


def plan(**values):
    return lambda ground, files: {**files, PLAN: text({**json.loads(files[PLAN][1]), **values})}


def both(*changes):
    def change(ground, files):
        for one in changes:
            files = one(ground, files)
        return files
    return change


def criteria(**more):
    return [{"id": "c1", "text": "t", **more}]


def waiver(by, days):
    def change(ground, files):
        until = stamp_time(ground.now + days * DAY)[:10]
        value = {"owner": "o", "reason": "r", "approver": f"{by}@example.com", "until": until}
        return edited("A-4", status="In Review", exitCriteria=criteria(waiver=value))(ground, files)
    return change


def waived(by):
    def change(ground, files):
        until = stamp_time(ground.now + 30 * DAY)[:10]
        value = {"owner": "o", "reason": "r", "approver": f"{by}@example.com", "until": until}
        return edited("A-5", exitCriteria=criteria(waiver=value))(ground, files)
    return change


def judged_from(which):
    def change(ground, files):
        id = "1" * 40 if which == "nobody" else ground.id(ground.first)
        return {**files, PROVENANCE: text({"version": 1, "unstamped": "refuse", "judgedFrom": id})}
    return change


def approval(by):
    return edited("A-3", approvals=[{"by": f"{by}@example.com", "digest": "sha256:" + "0" * 64}])


EVES = {**RULES, "roles": {"maintainer": ["eve@example.com"], "approver": ["eve@example.com"]}, "rules": []}
SAID = criteria(evidence=[{"kind": "statement", "text": "t", "by": "b"}])

# Name: the illegal change, who makes it, the code; the legal neighbour, and who makes that one.
CHANGES = {
    "done by one who may not": (edited("A-2", status="Done"), "eve", {"not-authorized"}, edited("A-2", status="Done"), "bob"),
    "no such edge": (edited("A-3", status="Done"), "ada", {"illegal-transition"}, edited("A-3", status="In Review"), "ada"),
    "no evidence": (edited("A-4", status="In Review"), "ada", {"evidence-missing"},
                    edited("A-4", status="In Review", exitCriteria=SAID), "ada"),
    "rules of one's own": (file(AUTHORIZATION, EVES), "eve", {"policy-change-refused"},
                           file(AUTHORIZATION, {**RULES, "rules": []}), "ada"),
    "rules taken away": (without(AUTHORIZATION), "eve", {"policy-change-refused"}, without(AUTHORIZATION), "ada"),
    "reworded by one who may not": (edited("A-3", outcome="p"), "eve", {"not-authorized"}, edited("A-3", outcome="p"), "ada"),
    "reworded and moved by one who may not": (edited("A-3", outcome="p", status="In Review"), "eve", {"not-authorized"},
                                              edited("A-3", outcome="p", status="In Review"), "ada"),
    "done and its evidence gone": (edited("A-1", exitCriteria=criteria()), "ada", {"frozen-field", "evidence-missing"},
                                   edited("A-1", exitCriteria=criteria(evidence=[{"kind": "statement", "text": "u", "by": "b"}])), "ada"),
    "born done": (file(path("A-8"), milestone("A-8", "Done")), "ada", {"illegal-birth"}, file(path("A-8"), milestone("A-8", "Not Started")), "ada"),
    "an id born again": (file(path("A-90"), milestone("A-90", "Not Started")), "ada", {"reused-id"},
                         file(path("A-91"), milestone("A-91", "Not Started")), "ada"),
    "deleted while it is worked on": (both(without(path("A-4")), plan(retired=["A-4", "A-90"])), "ada", {"illegal-deletion"},
                                      both(without(path("A-6")), plan(retired=["A-6", "A-90"])), "ada"),
    "retired ids forgotten": (plan(retired=[]), "ada", {"retired-shrunk"}, plan(retired=["A-90", "A-99"]), "ada"),
    "another plan's id": (plan(planId="00000000-0000-4000-8000-000000000002"), "ada", {"plan-id-changed", "unrelated-plans"},
                          plan(title="u"), "ada"),
    "before its dependency": (edited("A-5", status="In Progress"), "ada", {"unmet-dependency"}, edited("A-7", status="In Progress"), "ada"),
    "a waiver that has ended": (waiver("ada", -4), "ada", {"evidence-missing"}, waiver("ada", 30), "ada"),
    "a waiver in another's name": (waived("bob"), "ada", {"not-authorized"}, waived("ada"), "ada"),
    "an approval in another's name": (approval("ada"), "eve", {"not-authorized"}, approval("eve"), "eve"),
    "judged from nowhere": (judged_from("nobody"), "ada", {"policy-change-refused"}, judged_from("first"), "ada"),
}

# What the stamp claims. Each gives the arguments of the stamp, for the author; None: no stamp.
CLAIMS = {
    "the truth": lambda ground, author: {},
    "nothing": lambda ground, author: None,
    "another name": lambda ground, author: {"actor": "ada" if author != "ada" else "bob"},
    "an older date": lambda ground, author: {"at": stamp_time(ground.now - 30 * DAY)},
    "a date to come": lambda ground, author: {"at": stamp_time(ground.now + 20_000 * DAY)},
    "an older committer's date": lambda ground, author: {"at": stamp_time(ground.now - 30 * DAY), "committed": ground.now - 30 * DAY},
}
CLAIM_CODES = {
    "nothing": {"trailer-missing", "merge-unresolved"}, "another name": {"actor-mismatch"}, "a date to come": {"clock-ahead"},
}
# What a claim makes of a change that is legal by itself: accepted unless the claim is illegal.
HARMLESS = {"the truth", "an older date", "an older committer's date"}


def listed(ground, parents, files):
    """What a merge has to list that takes nothing from its parents: what differs from all that are no ancestors of others."""
    names = None
    for parent in ground.history.tips(parents):
        old = ground.files(parent)
        differ = {n for n in {**old, **files} if old.get(n) != files.get(n)}
        names = differ if names is None else names & differ
    only = {"plan" if n == PLAN else n[11:-5] for n in names if n == PLAN or n.startswith(".readiness/")}
    return only, any(n.startswith(POLICIES) for n in names)


class Arrival:
    """Brings a change to a tip; `cell` gives the change, its author and the arguments of the stamp."""

    def __init__(self, ground, change, author, claim):
        self.ground, self.author, self.claim = ground, author, claim
        self.change = lambda files: change(ground, files)

    def carrying(self, parents, files):
        """The commit that claims something about the change."""
        words = self.claim
        if words is None:
            return self.ground.plain(parents, files, self.author)
        if len(parents) > 1:
            only, policy = listed(self.ground, parents, files)
            if not only and not policy:
                return self.ground.plain(parents, files, self.author)
            return self.ground.commit(parents, files, self.author, only=only, policy_too=policy, **words)
        return self.ground.commit(parents, files, self.author, **words)

    def harmless(self, name="side"):
        ground = self.ground
        return ground.plain([ground.main], {**ground.files(ground.main), name: ("100644", b"s")})

    def changed(self, base):
        return self.carrying([base], self.change(self.ground.files(base)))

    def union(self, side, base):
        """Main with what the side changed since a base."""
        ground = self.ground
        old, mine, theirs = ground.files(base), ground.files(ground.main), ground.files(side)
        for name in {**old, **theirs}:
            if old.get(name) != theirs.get(name):
                mine.pop(name, None)
                if name in theirs:
                    mine[name] = theirs[name]
        return mine


def linear(a):
    return a.changed(a.ground.main)


def beside(base, order):
    """The change on a side, merged without deciding anything; `order` places side, main and others."""
    def arrive(a):
        start = getattr(a.ground, base)
        side = a.changed(start)
        parents = [{"side": side, "main": a.ground.main, "old": a.ground.old, "x": None}[o] or a.harmless() for o in order]
        files = a.union(side, start)
        if "x" in order:
            files["side"] = ("100644", b"s")
        return a.ground.plain(parents, files, "ada")
    return arrive


def inside(order):
    """The change is made by the merge itself."""
    def arrive(a):
        ground = a.ground
        other = a.harmless()
        parents = [{"x": other, "main": ground.main, "old": ground.old, "y": None}[o] or a.harmless("more") for o in order]
        files = {**ground.files(ground.main), **({"side": ("100644", b"s")} if "x" in order else {}), **({"more": ("100644", b"s")} if "y" in order else {})}
        return a.carrying(parents, a.change(files))
    return arrive


def crossed(a):
    """Two lines that take each other in, twice: two merge bases."""
    ground = a.ground
    one, two = a.harmless("one"), a.changed(ground.main)
    files = a.union(two, ground.main)
    left = ground.plain([one, two], {**files, "one": ("100644", b"s")}, "ada")
    right = ground.plain([two, one], {**files, "one": ("100644", b"s")}, "ada")
    return ground.plain([right, left], {**files, "one": ("100644", b"s"), "three": ("100644", b"s")}, "ada")


ARRIVALS = {
    "in a row": linear, "merged into main": beside("main", ["main", "side"]), "main merged into it": beside("main", ["side", "main"]),
    "octopus, last": beside("main", ["main", "x", "side"]), "octopus, first": beside("main", ["side", "x", "main"]),
    "octopus with an ancestor first": beside("main", ["old", "main", "side"]),
    "from before the rules, merged into main": beside("old", ["main", "side"]),
    "from before the rules, main merged into it": beside("old", ["side", "main"]),
    "by a merge": inside(["main", "x"]), "by a merge, the side first": inside(["x", "main"]),
    "by an octopus": inside(["main", "x", "y"]), "by an octopus, main last": inside(["x", "y", "main"]),
    "by a merge of an ancestor": inside(["main", "old"]), "by a merge, the ancestor first": inside(["old", "main"]),
    "across": crossed,
}
FROM_OLD = {"from before the rules, merged into main", "from before the rules, main merged into it"}
