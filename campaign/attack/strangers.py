"""Pushes with roots of their own, and with refs that a server keeps: name, server, codes (None: accepted), what is pushed.

`verify` among the codes asks the audit as well; the others are only for a gate to see.
"""
from plans import POLICIES, text

from .dimensions import EVES, edited, plan
from .history import milestone, path

HEAD, UNBORN, NEW = "main is HEAD's branch", "HEAD is unborn, and is pushed", "a new branch"
OTHER = "00000000-0000-4000-8000-000000000002"


def own(ground, change=lambda ground, files: files, author="eve"):
    """A root of one's own with main's files and a change."""
    ground.time = ground.now
    return ground.commit([], change(ground, ground.files(ground.main)), author)


def joined(order, change, keep="root", author="eve"):
    """A root of one's own, merged with main; the merge holds what one of both holds."""
    def make(ground):
        root = own(ground, change, author)
        parents = [{"root": root, "main": ground.main}[o] for o in order]
        files = ground.files(root if keep == "root" else ground.main)
        return [ground.id(ground.plain(parents, files, author)) + ":refs/heads/main"]
    return make


def to(ref, make, force=False):
    return lambda ground: [("+" if force else "") + ground.id(make(ground)) + ":refs/heads/" + ref]


def eves(ground, files):
    return {**files, POLICIES + "authorization.json": text(EVES), path("A-2"): text(milestone("A-2", "Done"))}


def code_root(order):
    """A root without a plan (a vendored project) is merged, in either order."""
    def make(ground):
        ground.time = ground.now
        root = ground.plain([], {"lib": ("100644", b"l")}, "eve")
        parents = [{"root": root, "main": ground.main}[o] for o in order]
        return [ground.id(ground.plain(parents, {**ground.files(ground.main), "lib": ("100644", b"l")}, "eve")) + ":refs/heads/main"]
    return make


def copied(order):
    """A copy of the first commit, whose author and bytes are the same, with a legal move on it; merged."""
    def make(ground):
        ground.time = ground.now
        first = ground.history.commits[ground.first]
        root = ground.add([], first.files, "ada", first.message + "\nsquashed\n")
        files = edited("A-7", status="In Progress")(ground, first.files)
        side = ground.commit([root], files)
        parents = [{"root": side, "main": ground.main}[o] for o in order]
        result = edited("A-7", status="In Progress")(ground, ground.files(ground.main))
        return [ground.id(ground.plain(parents, result)) + ":refs/heads/main"]
    return make


def vendored(order, number=OTHER):
    """Another plan is joined and dropped; ours stays byte for byte."""
    return joined(order, plan(planId=number), keep="main")


def back(ground):
    return ["+" + ground.id(ground.old) + ":refs/heads/main"]


STRANGERS = {
    "a root of one's own, merged first": (HEAD, {"unrelated-plans", "verify"}, joined(["root", "main"], eves)),
    "a root of one's own, merged last": (HEAD, {"unrelated-plans", "verify"}, joined(["main", "root"], eves)),
    "a root of one's own with the same files": (HEAD, {"unrelated-plans", "verify"}, joined(["root", "main"], lambda g, f: f, keep="main")),
    "a root with another plan, whose plan is kept": (HEAD, {"plan-id-changed", "unrelated-plans", "ref-protected"}, joined(["root", "main"], plan(planId=OTHER))),
    "another plan joined and dropped": (HEAD, None, vendored(["main", "root"])),
    "another plan joined and dropped, it first": (HEAD, None, vendored(["root", "main"])),
    "code without a plan, merged last": (HEAD, None, code_root(["main", "root"])),
    "code without a plan, merged first": (HEAD, None, code_root(["root", "main"])),
    "a copy of the first commit, merged last": (HEAD, None, copied(["main", "root"])),
    "a copy of the first commit, merged first": (HEAD, None, copied(["root", "main"])),
    "a root in the place of main": (HEAD, {"ref-protected"}, to("main", lambda g: own(g, eves), force=True)),
    "main set back": (HEAD, {"ref-protected"}, back),
    "main deleted": (HEAD, {"ref-protected", "deletion of the current branch"}, lambda ground: [":refs/heads/main"]),
    "a root of one's own to an unborn HEAD": (UNBORN, {"unrelated-plans", "policy-change-refused", "plan-id-changed", "ref-protected"},
                                              to("trunk", lambda g: own(g, eves))),
    "another plan to an unborn HEAD": (UNBORN, {"unrelated-plans", "policy-change-refused", "plan-id-changed", "ref-protected"},
                                       to("trunk", lambda g: own(g, plan(planId=OTHER)))),
    "main to an unborn HEAD": (UNBORN, None, lambda ground: [ground.id(ground.main) + ":refs/heads/trunk"]),
    "a root of one's own to a new branch": (NEW, {"unrelated-plans", "policy-change-refused", "plan-id-changed"}, to("topic", lambda g: own(g, eves))),
    "a replacement": (HEAD, {"ref-protected"}, lambda ground: [f"{ground.id(ground.old)}:refs/replace/{ground.id(ground.main)}"]),
    "a branch called HEAD": (HEAD, {"ref-protected", "HEAD"}, lambda ground: [ground.id(ground.main) + ":refs/heads/HEAD"]),
    "an alias of main set back": ("an alias of main", {"ref-protected"}, lambda ground: ["+" + ground.id(ground.old) + ":refs/heads/alias"]),
    "main set back where HEAD is unborn": ("HEAD is unborn, another branch holds the plan", {"ref-protected"}, back),
}
