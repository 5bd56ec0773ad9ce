"""Attacks that fit no table. Each gives what to push, and the codes one of which is named; None is "could not be judged"."""
import subprocess

from .changes import status
from .lab import SEALED
from .ways import raw_commit, stage


def entries(r, tree):
    """The entries of a tree, as (mode, name, id)."""
    lines = r.git("ls-tree", tree).splitlines()
    return [(meta.split()[0], name, meta.split()[2]) for meta, name in (line.split("\t", 1) for line in lines)]


def raw_tree(r, items):
    """A tree with its entries as they are given: in that order, by those names, and as often."""
    return r.object("tree", b"".join(
        mode.lstrip("0").encode() + b" " + name.encode() + b"\0" + bytes.fromhex(id) for mode, name, id in items))


def committed_tree(r, tree):
    return r.git("commit-tree", "-p", "main", "-m", "a change", tree) + ":refs/heads/main"


def done_blob(r):
    text = r.read(".readiness/M-12.json").replace('"Not Started"', '"Done"').replace('"TBD"', '"ada"')
    return r.git("hash-object", "-w", "--stdin", text=text)


def tree_attack(inside, codes):
    """Changes the entries of .readiness (`inside`) or of the top, and commits that."""
    def attack(r):
        top = entries(r, "main^{tree}")
        folder = entries(r, "main:.readiness")
        if inside == "top":
            items = codes[0](r, top)
        else:
            made = raw_tree(r, codes[0](r, folder))
            items = [(mode, name, made if name == ".readiness" else id) for mode, name, id in top]
        return committed_tree(r, raw_tree(r, items)), codes[1]
    return attack


def twice(r, items):
    return sum(([(mode, name, id), (mode, name, done_blob(r))] if name == "M-12.json" else [(mode, name, id)]
                for mode, name, id in items), [])


def twice_other_way(r, items):
    return sum(([(mode, name, done_blob(r)), (mode, name, id)] if name == "M-12.json" else [(mode, name, id)]
                for mode, name, id in items), [])


def unsorted(r, items):
    return [("100644", "M-12.json", done_blob(r))] + [item for item in items if item[1] != "M-12.json"]


def twice_as_a_folder(r, items):
    """A name is a file, which git shows, and a folder."""
    folder = raw_tree(r, [("100644", "notes", done_blob(r))])
    return sum(([item, ("40000", item[1], folder)] if item[1] == "M-12.json" else [item] for item in items), [])


def named(name):
    return lambda r, items: items + [("100644", name, done_blob(r))]


def two_plans(r, items):
    """Two folders of one name: the first as it was, the second with a milestone that is done."""
    folder = [(mode, name, done_blob(r) if name == "M-12.json" else id) for mode, name, id in entries(r, "main:.readiness")]
    return sum(([item, ("40000", ".readiness", raw_tree(r, folder))] if item[1] == ".readiness" else [item] for item in items), [])


def two_plans_other_way(r, items):
    listed = two_plans(r, items)
    at = [name for _, name, _ in listed].index(".readiness")
    return listed[:at] + [listed[at + 1], listed[at]] + listed[at + 2:]


def gitlink(name):
    return lambda r, items: [("160000", each, r.git("rev-parse", "main")) if each == name else (mode, each, id) for mode, each, id in items]


def finish(r, id):
    """Takes M-03 from review to done, or back, by the tool."""
    assert r.run(r.program, "move", id, "done").returncode == 0


def replayed(r):
    """The same stamp a second time, after its change was taken back."""
    r.json("M-12", lambda value: value.update(owner="ada"))
    r.git("commit", "-qam", "M-12: an owner")
    message = r.git("log", "-1", "--format=%B")
    r.json("M-12", lambda value: value.update(owner="TBD"))
    r.git("commit", "-qam", "M-12: no owner")
    r.json("M-12", lambda value: value.update(owner="ada"))
    r.bare("commit", "-qa", "-F", "-", text=message)
    return "main", {"replayed-run"}


def stamp(change):
    """A true stamp, spoiled."""
    def attack(r):
        r.json("M-12", lambda value: value.update(owner="ada"))
        r.git("commit", "-qam", "M-12: an owner")
        body = r.git("log", "-1", "--format=%B")
        start = body.index("Readiness-Run")
        r.bare("commit", "-q", "--amend", "-F", "-", text=change(body[:start], body[start:]))
        return "main", {"trailer-mismatch", "trailer-missing", "run-mismatch"}
    return attack


def illegal_merge(r):
    """Each side is legal: one reopens M-02, on which M-03 rests, the other takes M-03 to done."""
    r.git("checkout", "-q", "-b", "side")
    finish(r, "M-03")
    r.git("checkout", "-q", "main")
    assert r.run(r.program, "move", "M-03", "in-progress", "-m", "again").returncode == 0
    assert r.run(r.program, "move", "M-02", "in-progress", "-m", "again").returncode == 0
    r.bare("merge", "-q", "-s", "ours", "--no-edit", "side")
    r.git("checkout", "side", "--", ".readiness/M-03.json")
    r.bare("commit", "-q", "--amend", "--no-edit")
    return "main", {"unmet-dependency"}


