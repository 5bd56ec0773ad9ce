"""Random histories: honest and dishonest commits on several lines, and merges of every shape, each from a seed."""
import json
import os
import random
import re
from datetime import datetime, timedelta, timezone

import joining
import plans
from acts import Acts
from model.audit import Audit
from model.authority import stay_before
from model.history import Commit, History
from model.stamps import Block, blocks_of, facts, stamp_time
from plans import ALIAS, PEOPLE

START = datetime(2024, 3, 1, 10, tzinfo=timezone.utc).timestamp()
HOUR, DAY = 3600, 86400


def block_text(at, actor, policy, lines, plan_id, waives=(), reason=None, heals=False, sign=None):
    """A true block as it stands in a message."""
    block = Block()
    transitions, edits, evidence, change = lines
    block.transitions, block.edits, block.evidence, block.change = transitions, edits, evidence, change
    block.at, block.actor, block.policy, block.waives, block.reason = at, actor, policy, list(waives), reason
    run = block.true_id(plan_id)
    out = (["Readiness-Heals: yes"] if heals else []) + [
        f"Readiness-Run: {run}", f"Readiness-At: {at}", f"Readiness-Actor: {actor}", f"Readiness-Policy: {policy}"]
    out += [f'Readiness-Transition: {t["milestone"]} "{t["from"]}" -> "{t["to"]}" {t["before"]} {t["after"]}' for t in transitions]
    out += [f'Readiness-Edit: {e["milestone"]} {e["before"]} {e["after"]}' for e in edits]
    out += [f'Readiness-Evidence: {e["milestone"]}/{e["criterion"]} {e["digest"]}' for e in evidence]
    out += [f'Readiness-Waive: {w["milestone"]} {w["code"]} until {w["until"]}' for w in waives]
    out += [f'Readiness-Policy-Change: {change["before"]} {change["after"]}'] if change else []
    out += [f"Readiness-Reason: {reason}"] if reason else []
    out += [f"Readiness-Signature: {sign(run)}"] if sign else []
    return "\n".join(out)


