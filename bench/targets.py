#!/usr/bin/env python3
"""What hooks, moves, audits and reading cost, each as a ratio to what git itself needs, in one run.

usage: targets.py PROGRAM [--quick] [--only WORD]

Prints ratio, target and verdict of each, and ends with 1 where one is missed. --quick takes smaller repositories and
fewer pairs, where starting a process weighs more, and bounds of three times the target that only a regression of kind
reaches.
"""
import argparse, os, shutil, statistics, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers, repositories
from measure import Command, compare_several, machine, run

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--quick", action="store_true")
options.add_argument("--only", default="")
options = options.parse_args()
program = os.path.abspath(options.program)
quick = options.quick
rows = []


def wanted(*names):
    return any(options.only in name for name in names)


def tell(name, value, target, detail, unit="x"):
    """Notes one figure. A quick run forgives three times as much."""
    bound = target * 3 if quick and target is not None else target
    verdict = "" if target is None else "ok" if value <= bound else "MISSED"
    rows.append(verdict)
    against = "" if target is None else f"{'bound' if quick else 'target'} {bound:g}{unit}"
    print(f"{value:7.2f}{unit:3} {against:16} {verdict:7} {name}  ({detail})", flush=True)


def ratio(name, ours, theirs, target, pairs, warms=True):
    return ratios({name: ours}, theirs, target, pairs, warms)[0]


def ratios(named, theirs, target, pairs, warms=True):
    """Several, each by its name, against the same."""
    results = compare_several(list(named.values()), theirs, pairs, warms)
    for name, found in zip(named, results):
        tell(name, found.value, target, f"{found.ours * 1000:.1f} ms, {found.theirs * 1000:.1f} ms, {pairs} pairs")
    return results


def kept(make, *words):
    """What `make` writes, which is written once."""
    folder = os.path.join(top, "-".join(["made", make.__name__, *map(str, words)]))
    if not os.path.exists(folder):
        make(program, folder, *words)
    return folder


def made(folder, make, *words):
    """A copy of it."""
    run(top, "cp", "-a", kept(make, *words), folder)
    # So that the index knows the files of the copy.
    run(folder, "git", "update-index", "-q", "--refresh")


def twins(make, name):
    """The same repository twice: without hooks, and with."""
    plain, hooked = os.path.join(top, name + "-plain"), os.path.join(top, name + "-hooked")
    make(plain)
    shutil.copytree(plain, hooked, symlinks=True)
    run(hooked, "git", "update-index", "-q", "--refresh")
    run(hooked, program, "install")
    return plain, hooked


def hooks(name, make, milestone, target, other=None, pairs=30):
    if not wanted(name):
        return
    plain, hooked = twins(make, "hooks")
    ratio(f"git commit that touches the plan, {name}", repositories.commit(hooked, milestone), repositories.commit(plain, milestone), target, pairs)
    for folder in (plain, hooked):
        with open(f"{folder}/code.txt", "w") as file:
            file.write("0\n")
    ratio(f"git commit that does not, {name}", repositories.commit(hooked, "code.txt"), repositories.commit(plain, "code.txt"), other, pairs)
    shutil.rmtree(plain)
    shutil.rmtree(hooked)


def moves():
    """A move, against `git add` and `git commit` of the same edit without hooks. Another reason each time, so that neither
    finds its objects there already; and a disk that has nothing else to do, since a move waits for it and git does not."""
    if not wanted("move"):
        return
    plain, moved = os.path.join(top, "plain"), os.path.join(top, "moved")
    repositories.empty(program, plain)
    shutil.copytree(plain, moved, symlinks=True)
    path = f"{plain}/.readiness/M-01.json"
    with open(path) as file:
        text = file.read()
    start = run(plain, "git", "rev-parse", "HEAD").strip()

    def edit(turn):
        run(plain, "git", "reset", "-q", "--hard", start)
        blocked = f'"status": "Blocked",\n  "blocked": {{\n    "reason": "waits {turn}"\n  }},'
        with open(path, "w") as file:
            file.write(text.replace('"status": "Not Started",', blocked))
        os.sync()

    def tell_why(turn):
        run(moved, "git", "reset", "-q", "--hard", start)
        move.words[-1] = f"waits {turn}"
        os.sync()

    add = Command(["git", "add", ".readiness/M-01.json"], plain, before=edit)
    save = Command(["git", "commit", "-qm", "move"], plain)
    move = Command([program, "move", "M-01", "blocked", "-m", "waits"], moved, before=tell_why)

    class Both:
        def seconds(self, turn):
            return add.seconds(turn)[0] + save.seconds(turn)[0], 0

    ratio("readiness move, against git add and git commit", move, Both(), 1.0, 30)
    shutil.rmtree(plain)
    shutil.rmtree(moved)


