"""A server with a plan, objects that are made byte by byte, and pushes that are measured."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import zlib

PERSON = "Ada <ada@example.com>"
ZERO = "0" * 40
FILE, FOLDER, LINK = "100644", "40000", "120000"


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def tagged(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Lab:
    """A server with a plan and the gate's hook, and a place for objects that are pushed."""

    def __init__(self, program, root, meter):
        self.program, self.root, self.meter = os.path.abspath(program), root, meter
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": root, "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
        self.work = os.path.join(root, "work")
        self.git(None, "init", "-q", "-b", "main", self.work)
        subprocess.run([self.program, "init", "--commit"], cwd=self.work, env=self.environment, check=True, capture_output=True)
        self.server = os.path.join(root, "server.git")
        self.git(None, "clone", "-q", "--bare", self.work, self.server)
        self.main = self.git(self.work, "rev-parse", "main").decode().strip()
        self.files = {}
        for line in self.git(self.work, "ls-tree", "-r", "-z", "main").split(b"\0"):
            if line:
                meta, name = line.split(b"\t", 1)
                self.files[name.decode()] = self.git(self.work, "cat-file", "blob", meta.split()[2].decode())
        self.folders = {}

    def git(self, folder, *words, data=None):
        command = ["git"] + (["-C", folder] if folder else []) + list(words)
        done = subprocess.run(command, input=data, env=self.environment, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.decode()}")
        return done.stdout

    # Objects

    def object(self, kind, body):
        raw = kind.encode() + b" %d\0" % len(body) + body
        name = hashlib.sha1(raw).hexdigest()
        path = os.path.join(self.work, ".git/objects", name[:2], name[2:])
        if not os.path.exists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as out:
                out.write(zlib.compress(raw, 1))
        return name

    def folder(self, entries):
        def key(entry):
            return entry[1] + (b"/" if entry[0] == FOLDER else b"")
        entries = sorted(((mode, name.encode() if isinstance(name, str) else name, id) for mode, name, id in entries), key=key)
        return self.object("tree", b"".join(m.encode() + b" " + n + b"\0" + bytes.fromhex(i) for m, n, i in entries))

    def tree(self, files):
        """A root tree; a value is the bytes of a file, or (mode, id)."""
        folders, entries = {}, []
        for path, value in files.items():
            head, _, rest = path.partition("/")
            if rest:
                folders.setdefault(head, {})[rest] = value
            elif isinstance(value, tuple):
                entries.append((value[0], head, value[1]))
            else:
                entries.append((FILE, head, self.object("blob", value)))
        return self.folder(entries + [(FOLDER, name, self.tree(inner)) for name, inner in folders.items()])

    def commit(self, tree, parents=(), message="a commit\n", date="1700000000 +0000", headers=""):
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents), f"author {PERSON} {date}", f"committer {PERSON} {date}"]
        text = message if isinstance(message, bytes) else message.encode()
        return self.object("commit", ("\n".join(lines) + "\n" + headers).encode() + b"\n" + text)

    # Stamps (contract 3)

    def stamped(self, old, new, parents, at="2026-11-20T10:00:00.000Z", subject="a change", lists=(), policy=None):
        """A commit with a true stamp of what leads from the files of its first parent to its own."""
        def milestones(files):
            return {p[11:-5]: b for p, b in (files or {}).items() if p.startswith(".readiness/") and p.count("/") == 1}

        def governing(files):
            return canonical({p: tagged(b) for p, b in (files or {}).items()
                              if p.startswith("ssot/policies/") or p == "ssot/schemas/milestone.schema.json"})
        was, now = milestones(old), milestones(new)
        run = {"version": 1, "at": at, "actor": PERSON, "policy": tagged(policy or governing(old if old is not None else new)),
               "transitions": [], "edits": [], "evidence": []}
        for id in sorted(set(was) | set(now), key=lambda i: (i.rpartition("-")[0], int(i.rpartition("-")[2]))):
            a, b = was.get(id), now.get(id)
            if a == b and id not in lists:
                continue
            ends = {"before": tagged(a) if a else "none", "after": tagged(b) if b else "none"}
            # By a search: what is nested too deep for a parser has a status as well.
            states = [re.search(rb'"status":\s*"([^"]*)"', text)[1].decode() if text else "none" for text in (a, b)]
            if states[0] != states[1]:
                run["transitions"].append({"milestone": id, "from": states[0], "to": states[1], **ends})
            else:
                run["edits"].append({"milestone": id, **ends})
        plan = "ssot/plan.json"
        if (old or {}).get(plan) != new.get(plan):
            run["edits"].append({"milestone": "plan", "before": tagged(old[plan]) if old else "none", "after": tagged(new[plan])})
        run["plan"] = json.loads(new[plan])["planId"]
        if governing(old) != governing(new):
            run["policyChange"] = {"before": tagged(governing(old)) if old else "none", "after": tagged(governing(new))}
        lines = [f"Readiness-Run: {hashlib.sha256(canonical(run)).hexdigest()}", f"Readiness-At: {at}",
                 f"Readiness-Actor: {PERSON}", f"Readiness-Policy: {run['policy']}"]
        lines += [f'Readiness-Transition: {t["milestone"]} "{t["from"]}" -> "{t["to"]}" {t["before"]} {t["after"]}' for t in run["transitions"]]
        lines += [f'Readiness-Edit: {e["milestone"]} {e["before"]} {e["after"]}' for e in run["edits"]]
        if "policyChange" in run:
            lines.append(f'Readiness-Policy-Change: {run["policyChange"]["before"]} {run["policyChange"]["after"]}')
        return self.commit(self.tree(new), parents, subject + "\n\n" + "\n".join(lines) + "\n")

    # Measuring

    def push(self, updates):
        """Packs what is new, and lets the hook judge it. Returns bytes, seconds of the clock and of the processor, MiB, exit status
        and what it said."""
        tips = "\n".join(new for _, new, _ in updates if new != ZERO) + "\n--not\n" + self.main + "\n"
        pack = self.git(self.work, "pack-objects", "--revs", "--stdout", "-q", "--thin", "--depth=4000", "--window=50",
                        "--compression=9", data=tips.encode())
        quarantine = os.path.join(self.server, "objects/incoming-bounds")
        shutil.rmtree(quarantine, ignore_errors=True)
        os.makedirs(os.path.join(quarantine, "pack"))
        environment = {**self.environment, "GIT_DIR": ".", "GIT_QUARANTINE_PATH": quarantine, "GIT_OBJECT_DIRECTORY": quarantine,
                       "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.path.join(self.server, "objects")}
        count = int.from_bytes(pack[8:12], "big")
        # As receive-pack does: few objects become loose, many stay a pack.
        words = ["unpack-objects", "-q"] if count < 100 else ["index-pack", "--stdin", "--fix-thin"]
        done = subprocess.run(["git", *words], cwd=self.server, env=environment, input=pack, capture_output=True)
        if done.returncode:
            return len(pack), 0.0, 0.0, 0, 1, "git itself refuses it: " + done.stderr.decode().splitlines()[-1]
        text = "".join(f"{old} {new} {name}\n" for old, new, name in updates)
        given, said = os.path.join(self.root, "given"), os.path.join(self.root, "said")
        with open(given, "w") as out:
            out.write(text)
        took = self.meter.run([self.program, "hook", "pre-receive"], self.server, environment, given, said)
        with open(said, "rb") as read:
            answer = read.read(4000).decode("utf-8", "replace")
        shutil.rmtree(quarantine, ignore_errors=True)
        return len(pack), *took, answer
