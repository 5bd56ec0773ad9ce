"""A whole history: what is judged at all, the moment, heals, replayed runs, and joins of unrelated plans."""
from datetime import datetime, timezone
from functools import lru_cache

from .authority import Actor, Rules
from .history import HOUR
from .merges import Merge
from .paths import guard_paths
from .policy import DEFAULTS, covers
from .stamps import blocks_of, leads, seconds
from .steps import BESIDE_A_FALSE_STAMP, Step
from .values import changes, values_of
from .words import Codes, digest, person_of

WAIVABLE = {"unmet-dependency", "done-dependent", "criterion-unmet", "evidence-missing", "evidence-mismatch",
            "deliverable-missing", "not-approved", "self-approval"}


class Audit:
    """Judges every commit of a history as `verify` of its last commit does.

    `signatures` maps the base64 body of each signature that is one to `(namespace, text, public key)`; `now` is the judge's
    clock in seconds.
    """

    def __init__(self, history, signatures, now):
        self.history, self.signatures, self.now = history, signatures, now
        self.values = lru_cache(None)(lambda i: values_of(history.snapshot(i)))
        self.changed = lru_cache(None)(lambda i, key: changes(self, i, key))
        self.is_baseline = lru_cache(None)(self.first_to_hold)
        self.kinship = lru_cache(None)(self.related)
        self.line = lru_cache(None)(self.line_of)
        self.decided = lru_cache(None)(self.decided_by)
        self.blocks = lru_cache(None)(lambda i: blocks_of(history.commits[i].message))
        self.tip = len(history.commits) - 1
        self.plan_id = history.snapshot(self.tip).plan_id
        self.results, self.points, self.speaking = {}, [], self.plan_id

    def judge(self, anchor=None):
        """The codes of every judged commit, by index; with an anchor, of those that it does not have."""
        trusted = self.trusted_mask = self.trusted() if anchor is None else self.history.masks[anchor]
        self.skipped = self.dropped()
        for index in range(self.tip + 1):
            reached = self.history.is_ancestor(index, self.tip)
            if reached and not trusted >> index & 1 and index not in self.skipped:
                self.results[index] = self.commit(index)
                if any("unrelated-plans" in c for x in self.history.ancestors(index) if x in self.results for c, _ in self.results[x].must):
                    self.results[index].undecide("after a refused merge of two plans: whose reviews and runs count?")
        self.heals()
        if anchor is not None and self.history.snapshot(anchor).plan_id != self.plan_id:
            self.results[self.tip].open({"plan-id-changed", "unrelated-plans"}, "a range whose end has another plan than its anchor")
        return self.results

    def trusted(self):
        """The mask of commits that `judgedFrom` of the tip takes on trust."""
        wanted = self.history.policy(self.tip).provenance.get("judgedFrom")
        for index in self.history.members(self.history.masks[self.tip]):
            if wanted and self.history.commits[index].id == wanted.lower():
                return self.history.masks[index]
        return 0

    # One commit

    def first_to_hold(self, index):
        """Whether no ancestor holds a plan or policy, those of dropped plans aside."""
        return not any(self.holding(p) for p in self.kept_parents(index))

    def holds(self, index):
        return self.history.snapshot(index).holds

    def holding(self, index):
        """Whether a commit or an ancestor holds a plan or policy, those of dropped plans aside."""
        return any(self.holds(x) for x in self.history.members(self.line(index)))

    def judging(self, index):
        """The policy that judges a commit, seen from its first parent."""
        parents = self.history.parents(index)
        return self.history.snapshot(index).policy if self.is_baseline(index) or not parents else self.history.policy(parents[0])

    def commit(self, index):
        history, parents = self.history, self.history.parents(index)
        codes = Codes()
        snapshot = history.snapshot(index)
        self.speaking = snapshot.plan_id
        taking = [p for p in parents if self.holding(p)]
        groups, dropped = self.kinship(index)
        if groups is None:
            codes.add("unrelated-plans")
            codes.allow({"merge-unresolved", "plan-id-changed", "trailer-mismatch", "trailer-missing"})
            guard_paths(self, index, codes)
            return codes
        if dropped and (len(groups) < 2 or not snapshot.holds):
            groups = None
        settling = ()
        # What a parent that takes no part lacks is no change.
        equal = [history.snapshot(p).bytes == snapshot.bytes for p in (taking if len(taking) == 1 else groups if groups and dropped else parents)]
        if parents and all(equal) or not snapshot.holds and not any(self.holds(p) for p in parents):
            self.idle(index, codes)
        elif groups is None:
            if self.blocks(index):
                codes.open({"trailer-mismatch", "run-mismatch"}, "a stamp on a join, which needs none")
        elif len(taking) <= 1 and len(parents) <= 1:
            codes.take(Step(self, index, parents[0] if parents else None).judge())
        elif not taking:
            codes.take(Step(self, index, parents[0]).judge())
        elif len(taking) == 1:
            # With parents that take no part it is a commit with one parent.
            codes.take(Step(self, index, taking[0]).judge())
            if taking[0] != parents[0] and self.blocks(index):
                codes.open({"trailer-mismatch"}, "BEFORE in a merge whose first parent takes no part")
        else:
            merge = Merge(self, index, groups)
            settling = merge.sides
            codes.take(merge.judge())
        guard_paths(self, index, codes, settling)
        self.clocks(index, codes)
        self.replays(index, codes)
        return codes

    def decided_by(self, index):
        """The keys of the values that a merge decides, if it brings together parents of one plan."""
        parents = self.kinship(index)[0] if len(self.history.parents(index)) > 1 else None
        if not parents:
            return frozenset()
        merge = Merge(self, index, parents)
        merge.decide()
        return frozenset(merge.keys)

    def idle(self, index, codes):
        """A commit that changes nothing holds no block, unless blocks end where they began or heal."""
        blocks = self.blocks(index)
        if not blocks or len(blocks) == 1 and blocks[0].heals:
            if blocks:
                self.heal_itself(index, blocks[0], codes)
            return
        snapshot, parent = self.history.snapshot(index), (self.history.parents(index) or [None])[0]
        true = not any(b.broken or b.heals or b.run != b.true_id(snapshot.plan_id) for b in blocks)
        if true and leads(blocks, self.history, parent, snapshot, self.history.effective[index], idle=True):
            if any(b.waives for b in blocks):
                codes.open("trailer-mismatch", "an exception in a commit that changes nothing")
            if len(blocks) > 1 or blocks[0].change:
                codes.unclear.append("blocks that end where they began: are their steps judged?")
            return
        codes.add({"trailer-mismatch", "run-mismatch"})
        codes.allow(BESIDE_A_FALSE_STAMP | {"trailer-mismatch", "run-mismatch", "replayed-run"})

    def heal_itself(self, index, block, codes):
        if block.broken or block.run != block.true_id(self.history.snapshot(index).plan_id):
            codes.add({"run-mismatch", "trailer-mismatch"})
        if not block.reason:
            codes.add({"trailer-mismatch", "reason-missing"})
        for parent in self.history.parents(index):
            policy = self.history.policy(parent)
            if policy.authorization is not None:
                refused = Rules(self, policy).may_change_policy(self.actor_of(self.history.commits[index].address, block))
                if refused:
                    codes.add(refused)
                    codes.allow(refused)

    def clocks(self, index, codes):
        commit = self.history.commits[index]
        for block in self.blocks(index):
            if not block.broken and (seconds(block.at) > self.now + HOUR or commit.committed > self.now + HOUR):
                codes.add("clock-ahead")
        if self.blocks(index) == [] and commit.committed > self.now + HOUR:
            codes.allow("clock-ahead")
            codes.unclear.append("a date ahead of the clock, without a run")

    def replays(self, index, codes):
        runs = [b.run for b in self.blocks(index)]
        earlier = {b.run for x in self.history.ancestors(index) for b in self.blocks(x)}
        if any(run in earlier for run in runs) or len(set(runs)) < len(runs):
            codes.add("replayed-run")

    # The moment

    def moment(self, index):
        """The moment by which waivers and exceptions lapse, in seconds."""
        commit = self.history.commits[index]
        own = [seconds(b.at) for b in self.blocks(index) if not b.broken]
        return max([*(own or [commit.committed]), *self.latest(self.before(index))])

    def before(self, index):
        """The ancestors of a commit, those of dropped plans aside."""
        return self.history.members(self.line(index) & ~(1 << index))

    def latest(self, indices):
        for x in indices:
            committed = self.history.commits[x].committed
            for block in self.blocks(x):
                if not block.broken and seconds(block.at) <= min(committed + HOUR, self.now + HOUR):
                    yield seconds(block.at)

    def day_of_ancestors(self, index):
        """The day of a merge's moment: of the latest run among all parents and their ancestors."""
        return day_of(max(self.latest(self.before(index)), default=0))

    def day(self, index):
        return day_of(self.moment(index))

    # Signatures

    def key_of(self, namespace, text, signature):
        made = self.signatures.get(signature)
        return made[2] if made and made[:2] == (namespace, text) else None

    def approves(self, policy, one):
        """Whether the signature of an approval is by a key of its `by`, over this plan, its run and its digest."""
        key = self.key_of("readiness-approval", f"{self.speaking} {one.get('run')} {one['digest']}", one["signature"])
        return key in policy.keys(one["by"])

    def actor_of(self, author, block):
        key = self.key_of("readiness-run", block.run, block.signature) if block.signature else None
        return Actor(author, person_of(block.actor), key or ("not a key" if block.signature else None))

    # Exceptions

    def grantable(self, policy, actor, block, waive):
        """Whether policy lets an actor grant an exception."""
        began, until = day_of(seconds(block.at)), waive["until"]
        if not block.reason or until < began or waive["code"] not in WAIVABLE:
            return False
        for one in (policy.authorization or {}).get("bypass", []):
            days = (datetime.fromisoformat(until) - datetime.fromisoformat(began)).days
            if (waive["code"] in one["codes"] and covers(one, waive["milestone"]) and days <= one.get("days", 14)
                    and policy.holds(actor.address, one["role"]) and actor.counts(policy)
                    and (not one.get("signed") or actor.signed(policy))):
                return True
        return False

    def let_go_earlier(self, index, codes):
        """Exceptions of earlier runs let go an invariant until their day, and no guard; `codes` are those of invariants."""
        for code, name in self.standing(index):
            codes.without(code, name)
            codes.allow(code)

    def standing(self, index):
        """Pairs of code and milestone that exceptions of earlier runs let go."""
        day = self.day(index)
        for x in self.history.ancestors(index):
            parents = self.history.parents(x)
            policy = self.history.policy(parents[0]) if parents else DEFAULTS
            for block in self.blocks(x):
                if block.broken:
                    continue
                actor = self.actor_of(self.history.commits[x].address, block)
                for waive in block.waives:
                    if day <= waive["until"] and self.grantable(policy, actor, block, waive):
                        yield waive["code"], waive["milestone"]

    # judgedFrom

    def judged_from_named(self, index, olds, codes):
        """`judgedFrom` names a proper ancestor of the commit that sets it."""
        wanted = self.history.snapshot(index).policy.provenance.get("judgedFrom")
        if not wanted or any(old and old.policy.provenance.get("judgedFrom") == wanted for old in olds):
            return
        if wanted.lower() not in {self.history.commits[x].id for x in self.history.ancestors(index)}:
            codes.add("policy-change-refused")

    # Unrelated plans

    def bases(self, a, b):
        """The merge bases of two parents; two equal baselines count as one commit."""
        found = self.history.bases(a, b)
        if any(self.holds(x) for x in found):
            return found
        for x in self.history.members(self.history.masks[a]):
            for y in self.history.members(self.history.masks[b]):
                if x != y and self.is_baseline(x) and self.is_baseline(y) and self.equal_baselines(x, y):
                    return [x]
        return found

    def equal_baselines(self, x, y):
        one, other = self.history.commits[x], self.history.commits[y]
        return (one.snapshot.holds_plan and one.snapshot.plan_id == other.snapshot.plan_id is not None
                and one.snapshot.bytes == other.snapshot.bytes and one.address.lower() == other.address.lower())

    def copied(self, x, other):
        """Whether a commit is a baseline of which another commit has an equal one; both count as one."""
        return self.is_baseline(x) and self.holds(x) and any(
            self.is_baseline(y) and self.equal_baselines(x, y) for y in self.history.members(self.history.masks[other]))

    def meeting(self, parents):
        """The parents that are no ancestor of another one; a copy of an equal baseline counts as that one."""
        tips = self.history.tips(parents)
        for one in list(tips):
            if len(tips) > 1 and any(self.copied(one, other) for other in tips if other != one):
                tips.remove(one)
        return tips

    def one_plan(self, a, b):
        left, right = self.history.snapshot(a), self.history.snapshot(b)
        bases = self.bases(a, b)
        if left.plan_id and right.plan_id:
            return left.plan_id == right.plan_id and any(self.history.snapshot(x).plan_id == left.plan_id for x in bases)
        return any(self.holds(x) and self.line(a) >> x & 1 and self.line(b) >> x & 1 for x in bases)

    def related(self, index):
        """The parents whose plan a commit goes on with (None where it must not bring them together), and whether it drops others."""
        parents, snapshot = self.history.parents(index), self.history.snapshot(index)
        taking = [p for p in parents if self.holding(p)]
        if taking and len(taking) < len(parents) and not snapshot.holds:
            # With a parent that takes no part a merge may hold nothing, and drops the others.
            return [p for p in parents if p not in taking], True
        if all(self.one_plan(a, b) for a in taking for b in taking if a < b):
            return taking, False
        for s in taking:
            other = [p for p in taking if p != s and not self.one_plan(s, p)]
            mine = self.history.snapshot(s)
            if snapshot.bytes == mine.bytes and mine.holds and all(self.history.snapshot(p).plan_id != mine.plan_id for p in other):
                return [p for p in taking if p not in other], True
        return None, False

    def kept_parents(self, index):
        """The parents whose history a commit goes on with: all but those of dropped plans."""
        kept, dropped = self.kinship(index)
        return [p for p in self.history.parents(index) if not dropped or p in kept or not self.holding(p)]

    def line_of(self, index):
        """The mask of a commit and its ancestors, those of dropped plans aside."""
        mask = 1 << index
        for parent in self.kept_parents(index):
            mask |= self.line(parent)
        return mask

    def dropped(self):
        """Commits that only a dropped parent leads to, and that hold the id of another plan than the tip."""
        return {x for x in range(self.tip + 1)
                if not self.line(self.tip) >> x & 1 and self.history.snapshot(x).plan_id not in (None, self.plan_id)}

    # Heals

    def heals(self):
        """A heal turns what is missing or false in the stamps of its ancestors into notes."""
        for index, codes in list(self.results.items()):
            for block in self.blocks(index):
                if block.heals and codes.legal:
                    for x in self.history.ancestors(index):
                        if x in self.results:
                            self.heal(x, block)

    def heal(self, index, block):
        codes = self.results[index]
        parents = self.history.parents(index)
        if codes.legal or len(parents) != 1:
            if not codes.legal:
                codes.unclear.append("a merge that a heal may have healed")
            return
        step = Step(self, index, parents[0])
        step.read_stamp()
        lines = {(line["milestone"], line["before"], line["after"]) for line in block.transitions + block.edits}
        old, new = step.old, step.new
        needed = {(n, digest(old.data(n)), digest(new.data(n))) for n in step.changed}
        if old.plan_data != new.plan_data:
            needed.add(("plan", digest(old.plan_data), digest(new.plan_data)))
        if old.policy_files != new.policy_files:
            codes.unclear.append("a healed change of policy")
        if not needed or not needed <= lines:
            return
        healed = {"trailer-missing", "trailer-mismatch", "run-mismatch"}
        codes.must = [(c, m) for c, m in codes.must if not c <= healed]
        if any("illegal-transition" in c for c, _ in codes.must):
            codes.unclear.append("an illegal transition that a heal may let go")


def day_of(moment):
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%d")
