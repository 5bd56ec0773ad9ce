"""One commit with one parent, or a baseline: its stamp, its steps, and who may take them (contract 2.2 to 3)."""
from .authority import Actor, Rules, grants, stay_before
from .plan import Guards, changed_fields, invariants, retired_and_there, same_reviewed
from .policy import STATE_GUARDS, covers
from .stamps import blocks_of, entry, facts, leads
from .words import NONE, Codes


# What a false stamp claims may be judged as well as what the commit does.
BESIDE_A_FALSE_STAMP = {
    "trailer-mismatch", "run-mismatch", "actor-mismatch", "signature-invalid", "signature-missing", "reason-missing",
    "policy-change-refused", "not-authorized", "not-approved", "self-approval", "frozen-field", "illegal-transition", "illegal-birth",
    "illegal-deletion", "waive-refused"}


# By which guards of state refuse.
STATE_CODES = {"unmet-dependency", "owner-missing", "evidence-missing", "evidence-mismatch", "criterion-unmet",
               "deliverable-missing", "blocked-reason-missing"}


class Taken:
    """One step of a milestone: from and to a state, by an actor, with the reason of its block."""

    def __init__(self, was, now, actor, reason, block):
        self.was, self.now, self.actor, self.reason, self.block = was, now, actor, reason, block


