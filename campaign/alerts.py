#!/usr/bin/env python3
"""Metrics, alerts and dashboards against the real Prometheus, Alertmanager and node_exporter.

    campaign/alerts.py PROGRAM [--quick]

Needs Debian's `prometheus`, `prometheus-alertmanager` and `prometheus-node-exporter`. Everything listens on 127.0.0.1.
About four minutes; --quick leaves the mutants of the drill out.
"""
import json, os, re, resource, shutil, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request

from monitored import free_port

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(__doc__)
QUICK = "--quick" in sys.argv
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RULES, TESTS = "readiness-tracker.rules.yml", "readiness-tracker.test.yml"
NAMES = ["ReadinessVerifyFailing", "ReadinessGateFlipped", "ReadinessPromotionStuck", "ReadinessSuspectTooLong",
         "ReadinessEvidenceLapses", "ReadinessWaiverEnds", "ReadinessDeadLetters", "ReadinessDeliveryBehind",
         "ReadinessCollectorStale"]
count = 0


def check(holds, what, seen=""):
    global count
    count += 1
    if not holds: sys.exit(f"FAILED: {what}\n{seen}")
    print(f"  {what}", flush=True)


def run(*words, cwd=None, env=None, text=None):
    return subprocess.run(words, cwd=cwd, env={**os.environ, **(env or {})}, input=text, capture_output=True, text=True)


