"""What the commits of other parents bring, under the policy of a parent that has changed since (contract 3, Merges, 3c and d)."""
from .authority import Rules, grants, stay_before
from .paths import of_brought, repeats
from .plan import Guards, changed_fields, same_reviewed
from .policy import FOLDER, SCHEMA, STATE_GUARDS
from .steps import Step
from .words import NONE, Codes

AUTHORITY = {FOLDER + name for name in ("authorization.json", "allowed_signers", "revoked_signers")}
PROVENANCE, WORKFLOW = FOLDER + "provenance.json", FOLDER + "workflow.json"


class Brought:
    """Collects, for each parent and name, the codes by which what others bring fails; then settles them."""

    def __init__(self, merge):
        self.merge, self.audit, self.history = merge, merge.audit, merge.history
        self.failing, self.unclear = {}, []
        for parent in merge.sides:
            if of_brought(self.audit, merge.index, parent):
                self.fail(parent, "paths", {"path-guarded"})
            for other in merge.tips:
                if other != parent and not self.history.is_ancestor(other, parent):
                    self.side(parent, other)

    def failing_names(self):
        return {name for _, name in self.failing}

    def fail(self, parent, name, codes):
        if codes:
            self.failing.setdefault((parent, name), set()).update(codes)

    def changed_files(self, parent, other):
        """The policy files in which a parent differs from a merge base; all of them where the other copies a change."""
        mine, files = self.history.snapshot(parent).policy_files, set()
        for base in self.audit.bases(parent, other):
            old = self.history.snapshot(base).policy_files
            files |= {path for path in {**mine, **old} if mine.get(path) != old.get(path)}
        # A run that both have in common ancestors is replayed on the other side, and refused there.
        if repeats(self.audit, parent, other):
            files |= AUTHORITY | {PROVENANCE, WORKFLOW}
        return files

    def side(self, parent, other):
        merge, policy = self.merge, self.history.policy(parent)
        files = self.changed_files(parent, other)
        if not files:
            return
        theirs, mine = self.history.snapshot(parent), merge.new
        names = {n for n in {*theirs.milestones, *mine.milestones} if theirs.data(n) != mine.data(n)}
        if theirs.plan_data != mine.plan_data:
            names.add("plan")
        if theirs.policy_files != mine.policy_files:
            names.add("policy")
        self.differing = {p for p in {**theirs.policy_files, **mine.policy_files}
                          if theirs.policy_files.get(p) != mine.policy_files.get(p)}
        # What brings unrelated plans together is refused whatever it holds, and by nothing let go.
        new = [x for x in merge.new_to(parent, other) if self.audit.kinship(x)[0] is not None]
        if files & AUTHORITY:
            for x in new:
                self.authority(parent, policy, x, names)
        if PROVENANCE in files and not policy.warns:
            for x in new:
                if not self.audit.blocks(x):
                    # Of the policy, those files count in which the result differs.
                    idle = {"policy"} if not self.differing & self.policy_of(x) else set()
                    for name in names & self.unstamped(x) - idle:
                        self.fail(parent, name, {"trailer-missing", "merge-unresolved"})
        if files & {WORKFLOW, SCHEMA}:
            for name in names - {"plan", "policy"}:
                self.workflow(parent, policy, name)

    def touched(self, x):
        parents = self.history.parents(x)
        new = self.history.snapshot(x)
        if not parents:
            return {*new.milestones, "plan", "policy"}
        found = None
        for p in parents:
            old = self.history.snapshot(p)
            names = {n for n in {*old.milestones, *new.milestones, "plan"} if old.data(n) != new.data(n)}
            names |= {"policy"} if old.policy_files != new.policy_files else set()
            found = names if found is None else found & names
        return found

    def policy_of(self, x):
        """The files of the policy that a commit changes against some parent."""
        mine = self.history.snapshot(x).policy_files
        olds = [self.history.snapshot(p).policy_files for p in self.history.parents(x)] or [{}]
        return {path for old in olds for path in {**old, **mine} if old.get(path) != mine.get(path)}

    def unstamped(self, x):
        """What a commit without a stamp should have told: of a merge what it decides, and what it enters anew."""
        parents = self.audit.kinship(x)[0]
        if len(self.history.parents(x)) < 2:
            return self.touched(x)
        inner = type(self.merge)(self.audit, x, parents)
        inner.decide()
        inner.reentries()
        return inner.decided | {name for _, name in inner.reentered}

    def authority(self, parent, policy, x, names):
        """The rules of a parent's policy for a commit that another brings."""
        parents = self.history.parents(x)
        if len(parents) > 1:
            decided = {key[0] for key in self.audit.decided(x)}
            if (self.touched(x) | decided) & names or any(b.listed() & names for b in self.audit.blocks(x)):
                self.unclear.append("a merge among what is brought to a parent with stricter rules")
            return
        step = Step(self.audit, x, parents[0] if parents else None)
        step.read_stamp()
        if step.baseline:
            return
        step.policy, step.rules = policy, Rules(self.audit, policy)
        for name in step.changed & names:
            step.codes = Codes()
            old, new = step.before.get(name), step.after.get(name)
            if old is None and new is None:
                continue
            steps = step.steps(name)
            step.authority(name, old, new, steps)
            self.fail(parent, name, set().union(*[c for c, _ in step.codes.must]))
            if old and step.keeps_approvals(old, new, [s for s in steps if NONE not in (s.was, s.now)]):
                self.fail(parent, name, {"frozen-field"})
        before = step.old.policy_files if step.old else {}
        if any(before.get(p) != step.new.policy_files.get(p) for p in self.differing):
            step.codes = Codes()
            step.policy_change()
            self.fail(parent, "policy", set().union(*[c for c, _ in step.codes.must]))
        for block in step.blocks:
            actor = self.audit.actor_of(step.commit.address, block)
            for waive in block.waives:
                if waive["milestone"] in names and not self.audit.grantable(policy, actor, block, waive):
                    self.fail(parent, waive["milestone"], {"waive-refused", waive["code"]})

    def workflow(self, parent, policy, name):
        """The status comes by a path of edges, and what was reviewed satisfies the guards of re-entry."""
        merge = self.merge
        old, new = self.history.effective[parent].get(name), merge.after.get(name)
        edges = policy
        if merge.new.policy_files != self.history.snapshot(parent).policy_files and "policy" not in merge.decided \
                and (parent, "policy") not in self.failing:
            edges = merge.new.policy
        guards = Guards(merge.new, merge.after, edges, self.audit.day(merge.index))
        last = lambda a, b: not guards.unmet([g for g in edges.edges[a, b] if g in STATE_GUARDS], name, True)
        was = old["status"] if old else edges.first_pending
        if new is None:
            pending = [s for s in edges.order if edges.category(s) == "pending"]
            if old and was not in pending and not any(edges.path_exists(was, s) for s in pending):
                self.fail(parent, name, {"illegal-deletion"})
            return
        if was != new["status"] and not edges.path_exists(was, new["status"], last=last):
            self.fail(parent, name, {"illegal-transition", "unmet-dependency", "owner-missing", "evidence-missing",
                                     "evidence-mismatch", "criterion-unmet", "deliverable-missing", "blocked-reason-missing"})
        category = edges.category(new["status"])
        if old and category in ("review", "done") and edges.category(old["status"]) == category and not same_reviewed(old, new):
            unmet = set()
            for way in edges.ways_in(new["status"]):
                unmet |= guards.unmet([g for g in edges.edges[way] if g in STATE_GUARDS], name, True)
            self.fail(parent, name, unmet | {"frozen-field"} if unmet else set())

    # Settling

    def ask(self, codes):
        """Adds what fails and is not settled by the merge's stamp."""
        merge = self.merge
        codes.unclear += self.unclear
        if merge.stamp == "true" and "policy" in merge.listed and self.all_may_change():
            return
        for (parent, name), failing in sorted(self.failing.items(), key=str):
            if merge.stamp == "true" and name in merge.listed and name not in ("plan", "policy"):
                if self.one_step(parent, name):
                    continue
            codes.add(failing | {"merge-unresolved"}, name)
            codes.allow(failing)

    def all_may_change(self):
        policies = [self.history.policy(p) for p in self.merge.sides]
        return all(p.authorization is not None and not self.merge.rules(p).may_change_policy(self.merge.actor) for p in policies)

    def one_step(self, parent, name):
        """Whether the change from a parent's file to the result's is legal as one step, entry anew or re-entry."""
        merge, policy = self.merge, self.history.policy(parent)
        old, new = self.history.effective[parent].get(name), merge.after.get(name)
        rules, guards = merge.rules(policy), merge.guards(policy)
        stay, failing = stay_before(self.audit, merge.parents, name), set()
        if old is None and new is None:
            return True
        if old is None or new is None:
            was, now = old["status"] if old else NONE, new["status"] if new else NONE
            depending = any(name in v["dependsOn"] for v in merge.after.values())
            retired = name in (merge.new.plan or {}).get("retired", [])
            ways = [(was, now)]
            if new is None and (policy.category(was) != "pending" or not retired or depending):
                failing.add("illegal-deletion")
            elif new is not None and now != policy.first_pending:
                # A state that another side has is entered anew.
                ways += policy.ways_in(now)
                for way in policy.ways_in(now):
                    failing |= guards.unmet([g for g in policy.edges[way] if g in STATE_GUARDS], name, True)
            for way in ways:
                for rule in rules.transition(name, *way):
                    failing |= rules.failing(rule, merge.actor, name, new, stay)
        elif old["status"] != new["status"]:
            edge = policy.edges.get((old["status"], new["status"]))
            ways = [(old["status"], new["status"])] if edge is not None else policy.ways_in(new["status"])
            for way in ways:
                wanted = policy.edges[way] if edge is not None else [g for g in policy.edges[way] if g in STATE_GUARDS]
                failing |= guards.unmet(wanted, name, merge.reason)
                for rule in rules.transition(name, *way):
                    failing |= rules.failing(rule, merge.actor, name, new, stay)
            for rule in rules.transition(name, old["status"], new["status"]):
                failing |= rules.failing(rule, merge.actor, name, new, stay)
        elif policy.category(new["status"]) in ("review", "done") and not same_reviewed(old, new):
            failing |= merge.reentry(policy, name)
        # Approvals and waivers come along in that step.
        added = Codes()
        grants(self.audit, policy, merge.commit.address, merge.actor, old, new, name, added, stay)
        failing |= set().union(*[codes for codes, _ in added.must])
        for rule in rules.fields(name, changed_fields(old, new)):
            failing |= rules.failing(rule, merge.actor, name, new, stay)
        return not failing
