"""A clone with hooks and a bare repository with the gate, for attacks made with git's own commands."""
import json
import os
import subprocess

SEALED = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8", "GIT_ADVICE": "0"}
NO_HOOKS = ["-c", "core.hooksPath=/dev/null"]


class Repository:
    """A clone with hooks, and the bare repository with the gate that it pushes to."""

    def __init__(self, program, folder):
        self.program, self.folder, self.work, self.server = program, folder, folder + "/work", folder + "/server"
        # What a push needs so that git shows the truth that an attack hides from others.
        self.push_environment = {}

    def run(self, *command, env=None, text=None):
        return subprocess.run(command, cwd=self.work, env={**SEALED, **(env or {})}, capture_output=True, text=True, input=text)

    def git(self, *arguments, env=None, text=None):
        done = self.run("git", *arguments, env=env, text=text)
        if done.returncode != 0:
            raise Failed(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def object(self, kind, data):
        """Writes an object that git would not write."""
        done = subprocess.run(["git", "hash-object", "-t", kind, "--literally", "-w", "--stdin"], cwd=self.work, env=SEALED,
                              input=data, capture_output=True)
        if done.returncode:
            raise Failed(done.stderr.decode())
        return done.stdout.decode().strip()

    def bare(self, *arguments, **more):
        return self.git(*NO_HOOKS, *arguments, **more)

    def path(self, name):
        return f"{self.work}/{name}"

    def read(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as file:
            file.write(text)

    def json(self, id, change):
        value = json.loads(self.read(f".readiness/{id}.json"))
        change(value)
        self.write(f".readiness/{id}.json", json.dumps(value, indent=2) + "\n")

    def become(self, name):
        self.git("config", "user.name", name.capitalize())
        self.git("config", "user.email", f"{name}@example.com")


class Failed(Exception):
    pass


def base(program, folder):
    """M-01 done, M-02 in review, M-03 in progress, M-04 in progress without evidence; ada is the maintainer."""
    r = Repository(program, folder)
    os.makedirs(r.work)
    r.git("init", "-q", "-b", "main")
    r.become("ada")
    r.git("config", "gc.auto", "0")
    assert r.run(program, "init", "--commit").returncode == 0
    assert r.run(program, "install").returncode == 0
    r.write("proof.txt", "one\n")
    r.write("code.txt", "1\n")
    sha = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806"

    def prove(value):
        value["owner"], value["status"] = "ada", "In Progress"
        value["exitCriteria"][0]["evidence"] = [{"kind": "file", "path": "proof.txt", "sha256": sha}]

    value = json.loads(r.read(".readiness/M-12.json"))
    value.update(id="N-9", dependsOn=[])
    r.write(".readiness/N-9.json", json.dumps(value))
    r.git("add", "-A")
    r.git("commit", "-qm", "N-9: born")
    plan = json.loads(r.read("ssot/plan.json"))
    r.write("ssot/plan.json", json.dumps({**plan, "retired": ["N-9"]}))
    os.remove(r.path(".readiness/N-9.json"))
    r.git("commit", "-qam", "N-9: not needed")
    r.json("M-01", prove)
    r.git("add", "-A")
    r.git("commit", "-qm", "M-01: start")
    for state in ("in-review", "done"):
        r.git("rev-parse", "HEAD")
        assert r.run(program, "move", "M-01", state).returncode == 0
    r.json("M-02", prove)
    r.git("commit", "-qam", "M-02: start")
    assert r.run(program, "move", "M-02", "in-review").returncode == 0
    assert r.run(program, "move", "M-02", "done").returncode == 0
    for id in ("M-03", "M-04"):
        r.json(id, prove)
        r.git("commit", "-qam", f"{id}: start")
    r.json("M-04", lambda value: value["exitCriteria"][0].pop("evidence"))
    r.git("commit", "-qam", "M-04: not shown after all")
    r.json("M-05", lambda value: value["exitCriteria"][0].update(
        waiver={"owner": "ada", "reason": "r", "approver": "ada@example.com", "until": "2999-01-01"}))
    r.git("commit", "-qam", "M-05: waived")
    assert r.run(program, "move", "M-03", "in-review").returncode == 0
    r.write("ssot/policies/authorization.json", json.dumps({
        "version": 1, "roles": {"maintainer": ["ada@example.com"], "approver": ["ada@example.com", "bob@example.com"]},
        "rules": [{"to": "Done", "role": "approver"}]}))
    r.git("add", "-A")
    r.git("commit", "-qm", "rules")
    subprocess.run(["git", "clone", "-q", "--bare", r.work, r.server], env=SEALED, check=True)
    assert subprocess.run([program, "install", "--server", r.server], env=SEALED, capture_output=True).returncode == 0
    r.git("remote", "add", "origin", r.server)
    r.git("fetch", "-q", "origin")
    # Few files are copied faster.
    for folder in (r.work, r.server):
        subprocess.run(["git", "-C", folder, "gc", "-q"], env=SEALED, check=True)
    assert r.run(program, "verify").returncode == 0


def judged(r, spec):
    """What the gate and the audit say of what is pushed."""
    push = r.run("git", "push", "--no-verify", "origin", spec, env=r.push_environment)
    tip = spec.lstrip("+").split(":")[0]
    verify = r.run(r.program, "verify", tip, "--no-cache", "--json")
    findings = json.loads(verify.stdout).get("findings", []) if verify.stdout.startswith("{") else []
    errors = {finding["code"] for finding in findings if finding["severity"] == "error"}
    return push, verify, errors
