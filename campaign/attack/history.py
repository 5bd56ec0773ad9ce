"""A history made object by object, on which every cell of the table of dimensions is built."""
from model.history import Commit, History
from model.stamps import facts, stamp_time
from plans import PEOPLE, PLAN, POLICIES, text
from repository import Store
from worlds import block_text

START, DAY = 1_709_287_200, 86_400
RULES = {
    "version": 1,
    "roles": {"maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"]},
    "rules": [{"to": "Done", "role": "approver"}, {"fields": ["outcome", "exitCriteria"], "role": "maintainer"}],
    "policyChange": {"role": "maintainer"},
}


def path(name):
    return f".readiness/{name}.json"


def milestone(name, status, depends=(), evidence=True, **more):
    criterion = {"id": "c1", "text": "t"}
    if evidence:
        criterion["evidence"] = [{"kind": "statement", "text": "t", "by": "b"}]
    value = {"id": name, "workstream": "w", "outcome": "o", "dependsOn": list(depends), "owner": "ada", "status": status,
             "exitCriteria": [criterion]}
    return {**value, **more}


class Builder:
    """Writes commits with true stamps of whatever they change, and with stamps that claim something else."""

    def __init__(self):
        self.store, self.history, self.time = Store(), History(), START

    def add(self, parents, files, author, message, committed=None):
        commit = Commit(parents, dict(files), (author.capitalize(), PEOPLE[author]), message, committed or self.time)
        index = self.history.add(commit)
        self.store.commit(self.history, commit)
        return index

    def id(self, index):
        return self.history.commits[index].id

    def files(self, index):
        return dict(self.history.commits[index].files)

    def lines(self, parents, files, only=None, policy_too=False):
        trial = Commit(parents[:1], files, ("A", "a"), "", self.time)
        first = parents[0] if parents else None
        found = facts(self.history, first, trial.snapshot, self.history.readable(trial), only or (), policy_too)
        if only is None:
            return trial, found
        pick = lambda some: [line for line in some if line["milestone"] in only]
        return trial, (pick(found[0]), pick(found[1]), pick(found[2]), found[3] if policy_too else None)

    def stamp(self, parents, files, author, only=None, policy_too=False, actor=None, at=None, reason="r"):
        trial, lines = self.lines(parents, files, only, policy_too)
        policy = (self.history.snapshot(parents[0]) if parents else trial.snapshot).policy.digest
        who = actor or author
        return block_text(at or stamp_time(self.time), f"{who.capitalize()} <{PEOPLE[who]}>", policy, lines, trial.snapshot.plan_id, reason=reason)

    def commit(self, parents, files, author="ada", committed=None, **more):
        """A commit with a true stamp."""
        self.time += 3600
        return self.add(parents, files, author, "m\n\n" + self.stamp(parents, files, author, **more) + "\n", committed)

    def plain(self, parents, files, author="ada"):
        """A commit without a stamp."""
        self.time += 3600
        return self.add(parents, files, author, "m\n")


class Ground(Builder):
    """The history that the server has: `old` is before the rules, `main` after them."""

    def __init__(self):
        super().__init__()
        plan = {"planId": "00000000-0000-4000-8000-000000000001", "title": "t", "executionOrder": [], "retired": ["A-90"]}
        files = {PLAN: text(plan), "code": ("100644", b"0")}
        for name, status, more in (("A-1", "Done", {}), ("A-2", "In Review", {}), ("A-3", "In Progress", {}),
                                   ("A-4", "In Progress", {"evidence": False}), ("A-5", "Not Started", {"depends": ["A-3"]}),
                                   ("A-6", "Not Started", {}), ("A-7", "Not Started", {"depends": ["A-1"]})):
            files[path(name)] = text(milestone(name, status, **more))
        self.first = self.commit([], files)
        files["code"] = ("100644", b"1")
        self.old = self.plain([self.first], files)
        files[POLICIES + "authorization.json"] = text(RULES)
        self.ruled = self.commit([self.old], files)
        self.time += 5 * DAY
        files[path("A-6")] = text(milestone("A-6", "Not Started", **{"x-note": 1}))
        self.main = self.commit([self.ruled], files)
        files = {**files, "code": ("100644", b"2")}
        self.main = self.plain([self.main], files)
        self.time += DAY
        self.now = self.time
