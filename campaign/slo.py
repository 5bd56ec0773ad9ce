#!/usr/bin/env python3
"""Objectives against a real Prometheus: rules under promtool, and a gate that follows a service that breaks.

    campaign/slo.py PROGRAM [--rules | --live]

Needs Debian's `prometheus` package (promtool included). Everything listens on 127.0.0.1. About eight minutes, most of
which is waiting: five of them until the short window has forgotten a fault of one minute.
"""
import calendar, http.server, json, os, shutil, subprocess, sys, tempfile, threading, time

from monitored import Prometheus, Service, free_port

PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else sys.exit(__doc__)
ONLY = sys.argv[2] if len(sys.argv) > 2 else None
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = json.load(open(f"{HERE}/ssot/examples/valid/slo/checkout-availability.json"))
LATENCY = json.load(open(f"{HERE}/ssot/examples/valid/slo/checkout-latency.json"))
NAME = "checkout-availability"
count = 0


def check(holds, what, seen=""):
    global count
    count += 1
    if not holds:
        sys.exit(f"FAILED: {what}\n{seen}")
    print(f"  {what}", flush=True)


def run(*words, cwd=None, env=None):
    result = subprocess.run(words, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True)
    return result


def repository(root, slos, gates=None):
    """A plan with objectives and a gate that asks for them."""
    os.makedirs(root)
    for words in (["init", "-q", "-b", "main"], ["config", "user.name", "Ada"], ["config", "user.email", "ada@example.com"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    subprocess.run([PROGRAM, "init"], cwd=root, check=True, capture_output=True)
    os.makedirs(f"{root}/ssot/policies/slo")
    for slo in slos:
        with open(f"{root}/ssot/policies/slo/{slo['metadata']['name']}.json", "w") as file:
            json.dump(slo, file, indent=2)
    if gates:
        with open(f"{root}/ssot/policies/gates.json", "w") as file:
            json.dump({"version": 2, "gates": gates}, file, indent=2)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "Adopt"], cwd=root, check=True)
    return root


# --- Rules ---------------------------------------------------------------------------------------------------------


def variants():
    """Definitions of several shapes: both parts, both forms of query, periods and targets from one end to the other."""
    def made(name, base=EXAMPLE, **changes):
        slo = json.loads(json.dumps(base))
        slo["metadata"]["name"] = name
        if "queries" in changes:
            part, counted, total = changes["queries"]
            metric = lambda query: {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}
            slo["spec"]["indicator"]["spec"]["ratioMetric"] = {"counter": True, part: metric(counted), "total": metric(total)}
        if "target" in changes: slo["spec"]["objectives"] = [{"target": changes["target"]}]
        if "period" in changes: slo["spec"]["timeWindow"][0]["duration"] = changes["period"]
        if "annotations" in changes: slo["metadata"]["annotations"].update(changes["annotations"])
        if "display" in changes: slo["metadata"]["displayName"] = changes["display"]
        if "labels" in changes: slo["metadata"]["labels"] = changes["labels"]
        return slo

    events = "readiness.dev/minimum-events"
    return [
        EXAMPLE, LATENCY,
        made("strict", target=0.999999, period="90d", annotations={events: "1000000"}),
        made("loose", target=0.93, period="7d", annotations={events: "2"}),
        made("odd-texts", display='A "quoted" \\ {{ $value }} \u00e9 \u2028', labels={"team": "{{ braces }}"}),
        made("two-counters", queries=("bad", "errors_total", 'requests_total{path!="/health"}'), period="12w"),
        made("good-of-one", queries=("good", 'x_total{code!~"5.."}', "x_total"), target=0.95),
        made("by-window", queries=("bad", 'sum(rate(y_total{r="e"}[{{.window}}]))', "rate(y_total[{{.window}}])")),
        made("unknown-series", queries=("bad", "rate(a[{{.window}}]) + rate(b[{{.window}}])", "rate(c[{{.window}}])")),
    ]


