"""Files that only some may change, or nobody while a milestone is done (`paths.json`)."""
import re

from .policy import FOLDER

PATHS, AUTHORIZATION = FOLDER + "paths.json", FOLDER + "authorization.json"

def pattern(text):
    """`*` within a part, `**` across parts, a folder with all in it."""
    out = re.escape(text).replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(out + "(/.*)?", re.IGNORECASE | re.ASCII)


def guarded(policy, path):
    if path.startswith(".readiness/") or path == "ssot/plan.json":
        return []
    return [one for one in policy.guarded if any(pattern(p).fullmatch(path) for p in one["paths"])]


def differing(old, new):
    return {path for path in {**old, **new} if old.get(path) != new.get(path)}


def guard_paths(audit, index, codes, settling=()):
    """Asks a commit of its guarded files, from the side of every parent (doc/design/decisions/0026-guarded-paths.md).

    What a merge brings to `settling` parents may be settled by its stamp, and is asked there.
    """
    if audit.is_baseline(index):
        return
    for parent in audit.history.parents(index):
        if of_own(audit, index, parent) or parent not in settling and of_brought(audit, index, parent):
            codes.add("path-guarded")


def of_own(audit, index, parent):
    """Whether a parent's policy refuses what a commit changes itself: in a merge what no other parent has changed to that."""
    history, policy = audit.history, audit.history.policy(parent)
    commits, files = history.commits, history.commits[index].files
    changed = differing(commits[parent].files, files)
    if any("role" in one and policy.authorization is not None and not policy.holds(commits[index].address, one["role"])
           for path in changed for one in guarded(policy, path) if not taken(audit, index, parent, path)):
        return True
    # A frozen file may differ only by being what another parent has in which the milestone is done as well.
    done = lambda name: [p for p in history.parents(index) if is_done(history, policy, p, name)]
    return any(is_done(history, policy, index, name) and done(name)
               and all(commits[p].files.get(path) != files.get(path) for p in done(name))
               for path in set().union(*[differing(commits[p].files, files) for p in history.parents(index)])
               for one in guarded(policy, path) for name in one.get("frozenBy", []))


def taken(audit, index, parent, path):
    """Whether a merge takes a file from another parent, which changed it since every merge base with this one."""
    history = audit.history
    file = lambda i: history.commits[i].files.get(path)
    for other in history.parents(index):
        if other != parent and file(other) == file(index):
            bases = [file(b) for b in audit.bases(parent, other)]
            if all(base != file(other) for base in bases or [None]):
                return True
    return False


def of_brought(audit, index, parent):
    """Whether a parent's policy, which has changed since, refuses what others bring: the merge's author answers for it."""
    history, policy = audit.history, audit.history.policy(parent)
    files = set().union(*[since(audit, parent, other) for other in history.parents(index) if other != parent])
    changed = differing(history.commits[parent].files, history.commits[index].files)
    author = history.commits[index].address
    for one in [one for path in changed for one in guarded(policy, path)]:
        if files & {PATHS, AUTHORIZATION} and "role" in one and policy.authorization is not None and not policy.holds(author, one["role"]):
            return True
        if PATHS in files and any(is_done(history, policy, i, n) == is_done(history, policy, parent, n) is True
                                  for n in one.get("frozenBy", []) for i in [index]):
            return True
    return False


def since(audit, parent, other):
    """The policies about guarded files that a parent has changed since it parted from another: all, if they have no base."""
    history = audit.history
    bases = audit.bases(parent, other)
    if not bases or repeats(audit, parent, other):
        return {PATHS, AUTHORIZATION}
    mine = history.snapshot(parent).policy_files
    return {path for path in (PATHS, AUTHORIZATION) for base in bases
            if history.snapshot(base).policy_files.get(path) != mine.get(path)}


def repeats(audit, parent, other):
    """Whether another parent brings a change of the policy whose run this one has already.

    A baseline of which the other has an equal one is no commit of this one alone: who repeats its run is refused there.
    """
    history = audit.history
    runs = {b.run for x in history.only(parent, other) if not audit.copied(x, other) for b in audit.blocks(x)}
    return any(not audit.copied(x, parent) and any(b.run in runs and b.change for b in audit.blocks(x))
               for x in history.only(other, parent))


def is_done(history, policy, index, name):
    value = history.effective[index].get(name)
    return value is not None and policy.category(value["status"]) == "done"
