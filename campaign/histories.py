"""Random plans and histories, legal and illegal, from a seed."""
import json

from model import CATEGORY, EDGES, PLAN, Link, is_readable, milestone_texts, parse, sha256

PLAN_ID = "00000000-0000-4000-8000-000000000001"


def path(name):
    return f".readiness/{name}.json"


def criterion(random, name):
    entry = {"id": name, "text": "t"}
    chance = random.random()
    if chance < 0.6:
        entry["evidence"] = [{"kind": "file", "path": "proof", "sha256": sha256("one")}]
    elif chance < 0.75:
        entry["evidence"] = [{"kind": "statement", "text": "t", "by": "b"}]
    return entry


def milestone(random, name, others):
    status = random.choice(list(CATEGORY))
    value = {
        "id": name, "workstream": "w", "outcome": random.choice("ab"),
        "dependsOn": random.sample(others, min(len(others), random.choice([0, 0, 1, 1, 2]))),
        "owner": random.choice(["TBD", "ada", "ada", "ada"]), "status": status,
    }
    if (status == "Blocked") != (random.random() < 0.08):
        value["blocked"] = {"reason": random.choice(["r", "r", "r", " "])}
    value["exitCriteria"] = [criterion(random, c) for c in random.sample(["c1", "c2"], random.choice([1, 1, 2]))]
    if random.random() < 0.3:
        value["deliverables"] = [{"path": random.choice(["proof", "nowhere"]), "purpose": "p",
                                  "status": random.choice(["Done", "Done", "In Progress"])}]
    return value


def baseline(random, count):
    plan = {"planId": PLAN_ID, "title": "t", "executionOrder": [], "retired": []}
    tree = {PLAN: json.dumps(plan), "proof": "one", "code": "0"}
    for number in range(1, count + 1):
        others = [f"A-{k}" for k in range(1, number)]
        tree[path(f"A-{number}")] = json.dumps(milestone(random, f"A-{number}", others))
    # Folders beside the files, of the same names: they are nobody's concern, and hide nothing.
    for number in range(1, 10):
        if random.random() < 0.15:
            tree[f".readiness/A-{number}/notes"] = "n"
    return tree


def mutated(random, tree):
    """A tree with one or two changes: moves, edits, damage, births, deletions, changes of the plan file and of proof."""
    tree = dict(tree)
    for _ in range(random.choice([1, 1, 1, 2])):
        names = sorted(milestone_texts(tree))
        name = random.choice(names) if names else None
        value = parse(tree.get(path(name))) if name else None
        chance = random.random()
        if chance < 0.45 and is_readable(value):
            tree[path(name)] = json.dumps(moved(random, value, tree))
        elif 0.45 <= chance < 0.6 and value:
            tree[path(name)] = json.dumps(edited(random, value, names))
        elif 0.6 <= chance < 0.66 and name:
            tree[path(name)] = "{ broken"
        elif 0.66 <= chance < 0.76:
            birth(random, tree, names)
        elif 0.76 <= chance < 0.86 and name:
            death(random, tree, name)
        elif 0.86 <= chance < 0.92:
            tree["proof"] = random.choice(["one", "two"])
        elif chance >= 0.92:
            change_plan(random, tree)
    return tree


def relinked(random, tree):
    """A file becomes a link of the very same bytes, or is a file again."""
    names = [*map(path, milestone_texts(tree)), PLAN, "proof"]
    links = [name for name in names if isinstance(tree[name], Link)]
    name = random.choice(links if links and random.random() < 0.7 else sorted(names))
    text = tree[name]
    return {**tree, name: str(text) if isinstance(text, Link) else Link(text)}


def moved(random, value, tree):
    following = [after for before, after in EDGES if before == value["status"]]
    value["status"] = random.choice(following if random.random() < 0.8 else list(CATEGORY))
    value.pop("blocked", None)
    if value["status"] == "Blocked" and random.random() < 0.85:
        value["blocked"] = {"reason": "r"}
    if random.random() < 0.6:
        value["owner"] = "ada"
    if random.random() < 0.6:
        for entry in value["exitCriteria"]:
            entry["evidence"] = [{"kind": "file", "path": "proof", "sha256": sha256(tree["proof"])}]
    return value


def edited(random, value, names):
    key = random.choice(["outcome", "dependsOn", "owner", "exitCriteria", "status"])
    value[key] = {
        "outcome": random.choice("abc"), "dependsOn": random.sample(names + ["Z-9"], random.choice([0, 1])),
        "owner": random.choice(["TBD", "bob"]), "exitCriteria": [criterion(random, random.choice(["c1", "c2"]))],
        "status": random.choice(["Nope", *CATEGORY]),
    }[key]
    return value


def birth(random, tree, names):
    name = f"A-{random.randint(1, 9)}"
    value = milestone(random, name, [other for other in names if other != name])
    if random.random() < 0.6:
        value["status"] = "Not Started"
        value.pop("blocked", None)
    tree[path(name)] = json.dumps(value)


def death(random, tree, name):
    del tree[path(name)]
    plan = parse(tree[PLAN])
    if plan and random.random() < 0.7:
        plan["retired"] = sorted(set(plan["retired"]) | {name})
        plan["executionOrder"] = [other for other in plan["executionOrder"] if other != name]
        tree[PLAN] = json.dumps(plan)


def change_plan(random, tree):
    plan, chance = parse(str(tree[PLAN])), random.random()
    if chance < 0.3:
        plan["retired"] = plan["retired"][1:]
    elif chance < 0.5:
        plan["planId"] = PLAN_ID[:-1] + random.choice("12")
    elif chance < 0.8:
        plan["executionOrder"] = random.sample([f"A-{n}" for n in range(1, 7)], 2)
    else:
        plan["title"] = random.choice("xyz")
    tree[PLAN] = json.dumps(plan)


def merged(random, base, ours, theirs):
    """A tree for a merge: mostly what a careful person would make of the sides, sometimes something else."""
    tree = {}
    for name in sorted({*base, *ours, *theirs}):
        root, a, b = base.get(name), ours.get(name), theirs.get(name)
        if a == b or b == root:
            value = a
        elif a == root:
            value = b
        elif name.endswith(".json") and random.random() < 0.6:
            value = by_field(random, root, a, b)
        else:
            value = random.choice([a, b])
        if random.random() < 0.04:
            value = random.choice([root, a, b])
        if value is not None:
            tree[name] = value
    return tree


def by_field(random, root, a, b):
    if a is None or b is None:
        return random.choice([a, b])
    a, b, root = json.loads(a), json.loads(b), json.loads(root) if root else {}
    out = {}
    for key in {**a, **b}:
        mine, other, before = a.get(key), b.get(key), root.get(key)
        value = mine if mine != before else other
        if mine != before and other != before and key in ("dependsOn", "retired"):
            before = before or []
            value = [x for x in mine if x in other or x not in before]
            value += [x for x in other if x not in mine and x not in before]
        if value is not None:
            out[key] = value
    return json.dumps(out)
