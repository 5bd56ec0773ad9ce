"""Git objects made by hand: ids are known at once, and thousands of commits are one pack. And keys, and what they sign."""
import hashlib
import os
import struct
import subprocess
import tempfile
import zlib

SEALED = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
          "LC_ALL": "C.UTF-8"}
KINDS = {"commit": 1, "tree": 2, "blob": 3}


class Store:
    """Objects in memory, and the refs of a bare repository."""

    def __init__(self):
        self.objects, self.refs, self.known = {}, {}, {}

    def add(self, kind, data):
        id = hashlib.sha1(f"{kind} {len(data)}\0".encode() + data).hexdigest()
        self.objects[id] = (kind, data)
        return id

    def blob(self, data):
        if data not in self.known:
            self.known[data] = self.add("blob", data)
        return self.known[data]

    def tree(self, files):
        """Writes a tree of `(mode, bytes)` by path."""
        entries, folders = [], {}
        for path, entry in files.items():
            first, _, rest = path.partition("/")
            if rest:
                folders.setdefault(first, {})[rest] = entry
            else:
                entries.append((first.encode(), entry[0].encode(), self.blob(entry[1])))
        entries += [(name.encode(), b"40000", self.tree(inner)) for name, inner in folders.items()]
        entries.sort(key=lambda e: e[0] + b"/" if e[1] == b"40000" else e[0])
        return self.add("tree", b"".join(mode + b" " + name + b"\0" + bytes.fromhex(id) for name, mode, id in entries))

    def commit(self, history, commit):
        """Writes a commit and notes its id."""
        lines = [f"tree {self.tree(commit.files)}"] + [f"parent {history.commits[p].id}" for p in commit.parents]
        lines += [f"author {commit.author[0]} <{commit.author[1]}> {int(commit.authored)} +0000",
                  f"committer {commit.committer[0]} <{commit.committer[1]}> {int(commit.committed)} +0000", "", commit.message]
        commit.id = self.add("commit", "\n".join(lines).encode())
        return commit.id

    def write(self, folder):
        """Writes all as a bare repository with one pack."""
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True, env=SEALED)
        subprocess.run(["git", "-C", folder, "index-pack", "--stdin"], input=self.pack(), check=True, env=SEALED, stdout=subprocess.DEVNULL)
        with open(f"{folder}/packed-refs", "w") as file:
            file.write("# pack-refs with: peeled fully-peeled sorted \n")
            file.writelines(f"{id} {ref}\n" for ref, id in sorted(self.refs.items()))

    def pack(self):
        parts = [b"PACK" + struct.pack(">II", 2, len(self.objects))]
        for kind, data in self.objects.values():
            size, head = len(data) >> 4, KINDS[kind] << 4 | len(data) & 15
            header = bytearray()
            while size:
                header.append(head | 128)
                head, size = size & 127, size >> 7
            header.append(head)
            parts.append(bytes(header) + zlib.compress(data, 1))
        body = b"".join(parts)
        return body + hashlib.sha1(body).digest()


class Keys:
    """One key for each person; `made` says of each signature what it signs: namespace, text and public key."""

    def __init__(self, people):
        self.folder, self.public, self.made = tempfile.mkdtemp(), {}, {}
        for person in people:
            path = f"{self.folder}/{person}"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path], check=True, env=SEALED)
            with open(path + ".pub") as file:
                self.public[person] = " ".join(file.read().split(" ")[:2])

    def sign(self, person, namespace, text):
        """The base64 body of a signature."""
        done = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", f"{self.folder}/{person}", "-n", namespace],
                              input=text.encode(), capture_output=True, check=True, env=SEALED)
        body = "".join(line for line in done.stdout.decode().split("\n") if not line.startswith("-----"))
        self.made[body] = (namespace, text, self.public[person])
        return body
