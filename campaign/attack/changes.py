"""Illegal changes with the code that has to be named, and legal ones."""
import json
import os
import shutil
import subprocess

from .lab import SEALED


def status(id, to):
    return lambda r: r.json(id, lambda value: value.update(status=to))


def edit(name, **values):
    return lambda r: r.json(name, lambda value: value.update(values))


def replace(path, old, new):
    def change(r):
        text = r.read(path)
        assert old in text, (path, old)
        r.write(path, text.replace(old, new, 1))
    return change


def born(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value.update(id="N-1", status="Done", owner="ada")
    r.write(".readiness/N-1.json", json.dumps(value))


def another_plan(r):
    value = json.loads(r.read("ssot/plan.json"))
    value["planId"] = "00000000-0000-4000-8000-000000000001"
    r.write("ssot/plan.json", json.dumps(value))


def collide(r):
    r.write(".readiness/m-12.json", r.read(".readiness/M-12.json"))


def link(r):
    os.remove(r.path(".readiness/M-12.json"))
    os.symlink("M-11.json", r.path(".readiness/M-12.json"))


def false_evidence(r):
    def change(value):
        value["status"] = "In Review"
        value["exitCriteria"][0]["evidence"] = [{"kind": "file", "path": "proof.txt", "sha256": "0" * 64}]
    r.json("M-04", change)


def through_a_link(r):
    os.symlink("proof.txt", r.path("link.txt"))
    sha = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"
    r.json("M-04", lambda value: (value.update(status="In Review"), value["exitCriteria"][0].update(
        evidence=[{"kind": "file", "path": "link.txt", "sha256": sha}])))


def changed_since(r):
    r.write("proof.txt", "two\n")
    r.json("M-03", lambda value: value.update(status="Done"))


def nested(name):
    """Another repository in the place of a file or folder, which git takes for a submodule."""
    def change(r):
        shutil.rmtree(r.path(name)) if os.path.isdir(r.path(name)) else os.remove(r.path(name))
        os.makedirs(r.path(name))
        for words in (["init", "-q"], ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run(["git", "-C", r.path(name), *words], env=SEALED, check=True)
    return change


def linked_folder(name):
    def change(r):
        os.rename(r.path(name), r.path("elsewhere"))
        os.symlink("elsewhere" if "/" not in name else "../elsewhere", r.path(name))
    return change


def renamed(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value["id"] = "N-12"
    r.write(".readiness/N-12.json", json.dumps(value))
    os.remove(r.path(".readiness/M-12.json"))


def reborn(r):
    value = json.loads(r.read(".readiness/M-12.json"))
    value["id"] = "N-9"
    r.write(".readiness/N-9.json", json.dumps(value))


def forgotten(r):
    value = json.loads(r.read("ssot/plan.json"))
    value["retired"] = []
    r.write("ssot/plan.json", json.dumps(value))


def as_bob(change):
    def apply(r):
        r.become("bob")
        change(r)
    return apply


def as_eve(change):
    def apply(r):
        r.become("eve")
        change(r)
    return apply


ILLEGAL = {
    "done without review": (status("M-04", "Done"), "illegal-transition"),
    "review without evidence": (status("M-04", "In Review"), "evidence-missing"),
    "review on false evidence": (false_evidence, "evidence-mismatch"),
    "begun before its dependency": (edit("M-10", owner="ada", status="In Progress"), "unmet-dependency"),
    "begun by nobody": (status("M-05", "In Progress"), "unmet-dependency"),
    "a key twice": (replace(".readiness/M-12.json", '"owner"', '"owner": "eve", "own\\u0065r"'), "duplicate-key"),
    "no JSON": (replace(".readiness/M-12.json", "{", "{,"), "malformed-json"),
    "another id": (edit("M-12", id="M-13"), "id-mismatch"),
    "a homoglyph in an id": (edit("M-12", id="\u041c-12"), "schema-violation"),
    "two names in one case": (collide, "case-collision"),
    "a link for a file": (link, "not-a-regular-file"),
    "a circle": (edit("M-08", dependsOn=["M-10"]), "dependency-cycle"),
    "a dependency on nothing": (edit("M-12", dependsOn=["M-99"]), "dangling-dependency"),
    "deleted while it is worked on": (lambda r: os.remove(r.path(".readiness/M-04.json")), "illegal-deletion"),
    "born done": (born, "illegal-birth"),
    "an unknown state": (status("M-12", "Almost"), "unknown-status"),
    "reviewed and reworded": (edit("M-01", outcome="Less"), "trailer-missing"),
    "evidence outside the tree": (replace(".readiness/M-01.json", '"proof.txt"', '"../proof.txt"'), "path-escape"),
    "a larger file than is read": (edit("M-12", outcome="x" * 300_000), "file-too-large"),
    "done by one who may not": (as_eve(status("M-03", "Done")), "not-authorized"),
    "rules weakened by one who may not": (
        as_bob(replace("ssot/policies/authorization.json", '"approver"}', '"maintainer"}')), "policy-change-refused"),
    "rules that cannot be read": (lambda r: r.write("ssot/policies/workflow.json", "{"), "policy-unreadable"),
    "rules from the future": (lambda r: r.write("ssot/policies/gates.json", '{"version": 9, "gates": {}}'), "policy-too-new"),
    "another plan's id": (another_plan, "plan-id-changed"),
    "a token": (edit("M-12", outcome="ghp_0123456789abcdefghijABCDEFGHIJ"), "secret-detected"),
    "another's approval": (
        edit("M-04", approvals=[{"by": "bob@example.com", "digest": "sha256:" + "0" * 64}]), "not-authorized"),
    "a waiver by one who may not": (
        as_eve(lambda r: r.json("M-04", lambda value: value["exitCriteria"][0].update(
            waiver={"owner": "eve", "reason": "r", "approver": "eve@example.com", "until": "2999-01-01"}))),
        "not-authorized"),
    "a waived criterion reworded": (
        as_bob(lambda r: r.json("M-05", lambda value: value["exitCriteria"][0].update(text="Attacked by strangers"))),
        "not-authorized"),
    "a waived criterion with a check": (
        as_bob(lambda r: r.json("M-05", lambda value: value["exitCriteria"][0].update(
            check={"command": ["true"], "profile": "tdd", "inputs": ["code.txt"]}))), "not-authorized"),
    "evidence through a link": (through_a_link, "evidence-mismatch"),
    "evidence changed since the review": (changed_since, "evidence-mismatch"),
    "a submodule for a file": (nested(".readiness/M-12.json"), "not-a-regular-file"),
    "a link for the plan": (linked_folder(".readiness"), "not-a-regular-file"),
    "a link for the policies": (linked_folder("ssot/policies"), "policy-unreadable"),
    "another name": (renamed, "illegal-deletion"),
    "an id born again": (reborn, "reused-id"),
    "retired ids forgotten": (forgotten, "retired-shrunk"),
    "a stamp that is missing": (edit("M-12", owner="ada"), "trailer-missing"),
}

LEGAL = {
    "an owner": edit("M-12", owner="ada"),
    "an outcome": edit("M-11", outcome="Other words"),
    "a block": edit("M-06", status="Blocked", blocked={"reason": "rain"}),
    "sent back from review": status("M-03", "In Progress"),
    "evidence": lambda r: r.json("M-04", lambda value: value["exitCriteria"][0].update(
        evidence=[{"kind": "statement", "text": "Seen.", "by": "ada@example.com"}])),
    "done after review": status("M-03", "Done"),
    "other words without their waiver": lambda r: r.json("M-05", lambda value: (
        value["exitCriteria"][0].pop("waiver"), value["exitCriteria"][0].update(text="Attacked by strangers"))),
    "evidence beside a waiver": lambda r: r.json("M-05", lambda value: value["exitCriteria"][0].update(
        evidence=[{"kind": "statement", "text": "Seen.", "by": "ada@example.com"}])),
    "a risk": edit("M-09", risks=[{"id": "r", "text": "It may rain", "severity": "low", "status": "open"}]),
    "a field of one's own": edit("M-07", **{"x-team": "blue"}),
    "a new title": replace("ssot/plan.json", '"title": "', '"title": "The '),
    "no plan at all": lambda r: r.write("code.txt", "2\n"),
}
