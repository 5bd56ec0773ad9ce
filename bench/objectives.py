#!/usr/bin/env python3
"""What objectives cost: `slo check` of 100, `gate` with 20 captures against `gate` without, and a capture on loopback.

usage: objectives.py PROGRAM [--pairs N]

Ends with 1 where a bound is missed: 50 ms, 15 ms, 1 s (medians; the pairs of gates are interleaved in one run).
"""
import http.server, json, os, shutil, statistics, subprocess, sys, tempfile, threading, time, urllib.parse

program = os.path.abspath(sys.argv[1])
pairs = int(sys.argv[sys.argv.index("--pairs") + 1]) if "--pairs" in sys.argv else 30
here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
example = json.load(open(f"{here}/ssot/examples/valid/slo/checkout-availability.json"))


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers every query of a healthy service."""

    def do_GET(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query)).get("query", "")
        value = (
            "86400" if query.startswith("count_over_time") else str(time.time()) if query.startswith("max(")
            else "10" if "5.." in query or "sli_bad" in query else "1e+06")
        data = {"resultType": "vector", "result": [{"metric": {}, "value": [0, value]}]} if query else {"version": "2", "revision": "r"}
        body = json.dumps({"status": "success", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): pass


def plan(top, count):
    subprocess.run(["git", "init", "-q", "-b", "main", top], check=True)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.com")):
        subprocess.run(["git", "-C", top, "config", key, value], check=True)
    subprocess.run([program, "-C", top, "init"], check=True, capture_output=True)
    os.makedirs(f"{top}/ssot/policies/slo")
    for number in range(count):
        slo = json.loads(json.dumps(example))
        slo["metadata"]["name"] = f"slo-{number}"
        slo["metadata"]["annotations"]["readiness.dev/runbook"] = "https://runbooks.example.com/"
        json.dump(slo, open(f"{top}/ssot/policies/slo/slo-{number}.json", "w"), indent=2)
    gate = {"milestones": ["*"], "category": "pending"}
    gates = {"version": 2, "gates": {"without": gate, "with": {**gate, "slos": {"include": ["*"]}}}}
    json.dump(gates, open(f"{top}/ssot/policies/gates.json", "w"), indent=2)


def commit(top):
    subprocess.run(["git", "-C", top, "add", "-A"], check=True)
    subprocess.run(["git", "-C", top, "-c", "core.hooksPath=/dev/null", "commit", "-qm", "x"], check=True)


def milliseconds(*words):
    began = time.perf_counter()
    result = subprocess.run(words, capture_output=True)
    took = (time.perf_counter() - began) * 1000
    if result.returncode != 0: sys.exit(f"{words}: {result.stdout.decode()}{result.stderr.decode()}")
    return took


missed = False


def tell(name, value, bound):
    global missed
    missed |= value > bound
    print(f"{value:8.1f} ms  bound {bound} ms  {'ok' if value <= bound else 'MISSED':7} {name}", flush=True)


top = tempfile.mkdtemp(prefix="readiness-objectives-")
try:
    hundred, twenty = f"{top}/hundred", f"{top}/twenty"
    plan(hundred, 100)
    milliseconds(program, "-C", hundred, "slo", "check")
    tell("slo check of 100 objectives", statistics.median(milliseconds(program, "-C", hundred, "slo", "check") for _ in range(pairs)), 50)
    plan(twenty, 20)
    commit(twenty)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    one = [program, "-C", twenty, "slo", "capture", "slo-0", "--endpoint", address, "--output", f"{top}/one.json"]
    tell("capture of one objective on loopback", statistics.median(milliseconds(*one) for _ in range(5)), 1000)
    milliseconds(program, "-C", twenty, "slo", "capture", "--endpoint", address)
    commit(twenty)
    gates = lambda name: milliseconds(program, "-C", twenty, "gate", name)
    gates("with"), gates("without")
    found = [(gates("with"), gates("without")) for _ in range(pairs)]
    more = statistics.median(a - b for a, b in found)
    tell(f"gate with 20 captures above gate without ({statistics.median(b for _, b in found):.1f} ms), {pairs} pairs", more, 15)
    server.shutdown()
finally:
    shutil.rmtree(top, ignore_errors=True)
sys.exit(1 if missed else 0)
