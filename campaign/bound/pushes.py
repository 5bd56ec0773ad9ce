"""What the pushes have in common. Each push is a function that returns its updates: (old, new, ref)."""
import json

from .lab import ZERO

SCHEMA, SECRETS, AUTHORITY = "ssot/schemas/milestone.schema.json", "ssot/policies/secrets.json", "ssot/policies/authorization.json"
PUSHES = {}


def pushes(function):
    PUSHES[function.__name__.replace("_", "-")] = function
    return function


def on_main(lab, commit):
    return [(lab.main, commit, "refs/heads/main")]


def on_branch(lab, commit):
    return [(ZERO, commit, "refs/heads/other")]


def milestone(lab, id="M-01", **changes):
    value = json.loads(lab.files[f".readiness/{id}.json"])
    value.update(changes)
    return json.dumps(value, indent=2).encode() + b"\n"


def schema_with(lab, **properties):
    value = json.loads(lab.files["ssot/schemas/milestone.schema.json"])
    value["properties"].update(properties)
    return json.dumps(value).encode()


def policy_push(lab, path, text, then=None):
    """A policy change, and a change of a milestone under it."""
    first = {**lab.files, path: text}
    one = lab.stamped(lab.files, first, [lab.main])
    second = {**first, ".readiness/M-01.json": then or milestone(lab, outcome="a" * 200 + "!")}
    return on_main(lab, lab.stamped(first, second, [one], at="2026-11-20T11:00:00.000Z"))