def ours_over_reopened(r):
    """-s ours over the reopening of a milestone that is done: what a side decided is thrown away unseen."""
    r.git("checkout", "-q", "-b", "side")
    assert r.run(r.program, "move", "M-03", "in-progress", "-m", "again").returncode == 0
    assert r.run(r.program, "move", "M-02", "in-progress", "-m", "wrong").returncode == 0
    r.git("checkout", "-q", "main")
    r.json("M-02", lambda value: value.update(risks=[{"id": "r", "text": "t", "severity": "low", "status": "open"}]))
    r.git("commit", "-qam", "M-02: a risk")
    r.bare("merge", "-q", "-s", "ours", "--no-edit", "side")
    return "main", {"merge-unresolved"}


def circle_by_merge(r):
    """Two edges, legal alone, that close a circle together."""
    r.git("checkout", "-q", "-b", "side")
    r.json("M-06", lambda value: value.update(dependsOn=["M-07"]))
    r.git("commit", "-qam", "M-06 needs M-07")
    r.git("checkout", "-q", "main")
    r.json("M-07", lambda value: value.update(dependsOn=["M-06"]))
    r.git("commit", "-qam", "M-07 needs M-06")
    r.bare("merge", "-q", "--no-edit", "side")
    return "main", {"dependency-cycle"}


def flip_in_side(r):
    """A flip and a flip back on a side branch, whose ends are equal to what main has."""
    r.git("checkout", "-q", "-b", "side")
    stage(r, status("M-04", "Done"))
    r.bare("commit", "-qm", "flip")
    r.bare("revert", "--no-edit", "HEAD")
    r.write("code.txt", "side\n")
    r.git("add", "-A")
    r.bare("commit", "-qm", "code")
    r.git("checkout", "-q", "main")
    r.bare("merge", "-q", "--no-ff", "--no-edit", "side")
    return "main", {"illegal-transition"}


def policy_rolled_back(r):
    """Bob takes back a rule that ada made."""
    r.write("ssot/policies/authorization.json", r.read("ssot/policies/authorization.json").replace('"rules": [', '"rules": [{"to": "In Review", "role": "maintainer"}, '))
    r.git("commit", "-qam", "a rule more")
    r.become("bob")
    r.bare("revert", "--no-edit", "HEAD")
    return "main", {"policy-change-refused"}


def evil_octopus(r):
    for name in ("one", "two"):
        r.git("checkout", "-q", "-b", name, "main")
        r.write(f"{name}.txt", "1\n")
        r.git("add", "-A")
        r.git("commit", "-qm", name)
    r.git("checkout", "-q", "main")
    stage(r, status("M-04", "Done"))
    tree = r.git("write-tree")
    return r.git("commit-tree", "-p", "main", "-p", "one", "-p", "two", "-m", "all", tree) + ":refs/heads/main", {"illegal-transition"}


def behind_a_folder(id):
    """Git sorts the folder M-05 behind M-05.json, and who searches among names alone may miss the file."""
    def apply(r):
        for n in range(1, 13):
            r.write(f".readiness/M-{n:02}/notes", "x\n")
        r.git("add", "-A")
        r.git("commit", "-qm", "folders")
        stage(r, status(id, "Done"))
        r.bare("commit", "-qm", "by hand")
        return r.git("rev-parse", "HEAD") + ":refs/heads/main", {"illegal-transition"}

    return apply


def other_mode(r, items):
    """A mode that is none, which git takes for a submodule."""
    return [("110644" if name == "M-12.json" else mode, name, id) for mode, name, id in items]


def file_beside_the_plan(r, items):
    """At the top, a file of the name of the plan's folder."""
    return sum(([("100644", item[1], done_blob(r)), item] if item[1] == ".readiness" else [item] for item in items), [])


def parent_twice(r):
    stage(r, status("M-04", "Done"))
    parent = r.git("rev-parse", "main")
    return r.object("commit", (
        f"tree {r.git('write-tree')}\nparent {parent}\nparent {parent}\nauthor Ada <ada@example.com> 1700000000 +0000\n"
        "committer Ada <ada@example.com> 1700000000 +0000\n\na change\n").encode()) + ":refs/heads/main", {"illegal-transition"}


def other_root(r, *words):
    """The plan with one more that is done, as the first commit of another history, with nothing else that is wrong."""
    stage(r, lambda r: r.json("M-04", lambda value: (value.update(status="Done"), value["exitCriteria"][0].update(
        evidence=[{"kind": "statement", "text": "t", "by": "ada@example.com"}]))))
    return r.git("commit-tree", *words, "-m", "a change", r.git("write-tree"))


def root(r):
    return other_root(r) + ":refs/heads/other", None


