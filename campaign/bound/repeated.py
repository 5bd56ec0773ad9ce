"""Pushes that say the same again and again: git stores a repeated text once, and a reader reads it each time."""
import hashlib
import json
import os
import zlib

from .lab import FILE, FOLDER, PERSON, canonical, tagged
from .pushes import AUTHORITY, milestone, on_main, pushes

PEOPLE = {"version": 1, "roles": {"maintainer": ["ada@example.com"], "reviewer": ["ada@example.com", "eve@example.com"]},
          "rules": [{"to": "Done", "role": "reviewer", "notWhoSentToReview": True}, {"fields": ["*"], "role": "reviewer", "notWhoSentToReview": True}],
          "bypass": [{"role": "maintainer", "codes": ["unmet-dependency", "evidence-missing", "owner-missing"], "days": 3}]}


def moment(number):
    return f"2026-11-20T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"


def block(lab, commit):
    """The stamp of a commit that was made here."""
    with open(os.path.join(lab.work, ".git/objects", commit[:2], commit[2:]), "rb") as file:
        text = zlib.decompress(file.read()).decode()
    return text[text.index("Readiness-Run"):]


def ruled(lab):
    """Files and the commit of a plan whose policy has rules about reviews and exceptions."""
    files = {**lab.files, AUTHORITY: json.dumps(PEOPLE).encode()}
    return files, lab.stamped(lab.files, files, [lab.main])


def edits(lab, files, tip, text, count):
    """Commits that each change the first milestone, with the same text below the subject."""
    for number in range(count):
        changed = {**files, ".readiness/M-01.json": milestone(lab, owner=f"o{number}")}
        tip = lab.commit(lab.tree(changed), [tip], text)
    return tip


def stamps(lab, count):
    """As many runs, each with its own ID; none is true."""
    policy = "sha256:" + "0" * 64
    return "".join(f"\nReadiness-Run: {hashlib.sha256(b'%d' % n).hexdigest()}\nReadiness-At: {moment(n)}\nReadiness-Actor: {PERSON}\n"
                   f"Readiness-Policy: {policy}\n" for n in range(count))


def repeated_stamps(lab, count):
    files, one = ruled(lab)
    return on_main(lab, edits(lab, files, one, "s\n" + ("\n" + block(lab, one)) * 300, count))


@pushes
def one_stamp_repeated_in_many_messages(lab):
    return repeated_stamps(lab, 100)


@pushes
def many_stamps_repeated_in_many_messages(lab):
    files, one = ruled(lab)
    return on_main(lab, edits(lab, files, one, "s\n" + stamps(lab, 300), 100))


@pushes
def as_many_stamps_as_a_message_holds_in_many_messages(lab):
    files, one = ruled(lab)
    return on_main(lab, edits(lab, files, one, "s\n" + stamps(lab, 600), 50))


@pushes
def many_stamps_on_many_lines(lab):
    """The same runs beside each other: none is an ancestor of another."""
    text = "s\n" + stamps(lab, 300)
    tips = [edits(lab, lab.files, lab.main, text + f"\n{n}\n", 1) for n in range(100)]
    tree = lab.tree(lab.files)
    return on_main(lab, lab.commit(tree, [lab.main, *tips]))


@pushes
def long_messages_that_differ_little(lab):
    text = b"a long line\n" * 1_300_000
    return on_main(lab, edits(lab, lab.files, lab.main, text, 20))


@pushes
def long_messages_made_from_one_another(lab):
    """In a pack, where each is the difference from another."""
    text = b"a long line\n" * 800_000
    tip, tree = lab.main, lab.tree(lab.files)
    for number in range(85):
        tip = lab.commit(tree, [tip], text + b"%d" % number)
    return on_main(lab, tip)


@pushes
def long_headers_that_differ_little(lab):
    tip, headers = lab.main, "x y\n" * 500_000
    for number in range(60):
        changed = {**lab.files, ".readiness/M-01.json": milestone(lab, owner=f"o{number}")}
        tip = lab.commit(lab.tree(changed), [tip], headers=headers)
    return on_main(lab, tip)


@pushes
def review_changed_again_and_again(lab):
    """Each change of what is in review asks who sent it there, through all messages since."""
    files, one = ruled(lab)
    value = json.loads(lab.files[".readiness/M-01.json"])
    criteria = [{**c, "evidence": [{"kind": "statement", "text": "t", "by": "b"}]} for c in value["exitCriteria"]]

    def at(status, **more):
        return {**files, ".readiness/M-01.json": milestone(lab, owner="ada", status=status, exitCriteria=criteria, **more)}
    two = lab.stamped(files, at("In Progress"), [one], at=moment(1))
    tip = lab.stamped(at("In Progress"), at("In Review"), [two], at=moment(2))
    text = "s\n" + ("\n" + block(lab, two)) * 300
    for number in range(100):
        tip = lab.commit(lab.tree(at("In Review", outcome=f"o{number}")), [tip], text)
    return on_main(lab, tip)


@pushes
def many_heals_of_one_change(lab):
    """There and back without a stamp, then as many stamps that record it."""
    states = [lab.files, {**lab.files, ".readiness/M-01.json": milestone(lab, owner="o")}]
    digests = [tagged(s[".readiness/M-01.json"]) for s in states]
    plan = json.loads(lab.files["ssot/plan.json"])["planId"]
    policy = tagged(canonical({p: tagged(b) for p, b in lab.files.items()
                               if p.startswith("ssot/policies/") or p == "ssot/schemas/milestone.schema.json"}))
    tip = lab.main
    for number in range(150):
        tip = lab.commit(lab.tree(states[(number + 1) % 2]), [tip], f"{number}\n")
    for number in range(150):
        pairs = sorted([digests, digests[::-1]])
        run = {"version": 1, "plan": plan, "at": moment(number), "actor": PERSON, "policy": policy, "transitions": [],
               "edits": [{"milestone": "M-01", "before": a, "after": b} for a, b in pairs], "evidence": [], "reason": "heal"}
        lines = ["Readiness-Heals: yes", f"Readiness-Run: {hashlib.sha256(canonical(run)).hexdigest()}", f"Readiness-At: {run['at']}",
                 f"Readiness-Actor: {PERSON}", f"Readiness-Policy: {policy}",
                 *(f"Readiness-Edit: M-01 {a} {b}" for a, b in pairs), "Readiness-Reason: heal"]
        tip = lab.commit(lab.tree(states[0]), [tip], "heal\n\n" + "\n".join(lines) + "\n")
    return on_main(lab, tip)


@pushes
def large_evidence_that_differs_little(lab):
    """Files of evidence of megabytes each, stored as one and the differences."""
    blobs = [b"\0" * 20_000_000 + b"%d" % n for n in range(48)]
    folder = lab.folder([(FILE, str(n), lab.object("blob", blob)) for n, blob in enumerate(blobs)])
    value = json.loads(lab.files[".readiness/M-01.json"])
    evidence = [{"kind": "file", "path": f"e/{n}", "sha256": hashlib.sha256(blob).hexdigest()} for n, blob in enumerate(blobs)]
    criteria = [{**value["exitCriteria"][0], "evidence": evidence}, *value["exitCriteria"][1:]]
    files = [{**lab.files, "e": (FOLDER, folder), ".readiness/M-01.json": milestone(lab, owner="ada", status=status, exitCriteria=criteria)}
             for status in ("In Progress", "In Review")]
    one = lab.stamped(lab.files, files[0], [lab.main])
    return on_main(lab, lab.stamped(files[0], files[1], [one], at=moment(1)))
