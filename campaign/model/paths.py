"""Files that only some may change, or nobody while a milestone is done (`paths.json`)."""
import re


def pattern(text):
    """`*` within a part, `**` across parts, a folder with all in it."""
    out = re.escape(text).replace(r"\*\*/", "(.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(out + "(/.*)?")


def guarded(policy, path):
    if path.startswith(".readiness/") or path == "ssot/plan.json":
        return []
    return [one for one in policy.guarded if any(pattern(p).fullmatch(path) for p in one["paths"])]


def differing(old, new):
    return {path for path in {**old, **new} if old.get(path) != new.get(path)}


def refusals(audit, policy, author, paths, frozen):
    """Whether an author may not change some of these paths; `frozen(name)` says whether a milestone is done."""
    for path in paths:
        for one in guarded(policy, path):
            if "role" in one and not policy.holds(author, one["role"]):
                return True
            if any(frozen(name) for name in one.get("frozenBy", [])):
                return True
    return False


def guard_paths(audit, index, codes):
    """Asks a commit of its guarded files; a merge answers for what differs from every parent."""
    history = audit.history
    parents = history.parents(index)
    if not parents or audit.is_baseline(index):
        return
    files = history.commits[index].files
    changed = set.intersection(*[differing(history.commits[p].files, files) for p in parents])
    for parent in parents:
        policy = history.policy(parent)
        done = lambda name: all(i >= 0 and history.category(i, name) == "done" for i in (parent, index))
        half = lambda name: any(history.category(i, name) == "done" for i in (parent, index))
        if refusals(audit, policy, history.commits[index].address, changed, done):
            codes.add("path-guarded")
        elif refusals(audit, policy, history.commits[index].address, changed, half):
            codes.allow("path-guarded")
            codes.unclear.append("a frozen file changes as its milestone comes to or leaves done")
