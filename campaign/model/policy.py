"""The policy of a tree: workflow, authorization, provenance, guarded paths, signers; and the built-in defaults."""
import json
import re

from .words import canonical, digest, fold

SCHEMA = "ssot/schemas/milestone.schema.json"
FOLDER = "ssot/policies/"
KNOWN = {name + ".json" for name in (
    "workflow authorization gates provenance sinks refs paths secrets promotion forge alerts attestations retention "
    "redactions").split()} | {"allowed_signers", "revoked_signers"}

STATES = [["Not Started", "pending"], ["In Progress", "active"], ["Blocked", "blocked"], ["In Review", "review"], ["Done", "done"]]
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
STATE_GUARDS = {"dependencies-done", "owner-assigned", "criteria-met", "blocked-reason", "deliverables-present"}


def is_policy(path):
    return path.startswith(FOLDER) or path == SCHEMA


class Policy:
    """What a tree's policy files say; `unreadable` where one of them cannot be read."""

    def __init__(self, files):
        self.files = files
        self.unreadable = False
        self.states, self.edges = dict(map(tuple, STATES)), dict(EDGES)
        self.order = [name for name, _ in STATES]
        self.authorization, self.provenance, self.guarded = None, {"unstamped": "refuse"}, []
        for name, data in files.items():
            try:
                self.take(name, data)
            except (ValueError, KeyError, TypeError, AttributeError):
                self.unreadable = True
        self.signers = signers_of(files.get(FOLDER + "allowed_signers", b""))

    def take(self, name, data):
        if not name.endswith(".json"):
            return
        value = json.loads(data)
        short = name.removeprefix(FOLDER)
        if short == "workflow.json":
            self.order = [s["name"] for s in value["states"]]
            self.states = {s["name"]: s["category"] for s in value["states"]}
            self.edges = {(t["from"], t["to"]): t.get("guards", []) for t in value["transitions"]}
        elif short == "authorization.json":
            self.authorization = value
            seen = [fold(a) for one, more in value.get("people", {}).items() for a in [one, *more]]
            if len(seen) != len(set(seen)):
                self.unreadable = True
        elif short == "provenance.json":
            self.provenance = value
        elif short == "paths.json":
            self.guarded = value["guarded"]

    @property
    def digest(self):
        return digest(canonical({name: digest(data) for name, data in self.files.items()}))

    @property
    def warns(self):
        return self.provenance["unstamped"] == "warn"

    @property
    def first_pending(self):
        return next((s for s in self.order if self.states[s] == "pending"), None)

    def category(self, state):
        return self.states.get(state)

    def ways_in(self, state):
        """The edges by which a state is entered anew: into its category from another, and into itself."""
        mine = self.category(state)
        return [(a, b) for a, b in self.edges
                if b == state or self.category(b) == mine and self.category(a) != mine]

    def path_exists(self, start, end, allowed=lambda a, b: True, last=lambda a, b: True):
        """Whether a path of one or more allowed edges leads from a state to another, whose last edge passes `last`."""
        seen, todo = set(), [start]
        while todo:
            state = todo.pop()
            for a, b in self.edges:
                if a != state or not allowed(a, b):
                    continue
                if b == end and last(a, b):
                    return True
                if b not in seen:
                    seen.add(b)
                    todo.append(b)
        return False

    # Authorization

    def same(self, address):
        """The address by which a person counts."""
        address = fold(address)
        for first, others in ((self.authorization or {}).get("people") or {}).items():
            if address == fold(first) or address in [fold(o) for o in others]:
                return fold(first)
        return address

    def holds(self, address, role):
        holders = (self.authorization or {}).get("roles", {}).get(role, [])
        return self.same(address) in {self.same(h) for h in holders}

    @property
    def rules(self):
        return (self.authorization or {}).get("rules", [])

    @property
    def policy_rule(self):
        """The rule for a change of the policy; None where anyone may."""
        if self.authorization is None:
            return None
        if "policyChange" in self.authorization:
            return self.authorization["policyChange"]
        return {"role": "maintainer"} if "maintainer" in self.authorization["roles"] else None

    def keys(self, address):
        """The keys that are bound to a person."""
        mine = self.same(address)
        return {key for who, key in self.signers if self.same(who) == mine}


def signers_of(data):
    found = set()
    for line in data.decode().splitlines():
        match = re.fullmatch(r"(\S+) (ssh-ed25519 \S+)(?: .*)?", line)
        if match:
            found |= {(who, match[2]) for who in match[1].split(",") if "*" not in who and "?" not in who}
    return found


def covers(rule, name):
    """Whether a rule speaks of a milestone."""
    return "milestones" not in rule or any(
        name == one or one.endswith("*") and name.startswith(one[:-1]) for one in rule["milestones"])


DEFAULTS = Policy({})
