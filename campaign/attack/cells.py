"""One cell of the table of ways, one attack, or one legal change with the hooks."""
import shutil
import subprocess
import tempfile

from .changes import ILLEGAL, LEGAL
from .lab import SEALED, Failed, Repository, judged
from .special import ATTACKS
from .ways import PAST_THE_HOOKS, WITH_THE_HOOKS, expected


def attack(r, name, checks_objects):
    """What is wrong with the answers to an attack; nil where nothing is."""
    subprocess.run(["git", "-C", r.server, "config", "receive.fsckObjects", "true" if checks_objects else "false"], env=SEALED)
    spec, codes = ATTACKS[name](r)
    push, verify, errors = judged(r, spec)
    said = verify.stdout + verify.stderr
    if push.returncode == 0:
        return f"the gate let it through; verify says {sorted(errors)}"
    if verify.returncode == 0:
        return "verify finds nothing"
    if codes and not (errors & codes and (checks_objects or "unpacker error" in push.stderr or any(code in push.stderr for code in codes))):
        return f"none of {sorted(codes)}: {sorted(errors)} {push.stderr[:600]}"
    if not errors and verify.returncode != 3:
        return f"verify ended with {verify.returncode}: {said[:300]}"
    return None


def cell(job):
    program, template, kind, way, name = job
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder + "/r", symlinks=True)
        r = Repository(program, folder + "/r")
        r.git("remote", "set-url", "origin", r.server)
        try:
            if kind == "attack":
                fault = attack(r, name, way == "checked objects")
                return fault and f"attack, {way}, {name}: {fault}"
            if kind == "legal":
                push, verify, errors = judged(r, WITH_THE_HOOKS[way](r, LEGAL[name]))
                if push.returncode != 0 or verify.returncode != 0:
                    return f"legal, {way}, {name}: refused: {push.stderr} {sorted(errors)}"
                return None
            change, code = ILLEGAL[name]
            push, verify, errors = judged(r, PAST_THE_HOOKS[way](r, change))
            if push.returncode == 0:
                return f"{way}, {name}: the gate let it through"
            if verify.returncode != 1:
                return f"{way}, {name}: verify ended with {verify.returncode}"
            # A gate asks first which plan a ref would hold.
            told = {"unrelated-plans"} if name == "another plan's id" else set()
            codes = expected(way, code)
            if not any(one in errors and any(said in push.stderr for said in {one, *told}) for one in codes):
                return f"{way}, {name}: {code} is not named; verify says {sorted(errors)}; the gate says {push.stderr[:600]}"
            if "ghp_0123" in push.stderr + push.stdout + verify.stdout:
                return f"{way}, {name}: the secret is shown"
        except Failed as failure:
            return f"{kind}, {way}, {name}: could not be tried: {failure}"
    return None
