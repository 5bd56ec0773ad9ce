"""Who may do what: rules, approvals, signatures, and who sent a milestone to review (contract 2.4)."""
from .plan import approval_digest
from .policy import covers
from .stamps import blocks_of
from .words import canonical, fold, person_of


class Actor:
    """Who is behind a change: the author of the commit, and the person that a block names, with or without a signature."""

    def __init__(self, author, address, signature=None):
        self.author, self.address, self.signature = author, address, signature

    def counts(self, policy, signers=()):
        """Whether rules may be granted to the named person."""
        return self.signed(policy, signers) or policy.same(self.address) == policy.same(self.author)

    def signed(self, policy, signers=()):
        """Whether the run is signed by a key of the person, under a policy and under those of all judging parents."""
        if not self.signature:
            return False
        return all(self.signature in p.keys(self.address) for p in (policy, *signers))


class Rules:
    """Asks the rules of one policy about one commit."""

    def __init__(self, audit, policy, signers=()):
        self.audit, self.policy, self.signers = audit, policy, [p for p in signers if p.signers]

    def transition(self, name, was, now):
        """The rules for a step; `was` may hold several states (of the parents of a merge)."""
        froms = {was} if isinstance(was, str) else set(was)
        return [r for r in self.policy.rules if "fields" not in r and covers(r, name)
                and ("from" not in r or r["from"] in froms) and r.get("to", now) == now]

    def fields(self, name, changed):
        named = changed - {"status", "blocked", "approvals"}
        return [r for r in self.policy.rules if "fields" in r and covers(r, name)
                and ("*" in r["fields"] and named or set(r["fields"]) & changed)]

    def failing(self, rule, actor, name, value, stay):
        """The codes by which a rule fails; `value` is what the tree holds, `stay` how the stay in review began."""
        policy, codes = self.policy, set()
        who, signed = policy.same(actor.address), actor.signed(policy, self.signers)
        if not actor.counts(policy, self.signers):
            codes |= {"actor-mismatch", "not-authorized"}
        if not policy.holds(actor.address, rule["role"]):
            codes.add("not-authorized")
        if rule.get("signed") and not signed:
            codes |= {"signature-invalid"} if actor.signature else {"signature-missing"}
        excluded = self.excluded(stay) if rule.get("notWhoSentToReview") else set()
        if who in excluded or not signed and policy.same(actor.author) in excluded:
            codes.add("self-approval")
        wanted = rule.get("approvals", 1)
        if wanted > 1:
            given = self.approved(value, rule, stay) - excluded
            if actor.counts(policy, self.signers) and (signed or not rule.get("signed")):
                given |= {who} - excluded
            if len([p for p in given if policy.holds(p, rule["role"])]) < wanted:
                codes |= {"not-approved"}
        return codes

    def excluded(self, stay):
        """Those whom `notWhoSentToReview` excludes."""
        people = set()
        for _, author, block in stay:
            actor = self.audit.actor_of(author, block) if block else Actor(author, author)
            people.add(self.policy.same(actor.address))
            if not actor.signed(self.policy):
                people.add(self.policy.same(author))
        return people

    def approved(self, value, rule, stay):
        """Who has approved what a milestone says."""
        people, wanted = set(), approval_digest(value) if value else None
        runs = runs_of(self.audit, stay)
        for one in (value or {}).get("approvals", []):
            if one["digest"] != wanted:
                continue
            if "signature" in one:
                if one.get("run") in runs and self.audit.approves(self.policy, one):
                    people.add(self.policy.same(one["by"]))
            elif not rule.get("signed"):
                people.add(self.policy.same(one["by"]))
        return people

    def ask(self, rules, actor, name, value, stay, codes, as_code=None):
        """Collects what rules refuse; `as_code` is what the whole may be called instead."""
        for rule in rules:
            failing = self.failing(rule, actor, name, value, stay)
            if failing:
                codes.add(failing | ({as_code} if as_code else set()), name)
                if as_code is None and not actor.counts(self.policy, self.signers):
                    codes.allow("actor-mismatch")

    def may_change_policy(self, actor):
        """The codes by which somebody may not change the policy."""
        rule = self.policy.policy_rule
        if rule is None:
            return set()
        codes = set()
        if not self.policy.holds(actor.address, rule["role"]) or not actor.counts(self.policy, self.signers):
            codes |= {"policy-change-refused", "not-authorized"}
            if not actor.counts(self.policy, self.signers):
                codes.add("actor-mismatch")
        if rule.get("signed") and not actor.signed(self.policy, self.signers):
            codes |= {"policy-change-refused", "signature-missing", "signature-invalid"}
        return codes


def added_approvals(old, new, decided=None):
    """The approvals that a version has and an older one has not; of a merge those that it decides."""
    left = [canonical(a) for a in (old or {}).get("approvals", [])]
    return [a for a in (new or {}).get("approvals", []) if canonical(a) not in left
            and (decided is None or any(key[1:3] == ("approvals", canonical(a)) for key in decided))]