class Step:
    """Judges a commit against its only parent; `parent` is None for a baseline."""

    def __init__(self, audit, index, parent):
        self.audit, self.history, self.index, self.parent = audit, audit.history, index, parent
        self.commit = self.history.commits[index]
        self.new, self.after = self.commit.snapshot, self.history.effective[index]
        self.old = self.history.snapshot(parent) if parent is not None else None
        self.before = self.history.effective[parent] if parent is not None else {}
        self.baseline = audit.is_baseline(index)
        self.policy = self.new.policy if self.baseline else self.history.policy(parent)
        self.codes, self.blocks = Codes(), blocks_of(self.commit.message)
        self.rules = Rules(audit, self.policy)

    def judge(self):
        self.read_stamp()
        if self.unreadable():
            return self.codes
        stamp, self.codes = self.codes, Codes()
        self.tree()
        self.audit.let_go_earlier(self.index, self.codes)
        for name in sorted(self.changed):
            self.milestone(name)
        self.policy_change()
        self.exceptions()
        if self.stamp == "false":
            self.codes.weaken()
        stamp.take(self.codes)
        self.codes = stamp
        return stamp

    def unreadable(self):
        """Where the parent's policy cannot be read, only a change that fixes it is legal."""
        if self.new.policy.unreadable:
            self.codes.add("policy-unreadable")
        elif self.old and self.old.policy.unreadable and self.new.policy_files == self.old.policy_files:
            self.codes.add("policy-unreadable")
        else:
            return False
        self.codes.allow({"trailer-missing", "policy-strands-state", "policy-change-refused", "unknown-status", "not-authorized"})
        self.codes.unclear.append("beside a policy that cannot be read")
        return True

    # The stamp

    def read_stamp(self):
        names = {*self.new.milestones, *(self.old.milestones if self.old else {})}
        self.changed = {n for n in names if entry(self.new, n) != entry(self.old, n)}
        self.stamp = "true"
        if not self.blocks:
            self.stamp = "missing"
            if not self.policy.warns:
                self.codes.add("trailer-missing")
            return
        # What goes and comes back within one message is judged step by step as well.
        self.changed |= {n for b in self.blocks if not b.broken for n in b.listed() if n != "plan"}
        wrong = self.wrong_stamp()
        if wrong:
            self.stamp = "false"
            self.codes.add(wrong)
            self.codes.allow(BESIDE_A_FALSE_STAMP)

    def wrong_stamp(self):
        if any(block.broken or block.heals for block in self.blocks):
            return {"trailer-mismatch", "run-mismatch"} if any(b.broken for b in self.blocks) else {"trailer-mismatch"}
        if any(block.run != block.true_id(self.new.plan_id) for block in self.blocks):
            return {"run-mismatch"}
        if len(self.blocks) == 1:
            block = self.blocks[0]
            said = (block.transitions, block.edits, block.evidence, block.change)
            true = facts(self.history, self.parent, self.new, self.after)
        else:
            said, true = leads(self.blocks, self.history, self.parent, self.new, self.after), True
        return set() if said == true else {"trailer-mismatch"}

    def steps(self, name):
        """The steps of a milestone, as blocks say them, or as one direct step."""
        was = self.before[name]["status"] if entry(self.old, name) is not None and name in self.before else NONE
        now = self.after[name]["status"] if entry(self.new, name) is not None and name in self.after else NONE
        if self.stamp == "true":
            return [Taken(line["from"], line["to"], self.audit.actor_of(self.commit.address, block), block.reason, block)
                    for block in self.blocks for line in block.transitions if line["milestone"] == name]
        actor = Actor(self.commit.address, self.commit.address)
        return [Taken(was, now, actor, True, None)] if was != now else []

    # The tree

    def tree(self):
        policy = self.policy
        inherited = invariants(self.old, self.before, policy) if self.old else set()
        broken = invariants(self.new, self.after, policy) - inherited
        for code, name in broken:
            self.codes.add(code, name)
        if self.new.policy_files != (self.old.policy_files if self.old else {}) and not self.baseline:
            stranded = invariants(self.new, self.after, self.new.policy) - inherited
            if stranded - broken:
                self.codes.add("policy-strands-state")
            if stranded:
                self.codes.allow({"policy-strands-state"} | {code for code, _ in stranded})
        old_plan = self.old.plan if self.old else None
        if old_plan and self.new.plan_id != old_plan["planId"]:
            self.codes.add({"plan-id-changed"} | self.new.plan_codes)
            self.codes.allow(self.new.plan_codes or "schema-violation")
        if old_plan and self.new.plan and not set(old_plan["retired"]) <= set((self.new.plan or {}).get("retired", [])):
            self.codes.add("retired-shrunk")
            self.codes.allow("reused-id")
        for name in retired_and_there(self.new, [self.old] if self.old else []):
            self.codes.add("reused-id", name)

    def guards(self):
        kept = self.before.get if len(self.blocks) <= 1 or self.stamp != "true" else (lambda name: None)
        return Guards(self.new, self.after, self.policy, self.audit.day(self.index), kept)

    def milestone(self, name):
        old = self.before.get(name) if entry(self.old, name) is not None else None
        new = self.after.get(name) if entry(self.new, name) is not None else None
        if name in self.new.milestones and not self.new.milestones[name].readable:
            self.codes.allow({"not-authorized", "illegal-birth", "signature-missing", "not-approved", "trailer-mismatch"})
            return
        steps = self.steps(name)
        if not self.baseline:
            self.life(name, old, new, steps)
            self.moves(name, old, new, steps)
            self.authority(name, old, new, steps)

    def life(self, name, old, new, steps):
        retired = set(((self.old and self.old.plan) or {}).get("retired", []))
        for number, step in enumerate(steps):
            if step.was == NONE:
                if self.policy.category(step.now) is None:
                    self.codes.allow({"illegal-birth", "trailer-mismatch"})
                elif step.now != self.policy.first_pending:
                    self.codes.add("illegal-birth", name)
                    if self.stamp == "missing" and self.policy.warns:
                        self.codes.unclear.append("a birth without a stamp, in a later state, under warn")
                if name in retired or any(s.now == NONE for s in steps[:number]):
                    self.codes.add("reused-id", name)
            if step.now == NONE:
                depending = new is None and any(name in v["dependsOn"] for v in self.after.values())
                added = name in (self.new.plan or {}).get("retired", [])
                if self.policy.category(step.was) is None:
                    self.codes.add({"illegal-deletion", "trailer-mismatch"}, name)
                elif self.policy.category(step.was) != "pending" or depending or not added:
                    self.codes.add("illegal-deletion", name)

    def moves(self, name, old, new, steps):
        moves = [s for s in steps if NONE not in (s.was, s.now)]
        direct = self.stamp == "missing"
        if new is not None and moves and direct and self.policy.warns:
            self.path(name, moves[0], new)
        else:
            for step in moves:
                if (step.was, step.now) not in self.policy.edges:
                    if self.policy.category(step.now) is None:
                        self.codes.allow("illegal-transition")
                    elif self.policy.category(step.was) is None:
                        # Of a milestone that was never readable nobody knows where it comes from.
                        self.codes.add({"illegal-transition", "illegal-birth", "trailer-mismatch"}, name)
                    else:
                        self.codes.add("illegal-transition", name)
        if new is not None and moves and not (direct and self.policy.warns):
            last = moves[-1]
            if (last.was, last.now) in self.policy.edges:
                for code in self.guards().unmet(self.policy.edges[last.was, last.now], name, last.reason):
                    self.codes.add(code, name)
            for step in moves[:-1]:
                left = self.policy.category(step.was) == "done" and self.policy.category(new["status"]) != "done"
                if left and "no-done-dependents" in self.policy.edges.get((step.was, step.now), []):
                    for code in self.guards().unmet(["no-done-dependents"], name, True):
                        self.codes.add(code, name)
        if old is None or new is None:
            return
        was, now = self.policy.category(old["status"]), self.policy.category(new["status"])
        category = lambda state: self.policy.category(state)
        leaves = any(category(s.was) == now and category(s.now) != now for s in steps)
        if was == now and was in ("review", "done") and not leaves and not same_reviewed(old, new):
            self.reentry(name, old, new, steps)
        if self.keeps_approvals(old, new, moves):
            self.codes.add("frozen-field", name)
            if self.stamp != "true" and self.policy.warns:
                self.codes.unclear.append("approvals after an unstamped path that left review")

    def keeps_approvals(self, old, new, moves):
        """Whether a milestone leaves its review and keeps approvals of it."""
        category = self.policy.category
        emptied = [s for s in moves if category(s.was) in ("review", "done") and category(s.now) not in ("done", category(s.was))]
        kept = (new or {}).get("approvals")
        if len(self.blocks) > 1:
            # In a squash, approvals may be given after the step that took the old ones away.
            kept = set(map(str, old.get("approvals", []))) & set(map(str, kept or []))
        return bool(emptied and kept)

    def path(self, name, step, new):
        """A change without a stamp under `warn`: a path of edges, each step allowed, the last one's guards of state."""
        # Only a step out of the first state continues the stay in review that began before this commit.
        def allowed(a, b):
            stay = stay_before(self.audit, [self.parent], name) if a == step.was else []
            if a != step.was and self.policy.category(a) == "review":
                stay = [(self.index, self.commit.address, None)]
            return not any(self.rules.failing(r, step.actor, name, new, stay) for r in self.rules.transition(name, a, b))
        guards = self.guards()
        last = lambda a, b: not guards.unmet([g for g in self.policy.edges[a, b] if g in STATE_GUARDS], name, True)
        if not self.policy.path_exists(step.was, step.now, allowed, last):
            self.codes.add({"illegal-transition", "not-authorized", "not-approved", "self-approval", "signature-missing",
                            "unmet-dependency", "owner-missing", "evidence-missing", "evidence-mismatch", "criterion-unmet",
                            "deliverable-missing", "blocked-reason-missing"}, name)
            self.codes.allow(set().union(*[c for c, m in self.codes.must if m == name]))

    def reentry(self, name, old, new, steps):
        ways = self.policy.ways_in(new["status"])
        listed = [b for b in self.blocks if name in b.listed()] if self.stamp == "true" else []
        reasons = [b.reason for b in listed]
        reason = any(reasons) if listed else self.stamp == "missing"
        if any(reasons) and not all(reasons):
            self.codes.unclear.append("re-entry in a squash, in which one block of several gives a reason")
        failing = set() if reason else {"reason-missing"}
        for way in ways:
            # Without a stamp nobody could give a reason; under `warn` guards of state alone are asked (contract 2.3).
            asked = [g for g in self.policy.edges[way] if g in STATE_GUARDS or not (self.stamp == "missing" and self.policy.warns)]
            failing |= self.guards().unmet(asked, name, reason)
        actors = [self.audit.actor_of(self.commit.address, b) for b in listed] or [Actor(self.commit.address, self.commit.address)]
        self.audit.points.clear()
        stay = stay_before(self.audit, [self.parent], name)
        for actor in actors:
            for way in ways:
                for rule in self.rules.transition(name, *way):
                    if not actor.counts(self.policy):
                        self.codes.add("actor-mismatch")
                    if rule.get("notWhoSentToReview") and self.audit.points:
                        self.codes.unclear += self.audit.points
                    failing |= self.rules.failing(rule, actor, name, new, stay)
        if failing:
            self.codes.add(failing | {"frozen-field"}, name)
            self.codes.allow(failing)
        if self.stamp == "missing":
            self.codes.allow("frozen-field")

    # Who may

    def authority(self, name, old, new, steps):
        value, fields = new or old, changed_fields(old, new)
        parents = [self.parent]
        doers = []
        if self.stamp == "true":
            for block in self.blocks:
                if any(line["milestone"] == name and line["before"] != line["after"] for line in block.transitions + block.edits):
                    doers.append(self.audit.actor_of(self.commit.address, block))
        else:
            doers = [Actor(self.commit.address, self.commit.address)]
        for actor in doers:
            self.ask(self.rules.fields(name, fields), actor, name, value, stay_before(self.audit, parents, name))
        if not (self.stamp == "missing" and self.policy.warns and old is not None and new is not None):
            for number, step in enumerate(steps):
                stay = self.stay(name, steps[:number], step, parents)
                self.ask(self.rules.transition(name, step.was, step.now), step.actor, name, value, stay, step.was == NONE)
                self.excludes(name, step.actor)
        stay = self.approved_stay(name, steps, new, parents)
        file = self.new.milestones.get(name)
        if file and file.readable:
            # In an unknown state it is read all the same.
            new = file.value
        file = self.old.milestones.get(name) if self.old else None
        if file and file.readable:
            old = file.value
        signer = doers[-1] if doers else Actor(self.commit.address, self.commit.address)
        taken_along = any(m == name and c == {"frozen-field"} for c, m in self.codes.must)
        trial = Codes()
        grants(self.audit, self.policy, self.commit.address, signer, old, new, name, trial, stay)
        if taken_along:
            # Approvals that are to go are not asked one by one.
            trial.weaken()
        self.codes.take(trial)

    def approved_stay(self, name, steps, new, parents):
        """How the stay in review began of which an approval in the tree may speak."""
        category = self.policy.category
        if new is None or category(new["status"]) not in ("review", "done"):
            return []
        for one in reversed(steps):
            if category(one.was) in ("review", "done") and category(one.now) not in ("review", "done"):
                return []
            if category(one.now) == "review" and category(one.was) != "review":
                return [(self.index, self.commit.address, one.block)]
        return stay_before(self.audit, parents, name)

    def ask(self, rules, actor, name, value, stay, born=False):
        # A birth in a later state is refused as such; whether the rules of that state are told as well is open.
        trial = Codes()
        self.rules.ask(rules, actor, name, value, stay, trial)
        if born and any("illegal-birth" in codes for codes, _ in self.codes.must):
            trial.weaken()
        self.codes.take(trial)
        if rules and not actor.counts(self.policy):
            self.codes.add("actor-mismatch")

    def excludes(self, name, actor):
        """Whoever changes what a rule keeps from its sender answers to that rule as well."""
        if not actor.counts(self.policy) and any(r.get("notWhoSentToReview") and covers(r, name) for r in self.policy.rules):
            self.codes.add("actor-mismatch")

    def stay(self, name, earlier, step, parents):
        """How the stay in review began of which a step is the end; earlier blocks of the message are asked first."""
        category = self.policy.category
        if category(step.was) not in ("review", "done"):
            return []
        for one in reversed(earlier):
            if category(one.now) == "review" and category(one.was) != "review":
                return [(self.index, self.commit.address, one.block)]
        return stay_before(self.audit, parents, name)

    def policy_change(self):
        actors = [self.audit.actor_of(self.commit.address, b) for b in self.blocks if b.change] if self.stamp == "true" else []
        # Blocks may change the policy and take that back: each step is asked.
        if self.baseline or self.new.policy_files == (self.old.policy_files if self.old else {}) and not actors:
            return
        for actor in actors or [Actor(self.commit.address, self.commit.address)]:
            codes = self.rules.may_change_policy(actor)
            if codes:
                self.codes.add(codes)
                self.codes.allow(codes)
            elif self.policy.policy_rule and not actor.counts(self.policy):
                self.codes.add("actor-mismatch")
        self.audit.judged_from_named(self.index, [self.old], self.codes)

    def exceptions(self):
        """Exceptions of this commit's blocks."""
        if self.stamp != "true":
            if any(block.waives for block in self.blocks):
                self.codes.add("waive-refused")
            return
        for block in self.blocks:
            actor = self.audit.actor_of(self.commit.address, block)
            for waive in block.waives:
                if self.audit.grantable(self.policy, actor, block, waive) and not self.baseline:
                    self.codes.without(waive["code"], waive["milestone"])
                else:
                    self.codes.add({"waive-refused", "not-authorized", "actor-mismatch", "signature-missing"})
