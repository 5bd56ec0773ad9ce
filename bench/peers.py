"""What others cost that people use for the like, side by side. Who cannot be installed is passed over with a word."""
import os, random, shutil, subprocess, sys

import repositories
from measure import SEALED, Command, compare, run


def environment(top):
    """A folder with the peers' programs, which are installed once; None where they cannot be."""
    found = os.path.join(top, "peers")
    if os.path.exists(found):
        return found if os.listdir(found) else None
    os.makedirs(found)
    # gitlint asks for other versions of what the rest is made from.
    for names in [["pre-commit", "prek", "check-jsonschema", "doorstop"], ["gitlint"]]:
        folder = os.path.join(top, names[0] + "-environment")
        for words in [[sys.executable, "-m", "venv", folder], [f"{folder}/bin/pip", "install", "-q"] + names]:
            if subprocess.run(words, cwd=top, env=SEALED, capture_output=True).returncode != 0:
                for link in os.listdir(found):
                    os.remove(os.path.join(found, link))
                return None
        for name in names:
            os.symlink(f"{folder}/bin/{name}", f"{found}/{name}")
    return found


def compare_all(program, top, tell, wanted):
    if not wanted("peers"):
        return
    folder = environment(top)
    if folder is None:
        print("peers: passed over, they cannot be installed here")
        return
    hooks(program, top, folder, tell)
    doorstop(program, top, folder, tell)


def hooks(program, top, folder, tell):
    """A commit that touches the plan, with each one's hook against none."""
    plain = os.path.join(top, "plain")
    repositories.empty(program, plain)
    path = ".readiness/M-01.json"
    with open(f"{plain}/{path}") as file:
        text = file.read()

    def commits(at):
        def stage(turn):
            with open(f"{at}/{path}", "w") as file:
                file.write(text.replace('"outcome": "', f'"outcome": "{turn} ', 1))
            run(at, "git", "add", path)

        said = ["-m", "Change a milestone of the plan", "-m", "It says what is true now, and gitlint asks for a body."]
        return Command(["git", "commit", "-q"] + said, at, before=stage, more={"PATH": f"{folder}:{os.environ['PATH']}"})

    empty = "repos:\n- repo: local\n  hooks:\n  - {id: nothing, name: nothing, language: system, entry: 'true', pass_filenames: false}\n"
    schema = empty.replace("entry: 'true', pass_filenames: false", "entry: check-jsonschema --schemafile ssot/schemas/milestone.schema.json, files: ^.readiness/").replace("nothing", "schema")
    rivals = [
        ("readiness", [[program, "install"]], None),
        ("prek with an empty hook", [["prek", "install", "-q"]], empty),
        ("pre-commit with an empty hook", [["pre-commit", "install"]], empty),
        ("gitlint", [["gitlint", "install-hook"]], None),
        ("prek and check-jsonschema", [["prek", "install", "-q"]], schema),
        ("pre-commit and check-jsonschema", [["pre-commit", "install"]], schema),
    ]
    for name, commands, config in rivals:
        at = os.path.join(top, "rival")
        shutil.copytree(plain, at, symlinks=True)
        if config:
            with open(f"{at}/.pre-commit-config.yaml", "w") as file:
                file.write(config)
            run(at, "git", "add", "-A")
            run(at, "git", "commit", "-qm", "config")
        for words in commands:
            found = words if os.path.isabs(words[0]) else [f"{folder}/{words[0]}"] + words[1:]
            subprocess.run(found, cwd=at, env=SEALED, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        fair = compare(commits(at), commits(plain), 10)
        tell(f"git commit with {name}, against no hooks", fair.value, None, f"{fair.ours * 1000:.1f} ms, {fair.theirs * 1000:.1f} ms, 10 pairs")
        shutil.rmtree(at)


def doorstop(program, top, folder, tell):
    """Validating a thousand items that depend on up to three others each, as the milestones do."""
    chance = random.Random(1)
    items, plan = os.path.join(top, "items"), os.path.join(top, "thousand")
    os.makedirs(items)
    run(items, "git", "init", "-q")
    tool = f"{folder}/doorstop"
    run(items, tool, "create", "REQ", "reqs", stderr=subprocess.DEVNULL)
    for n in range(1, 1001):
        after = sorted({chance.randrange(max(1, n - 50), n) for _ in range(chance.randrange(4))}) if n > 1 else []
        links = "links:\n" + "".join(f"- REQ{one:03}: null\n" for one in after) if after else "links: []\n"
        with open(f"{items}/reqs/REQ{n:03}.yml", "w") as file:
            file.write(f"active: true\nderived: false\nheader: ''\nlevel: 1.{n}\n{links}normative: true\nref: ''\nreviewed: null\ntext: |\n  Item {n}\n")
    repositories.plan(program, plan, 1000)
    found = compare(Command([program, "status"], plan), Command([tool, "-F"], items, answers=(0, 1)), 5)
    tell("status of 1,000 milestones, a fiftieth of doorstop -F", found.value * 50, 1.0, f"{found.ours * 1000:.1f} ms, {found.theirs * 1000:.0f} ms")