def added_waivers(old, new, decided=None):
    """The waivers of criteria that a version has and an older one has not; of a merge those that it decides.

    A waiver is given for one criterion as it is: above other words, or another check, it is another waiver.
    """
    before = {c["id"]: demand(c) for c in (old or {}).get("exitCriteria", [])}
    return [c["waiver"] for c in (new or {}).get("exitCriteria", []) if "waiver" in c and demand(c) != before.get(c["id"])
            and (decided is None or any(is_demand(key) and key[2] == c["id"] for key in decided))]


def demand(criterion):
    """What a criterion asks for, and its waiver: everything but its evidence."""
    return {k: v for k, v in criterion.items() if k != "evidence"}


def is_demand(key):
    """Whether a value belongs to what a criterion asks for."""
    return key[1:2] == ("exitCriteria",) and len(key) > 3 and key[3] != "evidence"


def grants(audit, policy, author, actor, old, new, name, codes, stay=(), decided=None):
    """An approval is signed or comes, as a waiver does, from the author of the commit or from who signed the run."""
    runs = runs_of(audit, stay)
    for one in added_approvals(old, new, decided):
        if "signature" in one and one.get("run") not in runs or "signature" in one and not audit.approves(policy, one):
            codes.add({"signature-invalid", "not-authorized"}, name)
        by = policy.same(one["by"])
        signed = policy.same(actor.address) == by and actor.signed(policy)
        if "signature" not in one and by != policy.same(author) and not signed:
            codes.add("not-authorized", name)
    for waiver in added_waivers(old, new, decided):
        approver = policy.same(waiver["approver"])
        signed = policy.same(actor.address) == approver and actor.signed(policy)
        role = waiver_role(policy)
        if approver != policy.same(author) and not signed or role and not policy.holds(waiver["approver"], role):
            codes.add("not-authorized", name)


def waiver_role(policy):
    """The role of who allows a waiver: `waivers`, else `approver`, else the one that may change the policy (doc/guides/checks.md)."""
    if policy.authorization is None:
        return None
    if "waivers" in policy.authorization:
        return policy.authorization["waivers"]["role"]
    if "approver" in policy.authorization["roles"]:
        return "approver"
    return policy.policy_rule["role"] if policy.policy_rule else None


def review_began(audit, starts, name):
    """How the stay in review of a milestone began, seen from commits in which it is in review.

    Triples of commit, author and block (None for a change without a stamp).
    """
    history, seen, todo, found = audit.history, set(), list(starts), []
    while todo:
        index = todo.pop()
        if index in seen:
            continue
        seen.add(index)
        commit, policy = history.commits[index], audit.judging(index)
        sender = sender_in(blocks_of(commit.message), policy, name)
        back = [p for p in commit.parents if history.category(p, name) == "review"]
        if sender:
            found.append((index, commit.address, sender))
        # The stamp of a merge tells the way from its first parent alone.
        if not sender or len(commit.parents) > 1:
            todo += back
        if not sender and not back:
            found.append((index, commit.address, None))
    return found


def sender_in(blocks, policy, name):
    """The last block that brings a milestone into review."""
    for block in reversed(blocks):
        for line in block.transitions:
            if line["milestone"] == name and policy.category(line["to"]) == "review" and policy.category(line["from"]) != "review":
                return block
    return None


def done_began(audit, starts, name):
    """How the stay in review began that led to done, seen from commits in which a milestone is done."""
    history, seen, todo, found = audit.history, set(), list(starts), []
    while todo:
        index = todo.pop()
        if index in seen:
            continue
        seen.add(index)
        back = [p for p in history.parents(index) if history.category(p, name) == "done"]
        if back:
            todo += back
            continue
        sender = sender_in(blocks_of(history.commits[index].message), audit.judging(index), name)
        if sender:
            found.append((index, history.commits[index].address, sender))
            continue
        reviewing = [p for p in history.parents(index) if history.category(p, name) == "review"]
        found += review_began(audit, reviewing, name)
        if not reviewing:
            audit.points.append("re-entry of what was never in review: is who brought it to done excluded?")
    return found


def ended(audit, parents, start, name):
    """Whether a reopening came after a start, on any way that leads from it to some commits."""
    history = audit.history
    return any(history.category(x, name) not in ("review", "done") and start in history.ancestors(x)
               for p in parents for x in history.only(p, start))


def runs_of(audit, stay):
    """The runs that began a stay and that approvals may name: what a block says makes its id, not what it claims."""
    return {block.true_id(audit.speaking) for one in stay if not isinstance(one, Ended) and (block := one[2])}


class Ended(tuple):
    """A start of a stay that a reopening has ended: it excludes who sent the milestone, and no approval speaks of it."""


def stay_before(audit, parents, name):
    """How the stay in review began, for a step from commits in which a milestone is in review or done."""
    reviewing = [p for p in parents if audit.history.category(p, name) == "review"]
    done = [p for p in parents if audit.history.category(p, name) == "done"]
    found = review_began(audit, reviewing, name) + done_began(audit, done, name)
    return [Ended(one) if ended(audit, parents, one[0], name) else one for one in found]


def same_person(policy, a, b):
    return policy.same(fold(a)) == policy.same(fold(b))


def address_of(actor):
    return person_of(actor)
