"""A merge: what it decides, its stamp, and what each parent's policy says to what differs from it (contract 3, Merges)."""
from .authority import Actor, Rules, grants, is_demand, stay_before
from .brought import Brought
from .plan import REVIEWED, Guards, changed_fields, invariants, retired_and_there
from .policy import STATE_GUARDS, covers
from .stamps import blocks_of, facts
from .steps import BESIDE_A_FALSE_STAMP, STATE_CODES
from .values import Clean
from .words import NONE, Codes


def reviewed_key(value):
    """What re-entry compares; dependencies are a set."""
    return value["outcome"], sorted(value["dependsOn"]), {c["id"]: c for c in value["exitCriteria"]}


class Merge:
    """Judges a merge from the side of each of `parents`, which are of one plan."""

    def __init__(self, audit, index, parents):
        self.audit, self.history, self.index, self.parents = audit, audit.history, index, parents
        self.commit = self.history.commits[index]
        self.first = self.commit.parents[0]
        self.new, self.after = self.commit.snapshot, self.history.effective[index]
        self.tips = audit.meeting(parents)
        self.clean = Clean(audit, self.tips)
        self.values = audit.values(index)
        self.codes, self.blocks = Codes(), blocks_of(self.commit.message)
        self.sides = [p for p in parents if audit.holds(p)]

    def judge(self):
        self.audit.points.clear()
        self.decide()
        self.reentries()
        self.brought = Brought(self)
        self.read_stamp()
        stamp, self.codes = self.codes, Codes()
        self.tree()
        self.audit.let_go_earlier(self.index, self.codes)
        for parent in self.sides:
            for name in sorted(self.decided - {"plan", "policy"}):
                self.side(parent, name)
            self.policy_side(parent)
            self.reenter(parent)
        self.approvals_and_waivers()
        self.brought.ask(self.codes)
        self.lapsed()
        self.exceptions()
        if self.audit.points:
            # Whether who brought it to done is excluded where it was never in review: then no quorum is counted.
            self.codes.must = [(c | {"self-approval"} if "not-approved" in c else c, m) for c, m in self.codes.must]
            self.codes.open({"self-approval", "frozen-field"}, self.audit.points[0])
        if self.stamp == "false":
            self.codes.weaken()
        stamp.take(self.codes)
        return stamp

    # What is decided

    def decide(self):
        """The keys of decided values, and the names that they belong to."""
        self.keys = {key for key in self.clean.keys(self.values)
                     if self.values.get(key) not in self.clean.allowed(key) or self.not_brought(key)}
        self.keys |= self.mixed_waivers()
        self.decided = {key[0] for key in self.keys}
        for name in {*self.new.milestones, "plan"} - self.decided:
            if self.other_bytes(name):
                self.decided.add(name)

    def mixed_waivers(self):
        """The values of criteria with a waiver that are, their evidence aside, those of no parent."""
        found = set()
        for name, _, criterion, *_ in [key for key in self.values if is_demand(key) and key[3:] == ("waiver", "")]:
            mine, *others = [{k: v for k, v in values.items() if is_demand(k) and (k[0], k[2]) == (name, criterion)}
                             for values in (self.values, *map(self.audit.values, self.tips))]
            if mine not in others:
                found |= {k for one in (mine, *others) for k in one if any(o.get(k) != mine.get(k) for o in others)}
        return found

    def not_brought(self, key):
        """A clean value that no run brings which a parent has not under the same ID."""
        mine = self.values.get(key)
        for parent in self.tips:
            if self.audit.values(parent).get(key) == mine:
                continue
            if not any(self.brings(x, key) for q in self.parents if q != parent for x in self.new_to(parent, q, key[0])):
                return True
        return False

    def brings(self, x, key):
        """Whether a commit changes a value; a merge also by what it decides, with a true stamp or not.

        Where policy lets it pass without a stamp, or it is refused for a false one, it is to blame and not who merges it.
        """
        if self.audit.changed(x, key):
            return True
        return key in self.audit.decided(x)

    def new_to(self, parent, other, name=None):
        """The commits that another parent brings: not those whose runs a parent has, nor a copy of an equal baseline.

        Of a squash, some blocks may be runs that the parent has; `name` asks for those that list it.
        """
        # A run that both have in common ancestors is replayed on the other side, and refused there.
        runs = {b.run for x in self.history.only(parent, other) if not self.audit.copied(x, other) for b in self.audit.blocks(x)}
        for x in self.history.only(other, parent):
            blocks = self.audit.blocks(x)
            if blocks and all(b.run in runs for b in blocks):
                continue
            fresh = {n for b in blocks if b.run not in runs for n in b.listed() | ({"policy"} if b.change else set())}
            stale = {n for b in blocks if b.run in runs for n in b.listed() | ({"policy"} if b.change else set())}
            if name in stale - fresh:
                continue
            if self.audit.copied(x, parent):
                continue
            yield x

    def other_bytes(self, name):
        """Where all parents but one have a base's bytes, and that one has other bytes, the result is that one's."""
        data = lambda i: self.history.snapshot(i).data(name)
        based = lambda s, t: [data(b) for b in self.clean.bases[s, t]] or [None]
        lone = lambda s: all(data(t) in based(s, t) and data(s) not in based(s, t) for t in self.tips if t != s)
        wanted = {data(s) for s in self.tips if lone(s)} or {data(s) for s in self.tips}
        return len(wanted) == 1 and data(self.index) not in wanted

    def reentries(self):
        """Milestones whose reviewed content differs from a parent that holds them in review or done: pairs of both."""
        self.reentered = set()
        for parent in self.sides:
            for name, old in self.history.effective[parent].items():
                new = self.after.get(name)
                policy = self.history.policy(parent)
                if new is None or policy.category(old["status"]) not in ("review", "done"):
                    continue
                if policy.category(new["status"]) == policy.category(old["status"]) and reviewed_key(old) != reviewed_key(new):
                    if not self.excused(name, new, policy.category(new["status"])):
                        self.reentered.add((parent, name))

    def excused(self, name, new, category):
        """Nothing of it is decided, and all three are those of one parent that holds the category."""
        if any(key[0] == name and key[1] in REVIEWED for key in self.keys):
            return False
        holders = [self.history.effective[q][name] for q in self.parents if self.history.category(q, name) == category]
        bare = lambda v: (v["outcome"], sorted(v["dependsOn"]),
                          {c["id"]: {k: x for k, x in c.items() if k != "evidence"} for c in v["exitCriteria"]})
        attached = lambda v, i: next((c.get("evidence") for c in v["exitCriteria"] if c["id"] == i), None)
        return any(bare(q) == bare(new) for q in holders) and all(
            any(attached(q, c["id"]) == c.get("evidence") for q in holders) for c in new["exitCriteria"])

    # The stamp

    def read_stamp(self):
        needed = self.decided | {name for _, name in self.reentered}
        optional = self.brought.failing_names()
        self.actor = Actor(self.commit.address, self.commit.address)
        self.reason, self.listed, self.stamp, self.all_settled = True, set(), "none", False
        if not self.blocks:
            if needed:
                self.stamp = "missing"
                if not all(self.history.policy(p).warns for p in self.sides):
                    self.codes.add("merge-unresolved")
            return
        self.stamp = "false"
        if any(block.waives for block in self.blocks):
            self.codes.allow("waive-refused")
        self.codes.allow(BESIDE_A_FALSE_STAMP | {"merge-unresolved"})
        if len(self.blocks) > 1:
            self.codes.add({"trailer-mismatch", "run-mismatch"})
            self.codes.unclear.append("several blocks in a merge")
            return
        if self.first not in self.parents:
            self.codes.open({"trailer-mismatch"}, "BEFORE in a merge whose first parent takes no part")
        block = self.blocks[0]
        if block.broken or block.heals:
            self.codes.add({"trailer-mismatch", "run-mismatch"})
        elif block.run != block.true_id(self.new.plan_id):
            self.codes.add("run-mismatch")
        else:
            listed = block.listed() | ({"policy"} if block.change else set())
            true = facts(self.history, self.first, self.new, self.after, listed, bool(block.change))
            only = lambda lines: [line for line in lines if line["milestone"] in listed]
            true = (only(true[0]), only(true[1]), only(true[2]), true[3] if block.change else None)
            exact = needed <= listed and listed <= needed | optional | ({"policy"} if optional else set())
            if (block.transitions, block.edits, block.evidence, block.change) != true or not exact:
                self.codes.add({"trailer-mismatch", "merge-unresolved"})
            else:
                self.stamp, self.listed = "true", listed
                self.codes.may -= BESIDE_A_FALSE_STAMP - {"actor-mismatch", "reason-missing"} | {"merge-unresolved"}
                if "policy" in listed - needed:
                    self.codes.allow({"policy-change-refused", "signature-missing", "signature-invalid", "not-authorized"})
                self.actor, self.reason = self.audit.actor_of(self.commit.address, block), block.reason

    # The tree

    def tree(self):
        needed = self.decided | {name for _, name in self.reentered}
        same = lambda q, name: self.history.snapshot(q).data(name or "plan") == self.new.data(name or "plan")
        policies = [self.history.policy(p) for p in self.sides]
        for policy in [*policies, self.new.policy]:
            inherited = set()
            for q in self.parents:
                held = invariants(self.history.snapshot(q), self.history.effective[q], policy)
                held |= invariants(self.history.snapshot(q), self.history.effective[q], self.history.policy(q))
                inherited |= {(c, n) for c, n in held if same(q, n) and (n or "plan") not in needed}
            for code, name in invariants(self.new, self.after, policy) - inherited:
                self.codes.add({code} | ({"policy-strands-state"} if "policy" in self.decided else set()), name)
                self.codes.allow({code, "policy-strands-state"})
        for parent in self.parents:
            plan = self.history.snapshot(parent).plan
            if plan and self.new.plan_id != plan["planId"]:
                self.codes.add({"plan-id-changed"} | self.new.plan_codes)
                self.codes.allow(self.new.plan_codes or "schema-violation")
            # With the whole file its list goes as well.
            if plan and self.new.plan and not set(plan["retired"]) <= set(self.new.plan["retired"]):
                self.codes.add("retired-shrunk")
                self.codes.allow("reused-id")
        for name in retired_and_there(self.new, [self.history.snapshot(p) for p in self.commit.parents]):
            self.codes.add("reused-id", name)

    # From the side of each parent

    def rules(self, policy):
        return Rules(self.audit, policy, [self.history.policy(p) for p in self.sides])

    def guards(self, policy):
        return Guards(self.new, self.after, policy, self.audit.day(self.index), self.clean.kept)

    def side(self, parent, name):
        """What is decided about a milestone, as `decision` says; of a file that cannot be read nothing else is certain."""
        kept, self.codes = self.codes, Codes()
        self.decision(parent, name)
        file = self.new.milestones.get(name)
        if file and (not file.readable or self.history.policy(parent).category(file.value["status"]) is None):
            self.codes.weaken()
            self.codes.allow({"illegal-transition", "not-authorized", "not-approved", "self-approval", "trailer-mismatch",
                              "done-dependent", *STATE_CODES})
        kept.take(self.codes)
        self.codes = kept

    def decision(self, parent, name):
        """What is decided about a milestone is legal for the stamp's actor under a parent's policy."""
        policy, rules = self.history.policy(parent), None
        rules = self.rules(policy)
        old, new = self.history.effective[parent].get(name), self.after.get(name)
        if old is None and new is None:
            return
        everywhere = all(self.history.effective[p].get(name) for p in self.parents)
        if new is None:
            depending = any(name in v["dependsOn"] for v in self.after.values())
            wrong = policy.category(old["status"]) != "pending" or depending or name not in (self.new.plan or {}).get("retired", [])
            if wrong and {(name, ""), (name, "status")} & self.keys:
                self.codes.add("illegal-deletion", name)
        elif old is None:
            retired = set((self.history.snapshot(parent).plan or {}).get("retired", []))
            # Where a parent has both, an earlier commit is to blame.
            both = any(name in self.history.effective[q] and name in ((self.history.snapshot(q).plan or {}).get("retired", []))
                       for q in self.parents)
            if name in retired and not both:
                self.codes.add({"reused-id", "retired-shrunk"} | ({"plan-id-changed"} if not self.new.plan else set()), name)
            if (name, "") in self.keys and new["status"] != policy.first_pending:
                if not any(name in self.history.effective[p] for p in self.tips):
                    self.codes.add("illegal-birth", name)
        stay = stay_before(self.audit, self.parents, name)
        states = {self.history.effective[p][name]["status"] for p in self.parents if name in self.history.effective[p]}
        there = any(self.history.effective[p].get(name) for p in self.tips)
        if new is not None and (name, "status") in self.keys and there and not self.clean.live(name):
            # No state is live: that of a milestone that went, by which it is born again, or none at all.
            lost = any(name not in self.history.effective[p] for p in self.tips)
            if not lost or new["status"] != policy.first_pending:
                self.codes.add({"illegal-birth", "illegal-transition"}, name)
        if new is not None and (name, "status") in self.keys and self.clean.live(name):
            retired = lambda p: name in (self.history.snapshot(p).plan or {}).get("retired", [])
            there = lambda p: name in self.history.effective[p]
            gone = any(retired(p) and not there(p) for p in self.parents) and not any(retired(p) and there(p) for p in self.parents)
            kept, self.codes = self.codes, Codes()
            self.status(policy, rules, name, new, states, stay)
            if gone:
                # Born again, whatever its state.
                self.codes.weaken()
            kept.take(self.codes)
            self.codes = kept
        if not everywhere:
            self.codes.allow({"illegal-birth", "illegal-deletion", "illegal-transition", "reused-id"})
        if (name, "") in self.keys and (old is None) != (new is None):
            # A birth and a deletion are steps.
            self.ask(rules, rules.transition(name, {*states, NONE}, new["status"] if new else NONE), name, new or old, stay)
        excludes = any(r.get("notWhoSentToReview") and covers(r, name) for r in policy.rules)
        if (name, "status") in self.keys and excludes and not self.actor.counts(policy, rules.signers):
            self.codes.add("actor-mismatch")
        if old is not None and new is not None and old["status"] != new["status"] and (name, "status") in self.keys:
            self.ask(rules, rules.transition(name, states, new["status"]), name, new, stay)
            category = policy.category
            if category(old["status"]) in ("review", "done") and category(new["status"]) not in ("done", category(old["status"])):
                if new.get("approvals"):
                    self.codes.add("frozen-field", name)
        fields = {("evidence" if key[1] == "exitCriteria" and key[3:4] == ("evidence",) else key[1])
                  for key in self.keys if key[0] == name}
        if old is None or new is None:
            fields = {*fields, *changed_fields(old, new)} if (name, "") in self.keys else fields
        self.ask(rules, rules.fields(name, fields & changed_fields(old, new)), name, new or old, stay)

    def ask(self, rules, wanted, name, value, stay):
        rules.ask(wanted, self.actor, name, value, stay, self.codes)
        if wanted and not self.actor.counts(rules.policy, rules.signers):
            self.codes.add("actor-mismatch")

    def status(self, policy, rules, name, new, states, stay):
        """A decided status is one edge from a live one, or is a live one that is entered anew."""
        live, now, guards = self.clean.live(name), new["status"], self.guards(policy)
        ways = [way for way in ((one, now) for one in live) if way in policy.edges]
        tries = [guards.unmet(policy.edges[way], name, self.reason) for way in ways]
        if now in live:
            failing = set()
            for way in policy.ways_in(now):
                failing |= guards.unmet([g for g in policy.edges[way] if g in STATE_GUARDS], name, True)
                for rule in rules.transition(name, *way):
                    failing |= rules.failing(rule, self.actor, name, new, stay)
            reviewed = any(self.history.category(p, name) in ("review", "done") for p in self.parents)
            if policy.category(now) in ("pending", "active", "blocked") and reviewed:
                failing |= guards.unmet(["reason", "no-done-dependents"], name, self.reason)
            tries.append(failing)
        if not tries:
            self.codes.add("illegal-transition", name)
        elif all(tries):
            self.codes.add(set().union(*tries) | {"illegal-transition", "frozen-field"}, name)
            self.codes.allow(set().union(*tries) | {"frozen-field", "illegal-transition"})

    def policy_side(self, parent):
        if "policy" in self.decided:
            policy = self.history.policy(parent)
            refused = self.rules(policy).may_change_policy(self.actor)
            if refused:
                self.codes.add(refused)
                self.codes.allow(refused)
        olds = [self.history.snapshot(p) for p in self.parents]
        self.audit.judged_from_named(self.index, olds, self.codes)

    def reenter(self, parent):
        """Re-entry from a parent."""
        policy = self.history.policy(parent)
        for name in sorted(n for p, n in self.reentered if p == parent):
            failing = self.reentry(policy, name)
            file = self.new.milestones.get(name)
            if failing and (not file.readable or policy.category(file.value["status"]) is None):
                self.codes.allow(failing | {"frozen-field"})
            elif failing:
                self.codes.add(failing | {"frozen-field"}, name)
                self.codes.allow(failing | {"frozen-field"})

    def reentry(self, policy, name):
        new, rules, failing = self.after[name], self.rules(policy), set() if self.reason else {"reason-missing"}
        for way in policy.ways_in(new["status"]):
            failing |= self.guards(policy).unmet(policy.edges[way], name, self.reason)
            stay = stay_before(self.audit, self.parents, name)
            for rule in rules.transition(name, *way):
                failing |= rules.failing(rule, self.actor, name, new, stay)
        return failing

    def approvals_and_waivers(self):
        """A merge adds the approvals and waivers that no parent has, and what it decides of them."""
        for name, new in self.after.items():
            if self.new.milestones[name].value is not new:
                # It cannot be read, counts by an older version, and adds nothing.
                continue
            keys = [key for key in self.keys if key[0] == name and (key[1] == "approvals" or is_demand(key))]
            for side in self.parents if keys else []:
                old = self.history.effective[side].get(name)
                for parent in self.sides:
                    grants(self.audit, self.history.policy(parent), self.commit.address, self.actor, old, new, name, self.codes,
                           stay_before(self.audit, self.parents, name), keys)

    def lapsed(self):
        """What other parents bring into review or done is asked at the merge's moment."""
        day = self.audit.day_of_ancestors(self.index)
        for parent in self.sides:
            policy = self.history.policy(parent)
            for name, new in self.after.items():
                was, now = self.history.category(parent, name), policy.category(new["status"])
                asked = any("criteria-met" in policy.edges[way] for way in policy.ways_in(new["status"]))
                # A state that the merge decides is not brought: the guards of its way are asked.
                decided = {(name, "status"), (name, "")} & self.keys
                if now not in ("review", "done") or was == now or not asked or decided:
                    continue
                for criterion in new["exitCriteria"]:
                    if "waiver" in criterion and criterion["waiver"]["until"] < day:
                        codes = Guards(self.new, self.after, policy, day).criterion(criterion)
                        codes -= {code for code, other in self.audit.standing(self.index) if other == name}
                        if codes:
                            self.codes.add(codes | {"criterion-unmet", "frozen-field"}, name)
                            self.codes.allow(codes)

    def exceptions(self):
        """Exceptions of the merge's own block."""
        for block in self.blocks if self.stamp == "true" else []:
            for waive in block.waives:
                if all(self.audit.grantable(self.history.policy(p), self.actor, block, waive) for p in self.sides):
                    self.codes.without(waive["code"], waive["milestone"])
                else:
                    self.codes.add({"waive-refused", "not-authorized"})
