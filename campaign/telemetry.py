#!/usr/bin/env python3
"""Traces and logs in the eyes of others: opentelemetry-proto parses every line, and a receiver that fails loses nothing.

1. Off: `strace` of `git commit` shows no file of telemetry and no connection; on, one open and one write for each signal.
2. One caller: hook, move, check, deliver, sync and the server's gate join one TRACEPARENT; each run has its own trace.
3. A receiver answers 503, then 200, then a partial success, while others write, and flush is killed: nothing is lost.
4. 32 processes write 1,000 spans each into one folder: none is torn, none is lost.

usage: telemetry.py PROGRAM [--spans COUNT]

opentelemetry-proto comes from PyPI at a fixed version, into a folder that is kept in .build/otlp. Without it this fails.
"""
import argparse
import base64
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

PACKAGES = ["opentelemetry-proto==1.45.2"]
TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def inside_the_parser():
    """Runs this file again by a Python that has the package."""
    folder = os.path.join(TOP, ".build", "otlp")
    python = os.path.join(folder, "bin", "python")
    mark = os.path.join(folder, "packages")
    wanted = "\n".join(PACKAGES)
    if not (os.path.exists(mark) and open(mark).read() == wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES], check=True)
        with open(mark, "w") as file:
            file.write(wanted)
    if os.path.realpath(sys.prefix) != os.path.realpath(folder):
        os.execv(python, [python, *sys.argv])


inside_the_parser()
from google.protobuf import json_format
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

options = argparse.ArgumentParser()
options.add_argument("program")
options.add_argument("--spans", type=int, default=1000)
options = options.parse_args()
program = os.path.abspath(options.program)
root = tempfile.TemporaryDirectory(prefix="readiness-otlp-")
work = os.path.join(root.name, "repo")
server = os.path.join(root.name, "server.git")
CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
KINDS = {"traces": (TracesData, "resourceSpans", "scopeSpans", "spans"), "logs": (LogsData, "resourceLogs", "scopeLogs", "logRecords")}
PRIVATE = ["ada@example.com", "Ada Lovelace", "a message that stays", "events.jsonl", "s3cr3t", root.name]


def environment(spool=None, **more):
    sealed = {"PATH": os.environ["PATH"], "HOME": root.name, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "LC_ALL": "C.UTF-8",
              "GIT_AUTHOR_NAME": "Ada Lovelace", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada Lovelace",
              "GIT_COMMITTER_EMAIL": "ada@example.com", "TOKEN": "s3cr3t"}
    if spool:
        sealed |= {"READINESS_TELEMETRY": spool, "READINESS_TELEMETRY_HOOKS": "1"}
    return sealed | more


def run(*words, folder=None, input=None, status=0, **variables):
    done = subprocess.run(words, cwd=folder or work, env=environment(**variables), input=input, capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(words)}: ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def check(truth, what):
    if not truth:
        sys.exit(f"FAILED: {what}")


def new_spool(name):
    folder = os.path.join(root.name, name)
    os.makedirs(folder)
    return folder


def parse(line, kind):
    """Parses a line strictly: identifiers by their length, unknown fields refused."""
    message, resource, scope, records = KINDS[kind]
    tree = json.loads(line)
    found = []

    def identifier(record, name, size):
        check(re.fullmatch(f"[0-9a-f]{{{2 * size}}}", record[name]) and set(record[name]) != {"0"}, f"{name} is {record[name]}")
        record[name] = base64.b64encode(bytes.fromhex(record[name])).decode()

    for part in tree[resource]:
        for inner in part[scope]:
            for record in inner[records]:
                found.append(json.loads(json.dumps(record)))
                for name, size in [("traceId", 16), ("spanId", 8), ("parentSpanId", 8)]:
                    if name in record:
                        identifier(record, name, size)
                for link in record.get("links", []):
                    identifier(link, "traceId", 16)
                    identifier(link, "spanId", 8)
                keys = [attribute["key"] for attribute in record["attributes"]]
                check(len(keys) == len(set(keys)), f"an attribute stands twice: {keys}")
    data = json_format.ParseDict(tree, message(), ignore_unknown_fields=False)
    for part in getattr(data, "resource_spans" if kind == "traces" else "resource_logs"):
        check(any(a.key == "service.name" and a.value.string_value == "readiness" for a in part.resource.attributes), "no service.name")
        for inner in getattr(part, "scope_spans" if kind == "traces" else "scope_logs"):
            for record in getattr(inner, "spans" if kind == "traces" else "log_records"):
                check(len(record.trace_id) == 16 and len(record.span_id) == 8, "an identifier has another length")
                if kind == "traces":
                    check(0 < record.start_time_unix_nano <= record.end_time_unix_nano, "a span ends before it begins")
    return found