class World:
    """One random history; `heads` are the lines that go on."""

    def __init__(self, seed, store, keys):
        self.rng = random.Random(seed)
        self.store, self.keys, self.history, self.heads = store, keys, History(), []
        self.time = START
        self.flow = plans.own_flow(self.rng) if self.rng.random() < 0.3 else plans.default_flow(self.rng)
        self.acts = Acts(self.rng, self.flow, keys)
        self.honesty = self.rng.choice([0.7, 0.9, 1.0])
        self.tries = self.rng.choice([1, 2, 5])
        self.shapes = []

    def day(self, days):
        return datetime.fromtimestamp(self.time + days * DAY, timezone.utc).strftime("%Y-%m-%d")

    def tick(self):
        self.time += self.rng.choice([60, 600, HOUR, 6 * HOUR, DAY, 2 * DAY])

    def identity(self, person):
        address = ALIAS[person] if person in ALIAS and self.rng.random() < 0.3 else PEOPLE[person]
        if self.rng.random() < 0.05:
            address = address.upper()
        return person.capitalize(), address

    def add(self, parents, files, author, message, committed=None):
        commit = Commit(parents, files, author, message, self.time if committed is None else committed)
        index = self.history.add(commit)
        self.store.commit(self.history, commit)
        return index

    def audit(self):
        return Audit(self.history, self.keys.made, START + 400 * DAY)

    # Stamps

    def stamp(self, parent, files, author, actor=None, signed=None, must=(), only=None, policy_too=False, waives=(), reason="r", at=None):
        """A true block for the step from a parent to files."""
        trial = Commit([] if parent is None else [parent], files, author, "", self.time)
        effective = self.history.readable(trial)
        lines = facts(self.history, parent, trial.snapshot, effective, must, policy_too)
        if only is not None:
            pick = lambda some: [line for line in some if line["milestone"] in only]
            lines = (pick(lines[0]), pick(lines[1]), pick(lines[2]), lines[3] if "policy" in only else None)
        old = self.history.snapshot(parent).policy if parent is not None else trial.snapshot.policy
        sign = (lambda run: self.keys.sign(signed, "readiness-run", run)) if signed else None
        name, address = actor or author
        return block_text(at or stamp_time(self.time), f"{name} <{address}>", old.digest, lines, trial.snapshot.plan_id, waives, reason, sign=sign)

    def wants_signature(self, parent):
        if parent is None or not self.history.policy(parent).authorization:
            return False
        return "signed" in json.dumps(self.history.policy(parent).authorization)

    def random_stamp(self, parent, files, person, author, **more):
        """A stamp that is true, or lies in one of many ways; the message."""
        rng = self.rng
        signed = person if self.wants_signature(parent) and rng.random() < 0.7 or rng.random() < 0.02 else None
        more = {"reason": rng.choice(["r", "r", "r", None]), "signed": signed, **more}
        if rng.random() < 0.08 and self.history.commits and parent is not None:
            more["waives"] = [{"milestone": rng.choice(plans.names(files) or ["A-1"]),
                               "code": rng.choice(["unmet-dependency", "evidence-missing", "done-dependent", "not-approved"]),
                               "until": self.day(rng.choice([0, 3, 9, 9, 30]))}]
        if rng.random() < self.honesty:
            return "m\n\n" + self.stamp(parent, files, author, **more) + "\n"
        lie = rng.choice(["missing", "missing", "id", "digest", "drop", "actor", "signed actor", "wrong key", "back", "ahead", "reason", "quoted"])
        if lie == "missing":
            return "m\n"
        if lie in ("actor", "signed actor"):
            other = rng.choice(list(PEOPLE))
            more.update(actor=(other.capitalize(), PEOPLE[other]), signed=other if lie != "actor" else None)
        elif lie == "wrong key":
            more["signed"] = rng.choice(list(PEOPLE))
        elif lie == "back":
            more["at"] = stamp_time(self.time - 20 * DAY)
        elif lie == "ahead":
            more["at"] = stamp_time(self.time + rng.choice([20 * DAY, 2000 * DAY]))
        elif lie == "reason":
            more["reason"] = None
        block = self.stamp(parent, files, author, **more)
        if lie == "id":
            block = re.sub(r"(Readiness-Run: )(.)", lambda m: m[1] + ("1" if m[2] == "0" else "0"), block)
        elif lie == "digest":
            block = re.sub(r"sha256:[0-9a-f]{64}$", "sha256:" + "0" * 64, block, count=1, flags=re.M)
        elif lie == "drop":
            lines = block.split("\n")
            facts_there = [n for n, line in enumerate(lines) if re.match("Readiness-(Transition|Edit|Evidence)", line)]
            if facts_there:
                del lines[rng.choice(facts_there)]
            block = "\n".join(lines)
        elif lie == "quoted":
            block = "\n".join("    " + line for line in block.split("\n"))
        return f"m\n\n{block}\n"

    # Commits

    def person(self):
        return self.rng.choice(["ada", "ada", "ada", "bob", "bob", "mia", "eve"])

    def root(self, number=1):
        self.tick()
        files, person = plans.baseline(self.rng, self.flow, self.keys, number), "ada"
        author = (person.capitalize(), PEOPLE[person])
        return self.add([], files, author, "m\n\n" + self.stamp(None, files, author) + "\n")

    def stay(self, head):
        audit = self.audit()
        return lambda name: [b.run for _, _, b in stay_before(audit, [head], name) if b]

    def changed(self, head, person):
        ids = [self.history.commits[x].id for x in self.history.members(self.history.masks[head])]
        return self.acts.apply(self.history.commits[head].files, person, self.day, ids, self.stay(head), self.history.snapshot(head).plan_id)

    def careful(self, make):
        """What `make` makes; in some worlds people try again where the answer is no."""
        for left in range(self.tries, 0, -1):
            size = len(self.history.commits)
            made = make()
            if left == 1 or made < size or self.audit().commit(made).legal:
                return made
            for kept in (self.history.commits, self.history.masks, self.history.effective):
                del kept[size:]

    def commit(self, head):
        """One more commit on a head; sometimes a squash, a heal, a copy, or a commit without any change of the plan."""
        self.tick()
        chance, person = self.rng.random(), self.person()
        author = self.identity(person)
        if chance < 0.07:
            return self.squash(head)
        if chance < 0.10:
            return self.copy(head) or self.commit(head)
        if chance < 0.12:
            return self.heal(head)
        if chance < 0.15:
            files = dict(self.history.commits[head].files)
            self.acts.other_file(files, None, None)
            old = blocks_of(self.history.commits[head].message)
            message = "m\n\n" + old[0].text + "\n" if old and self.rng.random() < 0.1 else "m\n"
            return self.add([head], files, author, message)
        files = self.changed(head, person)
        if files == self.history.commits[head].files:
            return head
        same = files_of_plan(files) == files_of_plan(self.history.commits[head].files)
        message = "m\n" if same else self.random_stamp(head, files, person, author)
        committed = self.time if self.rng.random() < 0.95 else self.time - 30 * DAY
        return self.add([head], files, author, message, committed)

    def squash(self, head):
        """Several steps in one commit; each is a commit of its own first, which nobody reaches afterwards."""
        step, blocks = head, []
        for _ in range(self.rng.choice([2, 2, 3])):
            person = self.person()
            author = self.identity(person)
            files = self.changed(step, person)
            if files_of_plan(files) == files_of_plan(self.history.commits[step].files):
                continue
            signed = person if self.rng.random() < 0.3 and self.wants_signature(head) else None
            blocks.append(self.stamp(step, files, author, signed=signed, reason=self.rng.choice(["r", None])))
            step = self.add([step], files, author, "m\n\n" + blocks[-1] + "\n")
            self.time += 60
        if not blocks or not self.same_plan(head, step):
            return head
        if self.rng.random() < 0.1:
            blocks.pop(self.rng.randrange(len(blocks)))
        elif self.rng.random() < 0.05:
            blocks.reverse()
        author = self.identity(self.person()) if self.rng.random() < 0.4 else self.history.commits[step].author
        files = self.history.commits[step].files
        if files_of_plan(files) == files_of_plan(self.history.commits[head].files) and self.rng.random() < 0.8:
            return head
        return self.add([head], files, author, "m\n\n" + "\n\n".join(blocks) + "\n")

    def same_plan(self, a, b):
        return self.history.snapshot(a).plan_id == self.history.snapshot(b).plan_id

    def copy(self, head):
        """An older commit of another line, picked with its message."""
        theirs = [x for x in range(len(self.history.commits)) if len(self.history.parents(x)) == 1 and not self.history.is_ancestor(x, head)]
        self.rng.shuffle(theirs)
        for x in theirs:
            old, new = self.history.commits[self.history.parents(x)[0]].files, self.history.commits[x].files
            mine = dict(self.history.commits[head].files)
            touched = [p for p in {**old, **new} if old.get(p) != new.get(p)]
            if all(mine.get(p) == old.get(p) for p in touched):
                for p in touched:
                    mine.pop(p, None)
                    if p in new:
                        mine[p] = new[p]
                return self.add([head], mine, self.history.commits[x].author, self.history.commits[x].message)
        return None

    def heal(self, head):
        """An empty commit that records what an ancestor changed without a true stamp."""
        bad = [x for x in self.history.ancestors(head) if len(self.history.parents(x)) == 1 and not blocks_of(self.history.commits[x].message)
               and files_of_plan(self.history.commits[x].files) != files_of_plan(self.history.commits[self.history.parents(x)[0]].files)]
        if not bad:
            return self.commit(head)
        x, person = self.rng.choice(bad), self.rng.choice(["ada", "ada", "eve"])
        lines = facts(self.history, self.history.parents(x)[0], self.history.snapshot(x), self.history.effective[x])
        name, address = self.identity(person)
        signed = (lambda run: self.keys.sign(person, "readiness-run", run)) if self.rng.random() < 0.5 else None
        policy = self.history.policy(head).digest
        block = block_text(stamp_time(self.time), f"{name} <{address}>", policy, (lines[0], lines[1], [], lines[3]),
                           self.history.snapshot(head).plan_id, reason="heal", heals=True, sign=signed)
        return self.add([head], self.history.commits[head].files, (name, address), "heal\n\n" + block + "\n")

    # The whole

    def grow(self):
        """A history of a few lines that part and meet; its last commit is the tip."""
        rng = self.rng
        self.heads = [self.root()]
        if "CAMPAIGN_LINES" in os.environ:
            for _ in range(8):
                self.heads[0] = self.careful(lambda: self.commit(self.heads[0]))
            return self.heads[0]
        for _ in range(rng.choice([3, 5, 8])):
            chance = rng.random()
            if chance < 0.25 and len(self.heads) < 4:
                self.heads.append(rng.choice(self.heads))
            elif chance < 0.30:
                self.heads.append(joining.stranger(self))
            number = rng.randrange(len(self.heads))
            if chance > 0.62 and len(self.history.commits) > 3:
                self.heads[number] = self.careful(lambda: joining.merge(self, number))
            else:
                self.heads[number] = self.careful(lambda: self.commit(self.heads[number]))
        tip = self.heads[0]
        if len(self.heads) > 1 and rng.random() < 0.8:
            tip = self.careful(lambda: joining.merge(self, 0, self.heads[1:4]))
        return tip


def files_of_plan(files):
    from model.policy import is_policy
    return {p: e for p, e in files.items() if p.startswith(".readiness/") or p == plans.PLAN or is_policy(p)}
