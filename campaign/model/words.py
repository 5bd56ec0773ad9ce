"""Digests, canonical JSON, and the collector of codes that a commit deserves."""
import hashlib
import json
import re

NONE = "none"


def canonical(value):
    """RFC 8785: keys here are ASCII and numbers whole and small, so sorting by code point is enough."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(data):
    return hashlib.sha256(data).hexdigest()


def digest(data):
    """A digest as a stamp writes it; `none` where there are no bytes."""
    return NONE if data is None else "sha256:" + sha(data)


def id_key(name):
    """Ids are ordered by prefix, then number, then bytes; `plan` is last."""
    found = re.fullmatch(r"([A-Z][A-Z0-9]*)-(\d+)", name)
    return (0, found[1], int(found[2]), name) if found else (1, "", 0, name)


def person_of(actor):
    """The address in `Name <address>`."""
    found = re.search(r"<([^<>]*)>$", actor)
    return found[1] if found else actor


def fold(address):
    """Lower case of ASCII letters only."""
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in address)


class Codes:
    """The codes that a commit deserves.

    Each entry of `must` is a set of codes, of which at least one has to be reported, with the milestone that it is about.
    `may` holds codes about which the contract does not say whether they are reported beside another. `unclear` holds the
    points at which the contract leaves the verdict itself open.
    """

    def __init__(self):
        self.must, self.may, self.unclear, self.notes = [], set(), [], set()

    def add(self, codes, milestone=None):
        codes = frozenset([codes] if isinstance(codes, str) else codes)
        if codes and (codes, milestone) not in self.must:
            self.must.append((codes, milestone))

    def open(self, codes, text):
        """Codes at a point at which the contract does not say whether they are deserved at all."""
        self.allow(codes)
        self.unclear.append(text)

    def allow(self, codes):
        self.may |= {codes} if isinstance(codes, str) else set(codes)

    def take(self, other):
        for codes, milestone in other.must:
            self.add(codes, milestone)
        self.may |= other.may
        self.unclear += other.unclear

    def weaken(self):
        """Everything found so far may be reported, and does not have to be."""
        for codes, _ in self.must:
            self.may |= codes
        self.must = []

    def undecide(self, text):
        """Leaves the verdict open, and with it every code."""
        self.weaken()
        self.unclear.append(text)

    def without(self, code, milestone):
        """Without what an exception lets go."""
        rest = [(c - {code} if m == milestone else c, m) for c, m in self.must]
        # What was reviewed and has changed is let go where nothing else keeps it.
        self.must = [(c, m) for c, m in rest if c - {"frozen-field"} or c and m != milestone or ({"frozen-field"}, m) in self.must]

    @property
    def legal(self):
        return not self.must

    def fits(self, found):
        """Whether a set of reported codes is what the contract asks for; what is legal is refused with no code at all."""
        if self.unclear and not found:
            return True
        if self.legal and found and not self.unclear:
            return False
        known = self.may.union(*[codes for codes, _ in self.must])
        if self.unclear:
            return all(codes & found for codes, _ in self.must)
        return all(codes & found for codes, _ in self.must) and found <= known

    def __repr__(self):
        must = " and ".join("|".join(sorted(codes)) + (f" ({m})" if m else "") for codes, m in self.must) or "legal"
        more = f", perhaps {sorted(self.may)}" if self.may else ""
        return must + more + "".join(f"; unclear: {text}" for text in self.unclear)
