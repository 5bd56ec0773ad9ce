#!/usr/bin/env python3
"""Instructions of the hooks' path and of commands that are used most, by `valgrind --tool=callgrind`: a figure that noise does not touch.

usage: instructions.py PROGRAM [--write]

Compares with bench/instructions.json and ends with 1 where a figure has grown by more than 5 %. --write records them.
Counts depend on compiler and libraries, so they are compared only where these are those of the record; and on what else
a machine has (libgit2 reads the system's gitconfig, libc chooses its routines by the processor), so on another machine
the bound is 25 %.
"""
import hashlib, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import repositories
from measure import SEALED, run

program = os.path.abspath(sys.argv[1])
record = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")


def counted(folder, *words):
    """How many instructions a hook takes, started by git itself: what calls a hook is looked at by it, so a program that
    started this one must not stand in git's place."""
    hooks = os.path.join(folder, "..", "hooks")
    os.makedirs(hooks, exist_ok=True)
    log = os.path.join(hooks, "log")
    with open(os.path.join(hooks, "prepare-commit-msg"), "w") as file:
        file.write(f"#!/bin/sh\nexec valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file={log} {' '.join(words)}\n")
    os.chmod(file.name, 0o755)
    of(folder, "git", "-c", f"core.hooksPath={hooks}", "commit", "-qm", "Change")
    run(folder, "git", "reset", "-q", "--soft", "HEAD~1")
    with open(log) as file:
        return collected(file.read())


def of(folder, *command):
    """Runs a command under the same few variables on every machine, and gives what it says on standard error."""
    environment = {name: SEALED[name] for name in ("PATH", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL", "LC_ALL")}
    done = subprocess.run(command, cwd=folder, env={**environment, "HOME": folder}, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: ended with {done.returncode}\n{done.stderr}")
    return done.stderr


def collected(text):
    """The count at the end of valgrind's report."""
    return int(re.search(r"Collected : (\d+)", text).group(1))


def figures():
    with tempfile.TemporaryDirectory() as top:
        # One length of path on every machine, since paths are copied and compared.
        folder = os.path.join(top, "repository")
        repositories.empty(program, folder)
        beside = os.path.dirname(program)
        # Beside the program where it was built, in libexec where it is installed.
        launcher = next(p for p in [beside + "/readiness-hook", beside + "/../libexec/readiness-hook"] if os.path.exists(p))
        hook = os.path.join(folder, ".git", "hooks", "prepare-commit-msg")
        run(folder, program, "install")

        def staged(path, text):
            with open(os.path.join(folder, path), "w") as file:
                file.write(text)
            run(folder, "git", "add", path)
            run(folder, "git", "write-tree")

        found = {}
        staged("code.txt", "1\n")
        if os.path.exists(launcher):
            found["prepare-commit-msg, a commit that does not touch the plan"] = counted(folder, hook, '"$@"')
        with open(os.path.join(folder, ".readiness/M-01.json")) as file:
            staged(".readiness/M-01.json", file.read().replace('"outcome": "', '"outcome": "Better ', 1))
        found["the program, a commit that touches the plan"] = counted(folder, program, "hook", "prepare-commit-msg", '"$@"')
        found["the program, started and ended"] = counted(folder, program, "hook", "post-rewrite", "rebase")
        run(folder, "git", "reset", "-q", "--hard")
        for words in ["status", "verify", "move M-02 blocked -m waits --dry-run"]:
            report = of(folder, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *words.split())
            found[f"readiness {words}, 12 milestones"] = collected(report)
        return found


if not shutil.which("valgrind"):
    print("instructions: passed over, there is no valgrind here")
    sys.exit(0)
swift = run("/", "swift", "--version").splitlines()[0]
made_by = {"swift": swift, "machine": os.uname().machine, "libgit2": run("/", "pkg-config", "--modversion", "libgit2").strip()}


def machine():
    """What of a machine changes the counts, as a digest."""
    parts = [os.uname().release, run("/", "git", "--version"), run("/", "valgrind", "--version")]
    with open("/proc/cpuinfo") as file:
        parts += sorted({line for line in file if line.startswith(("model name", "flags"))})
    if os.path.exists("/etc/gitconfig"):
        with open("/etc/gitconfig") as file:
            parts.append(file.read())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


found = figures()
if "--write" in sys.argv:
    with open(record, "w") as file:
        file.write(json.dumps({"madeBy": made_by, "machine": machine(), "instructions": found}, indent=2) + "\n")
with open(record) as file:
    known = json.load(file)
missed = 0
comparable = known["madeBy"] == made_by
bound = 0.05 if known.get("machine") == machine() else 0.25
for name, count in found.items():
    before = known["instructions"].get(name)
    change = count / before - 1 if before else 0
    is_missed = comparable and change > bound
    missed += is_missed
    print(f"{count:12,}  {change:+7.1%}  {'MISSED' if is_missed else 'ok' if comparable else 'other compiler'}  {name}")
print(f"bound: {bound:.0%}" + ("" if bound < 0.1 else ", for this is another machine than that of the record"))
sys.exit(1 if missed else 0)
