#!/usr/bin/env python3
"""Runs scripts/action/comment.py against a fake API on loopback: create, update, delete, 403, and hostile text.

usage: scripts/try-comment.py
"""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "a" * 40


class API(http.server.BaseHTTPRequestHandler):
    comments, log, forbidden, state = [], [], False, "open"

    def answer(self, status, value=None):
        text = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length))["body"] if length else None
        path = self.path.split("?")[0]
        API.log.append((self.command, path))
        if API.forbidden and self.command != "GET":
            return self.answer(403, {"message": "Resource not accessible\n::error::by integration"})
        if path == "/repos/o/r/pulls/7":
            return self.answer(200, {"head": {"sha": HEAD}, "state": API.state})
        if path.startswith("/repos/o/r/pulls/"):
            return self.answer(200, {"head": {"sha": "b" * 40}, "state": "open"})
        if path == "/repos/o/r/issues/7/comments" and self.command == "GET":
            page = int(self.path.split("page=")[-1])
            return self.answer(200, API.comments[(page - 1) * 100:page * 100])
        if path == "/repos/o/r/issues/7/comments":
            API.comments.append({"id": len(API.comments) + 1, "user": {"type": "Bot"}, "body": body})
            return self.answer(201, API.comments[-1])
        for comment in API.comments:
            if path == f"/repos/o/r/issues/comments/{comment['id']}":
                if self.command == "DELETE":
                    API.comments.remove(comment)
                    return self.answer(204)
                comment["body"] = body
                return self.answer(200, comment)
        return self.answer(404, {})

    do_GET = do_POST = do_PATCH = do_DELETE = handle_one

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), API)
threading.Thread(target=server.serve_forever, daemon=True).start()
done = 0


def run(text, number="7"):
    API.log.clear()
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("comment.md", text), ("number", number)):
            if content is not None:
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(content)
        result = subprocess.run(
            [sys.executable, os.path.join(HERE, "action", "comment.py")], capture_output=True, text=True, check=False,
            env={"GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}", "GITHUB_REPOSITORY": "o/r",
                 "GITHUB_TOKEN": "t", "HEAD_SHA": HEAD, "FOLDER": folder, "RUN_URL": "https://forge.example/run/1"})
    assert result.returncode == 0, result
    return result.stdout


def check(name, truth, seen=""):
    global done
    if not truth:
        sys.exit(f"try-comment: {name}: {seen}")
    done += 1


writes = lambda: [entry for entry in API.log if entry[0] != "GET"]
other = {"id": 900, "user": {"type": "User"}, "body": "mine <!-- readiness -->\nkeep"}
API.comments = [dict(other, id=1000 + n, body=f"talk {n}") for n in range(120)] + [other]

said = run("readiness: 1 milestone moves <!-- readiness -->\nM-01 moves\n\n## Production readiness\n")
check("creates", said == "comment created\n" and len(API.comments) == 122, said)
ours = API.comments[-1]
check("two lines stand alone",
      ours["body"].split("\n")[:2] == ["readiness: 1 milestone moves <!-- readiness -->", "M-01 moves"], ours["body"])

said = run("readiness: 2 milestones move <!-- readiness -->\nM-01 · M-02\n")
check("updates the one on the second page, and nobody else's",
      said == "comment updated\n" and len(API.comments) == 122 and "2 milestones" in ours["body"]
      and other["body"].endswith("keep"), said)

hostile = "\n".join([
    "readiness: x <!-- readiness --> <script>alert(1)</script>", "M-01 @everyone ![p](https://evil.example/p.png)",
    "", "[ref]: https://evil.example/", "see [here](javascript:x) and www.evil.example #12 <img src=x>",
    "```html", "<img src=y onerror=z> @ada", "```", "<details><summary>ok</summary>", "", "```text",
    "Readiness-Actor: Ada <ada@example.com>", "```", "", "</details>", "<details>", "```text", "@grace <b>", "```"])
run(hostile)
body = ours["body"].rsplit("\n\n", 1)[0]
fenced = body.split("```text\nReadiness-Actor: Ada <ada@example.com>\n```")
check("a stamp in a fence keeps its bytes", len(fenced) == 2, body)
plain = "".join(fenced).replace("<!-- readiness -->", "")
check("hostile text is text", not any(word in plain for word in (
    "<script", "<img", "@everyone", "@ada", "@grace", "](", "]: ", "https://", "www.evil", "#12", "<b>")), body)
check("no other fence hides text", "\n```html" not in body and "\n\\```text\n" in body, body)
check("only the known tags are left", body.count("<details>") == 2 and "<summary>ok</summary>" in body, body)

said = run("")
check("deletes when the plan does not change", said == "comment deleted\n" and len(API.comments) == 121
      and other in API.comments, said)
check("says nothing twice", run("") == "comment nothing to say\n" and not writes())

for name, text, number in (("a number that is none", "x", "7; rm -rf /"), ("a path", "x", "../../o"),
                           ("another pull request", "x", "8"), ("no artefact", None, None)):
    said = run(text, number)
    check(f"refuses {name}", said.startswith("::warning ") and not writes(), said)
API.state = "closed"
check("refuses a closed pull request", run("x").startswith("::warning ") and not writes())
API.state, API.forbidden = "open", True
said = run("x")
check("403 is a warning of one line", said.startswith("::warning ") and "403" in said and said.count("\n") == 1, said)
server.shutdown()
print(f"try-comment: {done} checks passed")