def root_in_the_place_of_main(r):
    subprocess.run(["git", "-C", r.server, "config", "receive.denyNonFastForwards", "false"], env=SEALED, check=True)
    return "+" + other_root(r) + ":refs/heads/main", None


def root_merged(r):
    """Both sides are there, and the merge takes what the other history says."""
    first = other_root(r)
    made = r.git("commit-tree", "-p", "main", "-p", first, "-m", "all", first + "^{tree}")
    return made + ":refs/heads/main", {"unrelated-plans"}


def headers(lines):
    """A commit with headers at places where git does not look, so that others may see another commit than it shows."""
    def apply(r):
        harmless = r.git("rev-parse", "main^{tree}")
        stage(r, status("M-04", "Done"))
        values = {"harmless": harmless, "parent": r.git("rev-parse", "main~1")}
        return raw_commit(r, b"a change\n", lines.format(**values).encode()) + ":refs/heads/main", None

    return apply


def linked_bytes(path, code):
    """A link whose text is the very bytes of the file that stood there, so that both are one object to git."""
    def apply(r):
        if path == "proof.txt":
            stage(r, status("M-03", "Done"))
        r.git("update-index", "--cacheinfo", f"120000,{r.git('rev-parse', 'HEAD:' + path)},{path}")
        r.bare("commit", "-qm", "by hand")
        return r.git("rev-parse", "HEAD") + ":refs/heads/main", {code}

    return apply


MALFORMED = {"malformed-tree"}
ATTACKS = {
    "an entry twice": tree_attack("inside", (twice, MALFORMED)), "an entry twice, the other way": tree_attack("inside", (twice_other_way, MALFORMED)),
    "a file that is a folder as well": tree_attack("inside", (twice_as_a_folder, MALFORMED)),
    "a mode that git takes for a submodule": tree_attack("inside", (other_mode, {"not-a-regular-file"})),
    "a file beside the plan's folder": tree_attack("top", (file_beside_the_plan, MALFORMED)),
    "a parent twice": parent_twice, "another root": root, "another root for main": root_in_the_place_of_main,
    "another root, merged": root_merged,
    "a second tree": headers("tree {harmless}\n"), "a second parent out of place": headers("parent {parent}\n"),
    "a second author": headers("author Ada <ada@example.com> 1700000000 +0000\n"),
    "entries out of order": tree_attack("inside", (unsorted, MALFORMED)), "an entry ../x": tree_attack("inside", (named("../M-99.json"), MALFORMED)),
    "an entry with a slash": tree_attack("inside", (named("a/M-99.json"), MALFORMED)),
    "an entry .git": tree_attack("inside", (named(".git"), MALFORMED)), "an entry without a name": tree_attack("inside", (named(""), MALFORMED)),
    "an entry at the top ../x": tree_attack("top", (named("../x"), MALFORMED)),
    "the plan twice": tree_attack("top", (two_plans, MALFORMED)), "the plan twice, the other way": tree_attack("top", (two_plans_other_way, MALFORMED)),
    "a submodule for a milestone": tree_attack("inside", (gitlink("M-12.json"), {"not-a-regular-file"})),
    "a submodule for the plan": tree_attack("top", (gitlink(".readiness"), {"not-a-regular-file"})),
    "a submodule for ssot": tree_attack("top", (gitlink("ssot"), {"schema-violation", "policy-change-refused", "trailer-missing"})),
    "a run replayed": replayed, "a stamp doubled": stamp(lambda head, block: head + block + "\n\n" + block),
    "a stamp cut off": stamp(lambda head, block: head + "\n".join(block.splitlines()[:-1])),
    "a stamp without its end": stamp(lambda head, block: head + block.rstrip()[:-3]),
    "a stamp indented": stamp(lambda head, block: head + "\n".join("  " + line for line in block.splitlines())),
    "a stamp quoted": stamp(lambda head, block: head + "\n".join("> " + line for line in block.splitlines())),
    "a stamp out of order": stamp(lambda head, block: head + "\n".join(reversed(block.splitlines()))),
    "a stamp in capitals": stamp(lambda head, block: head + block.replace("Readiness-At", "READINESS-AT")),
    "an unknown line in a stamp": stamp(lambda head, block: head + block.replace("\nReadiness-Actor", "\nReadiness-Else: x\nReadiness-Actor")),
    "two legal branches": illegal_merge, "ours over a reopened one": ours_over_reopened, "a circle born in a merge": circle_by_merge,
    "flipped in a side branch": flip_in_side, "a policy rolled back": policy_rolled_back, "an evil octopus": evil_octopus,
    **{f"a link of the very bytes for {path}": linked_bytes(path, code) for path, code in {
        ".readiness/M-12.json": "not-a-regular-file", "ssot/plan.json": "not-a-regular-file",
        "ssot/policies/authorization.json": "policy-unreadable", "proof.txt": "evidence-mismatch"}.items()},
    **{f"{id} behind a folder of its name": behind_a_folder(id) for id in (f"M-{n:02}" for n in range(4, 13))},
}