def rules(folder):
    print("rules under promtool")
    root = repository(f"{folder}/rules", variants())
    first = run(PROGRAM, "slo", "rules", "--output", "ops", cwd=root)
    check(first.returncode == 0, "compiles definitions of nine shapes", first.stderr)
    files = {name: open(f"{root}/ops/{name}").read() for name in sorted(os.listdir(f"{root}/ops"))}
    run(PROGRAM, "slo", "rules", "--output", "again", cwd=root)
    check(
        all(open(f"{root}/again/{name}").read() == text for name, text in files.items()), "twice gives the same bytes")
    check(run(PROGRAM, "slo", "rules", "--output", "ops", "--check", cwd=root).returncode == 0, "--check finds them up to date")
    names = [name for name in files if ".rules." in name]
    result = run("promtool", "check", "rules", *names, cwd=f"{root}/ops")
    check(result.returncode == 0, "promtool check rules", result.stderr + result.stdout)
    result = run("promtool", "test", "rules", *[name for name in files if ".test." in name], cwd=f"{root}/ops")
    check(result.returncode == 0, "promtool test rules", result.stderr + result.stdout)
    run(PROGRAM, "slo", "rules", NAME, "--output", "json", "--format", "json", cwd=root)
    result = run("promtool", "check", "rules", f"json/{NAME}.rules.json", cwd=root)
    check(result.returncode == 0, "promtool check rules, of JSON", result.stderr + result.stdout)
    total = 'sum(rate(http_requests_total{job=\\"checkout\\"}'
    for old, new, what in [
        (f" or 0 * {total}", f" unless {total}", "a counter that never counted is not 0"), (") > 0)", "))", "0/0 is recorded"),
        (" >= 100", " >= 0", "few events fire"),
        ("sum_over_time(slo:sli_bad", "avg_over_time(slo:sli_bad", "a busy hour counts as a quiet one"),
    ]:
        text = files[f"{NAME}.rules.yml"]
        assert old in text, old
        os.makedirs(f"{root}/mutant", exist_ok=True)
        open(f"{root}/mutant/{NAME}.rules.yml", "w").write(text.replace(old, new))
        open(f"{root}/mutant/{NAME}.test.yml", "w").write(files[f"{NAME}.test.yml"])
        sound = run("promtool", "check", "rules", f"{NAME}.rules.yml", cwd=f"{root}/mutant")
        result = run("promtool", "test", "rules", f"{NAME}.test.yml", cwd=f"{root}/mutant")
        check(sound.returncode == 0 and result.returncode != 0, f"the fixtures notice it: {what}", sound.stderr)
    open(f"{root}/ops/{NAME}.rules.yml", "a").write("# edited\n")
    check(run(PROGRAM, "slo", "rules", "--output", "ops", "--check", cwd=root).returncode == 1, "--check finds an edited file")


# --- A service, and a Prometheus that watches it -------------------------------------------------------------------


def history(folder, data, instance, hours=32):
    """Hours of a healthy service, a sample a minute, as blocks. Returns what the counters end with."""
    end = int(time.time()) // 60 * 60
    start = end - hours * 3600
    lines = ["# TYPE http_requests counter"]
    for code, step in (("200", 5999), ("500", 0.6)):
        labels = f'code="{code}",instance="{instance}",job="checkout"'
        lines += [f"http_requests_total{{{labels}}} {int(1000 + step * ((at - start) // 60))} {at}" for at in range(start, end, 60)]
    with open(f"{folder}/history.txt", "w") as file: file.write("\n".join(lines) + "\n# EOF\n")
    # Blocks are synced one by one, which takes a minute on a busy disk.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else folder) as quick:
        made = run("promtool", "tsdb", "create-blocks-from", "openmetrics", f"{folder}/history.txt", f"{quick}/data")
        if made.returncode != 0: sys.exit("FAILED: promtool makes no history\n" + made.stderr)
        shutil.copytree(f"{quick}/data", data)
    minutes = (end - start) // 60
    return 1000 + 5999 * minutes, int(1000 + 0.6 * minutes)