def lines(path):
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return []
    check(data.endswith(b"\n") or not data, f"{path} ends within a line")
    found = data.split(b"\n")[:-1]
    for line in found:
        check(len(line) < 65536, "a line exceeds 64 KiB")
        for word in PRIVATE:
            check(word.encode() not in line, f"{path} holds {word}")
    return found


def records(spool, kind):
    return [record for line in lines(f"{spool}/{kind}.jsonl") for record in parse(line, kind)]


def attribute(record, name):
    for one in record["attributes"]:
        if one["key"] == name:
            return one["value"].get("stringValue", one["value"].get("intValue"))
    return None


def edit(text):
    """Changes the plan in the work tree."""
    path = f"{work}/.readiness/M-01.json"
    with open(path) as file:
        old = file.read()
    with open(path, "w") as file:
        file.write(re.sub(r'"outcome": "[^"]*"', f'"outcome": "{text}"', old, count=1))


def prepare():
    os.makedirs(work)
    run("git", "init", "-q", "-b", "main")
    run(program, "init", "--commit")
    with open(f"{work}/ssot/policies/sinks.json", "w") as file:
        json.dump({"version": 1, "sinks": {"audit": {"kind": "file", "path": "../events.jsonl"}}}, file)
    with open(f"{work}/ssot/runtime.config.json", "w") as file:
        json.dump({"version": 1, "profiles": {"plain": {"timeoutSeconds": 20}}}, file)
    run("git", "add", "-A")
    run(program, "install")
    run("git", "commit", "-qm", "Name a sink")
    run(program, "trust", "--sinks")
    run("git", "clone", "-q", "--bare", work, server)
    run("git", "remote", "add", "origin", server)
    run("git", "fetch", "-q", "origin")
    run("git", "branch", "-q", "--set-upstream-to", "origin/main")


def unset_costs_nothing():
    def traced(text, **variables):
        edit(text)
        log = os.path.join(root.name, "strace")
        run("strace", "-f", "-o", log, "-e", "trace=execve,open,openat,openat2,creat,connect,socket,sendto,write", "-e", "signal=none",
            "git", "commit", "-qam", "a message that stays", **variables)
        with open(log) as file:
            return file.read()

    spool = new_spool("traced")
    text = traced("Off")
    check("prepare-commit-msg" in text, "strace did not see the hook")
    for word in [".jsonl", "telemetry", "connect(", "AF_INET"]:
        check(word not in text, f"a commit with telemetry unset shows {word}")
    text = traced("Off in hooks", READINESS_TELEMETRY=spool)
    check(".jsonl" not in text and os.listdir(spool) == [], "a hook left telemetry without READINESS_TELEMETRY_HOOKS")
    text = traced("On", spool=spool)
    for kind in KINDS:
        opened = [line for line in text.splitlines() if f"{kind}.jsonl" in line]
        check(len(opened) == 1 and "O_APPEND" in opened[0], f"{kind}: opened {len(opened)} times")
        head = f'write({opened[0].rsplit("= ", 1)[1]}, "{{\\"{KINDS[kind][1]}\\"'
        check(text.count(head) == 1, f"{kind}: written {text.count(head)} times")
    check("AF_INET" not in text, "a hook used the network")
    return "strace: nothing when unset; one open and one write a signal when set"


