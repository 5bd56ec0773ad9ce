"""Timing: pairs of processes in turn, as ratios of medians, so that a noisy machine shakes both alike."""
import os, statistics, subprocess, time
from dataclasses import dataclass, field

SEALED = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C.UTF-8"}
SEALED.pop("GIT_EDITOR", None)


@dataclass
class Command:
    """A process to time: its words, where it runs, and what has to happen before each time, untimed."""

    words: list
    folder: str
    before: object = None
    #: Statuses that are an answer and no failure.
    answers: tuple = (0,)
    more: dict = field(default_factory=dict)
    input: object = None

    def seconds(self, turn):
        """How long one run takes, and how much memory it had at most, in KiB."""
        given = self.before(turn) if self.before else None
        words = [str(word) for word in self.words]
        os.chdir(self.folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        source = nothing
        if self.input is not None:
            source = os.memfd_create("input")
            os.write(source, self.input(given) if callable(self.input) else self.input)
            os.lseek(source, 0, 0)
        actions = [(os.POSIX_SPAWN_DUP2, source, 0), (os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)]
        start = time.perf_counter()
        process = os.posix_spawnp(words[0], words, {**SEALED, **self.more}, file_actions=actions)
        _, status, usage = os.wait4(process, 0)
        taken = time.perf_counter() - start
        os.close(nothing)
        if source != nothing:
            os.close(source)
        status = os.waitstatus_to_exitcode(status)
        if status not in self.answers:
            raise SystemExit(f"{' '.join(map(str, self.words))} in {self.folder} ended with {status}")
        return taken, usage.ru_maxrss


@dataclass
class Ratio:
    ours: float
    theirs: float
    memory: int
    pairs: int

    @property
    def value(self):
        return self.ours / self.theirs


def compare(ours, theirs, pairs):
    """The ratio of the medians of both, run in turn. The first pair warms up and is not counted."""
    return compare_several([ours], theirs, pairs)[0]


def compare_several(ours, theirs, pairs, warms=True):
    """The same for several, which run in turn beside one and the same other. What runs for many seconds need not be warmed:
    a first run that is slower than the others is no median."""
    mine, other, memory = [[] for _ in ours], [], [0] * len(ours)
    for turn in range(0 if warms else 1, pairs + 1):
        a, _ = theirs.seconds(turn)
        if turn > 0:
            other.append(a)
        for place, one in enumerate(ours):
            b, peak = one.seconds(turn)
            if turn > 0:
                mine[place].append(b)
                memory[place] = max(memory[place], peak)
    return [Ratio(statistics.median(times), statistics.median(other), peak, pairs) for times, peak in zip(mine, memory)]


def run(folder, *words, **more):
    """Runs what has to succeed, untimed."""
    return subprocess.run(words, cwd=folder, env=SEALED, check=True, stdout=subprocess.PIPE, **more).stdout.decode()


def machine():
    """The machine in a line."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(": ")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {run('/', 'git', '--version').strip()}"
