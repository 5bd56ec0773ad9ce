"""Pushes that name much with few bytes: one content at many paths, one folder at many places, one step many times."""
import base64
import hashlib
import json
import re
import zlib

from .lab import FILE, FOLDER, canonical, tagged
from .pushes import AUTHORITY, SCHEMA, milestone, on_main, pushes


def started(lab, criterion, more=None):
    """Files of a plan whose first milestone is in progress with this first criterion, and those with it in review."""
    value = json.loads(lab.files[".readiness/M-01.json"])
    criteria = [{**value["exitCriteria"][0], **criterion}, *value["exitCriteria"][1:]]
    files = [{**lab.files, **(more or {}), ".readiness/M-01.json": milestone(lab, owner="ada", status=status, exitCriteria=criteria)}
             for status in ("In Progress", "In Review")]
    one = lab.stamped(lab.files, files[0], [lab.main])
    return on_main(lab, lab.stamped(files[0], files[1], [one], at="2026-11-20T11:00:00.000Z"))


@pushes
def one_content_at_many_paths(lab):
    content = b"\0" * 30_000_000
    blob, digest = lab.object("blob", content), hashlib.sha256(content).hexdigest()
    folder = lab.folder([(FILE, str(n), blob) for n in range(1500)])
    evidence = [{"kind": "file", "path": f"e/{n}", "sha256": digest} for n in range(1500)]
    return started(lab, {"evidence": evidence}, {"e": (FOLDER, folder)})


@pushes
def folders_repeated_under_the_inputs_of_a_check(lab):
    tree = lab.folder([(FILE, f"f{n}", lab.object("blob", b"{}\n")) for n in range(10)])
    for _ in range(20):
        tree = lab.folder([(FOLDER, f"d{n}", tree) for n in range(10)])
    check = {"command": ["true"], "profile": "tdd", "inputs": ["src/**/f*"]}
    zero = "sha256:" + "0" * 64
    record = {"kind": "check", "command": tagged(canonical(check)), "profile": zero, "inputs": zero, "commit": "0" * 40,
              "at": "2026-11-20T09:00:00.000Z", "exitCode": 0, "attempts": 1, "milliseconds": 1, "output": zero}
    return started(lab, {"check": check, "evidence": [record]}, {"src": (FOLDER, tree)})


@pushes
def steps_of_a_schema_on_many_milestones(lab):
    text = json.loads(lab.files[SCHEMA])
    for n in range(16):
        text["$defs"][f"d{n}"] = {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2}
    text["$defs"]["d16"] = {"minLength": 1}
    text["properties"]["outcome"] = {"$ref": "#/$defs/d0"}
    files = {**lab.files, SCHEMA: json.dumps(text).encode()}
    for n in range(300):
        files[f".readiness/A-{n}.json"] = json.dumps(
            {"id": f"A-{n}", "workstream": "w", "outcome": "o", "dependsOn": [], "owner": "TBD", "status": "Not Started",
             "exitCriteria": [{"id": "a", "text": "t"}]}).encode()
    return on_main(lab, lab.stamped(lab.files, files, [lab.main]))


@pushes
def unstamped_edits_on_many_parents(lab):
    parents = [lab.commit(lab.tree({**lab.files, ".readiness/M-02.json": milestone(lab, "M-02", **{f"x-{n}": 1})}), [lab.main], f"{n}\n")
               for n in range(150)]
    return on_main(lab, lab.commit(lab.tree(lab.files), [lab.main, *parents]))


@pushes
def many_false_signatures(lab):
    """Approvals in the name of the one approver, each with that one's public key and made-up text for a signature."""
    string = lambda data: len(data).to_bytes(4, "big") + data
    key = string(b"ssh-ed25519") + string(b"\x07" * 32)
    text = lambda n: base64.b64encode(b"SSHSIG\0\0\0\1" + string(key) + string(b"readiness-approval") + string(b"") + string(b"sha512") + string(
        string(b"ssh-ed25519") + string(n.to_bytes(64, "big")))).decode()
    rule = {"to": "Done", "role": "approver", "approvals": 2, "signed": True}
    base = {**lab.files, AUTHORITY: json.dumps({"version": 1, "roles": {"approver": ["ada@example.com"]}, "rules": [rule]}).encode(),
            "ssot/policies/allowed_signers": b"ada@example.com ssh-ed25519 " + base64.b64encode(key) + b"\n"}
    one = lab.stamped(lab.files, base, [lab.main])
    statement = [{"kind": "statement", "text": "t", "by": "b"}]
    value = json.loads(lab.files[".readiness/M-01.json"])
    criteria = [{**c, "evidence": statement} for c in value["exitCriteria"]]
    files = [{**base, ".readiness/M-01.json": milestone(lab, owner="ada", status=status, exitCriteria=criteria)} for status in ("In Progress", "In Review")]
    two = lab.stamped(base, files[0], [one], at="2026-11-20T11:00:00.000Z")
    three = lab.stamped(files[0], files[1], [two], at="2026-11-20T11:01:00.000Z")
    with open(f"{lab.work}/.git/objects/{three[:2]}/{three[2:]}", "rb") as file:
        run = re.search(rb"Readiness-Run: (\w+)", zlib.decompress(file.read()))[1].decode()
    digest = tagged(canonical({"id": "M-01", "outcome": value["outcome"], "dependsOn": value["dependsOn"], "exitCriteria": criteria}))
    approvals = [{"by": "ada@example.com", "digest": digest, "run": run, "signature": text(n)} for n in range(500)]
    last = {**files[1], ".readiness/M-01.json": milestone(lab, owner="ada", status="In Review", exitCriteria=criteria, approvals=approvals)}
    return on_main(lab, lab.stamped(files[1], last, [three], at="2026-11-20T11:02:00.000Z"))
