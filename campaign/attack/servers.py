"""What the server's refs were before the push, and what is pushed where; and pushes that no server takes."""
import os
import shutil
import subprocess

from repository import SEALED

ZERO = "0" * 40
RELEASE = {"version": 1, "protected": ["refs/heads/release/*"]}


def git(folder, *words, check=True):
    done = subprocess.run(["git", "-C", folder, *words], env=SEALED, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"git {' '.join(words)}: {done.stderr}")
    return done


# Name: refs by name (None: absent), what HEAD names, the ref to push to, whether it is forced.
SERVERS = {
    "main is HEAD's branch": ({"main": "main"}, "main", "main"),
    "a new branch": ({"main": "main"}, "main", "topic"),
    "a branch that has old work": ({"main": "main", "topic": "old"}, "main", "topic"),
    "HEAD is unborn, another branch holds the plan": ({"main": "main"}, "trunk", "main"),
    "HEAD is unborn, and is pushed": ({"main": "main"}, "trunk", "trunk"),
    "an alias of main": ({"main": "main", "alias": "@main"}, "main", "alias"),
    "HEAD's branch holds no plan": ({"main": "main", "site": "code"}, "site", "main"),
}


def make_server(program, folder, source, refs, head, ids):
    """A bare repository with the gate, in which refs are what they were before."""
    shutil.copytree(source, folder)
    lines = []
    for name, what in refs.items():
        if what.startswith("@"):
            os.makedirs(f"{folder}/refs/heads", exist_ok=True)
            with open(f"{folder}/refs/heads/{name}", "w") as file:
                file.write(f"ref: refs/heads/{what[1:]}\n")
        else:
            lines.append(f"{ids[what]} refs/heads/{name}\n")
    with open(f"{folder}/packed-refs", "w") as file:
        file.write("# pack-refs with: peeled fully-peeled sorted \n" + "".join(sorted(lines, key=lambda l: l.split()[1])))
    with open(f"{folder}/HEAD", "w") as file:
        file.write(f"ref: refs/heads/{head}\n")
    done = subprocess.run([program, "install", "--server", folder], env={**SEALED, "HOME": folder}, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


def push(client, server, *specs):
    return git(client, "-c", "core.hooksPath=/dev/null", "push", "-q", server, *specs, check=False)
