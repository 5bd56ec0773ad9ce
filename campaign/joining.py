"""Merges of every shape: which parents, in which order, and what comes of them."""
import json

import plans
from model.merges import Merge
from model.history import Commit
from model.policy import is_policy
from plans import PEOPLE, PLAN, path, text


def stranger(world):
    """A root of its own: code alone, another plan, the same plan born again, or a copy of the first commit."""
    rng, history = world.rng, world.history
    world.tick()
    kind = rng.choice(["code", "other", "same", "copy", "copy"])
    person = rng.choice(["ada", "eve"])
    author = (person.capitalize(), PEOPLE[person])
    if kind == "code":
        return world.add([], {"lib": ("100644", b"l")}, author, "m\n")
    if kind in ("other", "same"):
        return world.root(2 if kind == "other" else 1)
    first = history.commits[0]
    return world.add([], first.files, first.author if rng.random() < 0.8 else author, first.message if rng.random() < 0.5 else
                     "m\n\n" + world.stamp(None, first.files, first.author) + "\n")


def merge(world, number, others=None):
    """Merges a head with others, or with any older commits; the new head."""
    rng, history = world.rng, world.history
    head = world.heads[number]
    world.tick()
    if others is None:
        pool = [h for n, h in enumerate(world.heads) if n != number] or [head]
        others = [rng.choice(pool) if rng.random() < 0.8 else rng.randrange(len(history.commits)) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    parents = list(dict.fromkeys([head, *others]))
    if rng.random() < 0.25:
        rng.shuffle(parents)
    if len(parents) == 1:
        return world.commit(head)
    files = result(world, parents)
    person = world.person()
    author = world.identity(person)
    return world.add(parents, files, author, message(world, parents, files, person, author))


def result(world, parents):
    """The files: mostly clean, sometimes one side's, a mixture, or decided by hand."""
    rng, history = world.rng, world.history
    kind = rng.choice(["clean"] * 6 + ["hand", "hand", "side", "side", "mixture", "random"])
    world.shapes.append(f"{len(parents)} {kind}")
    sides = [history.commits[p].files for p in parents]
    if kind == "side":
        one = rng.choice(sides)
        return {**{p: e for side in sides for p, e in side.items() if not of_plan(p)}, **one}
    if kind == "random":
        names = sorted({n for side in sides for n in side})
        picked = {n: rng.choice(sides).get(n) for n in names}
        return {n: e for n, e in picked.items() if e}
    files = united(world, parents)
    if kind == "hand":
        return world.acts.apply(files, world.person(), world.day) if any(of_plan(n) for n in files) else files
    if kind == "mixture":
        name = rng.choice(sorted(files))
        entry = rng.choice(sides).get(name)
        files.pop(name)
        return {**files, **({name: entry} if entry else {})}
    return files


def of_plan(name):
    return name.startswith(".readiness/") or name == PLAN or is_policy(name)


def united(world, parents):
    """What a careful person would make of the sides, one after another."""
    history = world.history
    files, seen = dict(history.commits[parents[0]].files), [parents[0]]
    for other in parents[1:]:
        bases = [b for s in seen for b in history.bases(s, other)]
        base = history.commits[max(bases)].files if bases else {}
        files = three_way(world.rng, base, files, history.commits[other].files)
        seen.append(other)
    return files


def three_way(rng, base, ours, theirs):
    out = {}
    for name in sorted({*ours, *theirs}):
        root, a, b = base.get(name), ours.get(name), theirs.get(name)
        if a == b or b == root:
            value = a
        elif a == root:
            value = b
        elif a and b and name.endswith(".json") and of_plan(name) and not is_policy(name):
            value = by_field(rng, root, a, b)
        else:
            value = rng.choice([a, b])
        if value:
            out[name] = value
    return out


def normal(value):
    """Lists that the contract reads as sets or by a key, as maps."""
    value = json.loads(json.dumps(value))
    for key in ("dependsOn", "retired", "approvals"):
        if key in value:
            value[key] = {json.dumps(e, sort_keys=True): True for e in value[key]}
    for key, name in (("exitCriteria", "id"), ("risks", "id"), ("deliverables", "path")):
        if key in value:
            value[key] = {e[name]: e for e in value[key]}
    for one in value.get("exitCriteria", {}).values():
        if "evidence" in one:
            one["evidence"] = {json.dumps(e, sort_keys=True): True for e in one["evidence"]}
    return value


def plain(value):
    for key in ("dependsOn", "retired", "approvals"):
        if key in value:
            value[key] = [json.loads(e) for e in value[key]]
    for key in ("dependsOn", "retired"):
        if key in value:
            value[key].sort()
    for one in value.get("exitCriteria", {}).values():
        if "evidence" in one:
            one["evidence"] = [json.loads(e) for e in one["evidence"]]
            if not one["evidence"]:
                del one["evidence"]
    for key in ("exitCriteria", "risks", "deliverables"):
        if key in value:
            value[key] = [value[key][k] for k in sorted(value[key])]
    if value.get("approvals") == []:
        del value["approvals"]
    return value


def by_field(rng, root, a, b):
    try:
        old = normal(json.loads(root[1])) if root else {}
        value = plain(leaves(rng, old, normal(json.loads(a[1])), normal(json.loads(b[1]))))
        return text(value)
    except (ValueError, KeyError, TypeError, AttributeError):
        return rng.choice([a, b])


def leaves(rng, old, a, b):
    out = {}
    for key in [*a, *[k for k in b if k not in a]]:
        root, mine, other = old.get(key), a.get(key), b.get(key)
        if mine == other or other == root:
            value = mine
        elif mine == root:
            value = other
        elif isinstance(mine, dict) and isinstance(other, dict):
            value = leaves(rng, root if isinstance(root, dict) else {}, mine, other)
        elif key == "executionOrder" and root is not None and mine[:len(root)] == root == other[:len(root)]:
            value = list(dict.fromkeys(mine + other[len(root):]))
        else:
            value = rng.choice([mine, other])
        if value is not None:
            out[key] = value
    return out


def message(world, parents, files, person, author):
    """A stamp that lists what is decided, or too much, too little, or nothing."""
    rng, history = world.rng, world.history
    trial = Commit(parents, files, author, "m\n", world.time)
    history.add(trial)
    audit = world.audit()
    taking = [p for p in parents if audit.holding(p)]
    listed = set()
    if len(taking) > 1 and all(audit.one_plan(a, b) for a in taking for b in taking if a < b):
        asked = Merge(audit, len(history.commits) - 1, taking)
        asked.judge()
        listed = asked.decided | {name for _, name in asked.reentered}
        if asked.brought.failing and rng.random() < 0.6:
            listed |= {n for _, n in asked.brought.failing if n not in ("plan", "paths")} if rng.random() < 0.5 else {"policy"}
    for kept in (history.commits, history.masks, history.effective):
        kept.pop()
    chance = rng.random()
    if chance < 0.08:
        listed |= {rng.choice(plans.names(files) or ["A-1"])}
    elif chance < 0.14 and listed:
        listed -= {rng.choice(sorted(listed))}
    if not listed or chance > 0.92:
        return "m\n"
    listed = {n for n in listed if n in ("plan", "policy") or path(n) in files or any(path(n) in history.commits[p].files for p in parents)}
    return world.random_stamp(parents[0], files, person, author, must=listed, only=listed, policy_too="policy" in listed)