def live(folder):
    print("a gate that follows a service")
    runbook = json.loads(json.dumps(EXAMPLE))
    # There are 32 hours of history for a period of 30 days, so coverage and budget are asked for less.
    conditions = {"include": [NAME], "minCoverage": 0.04, "minEvents": 1000, "minBudgetRemaining": -1}
    gates = {"release": {"milestones": ["*"], "category": "pending", "slos": conditions},
             "whole": {"milestones": ["*"], "category": "pending", "slos": {"include": [NAME]}},
             "signed": {"milestones": ["*"], "category": "pending",
                        "slos": {**conditions, "signed": True, "captureRole": "observer"}}}
    root = repository(f"{folder}/live", [runbook], gates)
    run(PROGRAM, "slo", "rules", "--output", f"{folder}/ops", cwd=root)
    port = free_port()
    good, bad = history(folder, f"{folder}/data", f"127.0.0.1:{port}")
    service = Service(good, bad)
    with open(f"{folder}/prometheus.yml", "w") as file:
        file.write(f"""global: {{ scrape_interval: 2s }}
rule_files: [ "{folder}/ops/{NAME}.rules.yml" ]
scrape_configs:
  - job_name: checkout
    static_configs: [ {{ targets: [ "127.0.0.1:{service.port}" ] }} ]
    relabel_configs: [ {{ target_label: instance, replacement: "127.0.0.1:{port}" }} ]
""")
    prometheus = Prometheus(folder, f"{folder}/data", f"{folder}/prometheus.yml")
    taken = f"{folder}/capture.json"

    def capture(*more, url=None, output=taken):
        return run(PROGRAM, "slo", "capture", NAME, "--endpoint", url or prometheus.url, "--output", output, *more, cwd=root)

    def gate(*more, name="release", file=taken):
        words = ["--capture", file] if file else []
        result = run(PROGRAM, "gate", name, "--json", *words, *more, cwd=root)
        answer = json.loads(result.stdout)
        if "decision" not in answer: sys.exit("FAILED: the gate says\n" + result.stdout)
        check_exit = 0 if answer["decision"] == "go" else 1
        if result.returncode != check_exit: sys.exit(f"FAILED: exit status {result.returncode} of {answer['decision']}")
        return answer["decision"], answer

    def codes(answer): return sorted({reason["code"] for reason in answer["reasons"]})

    def follow(wanted, within, since, pause):
        while True:
            taken_at = time.time()
            result = capture("--raw")
            if result.returncode != 0: sys.exit("FAILED: capture\n" + result.stderr)
            decision, answer = gate()
            if decision == wanted: return time.time() - since, answer
            if time.time() - since > within: sys.exit(f"FAILED: {decision}, not {wanted}, after {within} s\n{json.dumps(answer, indent=1)}")
            time.sleep(max(0, pause - (time.time() - taken_at)))

    try:
        time.sleep(10)
        before = time.time()
        first = capture("--raw")
        check(first.returncode == 0, "captures from a real server", first.stderr)
        took = time.time() - before
        decision, answer = gate()
        check(decision == "go", f"a healthy service is go (capture took {took:.2f} s)", json.dumps(answer, indent=1))
        body = json.load(open(taken))
        check(body["server"]["version"].startswith("2.") or body["server"]["version"][0].isdigit(), "the server's version is kept")
        check(f"slo/{NAME}" in answer["onWordAlone"], "an unsigned capture rests on a word alone")
        check(answer["slos"][0]["committed"] is False, "a capture beside the tree is said to be not committed")
        check("not committed" in run(PROGRAM, "gate", "--capture", taken, cwd=root).stdout, "and in the text as well")
        check(gate(file=None)[0] == "inconclusive" and codes(gate(file=None)[1]) == ["slo-capture-missing"], "without a capture nobody can tell")

        # The file in its place, committed as evidence.
        kept = run(PROGRAM, "slo", "capture", "--endpoint", prometheus.url, "--raw", cwd=root)
        check(kept.returncode == 0 and "Staged" in kept.stdout and "-> go" in kept.stdout, "captures into ssot/slo/captures and stages it", kept.stdout + kept.stderr)
        subprocess.run(["git", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "Capture"], cwd=root, check=True)
        check(gate(file=None)[0] == "go", "a committed capture is go")

        signed_captures(folder, root, prometheus.url, gate, codes)

        # What was kept cannot be edited unseen.
        text = open(taken).read()
        place = json.loads(text)["answers"][0]
        for what, old, new in [
            ("a byte of a body", '\\"success\\"', '\\"Success\\"'), ("a query", 'code=~', 'code!~'),
            ("the digest of the definition", body["definition"], "sha256:" + "0" * 64),
        ]:
            assert old in text, old
            open(f"{folder}/edited.json", "w").write(text.replace(old, new, 1))
            decision, answer = gate(file=f"{folder}/edited.json")
            check(decision == "inconclusive" and codes(answer) == ["slo-capture-invalid"], f"{what} changed is named", json.dumps(answer))

        # The fault. Held below two minutes, the windows of six hours and thirty minutes do not both fire.
        service.fail(1.0)
        began = time.time()
        seconds, answer = follow("no-go", 120, began, 2)
        service.fail(0.0)
        repaired = time.time()
        reasons = [reason["message"] for reason in answer["reasons"]]
        check(codes(answer) == ["slo-burning"] and len(reasons) == 1 and "over 1h" in reasons[0], f"no-go after {seconds:.0f} s: {reasons[0]}", json.dumps(answer))

        # While the short window forgets: servers that cannot tell.
        fired = False
        for _ in range(45):
            fired = any(alert["labels"]["alertname"] == "SLOBudgetBurn" and alert["labels"]["severity"] == "page"
                        for alert in prometheus.get("/api/v1/alerts")["alerts"])
            if fired: break
            time.sleep(2)
        check(fired, "the compiled alert fires in the server as well")
        check(capture(output=f"{folder}/recorded.json").returncode == 0, "captures from recorded series")
        decision, answer = gate(file=f"{folder}/recorded.json", name="whole")
        check(decision == "inconclusive" and "slo-too-short" in codes(answer), "minutes of recorded history do not speak for 30 days", json.dumps(answer))
        with open(f"{folder}/empty.yml", "w") as file: file.write("global: { scrape_interval: 15s }\n")
        empty = Prometheus(folder, f"{folder}/empty", f"{folder}/empty.yml")
        strange = f"{folder}/strange.json"
        check(capture("--raw", url=empty.url, output=strange).returncode == 0, "a server that never knew the series answers")
        decision, answer = gate(file=strange)
        check(decision == "inconclusive" and "slo-series-missing" in codes(answer), "and its answer is slo-series-missing", json.dumps(answer))
        empty.stop()
        kept = open(strange, "rb").read()
        result = capture("--raw", url=empty.url, output=strange)
        check(result.returncode == 3 and open(strange, "rb").read() == kept, "a stopped server is exit status 3, and the old file is as it was", result.stderr)
        stub(folder, root)

        seconds, answer = follow("go", 360, repaired, 8)
        check(True, f"go again {seconds:.0f} s after the repair")

        # The target dies. Its series end at once, and the age of the last sample is still told.
        service.stop()
        dead = time.time()
        while prometheus.get("/api/v1/query", query='http_requests_total{job="checkout"}')["result"]:
            if time.time() - dead > 60: sys.exit("FAILED: the series of a dead target do not end")
            time.sleep(1)
        check(capture("--raw").returncode == 0, "a dead target: the capture is written")
        decision, answer = gate()
        check("slo-stale" not in codes(answer), "and not stale yet", json.dumps(answer))
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(dead + 7200))
        decision, answer = gate("--now", later)
        message = answer["reasons"][0]["message"]
        check(decision == "inconclusive" and codes(answer) == ["slo-stale"] and ("2 h" in message or "1 h 59 min" in message), f"two hours later: {message}", json.dumps(answer))
        newest = answer["slos"][0]["newest"]
        age = dead - calendar.timegm(time.strptime(newest[:19], "%Y-%m-%dT%H:%M:%S"))
        # The query looks once a minute, samples come every two seconds, and the answer's fraction of a second is cut off.
        check(-1 <= age <= 63, f"the newest sample is the last before it died that a look once a minute sees: {age:.0f} s", newest)
    finally:
        prometheus.stop()