def audits(commits, every, target, pairs, others=True, again=False):
    runs = (commits + every - 1) // every
    name = f"verify of {commits:,} commits with {runs:,} runs"
    if not wanted(name):
        return
    folder = os.path.join(top, "long")
    made(folder, repositories.history, commits, every)
    log = Command(["git", "log", "--raw", "--", ".readiness"], folder)
    # "No slower", and what two runs of the same differ by; a Statement for each run may cost as much as to judge it.
    bounds = {"log": 1.05, "replay": 1.05, "provenance --format in-toto": 2.0} if others else {}
    words = [["verify", "--no-cache"]] + [word.split() for word in bounds]
    ours = [Command([program, *each], folder) for each in words]
    verify, *rest = compare_several(ours, log, pairs, warms=commits < 1_000_000)
    tell(name, verify.value, target, f"{verify.ours * 1000:.1f} ms, {verify.theirs * 1000:.1f} ms, {pairs} pairs")
    tell("memory of that at its peak", verify.memory / 1000, 300, f"{commits:,} commits", " MB")
    for (word, bound), found in zip(bounds.items(), rest):
        detail = f"{found.ours * 1000:.1f} ms, {verify.ours * 1000:.1f} ms, {pairs} pairs"
        tell(f"{word} of the same, against verify", found.ours / verify.ours, bound, detail)
    if again:
        run(folder, program, "verify")
        run(folder, "git", "commit", "-q", "--allow-empty", "-m", "one more")
        head = Command(["git", "rev-parse", "HEAD"], folder)
        ratio("verify again after one new commit, against git rev-parse HEAD", Command([program, "verify"], folder), head, 3.0, 30)
    if again:
        pushes(folder, commits)
    shutil.rmtree(folder)


def replays(milestones, runs):
    """Many runs over a wide plan: what they add up to must not be copied for each."""
    name = f"replay of {runs:,} runs over {milestones:,} milestones"
    if not wanted(name):
        return
    folder = os.path.join(top, "wide")
    repositories.extend(program, folder, runs, 1, repositories.plan(program, folder, milestones))
    verify = Command([program, "verify", "--no-cache"], folder)
    ratio(name + ", against verify", Command([program, "replay"], folder), verify, 1.2, 5)
    shutil.rmtree(folder)


def pushes(long, commits):
    """The server's gate: the same push of commits with runs onto a short and onto a long history."""
    short = os.path.join(top, "short")
    repositories.history(program, short, 200, 100)
    commands = []
    for folder in (short, long):
        server, pusher = folder + "-server.git", folder + "-pusher"
        run(top, "git", "clone", "-q", "--bare", folder, server)
        run(top, "git", "clone", "-q", folder, pusher)
        run(pusher, "git", "config", "user.name", "Bench")
        run(pusher, "git", "config", "user.email", "bench@example.com")
        repositories.extend(program, pusher, 1000, 10)
        old, new = (run(pusher, "git", "rev-parse", name).strip() for name in ("origin/main", "main"))
        run(pusher, "git", "push", "-q", server, "main:refs/heads/pushed")
        line = f"{old} {new} refs/heads/main\n".encode()
        # As git calls it: what is pushed is there, and no ref points at it yet.
        run(server, "git", "update-ref", "-d", "refs/heads/pushed")
        commands.append(Command([program, "hook", "pre-receive"], server, input=line))
    ratio(
        f"pre-receive of 1,000 commits with 100 runs onto {commits:,}, against the same onto 200",
        commands[1], commands[0], 1.5, 30,
    )


def readings(count, pairs):
    name = f"{count:,} milestones"
    if not wanted(name):
        return
    folder = os.path.join(top, "plan")
    made(folder, repositories.plan, count)
    git = Command(["sh", "-c", "git ls-tree -r --format='%(objectname)' HEAD .readiness | git cat-file --batch"], folder)
    for kept, target in [("loose", 0.6), ("packed", 2.0)]:
        if kept == "packed":
            run(folder, "git", "gc", "-q")
        ours = {
            f"{words[0]} of {name}, {kept}, against git cat-file": Command([program] + words, folder, answers=(0, 1))
            for words in [["status"], ["next"], ["order"], ["gate", "release"]]
        }
        # A thousand are read in the time of a few processes, so a quick run only sees to it that it stays so.
        ratios(ours, git, 4 if quick else target, pairs)
    shutil.rmtree(folder)


