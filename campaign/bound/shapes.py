"""Pushes whose objects, messages, histories or refs are of an uncommon shape."""
import json
import random

from .lab import FILE, FOLDER, PERSON, ZERO
from .pushes import AUTHORITY, milestone, on_branch, on_main, pushes


@pushes
def blob_of_zeros(lab):
    return on_main(lab, lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": b'{"status":"Not Started"}' + b" " * 20_000_000}, [lab.main]))


@pushes
def many_large_milestones(lab):
    files = {**lab.files}
    for number in range(100, 240):
        text = json.dumps({"id": f"M-{number}", "workstream": "w", "outcome": "a " * 100_000 + str(number), "dependsOn": [], "owner": "TBD",
                           "status": "Not Started", "exitCriteria": [{"id": "x", "text": "y"}]}).encode()
        files[f".readiness/M-{number}.json"] = text
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def large_milestone_again_and_again(lab):
    old, parent = lab.files, lab.main
    for number in range(105):
        new = {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-note": "b " * 110_000 + str(number)})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def deep_folders_of_the_policy(lab):
    id = lab.object("blob", b"{}")
    tree = lab.folder([(FILE, "x.json", id)])
    for _ in range(1200):
        tree = lab.folder([(FOLDER, "d", tree)])
    files = {**lab.files, "ssot/policies/deep": (FOLDER, tree)}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def wide_policy_by_repeated_folders(lab):
    tree = lab.folder([(FILE, f"{n}.json", lab.object("blob", b"{}")) for n in range(10)])
    for _ in range(9):
        tree = lab.folder([(FOLDER, f"d{n}", tree) for n in range(10)])
    return on_main(lab, lab.commit(lab.tree({**lab.files, "ssot/policies/wide": (FOLDER, tree)}), [lab.main]))


def guarded(lab, patterns, more):
    """A commit that guards paths, and one by somebody without the role that adds files beside the plan."""
    people = {"roles": {"maintainer": ["nobody@example.com"]}, "version": 1}
    first = {**lab.files, AUTHORITY: json.dumps(people).encode(),
             "ssot/policies/paths.json": json.dumps({"version": 1, "guarded": [{"paths": patterns, "role": "maintainer"}]}).encode()}
    one = lab.stamped(lab.files, first, [lab.main])
    return on_main(lab, lab.commit(lab.tree({**first, **more}), [one]))


def nested(lab, entry, names, levels):
    """A folder of so many names in as many levels, of which one object is made for each level."""
    tree = lab.folder([(*entry[:1], f"{n}{entry[1]}", entry[2]) for n in range(names)])
    for _ in range(levels):
        tree = lab.folder([(FOLDER, f"d{n}", tree) for n in range(names)])
    return tree


@pushes
def wide_tree_beside_guarded_paths(lab):
    tree = nested(lab, (FILE, ".swift", lab.object("blob", b"x")), 10, 9)
    return guarded(lab, ["src/**/*a*b*c*d*.swift", "**/x"], {"src": (FOLDER, tree)})


@pushes
def wide_tree_of_guarded_files(lab):
    tree = nested(lab, (FILE, ".lock", lab.object("blob", b"x")), 10, 9)
    return guarded(lab, ["**/*.lock"], {"zz": (FOLDER, tree)})


@pushes
def wide_tree_inside_ssot(lab):
    tree = nested(lab, (FILE, ".lock", lab.object("blob", b"x")), 10, 9)
    return guarded(lab, ["**/*.lock", "infra/**"], {"ssot/zz": (FOLDER, tree)})


@pushes
def wide_tree_of_guarded_files_on_many_parents(lab):
    """The same folders again and again: from the side of each parent, and in each of several commits."""
    tree = nested(lab, (FILE, ".lock", lab.object("blob", b"x")), 10, 4)
    [(_, one, ref)] = guarded(lab, ["**/*.lock"], {})
    files = {**lab.files, "ssot/policies/paths.json": b'{"version": 1, "guarded": [{"paths": ["**/*.lock"], "frozenBy": ["M-02"]}]}'}
    one = lab.stamped(lab.files, files, [lab.main])
    parents = [lab.commit(lab.tree({**files, "aa": (FILE, lab.object("blob", b"%d" % n))}), [one], f"{n}\n") for n in range(60)]
    return on_main(lab, lab.commit(lab.tree({**files, "zz": (FOLDER, tree)}), [one, *parents]))


@pushes
def empty_folders_among_attestations(lab):
    tree = nested(lab, (FOLDER, "", lab.folder([])), 3000, 1)
    return [(ZERO, lab.commit(tree, []), "refs/readiness/attestations")]


@pushes
def globs_that_double(lab):
    tree = lab.folder([(FILE, "y", lab.object("blob", b"x"))])
    for _ in range(40):
        tree = lab.folder([(FOLDER, "a", tree)])
    return guarded(lab, ["/".join(["**"] * 30 + ["x"])], {"src": (FOLDER, tree)})


@pushes
def wide_plan_by_repeated_entries(lab):
    entries = [(FILE, f"M-{n:03}.json", lab.object("blob", b"{}")) for n in range(1500)]
    old = lab.tree(lab.files)
    files = {**lab.files, ".readiness": (FOLDER, lab.folder(entries))}
    files = {p: v for p, v in files.items() if not p.startswith(".readiness/")}
    return on_main(lab, lab.commit(lab.tree(files), [lab.main]))


@pushes
def message_of_faulty_blocks(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], "Readiness-Run: x\n\n" * 1_100_000))


