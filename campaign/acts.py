"""Random acts on a plan: moves, edits, births, deletions, waivers, approvals, policies, damage, other files."""
import json

import plans
from model.plan import approval_digest
from plans import PEOPLE, PLAN, POLICIES, parsed, path, sha, text


def proof_of(files):
    """What evidence is of; a root that no plan began may lack it."""
    return files["proof"][1] if "proof" in files else b"one"


class Acts:
    """Changes files in one way or two; `flow` gives states and edges, `day` a day near the present of the history."""

    def __init__(self, rng, flow, keys):
        self.rng, self.flow, self.keys = rng, flow, keys
        self.category = dict(map(tuple, flow[0]))

    def apply(self, files, person, day, ancestors=(), stay=None, plan_id=None):
        """The files after one to three acts."""
        files = dict(files)
        if PLAN not in files:
            # What a dropped plan leaves behind is no plan to act on.
            return files
        for _ in range(self.rng.choice([1, 1, 1, 2, 3])):
            names = [n for n in plans.names(files) if self.readable(files, n)]
            acts = [(self.move, 40), (self.edit, 18), (self.birth, 4), (self.death, 4), (self.waiver, 6), (self.approve, 9),
                    (self.policy, 7), (self.plan, 5), (self.other_file, 7), (self.damage, 1)]
            act = self.rng.choices([a for a, _ in acts], [w for _, w in acts])[0]
            if names:
                act(files, self.rng.choice(names), dict(person=person, day=day, ancestors=list(ancestors), stay=stay, plan_id=plan_id))
        return files

    @staticmethod
    def readable(files, name):
        try:
            return files[path(name)][0] == "100644" and isinstance(parsed(files, name), dict)
        except ValueError:
            return False

    def put(self, files, name, value):
        files[path(name)] = text(value)

    def move(self, files, name, _):
        """Mostly along an edge, and with what its guards ask."""
        rng, value = self.rng, parsed(files, name)
        following = [b for a, b, _ in self.flow[1] if a == value["status"]]
        forward = [b for b in following if self.category[b] in ("active", "review", "done")]
        was, chance = self.category.get(value["status"]), rng.random()
        if chance < 0.65 and forward:
            value["status"] = rng.choice(forward)
        elif chance < 0.88 and following:
            value["status"] = rng.choice(following)
        else:
            value["status"] = rng.choice(list(self.category))
        now = self.category[value["status"]]
        value.pop("blocked", None)
        if now == "blocked" and rng.random() < 0.95:
            value["blocked"] = {"reason": "r"}
        if value["owner"] == "TBD" and rng.random() < 0.85:
            value["owner"] = "ada"
        if now in ("review", "done") and rng.random() < 0.8:
            for entry in value["exitCriteria"]:
                if not entry.get("evidence") and "waiver" not in entry:
                    entry["evidence"] = [{"kind": "file", "path": "proof", "sha256": sha(proof_of(files))}]
        if was in ("review", "done") and now not in ("review", "done") and rng.random() < 0.85:
            value.pop("approvals", None)
        self.put(files, name, value)

    def edit(self, files, name, _):
        rng, value = self.rng, parsed(files, name)
        key = rng.choice(["outcome", "outcome", "dependsOn", "owner", "exitCriteria", "evidence", "risks", "x-note", "target", "deliverables"])
        if key == "outcome":
            value[key] = rng.choice("abcd")
        elif key == "dependsOn":
            others = [n for n in plans.names(files) if n < name] if rng.random() < 0.9 else plans.names(files) + ["Z-9"]
            others = [o for o in others if o != name]
            value[key] = sorted(rng.sample(others, min(len(others), rng.choice([0, 1, 1, 2]))))
        elif key == "owner":
            value[key] = rng.choice(["ada", "bob", "TBD"])
        elif key == "exitCriteria":
            some = rng.sample(["c1", "c2", "c3"], rng.choice([1, 2]))
            kept = {c["id"]: c for c in value[key]}
            value[key] = [kept[c] if c in kept and rng.random() < 0.7 else plans.criterion(rng, c, proof_of(files)) for c in sorted(some)]
        elif key == "evidence":
            entry = rng.choice(value["exitCriteria"])
            entry["evidence"] = rng.choice([[], [{"kind": "file", "path": "proof", "sha256": sha(proof_of(files))}],
                                            [{"kind": "statement", "text": rng.choice("tv"), "by": "b"}]])
            if not entry["evidence"]:
                del entry["evidence"]
        elif key == "risks":
            value[key] = [{"id": "r1", "text": "t", "severity": rng.choice(["low", "high"]), "status": rng.choice(["open", "closed"])}]
        elif key == "x-note":
            value[key] = {rng.choice("ab"): rng.choice([1, 2])}
        elif key == "target":
            value["x-target"] = rng.choice(["soon", "later"])
        else:
            done = [n for n, c in self.flow[0] if c == "done"]
            value[key] = [{"path": rng.choice(["proof", "src", "nowhere"]), "purpose": "p", "status": rng.choice(done + [value["status"]])}]
        self.put(files, name, value)

    def birth(self, files, name, _):
        rng, number = self.rng, self.rng.randint(1, 8)
        name = f"A-{number}"
        if path(name) in files:
            return
        first = self.flow[0][0][0]
        status = first if rng.random() < 0.8 else rng.choice(list(self.category))
        earlier = [n for n in plans.names(files) if n != name]
        self.put(files, name, plans.milestone(rng, name, earlier, status, self.category[status], proof_of(files)))

    def death(self, files, name, _):
        rng = self.rng
        pending = [n for n in plans.names(files) if self.readable(files, n) and self.category.get(parsed(files, n)["status"]) == "pending"
                   and not any(n in parsed(files, o)["dependsOn"] for o in plans.names(files) if self.readable(files, o))]
        if pending and rng.random() < 0.85:
            name = rng.choice(pending)
        del files[path(name)]
        plan = json.loads(files[PLAN][1])
        plan["executionOrder"] = [n for n in plan["executionOrder"] if n != name]
        if rng.random() < 0.85:
            plan["retired"] = sorted({*plan["retired"], name})
        files[PLAN] = text(plan)

    def waiver(self, files, name, about):
        rng, value = self.rng, parsed(files, name)
        entry = rng.choice(value["exitCriteria"])
        by = PEOPLE[about["person"]] if rng.random() < 0.8 else rng.choice(list(PEOPLE.values()))
        entry["waiver"] = {"owner": "o", "reason": "r", "approver": by, "until": about["day"](rng.choice([-3, 0, 2, 6, 40]))}
        entry.pop("evidence", None)
        self.put(files, name, value)

    def approve(self, files, name, about):
        rng = self.rng
        reviewing = [n for n in plans.names(files) if self.readable(files, n) and self.category.get(parsed(files, n)["status"]) == "review"]
        name = rng.choice(reviewing) if reviewing and rng.random() < 0.9 else name
        value, signed = parsed(files, name), rng.random() < 0.3
        person = about["person"] if rng.random() < 0.8 and not signed else rng.choice(list(PEOPLE))
        digest = approval_digest(value) if rng.random() < 0.85 else "sha256:" + "0" * 64
        entry = {"by": PEOPLE[person], "digest": digest}
        runs = about["stay"](name) if about["stay"] else []
        if signed and runs and about["plan_id"]:
            entry["run"] = rng.choice(runs) if rng.random() < 0.85 else "0" * 64
            plan_id = about["plan_id"] if rng.random() < 0.9 else "another"
            signer = person if rng.random() < 0.9 else rng.choice(list(PEOPLE))
            entry["signature"] = self.keys.sign(signer, "readiness-approval", f"{plan_id} {entry['run']} {digest}")
        value["approvals"] = [a for a in value.get("approvals", []) if a["by"] != entry["by"]] + [entry]
        self.put(files, name, value)

    def policy(self, files, name, about):
        rng = self.rng
        kind = rng.choice(["authorization", "authorization", "workflow", "provenance", "provenance", "paths", "signers", "gone", "from"])
        own = self.flow[0][0][0] == "Todo"
        if kind == "authorization":
            files[POLICIES + "authorization.json"] = text(plans.authorization(rng, self.flow))
            files.setdefault(POLICIES + "allowed_signers", plans.signers(rng, self.keys))
        elif kind == "workflow":
            files[POLICIES + "workflow.json"] = text(plans.workflow(plans.own_flow(rng) if own else plans.default_flow(rng)))
        elif kind == "provenance":
            files[POLICIES + "provenance.json"] = text(plans.provenance(rng))
        elif kind == "from" and about["ancestors"]:
            files[POLICIES + "provenance.json"] = text(plans.provenance(rng, rng.choice(about["ancestors"])))
        elif kind == "paths":
            files[POLICIES + "paths.json"] = text(plans.paths(rng, files))
        elif kind == "signers":
            files[POLICIES + "allowed_signers"] = plans.signers(rng, self.keys)
        else:
            there = [p for p in files if p.startswith(POLICIES) and not p.endswith("workflow.json")
                     and not (p.endswith("authorization.json") and POLICIES + "paths.json" in files)]
            if there:
                del files[rng.choice(there)]

    def plan(self, files, name, _):
        rng, plan = self.rng, json.loads(files[PLAN][1])
        chance = rng.random()
        if chance < 0.12:
            plan["retired"] = plan["retired"][1:]
        elif chance < 0.2:
            plan["planId"] = plan["planId"][:-1] + rng.choice("12")
        elif chance < 0.7:
            missing = [n for n in plans.names(files) if n not in plan["executionOrder"]]
            plan["executionOrder"] += missing[:1]
        else:
            plan["title"] = rng.choice("xyz")
        files[PLAN] = text(plan)

    def other_file(self, files, name, _):
        which = self.rng.choice(["proof", "code", "src/a", "src/b"])
        files[which] = ("100644", self.rng.choice([b"one", b"two"]))

    def damage(self, files, name, _):
        mode, data = files[path(name)]
        kind = self.rng.choice(["text", "link", "status", "key"])
        if kind == "text":
            files[path(name)] = (mode, b"{ broken")
        elif kind == "link":
            files[path(name)] = ("120000", data)
        elif kind == "key":
            files[path(name)] = (mode, data.replace(b'"id"', b'"id": "A-1",\n  "id"', 1))
        else:
            self.put(files, name, {**parsed(files, name), "status": "Nope"})