def repository(root):
    os.makedirs(root)
    for words in (["init", "-q", "-b", "main"], ["config", "user.name", "Ada"], ["config", "user.email", "ada@example.com"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    subprocess.run([PROGRAM, "init", "--commit"], cwd=root, check=True, capture_output=True)
    return root


# --- Metrics -------------------------------------------------------------------------------------------------------


def metrics(folder, root):
    print("metrics under promtool and node_exporter")
    for where, what in ((HERE, "this repository"), (root, "a new plan")):
        printed = run(PROGRAM, "metrics", "--name", 'odd "name" \\ {x}', cwd=where)
        check(printed.returncode == 0, f"metrics of {what}", printed.stderr)
        checked = run("promtool", "check", "metrics", text=printed.stdout)
        check(checked.returncode == 0 and not checked.stderr + checked.stdout, "promtool check metrics", checked.stderr)
        check(not re.search(r"[0-9a-f]{64}", printed.stdout), "no run ID in any label")
    os.makedirs(f"{folder}/fleet")
    subprocess.run(["git", "clone", "-q", "--bare", root, f"{folder}/fleet/0.git"], check=True)
    for number in range(1, 200): shutil.copytree(f"{folder}/fleet/0.git", f"{folder}/fleet/{number}.git")
    os.makedirs(f"{folder}/textfile")
    words = [PROGRAM, "metrics", "--repositories", f"{folder}/fleet/*.git", "--textfile-dir", f"{folder}/textfile"]
    # Processor time: the rest of CI runs beside this.
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    result = run(*words)
    after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.time() - began
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    check(result.returncode == 0 and spent < 3, f"200 repositories in {spent:.2f} s of a processor ({took:.2f} s), at most 3", result.stderr)
    os.rename(f"{folder}/fleet/7.git/HEAD", f"{folder}/fleet/7.git/gone")
    result = run(*words)
    check(result.returncode == 3 and "7.git" in result.stderr, "one that cannot be read is named", result.stderr)
    port = free_port()
    exporter = subprocess.Popen(
        ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
         f"--collector.textfile.directory={folder}/textfile", f"--web.listen-address=127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                served = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
                break
            except OSError: time.sleep(0.1)
        check("node_textfile_scrape_error 0" in served, "node_exporter reads all files")
        successes = re.findall(r'^readiness_collect_success\{repository="(\w+)"\} (\d)$', served, re.M)
        check(len(successes) == 200 and ("7", "0") in successes and ("8", "1") in successes, "and serves all of them")
    finally:
        exporter.terminate()
        exporter.wait()


# --- Rules ---------------------------------------------------------------------------------------------------------


def rules(folder, root):
    print("rules under promtool")
    ops = f"{folder}/ops"
    result = run(PROGRAM, "alerts", "rules", "--output", ops, cwd=root)
    check(result.returncode == 0, "alerts rules", result.stderr)
    check(run(PROGRAM, "alerts", "rules", "--output", ops, "--check", cwd=root).returncode == 0, "--check: up to date")
    for words in (["check", "rules", RULES], ["test", "rules", TESTS]):
        result = run("promtool", *words, cwd=ops)
        check(result.returncode == 0, "promtool " + " ".join(words[:2]), result.stderr + result.stdout)
    result = run(PROGRAM, "alerts", "test", cwd=root)
    check(result.returncode == 0, "alerts test", result.stderr + result.stdout)
    text = open(f"{ops}/{RULES}").read()
    check(re.findall(r'alert: "(\w+)"', text) == NAMES, "nine alerts", text)
    # One threshold of each alert is moved, and its unit test notices.
    for name, old, new in [
        ("VerifyFailing", 'severity=\\"error\\"} > 0', 'severity=\\"error\\"} > 2'), ("GateFlipped", "[1d]", "[15m]"),
        ("PromotionStuck", 'for: "1m"', 'for: "5m"'), ("SuspectTooLong", "> 7 * 86400", "> 8 * 86400"),
        ("EvidenceLapses", "< 3 * 86400", "< 4 * 86400"), ("WaiverEnds", "< 7 * 86400", "< 6 * 86400"),
        ("DeadLetters", 'for: "10m"', 'for: "12m"'), ("DeliveryBehind", 'for: "1h"', 'for: "50m"'),
        ("CollectorStale", "> 900", "> 600"),
    ]:
        assert text.count(old) == 1, (old, text.count(old))
        os.makedirs(f"{folder}/mutant", exist_ok=True)
        open(f"{folder}/mutant/{RULES}", "w").write(text.replace(old, new))
        shutil.copy(f"{ops}/{TESTS}", f"{folder}/mutant/{TESTS}")
        sound = run("promtool", "check", "rules", RULES, cwd=f"{folder}/mutant")
        result = run("promtool", "test", "rules", TESTS, cwd=f"{folder}/mutant")
        check(sound.returncode == 0 and result.returncode != 0 and name in result.stdout + result.stderr,
              f"the unit test of {name} notices {old} -> {new}", result.stdout + result.stderr)
    os.makedirs(f"{root}/ssot/policies", exist_ok=True)
    strict = {"version": 1, "thresholds": {"suspectDays": 2, "deadLetterMinutes": 90, "collectorMinutes": 5}}
    json.dump(strict, open(f"{root}/ssot/policies/alerts.json", "w"))
    result = run(PROGRAM, "alerts", "test", cwd=root)
    check(result.returncode == 0, "with other thresholds the unit tests pass as well", result.stderr + result.stdout)
    os.makedirs(f"{root}/doc", exist_ok=True)
    open(f"{root}/doc/observability.md", "w").write("# Nothing\n")
    result = run(PROGRAM, "alerts", "rules", "--json", cwd=root)
    check(result.returncode == 1 and result.stdout.count('"alert-runbook-missing"') == 9, "a runbook without headings is refused")
    shutil.copy(f"{HERE}/doc/observability.md", f"{root}/doc/observability.md")
    check(run(PROGRAM, "alerts", "rules", cwd=root).returncode == 0, "this repository's playbook has all headings")
    shutil.rmtree(f"{root}/doc")
    os.remove(f"{root}/ssot/policies/alerts.json")
    bare = {"PATH": f"{folder}/none:{os.path.dirname(shutil.which('git'))}-none"}
    result = subprocess.run([PROGRAM, "alerts", "drill"], cwd=root, capture_output=True, text=True, env={**os.environ, **bare})
    check(result.returncode == 3 and "apt-get install" in result.stderr, "without the programs: exit status 3 and the line", result.stderr)
    return text


# --- Drill and dashboards ------------------------------------------------------------------------------------------


def drill(folder, root, text):
    print("a drill")
    began = time.time()
    process = subprocess.Popen(
        [PROGRAM, "alerts", "drill", "--stay", "--record", f"{folder}/drill.json", "--junit", f"{folder}/drill.xml"],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    if not found: sys.exit("FAILED: the drill\n" + said + "".join(process.communicate()))
    took = time.time() - began
    dashboards(found.group(), began)
    output, errors = process.communicate("\n", timeout=60)
    check(process.returncode == 0, f"9 of 9 in {took:.0f} s\n{output}", output + errors)
    record = json.load(open(f"{folder}/drill.json"))
    check([alert["name"] for alert in record["alerts"]] == NAMES, "the record names all nine")
    for alert in record["alerts"]:
        times = [alert["injectedAt"], alert["firedAt"], alert["resolvedAt"]]
        check(alert["answer"] == "passed" and times == sorted(times) and len(alert["notification"]) == 71
              and alert["labels"]["alertname"] == alert["name"], f"{alert['name']}: {alert['fault']}", json.dumps(alert))
    check(took < 180, "in three minutes at most")
    check(record["prometheus"].startswith("2.") and record["alertmanager"][0].isdigit(), "versions are kept", json.dumps(record))
    junit = open(f"{folder}/drill.xml").read()
    check('tests="9" failures="0"' in junit and junit.count("<testcase") == 9, "JUnit has nine cases", junit)
    left = run("pgrep", "-f", "readiness-drill-").stdout.split()
    check(not left, "no program is left behind", str(left))
    if QUICK: return
    for name, old, new in [("ReadinessSuspectTooLong", "> 7 * 86400", "> 700 * 86400"),
                           ("ReadinessCollectorStale", "> 900", "> 90000")]:
        assert old in text
        open(f"{folder}/mutant.yml", "w").write(text.replace(old, new))
        words = ["alerts", "drill", name, "--rules", f"{folder}/mutant.yml", "--wait", "10", "--record", f"{folder}/mutant.json"]
        result = run(PROGRAM, *words, cwd=root)
        check(result.returncode == 1 and "alert-not-fired" in result.stdout, f"{name} with a threshold x100 does not fire: exit status 1", result.stdout + result.stderr)
        check(json.load(open(f"{folder}/mutant.json"))["alerts"][0]["answer"] == "alert-not-fired", "and the record says so")
    # A rule that never becomes empty again does not resolve.
    old = 'expr: "readiness_dead_letters > 0"'
    assert old in text
    open(f"{folder}/mutant.yml", "w").write(text.replace(old, 'expr: "max_over_time(readiness_dead_letters[1h]) > 0"'))
    result = run(PROGRAM, "alerts", "drill", "ReadinessDeadLetters", "--rules", f"{folder}/mutant.yml", "--wait", "10", cwd=root)
    check(result.returncode == 1 and "alert-not-resolved" in result.stdout, "a rule that remembers does not resolve: exit status 1", result.stdout + result.stderr)


def dashboards(url, began):
    print("every query of every panel")

    def ask(path, **fields):
        address = f"{url}{path}?{urllib.parse.urlencode(fields)}"
        try: return json.load(urllib.request.urlopen(address, timeout=20))
        except urllib.error.HTTPError as error: return {"status": error.read().decode()}

    asked = 0
    for name in ("fleet", "slo"):
        board = json.loads(run(PROGRAM, "dashboard", "export", name).stdout)
        for panel in board["panels"]:
            for target in panel["targets"]:
                query = target["expr"].replace("$repository", ".*").replace("$__rate_interval", "1m")
                answer = ask("/api/v1/query_range", query=query, start=began, end=time.time(), step=1)
                series = answer.get("data", {}).get("result", [])
                check(answer["status"] == "success" and series, f"{name}: {panel['title']}: {len(series)} series", f"{query}\n{answer}")
                asked += 1
        for variable in board["templating"]["list"]:
            if variable["type"] != "query": continue
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
            answer = ask(f"/api/v1/label/{label}/values", **{"match[]": metric, "start": began})
            check(answer["status"] == "success" and answer["data"], f"{name}: the variable {variable['name']} has values", answer)
    check(asked == 24, "24 queries", str(asked))


def main():
    for name in ("prometheus", "promtool", "prometheus-alertmanager", "prometheus-node-exporter", "curl"):
        if not shutil.which(name):
            sys.exit(f"{name} is not installed: apt-get install --no-install-recommends prometheus prometheus-alertmanager prometheus-node-exporter curl")
    folder = tempfile.mkdtemp(prefix="readiness-alerts-")
    try:
        root = repository(f"{folder}/plan")
        metrics(folder, root)
        text = rules(folder, root)
        drill(folder, root, text)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{count} checks passed")


main()