def signed_captures(folder, root, url, gate, codes):
    """`slo capture --sign`, under a gate that wants a signature of somebody who holds a role."""
    for name in ("ada", "eve"): subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", f"{folder}/{name}"], check=True)
    key = " ".join(open(f"{folder}/ada.pub").read().split()[:2])
    policies = {
        "allowed_signers": f"ada@example.com {key}\n",
        "authorization.json": json.dumps({"version": 1, "roles": {"maintainer": ["*"], "observer": ["ada@example.com"]}}),
    }
    for name, text in policies.items():
        with open(f"{root}/ssot/policies/{name}", "w") as file: file.write(text)
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", "-c", "core.hooksPath=/dev/null", "commit", "-qm", "Who may observe"], cwd=root, check=True)
    file = f"{folder}/signed.json"

    def capture(signer, *more):
        for key, value in (("gpg.format", "ssh"), ("user.signingkey", f"{folder}/{signer}")):
            subprocess.run(["git", "config", key, value], cwd=root, check=True)
        result = run(PROGRAM, "slo", "capture", NAME, "--endpoint", url, "--raw", "--output", file, *more, cwd=root)
        check(result.returncode == 0, f"{signer} captures {' '.join(more)}".rstrip(), result.stderr)
        return gate(name="signed", file=file)

    decision, answer = capture("ada", "--sign")
    check(decision == "go" and f"slo/{NAME}" not in answer["onWordAlone"], "signed by the observer: go, and nobody's word alone", json.dumps(answer))
    text = open(file).read()
    at = json.loads(text)["at"]
    earlier = at[:18] + ("0" if at[18] != "0" else "1") + at[19:]
    open(file, "w").write(text.replace(f'"at": "{at}"', f'"at": "{earlier}"'))
    decision, answer = gate(name="signed", file=file)
    check(decision == "inconclusive" and codes(answer) == ["slo-capture-unsigned"], "the same about another second is not signed", json.dumps(answer))
    for signer, more, what in [("ada", [], "unsigned"), ("eve", ["--sign"], "signed by a key of nobody's")]:
        decision, answer = capture(signer, *more)
        check(decision == "inconclusive" and codes(answer) == ["slo-capture-unsigned"], f"{what}: inconclusive", json.dumps(answer))
    subprocess.run(["git", "config", "--unset", "user.signingkey"], cwd=root, check=True)