def one_caller():
    spool = new_spool("one")
    parent = {"spool": spool, "TRACEPARENT": f"00-{CALLER}-00f067aa0ba902b7-01"}
    run(program, "install", "--server", server, "--telemetry", spool)
    edit("Under one caller")
    run("git", "commit", "-qam", "a message that stays", **parent)
    run(program, "start", "M-01", "--owner", "me", **parent)
    path = f"{work}/.readiness/M-01.json"
    with open(path) as file:
        plan = json.load(file)
    plan["exitCriteria"][0]["check"] = {"command": ["sh", "-c", "echo $TRACEPARENT"], "profile": "plain", "inputs": ["ssot/**"],
                                        "expect": {"stdoutMatches": f"^00-{CALLER}-[0-9a-f]{{16}}-01"}}
    with open(path, "w") as file:
        json.dump(plan, file)
    run("git", "commit", "-qam", "a message that stays", **parent)
    run(program, "trust", **parent)
    run(program, "check", "M-01", **parent)
    run("git", "commit", "-qam", "a message that stays", **parent)
    run(program, "sync", **parent)
    run(program, "deliver", **parent)
    spans = records(spool, "traces")
    processes = [span for span in spans if attribute(span, "process.exit.code") is not None]
    names = {span["name"] for span in processes}
    wanted = {"hook prepare-commit-msg", "readiness start", "readiness check", "readiness sync", "readiness deliver", "hook pre-receive"}
    check(wanted <= names, f"there is no span of {wanted - names}")
    own = {"readiness install"}
    check(all(span["traceId"] == CALLER for span in processes if span["name"] not in own), "a process left the caller's trace")
    ids = {span["spanId"] for span in processes}
    gate = next(span for span in processes if span["name"] == "hook pre-receive")
    parts = {span["name"] for span in spans if span.get("parentSpanId") == gate["spanId"]}
    check({"git.read", "judge"} <= parts, f"the gate tells of {parts}")
    check(gate["kind"] == 2 and gate["parentSpanId"] in ids, "the gate is no part of the sync that pushed")
    runs = run("git", "log", "--format=%(trailers:key=Readiness-Run,valueonly,separator=%x20)", "-3").split()
    for run_id in runs:
        own = [span for span in spans if span["traceId"] == run_id[:32]]
        told = [span["name"] for span in own]
        check(told[:2] == ["readiness.run", "stamp"] and "receive" in told and "deliver audit" in told, f"{run_id}: {told}")
        check(own[0]["spanId"] == run_id[32:48] and "parentSpanId" not in own[0], "the root is not the run's own")
        check(all(span["parentSpanId"] == run_id[32:48] for span in own[1:]), "a span hangs elsewhere")
        check(all(span["links"][0]["spanId"] in ids for span in own), "a span is not linked to its process")
    check(any(span["name"].startswith("check M-01/") and span["traceId"] == runs[0][:32] for span in spans), "the run does not tell its check")
    shown = run(program, "trace", runs[0][:9], spool=spool)
    check(all(word in shown for word in ["stamp", "receive", "deliver audit", "told"]), f"trace shows\n{shown}")
    check(len(records(spool, "logs")) >= len(processes), "a process left no record of its end")
    return f"{len(processes)} processes in one caller's trace, {len(runs)} runs in their own"


class Receiver(http.server.ThreadingHTTPServer):
    """Answers by a script, then takes everything."""

    def __init__(self, script):
        self.script, self.guard = list(script), threading.Lock()
        self.taken = {kind: [] for kind in KINDS}
        self.requests = 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self, kind="traces"):
        return [record["spanId"] for record in self.taken[kind]]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.path.removeprefix("/v1/")
        with self.server.guard:
            self.server.requests += 1
            status, headers, answer = self.server.script.pop(0) if self.server.script else (200, {}, {})
        if self.headers["Content-Type"] != "application/json" or kind not in KINDS:
            status = 400
        if status == 200:
            found = parse(body, kind)
            with self.server.guard:
                self.server.taken[kind] += found
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data)), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def flush(spool, address, status=0):
    out = run(program, "telemetry", "flush", "--endpoint", address, "--set", "retry.firstDelayMilliseconds=5", "--json", spool=spool, status=status)
    return {one["signal"]: one for one in json.loads(out)["signals"]}


