"""Ways to bring a change into a repository, past the hooks and with them; each says what to push."""
import os
import subprocess

from .lab import NO_HOOKS, SEALED, Repository


def stage(r, change):
    change(r)
    r.git("add", "-A")


def commit(*options, skip=True, env=None):
    def way(r, change):
        stage(r, change)
        r.git(*(NO_HOOKS if skip else []), "commit", "-qm", "a change", *options, env=env)
        return "main"
    return way


def partial(skip=True):
    def way(r, change):
        stage(r, change)
        names = r.git("diff", "--cached", "--name-only").split("\n")
        r.git(*(NO_HOOKS if skip else []), "commit", "-qm", "a change", *names)
        return "main"
    return way


def skipped(r, change):
    stage(r, change)
    r.git("commit", "-qm", "a change", env={"READINESS_SKIP": "1"})
    return "main"


def by_configuration(r, change):
    stage(r, change)
    r.git("commit", "-qm", "a change",
          env={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/dev/null"})
    return "main"


def amend(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.write("notes.txt", "n\n")
        r.git("add", "-A")
        r.git(*flags, "commit", "-qm", "notes")
        stage(r, change)
        r.git(*flags, "commit", "-q", "--amend", "--no-edit")
        return "main"
    return way


def plumbing(r, change):
    stage(r, change)
    made = r.git("commit-tree", "-p", "HEAD", "-m", "a change", r.git("write-tree"))
    r.bare("update-ref", "refs/heads/main", made)
    return "main"


def other_index(r, change):
    change(r)
    env = {"GIT_INDEX_FILE": r.path(".git/other-index")}
    r.git("read-tree", "HEAD", env=env)
    r.git("add", "-A", env=env)
    made = r.git("commit-tree", "-p", "HEAD", "-m", "a change", r.git("write-tree", env=env))
    return made + ":refs/heads/main"


def fast_import(r, change):
    stage(r, change)
    person = r.git("var", "GIT_AUTHOR_IDENT")
    stream = f"commit refs/heads/imported\nauthor {person}\ncommitter {person}\ndata 8\na change\nfrom refs/heads/main^0\n"
    entries = r.git("diff", "--cached", "--no-renames", "--raw", "--no-abbrev").split("\n")
    for entry in entries:
        meta, name = entry[1:].split("\t")
        _, mode, _, blob, kind = meta.split()
        stream += f"D {name}\n" if kind == "D" else f"M {mode} {blob} {name}\n"
    r.bare("fast-import", "--quiet", "--force", text=stream + "\n")
    return "imported:main"


def side(r, change, skip=True):
    """The change on a branch of its own; main is where it was."""
    flags = NO_HOOKS if skip else []
    r.git(*flags, "checkout", "-q", "-b", "side")
    stage(r, change)
    r.git(*flags, "commit", "-qm", "a change")
    r.git(*flags, "checkout", "-q", "main")


def onto(skip, *command):
    """Other work on main, then a command that brings the side branch in."""
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        r.write("notes.txt", "n\n")
        r.git("add", "notes.txt")
        r.git(*flags, "commit", "-qm", "notes")
        for words in command:
            r.git(*flags, *words)
        return "main"
    return way


def forward(skip=True):
    def way(r, change):
        side(r, change, skip)
        r.git(*(NO_HOOKS if skip else []), "merge", "-q", "--ff-only", "side")
        return "main"
    return way


def octopus(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        for name in ("x", "y"):
            r.git(*flags, "checkout", "-q", "-b", name, "main")
            r.write(name + ".txt", "1\n")
            r.git("add", name + ".txt")
            r.git(*flags, "commit", "-qm", name)
        r.git(*flags, "checkout", "-q", "main")
        r.git(*flags, "merge", "-q", "-m", "all", "side", "x", "y")
        return "main"
    return way


def evil_merge(r, change):
    r.bare("checkout", "-q", "-b", "harmless")
    r.write("x.txt", "1\n")
    r.git("add", "x.txt")
    r.bare("commit", "-qm", "x")
    r.bare("checkout", "-q", "main")
    r.bare("merge", "-q", "--no-ff", "--no-commit", "harmless")
    stage(r, change)
    r.bare("commit", "-qm", "merge")
    return "main"


def rebase(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        side(r, change, skip)
        r.write("notes.txt", "n\n")
        r.git("add", "notes.txt")
        r.git(*flags, "commit", "-qm", "notes")
        r.git(*flags, "rebase", "-q", "main", "side")
        return "side:main"
    return way


def mail(r, change):
    side(r, change)
    patch = r.run("git", "format-patch", "--stdout", "-1", "side").stdout
    r.bare("am", "-q", text=patch)
    return "main"


def detached(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.git(*flags, "checkout", "-q", "--detach")
        stage(r, change)
        r.git(*flags, "commit", "-qm", "a change")
        return "HEAD:main"
    return way


def linked(skip=True):
    def way(r, change):
        flags = NO_HOOKS if skip else []
        r.git("worktree", "add", "-q", "-b", "linked", r.folder + "/linked")
        other = Repository(r.program, r.folder)
        other.work = r.folder + "/linked"
        stage(other, change)
        other.git(*flags, "commit", "-qm", "a change")
        return "linked:main"
    return way


def new_branch(r, change):
    side(r, change)
    return "side:refs/heads/feature"


def tagged(r, change):
    side(r, change)
    r.git("tag", "-a", "-m", "v1", "v1", "side")
    return "v1"


def tagged_twice(r, change):
    """A tag of a tag of a tree's commit."""
    side(r, change)
    r.git("tag", "-a", "-m", "v1", "v1", "side")
    r.bare("-c", "advice.nestedTag=false", "tag", "-a", "-m", "v2", "v2", "v1")
    r.git("tag", "-d", "v1")
    return "v2"


def other_ref(r, change):
    side(r, change)
    return "side:refs/other/feature"


def hidden(r, change):
    """Undone by the next commit: the ends of the push are equal."""
    before = r.git("rev-parse", "HEAD")
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    made = r.git("commit-tree", "-p", "HEAD", "-m", "back", before + "^{tree}")
    return made + ":refs/heads/main"


def under_other_work(r, change):
    side(r, change)
    r.bare("checkout", "-q", "side")
    for number in range(3):
        r.write("notes.txt", f"{number}\n")
        r.git("add", "notes.txt")
        r.bare("commit", "-qm", f"notes {number}")
    return "side:main"


def stolen_stamp(r, change):
    stage(r, change)
    message = r.run("git", "log", "-1", "--format=%B", "main").stdout
    r.bare("commit", "-q", "-F", "-", text=message)
    return "main"


def forged_stamp(r, change):
    stage(r, change)
    block = "Readiness-Run: " + "0" * 64 + "\nReadiness-At: 2026-11-22T19:00:00.123Z\nReadiness-Actor: Ada <ada@example.com>\n"
    block += "Readiness-Policy: sha256:" + "0" * 64 + "\nReadiness-Transition: M-04 \"In Progress\" -> \"Done\" sha256:"
    r.bare("commit", "-q", "-F", "-", text="a change\n\n" + block + "0" * 64 + " sha256:" + "0" * 64 + "\n")
    return "main"


def ancient(r, change):
    stage(r, change)
    moment = "1970-01-02T00:00:00Z"
    r.bare("commit", "-qm", "a change", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return "main"


def far_future(r, change):
    stage(r, change)
    moment = "2099-01-02T00:00:00Z"
    r.bare("commit", "-qm", "a change", env={"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment})
    return "main"


def strange_message(r, change):
    stage(r, change)
    r.bare("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "-F", "-", text="\x1b[31mred\x1b[0m \u202e\n")
    return "main"


def replaced(r, change):
    """The client's own replace ref shows a harmless commit in place of the one that is pushed."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    harmless = r.git("commit-tree", "-p", "HEAD~1", "-m", "harmless", "HEAD~1^{tree}")
    r.git("replace", "HEAD", harmless)
    return "main"


def bundle(r, change):
    side(r, change)
    r.git("bundle", "create", "-q", r.folder + "/b", "main..side")
    r.bare("fetch", "-q", r.folder + "/b", "side:bundled")
    return "bundled:main"


def raw_commit(r, message, headers=b""):
    """A commit of what is staged whose message git would not write."""
    tree, parent = r.git("write-tree"), r.git("rev-parse", "main")
    author = "{} <{}> 1700000000 +0000".format(r.git("config", "user.name"), r.git("config", "user.email"))
    head = f"tree {tree}\nparent {parent}\nauthor {author}\ncommitter {author}\n".encode()
    return r.object("commit", head + headers + b"\n" + message)


def zero_in_message(r, change):
    stage(r, change)
    # Where objects are checked, git itself refuses it before the gate is asked.
    subprocess.run(["git", "-C", r.server, "config", "receive.fsckObjects", "false"], env=SEALED, check=True)
    return raw_commit(r, b"a change\0hidden\n") + ":refs/heads/main"


def unknown_encoding(r, change):
    stage(r, change)
    return raw_commit(r, b"a change \xff\xfe\n", b"encoding no-such-thing\n") + ":refs/heads/main"


def mixed_encoding(r, change):
    stage(r, change)
    return raw_commit(r, b"a change \xe9\xff\n") + ":refs/heads/main"


def with_attributes(r, change):
    """Attributes that have git change our files on their way, and not show them."""
    r.write(".gitattributes", "* ident text=auto eol=crlf\n.readiness/** -diff filter=quiet merge=ours\nssot/** -diff\n")
    r.git("config", "filter.quiet.clean", "cat")
    r.git("config", "filter.quiet.smudge", "sed s/Done/Blocked/")
    return skipped(r, change)


def behind_a_graph(r, change):
    """A commit-graph that lies about trees and parents."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    r.git("commit-graph", "write", "--reachable")
    path = r.path(".git/objects/info/commit-graph")
    data = bytearray(open(path, "rb").read())
    chunks = {bytes(data[8 + 12 * i:12 + 12 * i]): int.from_bytes(data[12 + 12 * i:20 + 12 * i], "big") for i in range(data[6])}
    start, count = chunks[b"CDAT"], int.from_bytes(data[chunks[b"OIDF"] + 1020:chunks[b"OIDF"] + 1024], "big")
    for index in range(count):
        # Every commit has the first one's tree, and no parent.
        at = start + 36 * index
        data[at:at + 28] = data[start:start + 20] + b"\x70\0\0\0" * 2
    os.chmod(path, 0o644)
    open(path, "wb").write(data)
    r.push_environment = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.commitGraph", "GIT_CONFIG_VALUE_0": "false"}
    return "main"


def grafted(r, change):
    """A graft that shows the change as if it stood before everything."""
    stage(r, change)
    r.bare("commit", "-qm", "a change")
    os.makedirs(r.path(".git/info"), exist_ok=True)
    with open(r.path(".git/info/grafts"), "w") as file:
        file.write(r.git("rev-parse", "HEAD") + "\n")
    r.push_environment = {"GIT_GRAFT_FILE": "/dev/null"}
    return "main"


PAST_THE_HOOKS = {
    "READINESS_SKIP": skipped, "--no-verify": commit("--no-verify"), "core.hooksPath": commit(),
    "GIT_CONFIG_COUNT": by_configuration, "commit -a": commit("-a"), "commit path": partial(), "amend": amend(),
    "commit-tree": plumbing, "another index": other_index, "fast-import": fast_import,
    "cherry-pick": onto(True, ["cherry-pick", "side"]), "merge": onto(True, ["merge", "-q", "--no-edit", "side"]),
    "merge -s theirs": onto(True, ["merge", "-q", "--no-edit", "-X", "theirs", "side"]), "fast-forward": forward(),
    "squash": onto(True, ["merge", "-q", "--squash", "side"], ["commit", "-q", "--no-edit"]), "octopus": octopus(),
    "evil merge": evil_merge, "rebase": rebase(), "am": mail, "detached": detached(), "linked work tree": linked(),
    "a new branch": new_branch, "a tag": tagged, "a tag of a tag": tagged_twice,
    "a ref that is no branch": other_ref, "undone at once": hidden, "under other work": under_other_work,
    "a stolen stamp": stolen_stamp, "a forged stamp": forged_stamp, "in 1970": ancient, "in 2099": far_future,
    "a strange message": strange_message, "behind a replacement": replaced, "by bundle": bundle,
    "a zero in the message": zero_in_message, "an unknown encoding": unknown_encoding,
    "bytes that are no text": mixed_encoding, "with attributes": with_attributes, "behind a commit-graph": behind_a_graph,
    "behind a graft": grafted,
}

WITH_THE_HOOKS = {
    "commit": commit(skip=False), "commit -a": commit("-a", skip=False), "commit path": partial(skip=False),
    "--no-verify": commit("--no-verify", skip=False), "amend": amend(skip=False), "detached": detached(skip=False),
    "linked work tree": linked(skip=False), "fast-forward": forward(skip=False), "rebase": rebase(skip=False),
    "merge": onto(False, ["merge", "-q", "--no-edit", "side"]), "cherry-pick": onto(False, ["cherry-pick", "side"]),
    "squash": onto(False, ["merge", "-q", "--squash", "side"], ["commit", "-q", "--no-edit"]), "octopus": octopus(skip=False),
}


# What git itself cannot do; and a ref that nobody protects may hold another plan (contract 2.2, anchors).
IMPOSSIBLE = {("octopus", "a link for the plan"), ("octopus", "a link for the policies"),
              *((way, "another plan's id") for way in ("a new branch", "a tag", "a tag of a tag", "a ref that is no branch"))}


def expected(way, code):
    """The codes one of which has to be named."""
    if code == "trailer-missing":
        # A stamp that is not this change's, and a merge that decides without one, have codes of their own.
        return {"a stolen stamp": {"trailer-mismatch"}, "a forged stamp": {"trailer-mismatch"},
                "evil merge": {"merge-unresolved"}}.get(way, {code})
    if code in ("not-authorized", "policy-change-refused"):
        # Here another person's name stands on the commit or in its stamp, and the stamp gives that away.
        return {"a stolen stamp": {code, "actor-mismatch"}, "a forged stamp": {code, "run-mismatch"},
                "amend": {code, "trailer-missing"}}.get(way, {code})
    return {code}