def stub(folder, root):
    """Servers that misbehave, and what must never be kept of a request."""
    seen = []
    # One capture asks several things; every answer has this status, date and body.
    answer = {"status": 200, "date": None, "body": b'{"status":"success","data":{"version":"9","revision":"r","resultType":"vector","result":[]}}', "headers": {}}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            seen.append((self.path, self.headers.get("X-Token"), self.headers.get("Authorization")))
            self.send_response_only(answer["status"])
            self.send_header("Date", answer["date"] or self.date_time_string())
            for name, value in answer["headers"].items(): self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer["body"])))
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *_): pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://ada:pass-word@127.0.0.1:{server.server_address[1]}/prefix/?a=b#c"
    file = f"{folder}/stub.json"

    def capture(*more):
        words = [PROGRAM, "slo", "capture", NAME, "--endpoint", url, "--output", file, *more]
        return run(*words, cwd=root, env={"TOKEN": "s3cret-token"})

    result = capture("--header", "X-Token=$TOKEN")
    kept = open(file).read()
    check(result.returncode == 0 and seen[0][1] == "s3cret-token" and seen[0][2] is not None, "headers and password reach the server", result.stderr)
    check("s3cret" not in kept and "pass-word" not in kept and "a=b" not in kept and "/prefix" in kept, "and are not kept")
    result = capture("--header", "X-Token=s3cret-token")
    check(result.returncode == 2, "a header's value is not taken from the command line", result.stderr)
    for what, change in [
        ("an error of HTTP", {"status": 503}), ("a redirect", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}),
        ("too large an answer", {"body": b"x" * 70_000}), ("no build information", {"body": b"hello"}),
        ("a clock six minutes off", {"date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 360))}),
    ]:
        saved = dict(answer)
        answer.update(change)
        result = capture()
        check(result.returncode == 3 and open(file).read() == kept, f"{what}: exit status 3, and the old file is as it was", result.stderr + result.stdout)
        answer.clear()
        answer.update(saved)
    server.shutdown()
    server.server_close()


def main():
    for name in ("prometheus", "promtool", "curl", "ssh-keygen"):
        if not shutil.which(name): sys.exit(f"{name} is not installed: apt-get install --no-install-recommends prometheus curl openssh-client")
    folder = tempfile.mkdtemp(prefix="readiness-slo-")
    try:
        if ONLY != "--live": rules(folder)
        if ONLY != "--rules": live(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{count} checks passed")


main()