def nothing_is_lost():
    spool = new_spool("sent")
    for _ in range(6):
        run(program, "next", spool=spool)
    wanted = {record["spanId"] for record in records(spool, "traces")}
    with open(f"{spool}/traces.jsonl", "ab") as file:
        file.write(b'{"resourceSpans":[{"reso')
    run(program, "next", spool=spool)
    partial = {"partialSuccess": {"rejectedSpans": "1", "errorMessage": "one was too old"}}
    receiver = Receiver([(503, {"Retry-After": "0"}, {}), (200, {}, {}), (200, {}, partial), (429, {"Retry-After": "0"}, {}), (502, {}, {}), (504, {}, {})])
    said = flush(spool, receiver.address)
    check(said["traces"]["sent"] == 7 and said["traces"]["rejected"] == 1 and said["traces"]["torn"] == 1, f"flush said {said}")
    got = receiver.spans()
    check(wanted < set(got) and len(got) == len(set(got)) == 7, "a span was lost, or sent twice")
    check(len(receiver.taken["logs"]) == 7, "a record of the log was lost")
    check(sorted(os.listdir(spool)) == ["counters.json", "flush.lock"], f"left: {os.listdir(spool)}")

    # The collector is down: all stays, and goes later.
    run(program, "next", spool=spool)
    check(flush(spool, "http://127.0.0.1:9", status=1)["traces"]["left"] == 1, "what could not be sent is not left")
    run(program, "next", spool=spool)
    check(flush(spool, receiver.address)["traces"]["sent"] == 2, "what was left was not sent")

    # Processes write while others send and are killed.
    receiver, stop = Receiver([]), threading.Event()
    written = []

    def write():
        for _ in range(40):
            run(program, "next", spool=spool)
            written.append(1)

    def send():
        while not stop.is_set():
            one = subprocess.Popen([program, "telemetry", "flush", "--endpoint", receiver.address], cwd=work, env=environment(spool),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(0.15)
            if len(written) % 3:
                one.send_signal(signal.SIGKILL)
            one.wait()

    writers = [threading.Thread(target=write) for _ in range(4)]
    sender = threading.Thread(target=send)
    for thread in [*writers, sender]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    sender.join()
    flush(spool, receiver.address)
    check(len(written) == 160, "a writer failed")
    check(len(set(receiver.spans())) == 160, f"{len(set(receiver.spans()))} of 160 spans arrived")
    check(len(receiver.taken["logs"]) >= 160, "a record of the log was lost")
    twice = len(receiver.spans()) - 160
    return f"7 of 7 through 503, 200, partial success, 429, 502 and 504; 160 of 160 while flush was killed, {twice} twice"


def many_writers(count, processes=32):
    base = run("git", "rev-parse", "HEAD").strip()
    for number in range(count):
        run(program, "set", "M-01", "outcome", f"Outcome {number}", "--commit", "-m", "again")
    tip = run("git", "rev-parse", "HEAD").strip()
    spool = new_spool("many")
    clones = []
    for number in range(processes):
        clone = os.path.join(root.name, f"clone-{number}.git")
        run("git", "clone", "-q", "--bare", "--shared", work, clone)
        run("git", "update-ref", "refs/heads/main", base, folder=clone)
        clones.append(clone)
    started = [subprocess.Popen([program, "hook", "pre-receive"], cwd=clone, env=environment(spool, GIT_DIR="."), stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for clone in clones]
    for one in started:
        one.stdin.write(f"{base} {tip} refs/heads/main\n")
        one.stdin.close()
    for one in started:
        check(one.wait() == 0, one.stderr.read())
    spans = records(spool, "traces")
    received = [span for span in spans if span["name"] == "receive"]
    check(len(received) == count * processes, f"{len(received)} of {count * processes} spans arrived")
    check(len({span["spanId"] for span in spans}) == len(spans), "two spans have one identifier")
    check(len({span["traceId"] for span in received}) == count, "a run has two traces")
    check(sum(span["name"] == "hook pre-receive" for span in spans) == processes, "a process is missing")
    return f"{processes} processes, {len(spans):,} spans in {len(lines(f'{spool}/traces.jsonl')):,} lines, none torn, none lost"


prepare()
print(unset_costs_nothing(), flush=True)
print(one_caller(), flush=True)
print(nothing_is_lost(), flush=True)
print(many_writers(options.spans), flush=True)
