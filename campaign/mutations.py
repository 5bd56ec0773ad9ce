"""Random changes of a plan's files, legal and illegal, for work in real repositories."""
import hashlib
import json

PLAN_ID = "00000000-0000-4000-8000-000000000001"
PLAN = "ssot/plan.json"
EDGES = [("Not Started", "In Progress"), ("Not Started", "Blocked"), ("Blocked", "Not Started"), ("In Progress", "Blocked"),
         ("Blocked", "In Progress"), ("In Progress", "Not Started"), ("In Progress", "In Review"), ("In Review", "In Progress"),
         ("In Review", "Done"), ("Done", "In Progress")]
CATEGORY = ["Not Started", "In Progress", "Blocked", "In Review", "Done"]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def milestone_texts(tree):
    return {path[11:-5]: text for path, text in tree.items()
            if path.startswith(".readiness/") and path.endswith(".json") and path.count("/") == 1}


def parse(text):
    """The value of a JSON object; None where it is none."""
    try:
        value = json.loads(text)
    except (ValueError, TypeError):
        return None
    return value if isinstance(value, dict) else None


def is_readable(value):
    return value is not None and value.get("status") in CATEGORY


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
    status = random.choice(CATEGORY)
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



def moved(random, value, tree):
    following = [after for before, after in EDGES if before == value["status"]]
    value["status"] = random.choice(following if random.random() < 0.8 else CATEGORY)
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
