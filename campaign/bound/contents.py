"""Pushes whose plan, policy or schema is costly to judge."""
import json

from .lab import FILE, FOLDER
from .pushes import AUTHORITY, SCHEMA, SECRETS, milestone, on_main, policy_push, pushes, schema_with

ENDLESS = "^([a-zA-Z +,.-]+)+$!"
ATOMIC = r"(?=([a-z]*))\1[0-9]"


@pushes
def endless_pattern_of_the_schema(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": ENDLESS}))


@pushes
def quadratic_pattern_on_a_long_text(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": ATOMIC}), milestone(lab, outcome="a" * 200_000))


@pushes
def endless_pattern_of_names(lab):
    text = json.loads(lab.files[SCHEMA])
    text["patternProperties"] = {"^(a|a)*$": True}
    return policy_push(lab, SCHEMA, json.dumps(text).encode(), milestone(lab, **{"x-" + "a" * 200: 1}))


@pushes
def many_patterns_on_a_long_text(lab):
    many = {"allOf": [{"pattern": f"^[a-z ]*{n}?.*$"} for n in range(2000)]}
    return policy_push(lab, SCHEMA, schema_with(lab, outcome=many), milestone(lab, outcome="a" * 200_000))


@pushes
def pattern_near_the_bound_on_many_milestones(lab):
    first = {**lab.files, SCHEMA: schema_with(lab, outcome={"pattern": "^(.*)(.*)(.*)z|a"})}
    one = lab.stamped(lab.files, first, [lab.main])
    second = {**first}
    for number in range(100, 300):
        second[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "a" * 150, "dependsOn": [],
            "owner": "TBD", "status": "Not Started", "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(first, second, [one], at="2026-11-20T11:00:00.000Z"))


def large_milestones(lab, files, count):
    """So many more, each just below 256 KiB, whose outcomes keep a pattern busy."""
    milestones = {f".readiness/M-{number}.json": json.dumps({
        "id": f"M-{number}", "workstream": "w", "outcome": "a" * 150, "dependsOn": [], "owner": "TBD", "status": "Not Started",
        "exitCriteria": [{"id": "x", "text": "y"}], "x-note": "b " * 125_000 + str(number)}).encode() for number in range(100, 100 + count)}
    return {**files, **milestones}


@pushes
def pattern_near_the_bound_on_large_milestones(lab):
    first = {**lab.files, SCHEMA: schema_with(lab, outcome={"pattern": "^(.*)(.*)(.*)z|a"})}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.stamped(first, large_milestones(lab, first, 150), [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def quadratic_pattern_on_large_milestones(lab):
    first = {**lab.files, SCHEMA: schema_with(lab, **{"x-note": {"pattern": "b .*c|b"}})}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.stamped(first, large_milestones(lab, first, 150), [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def pattern_near_the_bound_in_many_commits(lab):
    first = {**lab.files, SCHEMA: schema_with(lab, **{"x-note": {"pattern": "(a*)(a*)z|a"}})}
    old, parent = first, lab.stamped(lab.files, first, [lab.main])
    for number in range(100):
        new = {**first, ".readiness/M-01.json": milestone(lab, **{"x-note": "a" * 150 + "b " * 110_000 + str(number)})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T11:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def pattern_of_nested_counts(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"pattern": "(((((a{1,99}){1,99}){1,99}){1,99}){1,99}){1,99}$"}))


@pushes
def endless_pattern_of_secrets(lab):
    return policy_push(lab, SECRETS, json.dumps({"version": 1, "patterns": [{"name": "x", "pattern": ENDLESS}]}).encode())


@pushes
def patterns_of_secrets_on_large_milestones(lab):
    """Each searches all words, and finds nothing until the end."""
    patterns = [{"name": f"x{n}", "pattern": f"(b*)(b*)(b*)(b*)x{n}"} for n in range(30)]
    first = {**lab.files, SECRETS: json.dumps({"version": 1, "patterns": patterns}).encode()}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.stamped(first, large_milestones(lab, first, 100), [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def schema_that_doubles(lab):
    text = json.loads(lab.files[SCHEMA])
    text["$defs"] = {**text.get("$defs", {}), **{f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(40)}, "a40": False}
    text["$ref"] = "#/$defs/a0"
    return policy_push(lab, SCHEMA, json.dumps(text).encode())


@pushes
def schema_with_a_large_enum(lab):
    values = {"type": "array", "items": {"enum": list(range(19_000))}}
    return policy_push(lab, SCHEMA, schema_with(lab, **{"x-list": values}), milestone(lab, **{"x-list": [-1] * 40_000}))


@pushes
def schema_numbers_beyond_integers(lab):
    return policy_push(lab, SCHEMA, schema_with(lab, outcome={"minLength": 1e308}))


@pushes
def deep_json(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02")[:-3] + b', "x-a": ' + b"[" * 120_000 + b"]" * 120_000 + b"}"}, [lab.main]))


@pushes
def json_of_many_members(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-a": {f"k{n}": 0 for n in range(19_000)}})}, [lab.main]))


@pushes
def json_of_many_empty_lists(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-a": [[]] * 60_000})}, [lab.main]))


@pushes
def long_ids(lab):
    files = {p: v for p, v in lab.files.items() if not p.startswith(".readiness/")}
    entries = [(FILE, f"{'M' * (4000 + n)}-1.json", lab.object("blob", b"{}")) for n in range(200)]
    return on_main(lab, lab.commit(lab.tree({**files, ".readiness": (FOLDER, lab.folder(entries))}), [lab.main]))


@pushes
def chain_of_dependencies(lab):
    files = {**lab.files}
    for number in range(100, 400):
        files[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "o",
            "dependsOn": [f"M-{k}" for k in range(max(100, number - 40), number)], "owner": "TBD", "status": "Not Started",
            "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def circle_of_dependencies(lab):
    files = {**lab.files}
    for number in range(100, 480):
        files[f".readiness/M-{number}.json"] = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "o",
            "dependsOn": [f"M-{100 + (number + 1 - 100) % 380}"], "owner": "TBD", "status": "Not Started",
            "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def many_policy_changes(lab):
    old, parent = lab.files, lab.main
    for number in range(85):
        new = {**lab.files, SCHEMA: schema_with(lab, **{f"x-{number}": {"type": "string"}})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def many_policy_files(lab):
    files = {**lab.files, **{f"ssot/policies/slo/s{n}.json": b"{}" for n in range(1200)}}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def large_policies(lab):
    rules = [{"milestones": ["M-*"], "to": "Done", "role": "r"} for _ in range(4000)]
    text = json.dumps({"version": 1, "roles": {"r": ["ada@example.com"], "maintainer": ["ada@example.com"]}, "rules": rules}).encode()
    return policy_push(lab, AUTHORITY, text)


@pushes
def huge_numbers_in_policies(lab):
    tip, old = lab.main, lab.files
    for number, (path, value) in enumerate({
            "gates.json": {"version": 1, "gates": {"release": {"milestones": ["*"], "category": "done", "noSuspect": True, "maxOpenRisk": 1e300}}},
            "authorization.json": {"version": 1e300, "roles": {}, "rules": [{"to": "Done", "role": "x", "approvals": 1e300}]},
            "secrets.json": {"version": 1, "entropy": {"minLength": 1e300, "bits": -1e300}},
            "workflow.json": {"version": 9007199254740991, "states": [], "transitions": []},
            "provenance.json": {"version": -1, "unstamped": 1e300}, "sinks.json": {"version": 1, "sinks": {"a": {"timeout": 1e300}}},
            "alerts.json": {"version": 1, "burnRate": 1e300}, "attestations.json": {"version": 1, "maxAgeDays": 1e300},
            "retention.json": {"version": 1, "days": 1e300}, "promotion.json": {"version": 1, "bakeMinutes": 1e300},
            "forge.json": {"version": 1, "reviews": 1e300}, "slo/a.json": {"version": 1, "objective": 1e300, "windowDays": 1e300}}.items()):
        new = {**old, "ssot/policies/" + path: json.dumps(value).encode()}
        tip, old = lab.stamped(old, new, [tip], at=f"2026-11-20T10:00:{number:02}.000Z"), new
    return on_main(lab, tip)
