#!/usr/bin/env python3
"""Statements and envelopes in the eyes of others: securesystemslib verifies, in-toto-attestation validates.

A plan with a check is made in a scratch repository. Each envelope of `provenance --key` and of `check --attest --key` has to
be accepted by securesystemslib, and each Statement to be valid for in-toto-attestation; test results are parsed in their own
proto, and so are those of drills; the Statement of an SBOM has the SBOM as its predicate. A changed byte, and an attacker's key inside the envelope, have to be refused by them and by `attest verify`. Then a
gate with 10,000 attestations is timed beside the same gate with a handful. With --release, the SBOM in that folder has to be
strictly valid for cyclonedx-python-lib and to name every static library that the linker reported, PROGRAM to name that SBOM,
the Debian package to name the same sources, and the SLSA provenance to be valid for in-toto-attestation, in its proto without
an unknown field.

usage: provenance.py PROGRAM [--attestations COUNT] [--release FOLDER]

The verifiers come from PyPI at fixed versions, into a folder that is kept in .build/verifiers. Without them it fails.
"""
import argparse
import base64
import glob
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PACKAGES = ["securesystemslib[crypto]==1.6.0", "in-toto-attestation==0.9.3", "cyclonedx-python-lib[json-validation]==11.12.0"]
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def inside_the_verifiers():
    """Runs this file again by a Python that has the verifiers."""
    folder = os.path.join(TOP, ".build", "verifiers")
    python = os.path.join(folder, "bin", "python")
    mark = os.path.join(folder, "packages")
    wanted = "\n".join(PACKAGES)
    if not (os.path.exists(mark) and open(mark).read() == wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
        with open(mark, "w") as file:
            file.write(wanted)
    if os.path.realpath(sys.prefix) != os.path.realpath(folder):
        os.execv(python, [python, *sys.argv])


inside_the_verifiers()
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--attestations", type=int, default=10_000)
options.add_argument("--release")
options = options.parse_args()
program = os.path.abspath(options.program)
root = tempfile.TemporaryDirectory(prefix="readiness-provenance-")
work = os.path.join(root.name, "repo")
environment = {"PATH": os.environ["PATH"], "HOME": root.name, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
               "LC_ALL": "C.UTF-8", "TMPDIR": tempfile.gettempdir()}
passed = 0


def run(*words, status=0, folder=work, data=None):
    done = subprocess.run(words, cwd=folder, env=environment, input=data, capture_output=True)
    if status is not None and done.returncode != status:
        sys.exit(f"provenance: {' '.join(words)} ended with {done.returncode}, not {status}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return done.stdout


def readiness(*words, status=0):
    return run(program, *words, status=status)


def check(what, holds):
    global passed
    if not holds:
        sys.exit(f"provenance: NOT {what}")
    passed += 1


def put(path, text):
    path = os.path.join(work, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def make_key(name, *kind):
    path = os.path.join(root.name, name)
    run("openssl", "genpkey", *kind, "-out", path + ".pem", folder=root.name)
    with open(path + ".pub", "wb") as file:
        file.write(run("openssl", "pkey", "-in", path + ".pem", "-pubout", folder=root.name))
    return path


def library_key(path):
    public = load_pem_public_key(open(path + ".pub", "rb").read())
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(spki).hexdigest())


def library_accepts(envelope, key):
    try:
        return bool(Envelope.from_dict(json.loads(json.dumps(envelope))).verify([key], 1))
    except (VerificationError, ValueError, KeyError):
        return False


def ours_accepts(envelope, key):
    path = os.path.join(root.name, "envelope.json")
    with open(path, "w") as file:
        json.dump(envelope, file)
    done = subprocess.run([program, "attest", "verify", path, "--key", key + ".pub"], env=environment, capture_output=True)
    check("attest verify answers 0 or 1", done.returncode in (0, 1))
    return done.returncode == 0


def validate(payload):
    """The type of a Statement that in-toto-attestation holds for valid."""
    statement = json_format.Parse(payload, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    predicate = json.loads(payload)["predicate"]
    if "test-result" in statement.predicate_type:
        parsed = json_format.ParseDict(predicate, test_result_pb2.TestResult(), ignore_unknown_fields=True)
        tests = [*parsed.passed_tests, *parsed.warned_tests, *parsed.failed_tests]
        check("a test result parses in its proto, names its tests and says how they ended",
              tests and parsed.result == ("FAILED" if parsed.failed_tests else "WARNED" if parsed.warned_tests else "PASSED"))
    return statement.predicate_type


def plan(key):
    """A milestone in review on the evidence of a check."""
    os.makedirs(work)
    run("git", "init", "-q", "-b", "main")
    run("git", "config", "user.name", "Ada Lovelace")
    run("git", "config", "user.email", "ada@example.com")
    readiness("init", "--commit")
    readiness("install")
    put("src/a.txt", "one\n")
    put("ssot/runtime.config.json", '{ "version": 1, "profiles": { "plain": { "timeoutSeconds": 20 } } }\n')
    put("ssot/policies/gates.json",
        '{ "version": 1, "gates": { "small": { "milestones": ["M-01"], "category": "review", "noSuspect": true } } }\n')
    pem = open(key + ".pub").read()
    put("ssot/policies/attestations.json",
        json.dumps({"version": 1, "keys": [{"keyid": "ci", "publicKey": pem}], "unsigned": "show"}))
    file = os.path.join(work, ".readiness/M-01.json")
    milestone = json.load(open(file))
    milestone["owner"], milestone["status"] = "ada", "In Progress"
    milestone["exitCriteria"] = [{"id": "c0", "text": "It is so.", "check": {
        "command": ["grep", "-q", "o", "src/a.txt"], "profile": "plain", "inputs": ["src/**"]}}]
    put(".readiness/M-01.json", json.dumps(milestone, indent=2) + "\n")
    readiness("fmt", "M-01")
    run("git", "add", "-A")
    run("git", "commit", "-qm", "a check")
    readiness("trust")
    readiness("check", "M-01")
    run("git", "commit", "-qm", "evidence")
    readiness("move", "M-01", "in-review")
    put("src/a.txt", "two, o\n")
    run("git", "commit", "-qam", "a change")


def alterations(envelope, eve):
    """Envelopes that nobody may accept, each with what was done to it."""
    payload = base64.b64decode(envelope["payload"])
    for at in (20, len(payload) // 2, len(payload) - 2):
        changed = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1:]
        yield f"byte {at} of the payload", {**envelope, "payload": base64.b64encode(changed).decode()}
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    flipped = base64.b64encode(bytes([signature[0] ^ 1]) + signature[1:]).decode()
    yield "a bit of the signature", {**envelope, "signatures": [{**envelope["signatures"][0], "sig": flipped}]}
    statement = os.path.join(root.name, "eve.json")
    with open(statement, "wb") as file:
        file.write(payload)
    theirs = json.loads(readiness("attest", "sign", statement, "--key", eve + ".pem"))
    yield "another key", theirs
    yield "another key under the name of the first", {
        **theirs, "signatures": [{**theirs["signatures"][0], "keyid": envelope["signatures"][0]["keyid"]}]}
    public = base64.b64encode(open(eve + ".pub", "rb").read()).decode()
    yield "an attacker's key inside", {**theirs, "signatures": [{**theirs["signatures"][0], "publicKey": public, "cert": public}]}


def verified(kind, *how):
    key, eve = make_key(kind, *how), make_key(kind + "-eve", *how)
    theirs = library_key(key)
    out = [os.path.join(root.name, f"{kind}-{number}") for number in (1, 2)]
    for folder in out:
        readiness("provenance", "M-01", "--format", "in-toto", "--key", key + ".pem", "--out", folder)
    files = sorted(os.path.basename(path) for path in glob.glob(out[0] + "/*"))
    check("there are envelopes of runs, checks and the whole history", len(files) >= 5)
    kinds = {}
    for name in files:
        first, second = (open(os.path.join(folder, name), "rb").read() for folder in out)
        envelope = json.loads(first)
        # ECDSA draws a random number for each signature; the payload is the same all the same.
        same = first == second if kind == "ed25519" else envelope["payload"] == json.loads(second)["payload"]
        check(f"{name} is the same twice", same)
        check(f"securesystemslib accepts {name}", library_accepts(envelope, theirs))
        check(f"attest verify accepts {name}", ours_accepts(envelope, key))
        kinds.setdefault(validate(base64.b64decode(envelope["payload"])), envelope)
    for kind_of, envelope in kinds.items():
        for what, altered in alterations(envelope, eve):
            check(f"securesystemslib refuses {what} of {kind_of}", not library_accepts(altered, theirs))
            check(f"attest verify refuses {what} of {kind_of}", not ours_accepts(altered, key))
    lines = readiness("provenance", "M-01", "--format", "in-toto")
    check("the same history gives the same bytes", lines == readiness("provenance", "M-01", "--format", "in-toto"))
    for line in lines.splitlines():
        validate(line)
    return len(files), sorted(kinds)


def attested(key):
    """What `check --attest` stores is accepted as well."""
    readiness("check", "--suspect", "--attest", "--key", key + ".pem")
    ref = "refs/readiness/attestations"
    paths = run("git", "ls-tree", "-r", "--name-only", ref).decode().split()
    check("one attestation is stored", len(paths) == 1)
    envelope = json.loads(run("git", "cat-file", "blob", f"{ref}:{paths[0]}"))
    check("securesystemslib accepts a stored attestation", library_accepts(envelope, library_key(key)))
    check("attest verify accepts a stored attestation", ours_accepts(envelope, key))
    check("a stored attestation is a test result", "test-result" in validate(base64.b64decode(envelope["payload"])))
    readiness("gate", "small")
    return envelope


RECORDS = {
    "alerts.json": ({"kind": "alert-drill", "version": 1, "at": "2026-11-29T10:51:50.523Z", "alerts": [
        {"name": "One", "answer": "passed", "runbook": "book.md#one"},
        {"name": "Two", "answer": "alert-not-fired", "runbook": "https://example.com/two"}]}, "FAILED", ["alerts.json", "book.md"]),
    "runbook.json": ({"kind": "runbook", "version": 1, "at": "2026-11-29T14:50:29Z", "program": "sha256:" + "7" * 64,
        "runbook": {"path": "book.md", "sha256": "5" * 64}, "sections": [
            {"section": "1. First", "verdict": "passed", "seconds": 0},
            {"section": "2. Slow", "verdict": "left out", "seconds": 0}]}, "WARNED", ["runbook.json", "book.md"]),
}


def drilled(key):
    """The Statements of drills, of records that are made here and of those that this repository keeps."""
    theirs, eve = library_key(key), make_key("drill-eve", "-algorithm", "ed25519")
    put("book.md", "# One\n")
    run("git", "add", "book.md")
    run("git", "commit", "-qm", "a runbook")
    commit = run("git", "rev-parse", "HEAD").decode().strip()

    def accepted(file, folder):
        words = (program, "attest", "drill", file)
        text = run(*words, folder=folder)
        check(f"the Statement of {file} is the same twice", text == run(*words, folder=folder))
        envelope = json.loads(run(*words, "--key", key + ".pem", folder=folder))
        check("the envelope holds that Statement", base64.b64decode(envelope["payload"]) == text.rstrip(b"\n"))
        check(f"securesystemslib and attest verify accept it: {file}", library_accepts(envelope, theirs) and ours_accepts(envelope, key))
        check(f"the Statement of {file} is a test result", "test-result" in validate(text))
        for what, altered in alterations(envelope, eve):
            check(f"nobody accepts {what} of {file}", not library_accepts(altered, theirs) and not ours_accepts(altered, key))
        return json.loads(text)

    for name, (record, result, subjects) in RECORDS.items():
        put(name, json.dumps({**record, "commit": commit}))
        statement = accepted(name, work)
        check(f"{name} is {result}", statement["predicate"]["result"] == result)
        check(f"{name} has its subjects", [s["name"] for s in statement["subject"]] == subjects)
        digest = hashlib.sha256(open(os.path.join(work, name), "rb").read()).hexdigest()
        check("the first subject is the record", statement["subject"][0]["digest"]["sha256"] == digest)
    page = hashlib.sha256(b"# One\n").hexdigest()
    check("a runbook is hashed in the commit of the drill", json.loads(readiness("attest", "drill", "alerts.json"))["subject"][1]["digest"]["sha256"] == page)
    put("odd.json", json.dumps({"kind": "lunch", "at": "now"}))
    readiness("attest", "drill", "odd.json", status=1)
    put("gone.json", json.dumps({**RECORDS["alerts.json"][0]}))
    readiness("attest", "drill", "gone.json", status=2)
    kept = sorted(glob.glob("ops/drills/*.json", root_dir=TOP) + glob.glob("ops/runbooks/*.json", root_dir=TOP))
    check("this repository keeps records of drills", len(kept) >= 2)
    for file in kept:
        accepted(file, TOP)
    return len(RECORDS) + len(kept)


def materials(key, bom, of):
    """The Statement of an SBOM, and the refusal of one that is of another program."""
    words = ("attest", "sbom", bom, of)
    text = readiness(*words)
    check("the Statement of an SBOM is of its predicate type", validate(text) == "https://cyclonedx.org/bom")
    statement = json.loads(text)
    check("its predicate is the SBOM", statement["predicate"] == json.load(open(bom)))
    check("its subject is the program", statement["subject"][0]["digest"]["sha256"] == hashlib.sha256(open(of, "rb").read()).hexdigest())
    envelope = json.loads(readiness(*words, "--key", key + ".pem"))
    check("securesystemslib and attest verify accept it", library_accepts(envelope, library_key(key)) and ours_accepts(envelope, key))
    readiness("attest", "sbom", bom, bom, status=1)


def small_sbom():
    """An SBOM of one component, strictly valid, and the program that it is of."""
    of, bom = os.path.join(root.name, "tool"), os.path.join(root.name, "tool.cdx.json")
    with open(of, "wb") as file:
        file.write(b"a program\n")
    with open(bom, "w") as file:
        json.dump({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": {
            "type": "application", "name": "tool", "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(b"a program\n").hexdigest()}]}},
            "components": []}, file)
    check("the small SBOM is valid", JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(bom).read()) is None)
    return bom, of


def crowded(envelope, count):
    """The gate beside that many attestations of other inputs, as a ratio to the gate with one."""
    few = run("git", "rev-parse", "refs/readiness/attestations").decode().strip()
    statement = json.loads(base64.b64decode(envelope["payload"]))
    lines = [f"commit refs/readiness/attestations\ncommitter Ada <ada@example.com> 1800000000 +0000\ndata 4\nmany\nfrom {few}\n"]
    keyid = envelope["signatures"][0]["keyid"]
    check_digest = next(c["digest"]["sha256"] for c in statement["predicate"]["configuration"] if c["name"] == "check")
    for number in range(count):
        inputs = hashlib.sha256(str(number).encode()).hexdigest()
        statement["subject"][1]["digest"]["sha256"] = inputs
        body = json.dumps({**envelope, "payload": base64.b64encode(json.dumps(statement).encode()).decode()})
        lines.append(f"M 100644 inline {inputs[:2]}/{inputs}/{check_digest}.{keyid}.json\ndata {len(body)}\n{body}\n")
    run("git", "fast-import", "--quiet", "--force", data="".join(lines).encode())
    many = run("git", "rev-parse", "refs/readiness/attestations").decode().strip()
    check("they are all there", len(run("git", "ls-tree", "-r", "--name-only", many).splitlines()) == count + 1)

    def seconds(commit):
        began = time.perf_counter()
        readiness("gate", "small", "--attestations", commit)
        return time.perf_counter() - began

    for commit in (few, many):
        seconds(commit)
    ratios = []
    for _ in range(3):
        pairs = [(seconds(few), seconds(many)) for _ in range(25)]
        ratios.append(statistics.median(m for _, m in pairs) / statistics.median(f for f, _ in pairs))
        if ratios[-1] <= 1.2:
            break
    return ratios[-1]


def released(folder):
    """The SBOM and the build provenance of release files."""
    text = open(os.path.join(folder, "sbom.cdx.json")).read()
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    check(f"the SBOM is strictly valid: {validator.validate_str(text)}", validator.validate_str(text) is None)
    for word in ('"bomFormat"', '"specVersion"', '"purl"'):
        check(f"an SBOM with another {word} is refused", validator.validate_str(text.replace(word, '"x"', 1)) is not None)
    bom = json.loads(text)
    named = {p["value"] for c in bom["components"] for p in c["properties"] if p["name"] == "readiness:linked"}
    linked = {os.path.basename(os.path.realpath(line.strip())) for line in open(os.path.join(TOP, ".build/readiness.linked"))}
    check(f"every library that was linked is in the SBOM; these are not: {linked - named}", len(linked) > 5 and linked <= named)
    version = json.loads(run(program, "version", "--json", folder=TOP))
    check("the program names its SBOM, and the SBOM its program", version["sbom"] == bom["serialNumber"]
          and version["digest"] == "sha256:" + bom["metadata"]["component"]["hashes"][0]["content"])
    # What a fix of Debian's has to be built into: the sources of the SBOM, in the package's own words.
    package = glob.glob(os.path.join(folder, "*.deb"))[0]
    built_using = run("dpkg-deb", "--field", package, "Static-Built-Using", folder=TOP).decode().strip().split(", ")
    sources = sorted(f"{c['name']} (= {c['version']})" for c in bom["components"] if c["purl"].startswith("pkg:deb/"))
    check(f"the package names the sources that it was built from: {built_using}", len(sources) > 3 and built_using == sources)
    references = {c["bom-ref"] for c in bom["components"]} | {"readiness"}
    check("no dependency dangles", {r for d in bom["dependencies"] for r in [d["ref"], *d["dependsOn"]]} == references)
    sums = {line.split()[1]: line.split()[0] for line in open(os.path.join(folder, "SHA256SUMS"))}
    payload = open(os.path.join(folder, "provenance.slsa.json"), "rb").read()
    validate(payload)
    statement = json.loads(payload)
    json_format.ParseDict(statement["predicate"], provenance_pb2.Provenance())
    subjects = {s["name"]: s["digest"]["sha256"] for s in statement["subject"]}
    check("the build provenance is of each file with its digest",
          subjects == {name: digest for name, digest in sums.items() if name != "provenance.slsa.json"} and len(subjects) >= 4)
    return len(bom["components"]), len(linked)


if options.release:
    print("release: %d components, %d static libraries linked" % released(os.path.abspath(options.release)), flush=True)
key = make_key("ci", "-algorithm", "ed25519")
plan(key)
for kind, how in {"ed25519": ["-algorithm", "ed25519"], "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}.items():
    count, kinds = verified(kind, *how)
    print(f"{kind}: {count} envelopes, of {', '.join(kinds)}", flush=True)
print(f"drills: {drilled(key)} records", flush=True)
materials(key, *small_sbom())
if options.release:
    materials(key, os.path.join(os.path.abspath(options.release), "sbom.cdx.json"), program)
envelope = attested(key)
ratio = crowded(envelope, options.attestations)
print(f"gate with {options.attestations} attestations: {ratio:.2f} of the gate with one", flush=True)
check("a gate with 10,000 attestations takes at most 20 % longer", ratio <= 1.2)
print(f"{passed} statements about envelopes hold")
