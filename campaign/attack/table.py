"""The table of dimensions: builds all commits at once, and pushes each cell to a server of its own."""
import itertools
import json
import os
import shutil
import subprocess
import tempfile

from repository import SEALED

from .dimensions import ARRIVALS, CHANGES, CLAIM_CODES, CLAIMS, FROM_OLD, HARMLESS, Arrival
from .history import Ground
from .servers import SERVERS, git, make_server, push
from .strangers import STRANGERS

# The short form takes every so-many-th cell; the number divides no dimension, so each value of each is there.
QUICK = int(os.environ.get("CAMPAIGN_STRIDE", 41))


class Table:
    """All cells; `jobs` are what `cell` takes, `size` says how many of which kind there are."""

    def __init__(self, program, top, quick):
        self.program, self.top = program, top
        self.ground = Ground()
        code = self.ground.plain([], {"page": ("100644", b"p")})
        self.ids = {"main": self.ground.id(self.ground.main), "old": self.ground.id(self.ground.old), "code": self.ground.id(code)}
        self.write(top + "/before")
        names = [cell for cell in itertools.product(ARRIVALS, CLAIMS, CHANGES, SERVERS) if self.is_illegal(*cell)]
        if quick:
            names = names[::QUICK]
        built, self.jobs = {}, []
        for arrival, claim, change, server in names:
            for legal in (False, True):
                if legal and not self.neighbour(arrival, claim, change):
                    continue
                key = (arrival, claim, change, legal)
                if key not in built:
                    built[key] = self.build(*key)
                self.jobs.append((arrival, claim, change, server, legal, built[key]))
        refused = sum(not job[4] for job in self.jobs)
        for name, (server, codes, make) in STRANGERS.items():
            self.jobs.append((name, None, codes, server, codes is None, make(self.ground)))
        self.size = (f"{refused} illegal cells of {len(ARRIVALS)} arrivals, {len(CLAIMS)} claims, {len(CHANGES)} changes and {len(SERVERS)} "
                     f"servers, {len(self.jobs) - refused - len(STRANGERS)} legal neighbours, {len(STRANGERS)} pushes with roots and refs of their own")
        self.write(top + "/all")
        self.servers = {}
        for name, (refs, head, _) in SERVERS.items():
            self.servers[name] = f"{top}/server{len(self.servers)}"
            make_server(program, self.servers[name], top + "/before", refs, head, self.ids)

    def write(self, folder):
        self.ground.store.refs = {f"refs/cells/{commit.id}": commit.id for commit in self.ground.history.commits}
        self.ground.store.write(folder)

    @staticmethod
    def is_illegal(arrival, claim, change, server):
        """Whether the cell is illegal at all."""
        # Before the rules there was nothing to take away.
        if arrival in FROM_OLD and change == "rules taken away":
            return False
        # A ref that is not protected may hold another plan.
        return not (change == "another plan's id" and SERVERS[server][2] == "topic")

    @staticmethod
    def neighbour(arrival, claim, change):
        """Whether the cell has a legal neighbour: a claim that is legal, and no rule that came after."""
        # main has edited the milestone since that the neighbour deletes, so such a merge decides.
        if arrival in FROM_OLD and change in ("rules of one's own", "judged from nowhere", "deleted while it is worked on"):
            return False
        return claim in HARMLESS

    def build(self, arrival, claim, change, legal):
        ground = self.ground
        illegal, who, _, fine, other = CHANGES[change]
        ground.time = ground.now
        made = Arrival(ground, fine if legal else illegal, other if legal else who, None)
        made.claim = CLAIMS[claim](ground, made.author)
        return ground.id(ARRIVALS[arrival](made))

    def cell(self, job):
        arrival, claim, change, server, legal, id = job
        name = ", ".join(str(word) for word in (arrival, claim, change if claim else None, server, "legal" if legal else None) if word)
        codes = change if claim is None else CHANGES[change][2] | CLAIM_CODES.get(claim, set())
        if arrival in FROM_OLD:
            # What both sides changed is decided by the merge, which has no stamp.
            codes = codes | {"merge-unresolved"}
        with tempfile.TemporaryDirectory() as folder:
            there = folder + "/server"
            shutil.copytree(self.servers[server], there, symlinks=True)
            ref = SERVERS[server][2]
            specs = id if isinstance(id, list) else [f"{id}:refs/heads/{ref}"]
            pushed = push(self.top + "/all", there, *specs)
            tip = specs[0].split(":")[0].lstrip("+") or self.ids["main"]
            said, errors = self.verify(tip)
            if legal:
                if pushed.returncode or said:
                    return f"{name}: refused: {pushed.stderr[:500]} {sorted(errors)}"
                return None
            if not pushed.returncode:
                return f"{name}: the gate let it through; verify says {sorted(errors)}"
            if claim is None and not codes & {"verify"}:
                return None if any(code in pushed.stderr for code in codes) else f"{name}: the gate says {pushed.stderr[:400]}"
            codes = codes - {"verify"}
            if not said:
                return f"{name}: verify accepts; the gate says {pushed.stderr[:400]}"
            if not codes & errors or not any(code in pushed.stderr for code in codes):
                return f"{name}: none of {sorted(codes)}; verify says {sorted(errors)}; the gate says {pushed.stderr[:400]}"
        return None

    def verify(self, tip):
        """The exit status of an audit and its codes."""
        done = subprocess.run([self.program, "-C", self.top + "/all", "verify", tip, "--no-cache", "--json"],
                              env={**SEALED, "HOME": self.top}, capture_output=True, text=True)
        try:
            findings = json.loads(done.stdout)["findings"]
        except (ValueError, KeyError):
            return done.returncode, {f"exit {done.returncode}: {done.stdout[:200]}{done.stderr[:200]}"}
        return done.returncode, {f["code"] for f in findings if f["severity"] == "error"}
