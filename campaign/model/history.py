"""Commits in memory, in topological order: an index names a commit, a bit mask holds its ancestors."""
from functools import cached_property

from .plan import Snapshot

HOUR = 3600


class Commit:
    """One commit: `files` maps a path to `(mode, bytes)`, `author` is `(name, address)`, times are in seconds since 1970."""

    def __init__(self, parents, files, author, message, committed, authored=None, committer=None):
        self.parents, self.files, self.author, self.message = list(parents), files, author, message
        self.committed, self.authored = committed, committed if authored is None else authored
        self.committer = committer or author
        self.id = None

    @cached_property
    def snapshot(self):
        return Snapshot(self.files)

    @property
    def address(self):
        return self.author[1]


class History:
    def __init__(self):
        self.commits, self.masks, self.effective, self.texts = [], [], [], {}

    def add(self, commit):
        """Appends a commit; its parents are there already. Returns its index."""
        index = len(self.commits)
        mask = 1 << index
        for parent in commit.parents:
            mask |= self.masks[parent]
        self.commits.append(commit)
        self.masks.append(mask)
        self.effective.append(self.readable(commit))
        return index

    def readable(self, commit):
        """The value by which each milestone counts: its own, or that of the nearest first-parent version that can be read."""
        older = self.effective[commit.parents[0]] if commit.parents else {}
        values = {}
        for name, file in commit.snapshot.milestones.items():
            known = file.readable and commit.snapshot.policy.category(file.value["status"])
            value = file.value if known else older.get(name, file.value)
            if value is not None:
                values[name] = value
        return values

    def snapshot(self, index):
        return self.commits[index].snapshot

    def parents(self, index):
        return self.commits[index].parents

    def is_ancestor(self, a, b):
        """Whether a is b or one of its ancestors."""
        return bool(self.masks[b] >> a & 1)

    def members(self, mask):
        """The indices in a mask, oldest first."""
        while mask:
            low = mask & -mask
            yield low.bit_length() - 1
            mask ^= low

    def ancestors(self, index):
        return self.members(self.masks[index] & ~(1 << index))

    def only(self, a, b):
        """The commits that a has and b has not."""
        return list(self.members(self.masks[a] & ~self.masks[b]))

    def bases(self, a, b):
        """What `git merge-base --all` says."""
        common = self.masks[a] & self.masks[b]
        rest = common
        for index in self.members(common):
            rest &= ~(self.masks[index] & ~(1 << index))
        return list(self.members(rest))

    def tips(self, indices):
        """Those that are ancestors of no other, each once."""
        unique = list(dict.fromkeys(indices))
        return [a for a in unique if not any(a != b and self.is_ancestor(a, b) for b in unique)]

    def category(self, index, name):
        """The category of a milestone in a commit, by that commit's own workflow."""
        value = self.effective[index].get(name)
        return self.policy(index).category(value["status"]) if value else None

    def policy(self, index):
        """The policy of a commit, or of the nearest first-parent ancestor whose policy can be read."""
        while self.snapshot(index).policy.unreadable and self.parents(index):
            index = self.parents(index)[0]
        return self.snapshot(index).policy