@pushes
def message_of_one_long_block(lab):
    lines = "Readiness-Run: " + "0" * 64 + "\n" + "".join('Readiness-Edit: M-01 none none\n' for _ in range(650_000))
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], lines))


@pushes
def message_of_one_line(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], "a" * 40_000_000))


@pushes
def message_in_another_encoding(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], b"\xe9" * 30_000_000, headers="encoding ISO-8859-1\n"))


@pushes
def header_of_megabytes(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main], headers="gpgsig " + "\n ".join(["a" * 60] * 270_000) + "\n"))


@pushes
def many_parents_that_are_one(lab):
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main] * 100_000))


def roots(lab, count):
    """As many baselines, each adopted for itself, joined by pairs."""
    tips = []
    for number in range(count):
        files = {"ssot/plan.json": lab.files["ssot/plan.json"], ".readiness/M-01.json": lab.files[".readiness/M-01.json"]}
        files["ssot/plan.json"] = json.dumps({"planId": "5e7a63c7-3f0c-4d5a-9d38-6f1d1a7c8e21", "title": f"t{number}", "executionOrder": ["M-01"], "retired": []}).encode()
        tips.append(lab.stamped(None, files, [], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z"))
    tree = lab.tree(lab.files)
    tip = lab.main
    for other in tips:
        tip = lab.commit(tree, [tip, other])
    return on_branch(lab, tip)


def octopus(lab, count):
    parents = []
    for number in range(count):
        new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", **{"x-line": number})}
        parents.append(lab.stamped(lab.files, new, [lab.main], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z"))
    new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", **{"x-line": 0})}
    return on_main(lab, lab.stamped(new, new, parents, at="2026-11-20T12:00:00.000Z", lists=["M-02"]))


@pushes
def crossing_merges(lab):
    a = b = lab.main
    tree = lab.tree(lab.files)
    a, b = lab.commit(tree, [a], "a\n"), lab.commit(tree, [b], "b\n")
    for number in range(225):
        a, b = lab.commit(tree, [a, b], f"a{number}\n"), lab.commit(tree, [b, a], f"b{number}\n")
    return on_main(lab, lab.commit(tree, [a, b]))


@pushes
def many_refs(lab):
    commit = lab.stamped(lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, outcome="another")}, [lab.main])
    return [(ZERO, commit, f"refs/heads/b{n}") for n in range(700)]


@pushes
def many_tags(lab):
    return [(ZERO, lab.main, f"refs/tags/t{n}") for n in range(700)]


@pushes
def tags_of_tags(lab):
    tip = lab.object("tag", f"object {lab.main}\ntype commit\ntag t\ntagger {PERSON} 1 +0000\n\nx\n".encode())
    for n in range(300):
        tip = lab.object("tag", f"object {tip}\ntype tag\ntag t{n}\ntagger {PERSON} 1 +0000\n\nx\n".encode())
    return [(ZERO, tip, "refs/tags/t")]


@pushes
def odd_dates(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for date in ["9223372036854775807 +0000", "9223372036854775808 +0000", "-9223372036854775808 +0000", "99999999999999999999999 +9999", "0 -9999",
                 "1700000000 +99999999999999999999", "x y", "253402300800 +0000", "-1 +0000", ""]:
        tip = lab.commit(tree, [tip], date=date)
    return on_main(lab, tip)


@pushes
def odd_encodings(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for name in ["UTF-7", "UTF-16", "x" * 100_000, "", "ISO-8859-99", "windows-1250", "ISO-2022-JP", "UTF-8\0x", "//TRANSLIT"]:
        tip = lab.commit(tree, [tip], b"\xff\xfe a\n", headers=f"encoding {name}\n")
    return on_main(lab, tip)


@pushes
def long_chain_of_commits(lab):
    tip, tree = lab.main, lab.tree(lab.files)
    for number in range(300):
        tip = lab.commit(tree, [tip], f"{number}\n")
    return on_main(lab, tip)


@pushes
def deltas_upon_deltas(lab):
    old, parent, rng = lab.files, lab.main, random.Random(1)
    noise = "".join(rng.choice("abcdefgh ") for _ in range(20_000))
    for number in range(80):
        new = {**lab.files, ".readiness/M-01.json": milestone(lab, **{"x-note": (noise + str(number)) * 11})}
        parent = lab.stamped(old, new, [parent], at=f"2026-11-20T10:{number // 60:02}:{number % 60:02}.000Z")
        old = new
    return on_main(lab, parent)


@pushes
def siblings_under_one_change(lab):
    """Siblings that hold the same, under a merge that changes a milestone of all."""
    tree = lab.tree(lab.files)
    parents = [lab.commit(tree, [lab.main], f"{n}\n") for n in range(250)]
    new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", outcome="another")}
    return on_main(lab, lab.commit(lab.tree(new), [lab.main, *parents]))


@pushes
def siblings_that_each_change_a_milestone(lab):
    ids = sorted(path[11:-5] for path in lab.files if path.startswith(".readiness/"))
    parents = [lab.commit(lab.tree({**lab.files, f".readiness/{ids[n % len(ids)]}.json": milestone(lab, ids[n % len(ids)], outcome=f"o{n}")}),
                          [lab.main], f"{n}\n") for n in range(126)]
    new = {**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", outcome="another")}
    return on_main(lab, lab.commit(lab.tree(new), [lab.main, *parents]))