def unstamped(count, pairs):
    """What status pays where its newest twenty commits change the plan without a stamp, which it names: each is judged."""
    name = f"status of {count:,} milestones, twenty unstamped commits, against twenty that do not touch the plan"
    if not wanted(name):
        return
    commands = []
    for kind, path in [("unstamped", ".readiness/M-{:06}.json"), ("beside", "notes/{}")]:
        folder = os.path.join(top, kind)
        made(folder, repositories.plan, count)
        for turn in range(1, 21):
            file = os.path.join(folder, path.format(turn))
            os.makedirs(os.path.dirname(file), exist_ok=True)
            text = open(file).read() if kind == "unstamped" else '"outcome": "'
            with open(file, "w") as output:
                output.write(text.replace('"outcome": "', '"outcome": "New: ', 1))
            run(folder, "git", "add", "-A")
            run(folder, "git", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "Change")
        commands.append(Command([program, "status"], folder, answers=(0, 1)))
    said = run(commands[0].folder, "sh", "-c", f"'{program}' status 2>&1")
    if "20 commits change the plan without a stamp" not in said:
        sys.exit(f"targets: the commits are not named: {said[-300:]}")
    ratio(name, commands[0], commands[1], 3.0, pairs)
    for kind in ["unstamped", "beside"]:
        shutil.rmtree(os.path.join(top, kind))


EVERY_READER = ["next", "order", "gate", "why-not", "blocked", "graph", "weekly", "export --format csv"]


def growth(counts, commands, isDone=False):
    """How reading grows with the number of milestones: ten times as many should take ten times as long."""
    if not wanted("growth"):
        return
    taken = {}
    for count in counts:
        # Nothing here writes, and what is packed stays so.
        folder = kept(repositories.done_plan if isDone else repositories.plan, count)
        run(folder, "git", "gc", "-q")
        for words in commands:
            command = Command([program] + words.split(), folder, answers=(0, 1))
            taken[words, count] = statistics.median(command.seconds(0)[0] for _ in range(5))
    few, many = counts
    for words in commands:
        tell(
            f"growth of {words} from {few:,} to {many:,} {'milestones that are done' if isDone else 'milestones'}, a tenth",
            taken[words, many] / taken[words, few] / 10, 1.3,
            f"{taken[words, few] * 1000:.0f} ms, {taken[words, many] * 1000:.0f} ms",
        )


print(machine(), flush=True)
start = time.time()
with tempfile.TemporaryDirectory() as top:
    hooks("12 milestones", lambda folder: repositories.empty(program, folder), ".readiness/M-01.json", 1.8, 1.3, 100)

    def many_files(folder):
        repositories.empty(program, folder)
        repositories.files(folder, 5_000 if quick else 50_000)

    hooks("many files", many_files, ".readiness/M-01.json", 1.8 if quick else 1.15, None, 10 if quick else 30)
    long = 2_000 if quick else 100_000
    hooks("a long history", lambda folder: made(folder, repositories.history, long, 10), ".readiness/M-01.json", 1.8, 1.3, 10 if quick else 30)
    count = 1_000 if quick else 10_000
    hooks("many milestones", lambda folder: made(folder, repositories.plan, count), ".readiness/M-000007.json", 1.8 if quick else 1.4, None, 10 if quick else 30)
    moves()
    if quick:
        audits(5_000, 10, 1.3, 5, again=True)
        replays(300, 2_000)
        readings(1_000, 5)
        unstamped(1_000, 5)
        growth([200, 2_000], EVERY_READER)
        growth([1_000, 10_000], ["gate"], isDone=True)
    else:
        audits(100_000, 10, 1.0, 15, again=True)
        audits(20_000, 1, 2.0, 15, others=False)
        if not options.only:
            # What takes longest to make is made at once; nothing is measured meanwhile.
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda make: make(), [
                    lambda: kept(repositories.history, 1_000_000, 10),
                    lambda: (peers.environment(top), kept(repositories.plan, 100_000)),
                ]))
        audits(1_000_000, 10, 1.0, 5, others=False)
        replays(1_000, 10_000)
        readings(10_000, 30)
        unstamped(20, 30)
        unstamped(10_000, 30)
        growth([10_000, 100_000], ["status"])
        growth([1_000, 10_000], EVERY_READER)
        growth([1_000, 10_000], ["status", "gate"], isDone=True)
        peers.compare_all(program, top, tell, wanted)

missed = rows.count("MISSED")
print(f"{len(rows)} figures, {missed} missed, {time.time() - start:.0f} s")
sys.exit(1 if missed else 0)
