#!/usr/bin/env python3
"""Keeps one comment on a pull request in step with the summary of its check.

Runs in a workflow_run job of the default branch, whose token may write. FOLDER holds comment.md and number, which came
from the pull request's own run: a fork decides both, so neither is trusted. The number must be that of an open pull
request whose head is HEAD_SHA, which the forge itself gave; of the text, nothing but plain Markdown is kept.

Environment: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, HEAD_SHA, FOLDER, RUN_URL.
Always ends with 0: a comment that cannot be written fails no check.
"""
import json
import os
import re
import sys
import urllib.error
import urllib.request

MARK = "<!-- readiness -->"
LONGEST = 60_000  # GitHub takes 65,536 characters.
TAGS = re.compile(r"<(?!(?:/?details|/?summary|/?code|br)>)")


class Refused(Exception):
    pass


def call(method, path, body=None):
    request = urllib.request.Request(
        os.environ["GITHUB_API_URL"] + path, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + os.environ["GITHUB_TOKEN"], "Accept": "application/vnd.github+json",
                 "X-GitHub-Api-Version": "2022-11-28", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None
    except urllib.error.HTTPError as error:
        raise Refused(f"{method} {path.split('?')[0]} was answered by {error.code}") from error
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise Refused(f"{method} {path.split('?')[0]}: {error}") from error


def harmless(line):
    """A line in which nothing is an HTML tag, an image, a link, a mention or a reference."""
    line = TAGS.sub("&lt;", line)
    # Not by a backslash: one more before it would undo that.
    line = re.sub(r"\](?=[(\[:])", "]&#8203;", line)
    line = re.sub(r"@(?=\w)", "@&#8203;", line)
    line = re.sub(r"(?<!&)#(?=\d)", "#&#8203;", line)
    return re.sub(r"://|\bwww\.", lambda found: found[0][0] + "&#8203;" + found[0][1:], line)


def cleaned(text):
    """The text, harmless. What a fence encloses is left as it is: there a forge renders nothing, and a stamp is copied
    from there byte by byte."""
    text = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0))
    lines, fence, before = [], None, ""
    for line in text[:LONGEST].split("\n"):
        opening = re.fullmatch(r"(`{3,})text", line)
        if fence:
            lines.append(line)
            if line == fence:
                fence = None
        elif opening and before == "":
            fence = opening[1]
            lines.append(line)
        else:
            # No other line opens a fence, so none hides what follows from this function and not from the forge.
            lines.append(harmless(re.sub(r"^(\s*)(`{3,}|~{3,})", r"\1\\\2", line)))
        before = line
    return "\n".join(lines + ([fence] if fence else []))


def main():
    folder, repository = os.environ["FOLDER"], os.environ["GITHUB_REPOSITORY"]
    try:
        with open(os.path.join(folder, "number"), encoding="utf-8") as file:
            number = file.read(32).strip()
        with open(os.path.join(folder, "comment.md"), encoding="utf-8", errors="replace") as file:
            text = file.read(4 * LONGEST)
    except OSError as error:
        raise Refused(f"the check left no summary ({error.strerror})") from error
    if not re.fullmatch(r"[1-9][0-9]{0,9}", number):
        raise Refused("the number of the pull request is none")
    request = call("GET", f"/repos/{repository}/pulls/{number}")
    if request["head"]["sha"] != os.environ["HEAD_SHA"] or request["state"] != "open":
        raise Refused(f"pull request {number} is not the open one that was checked")

    found = []
    for page in range(1, 31):
        comments = call("GET", f"/repos/{repository}/issues/{number}/comments?per_page=100&page={page}")
        found += [c["id"] for c in comments
                  if c["user"]["type"] == "Bot" and c["body"].split("\n")[0].rstrip().endswith(MARK)]
        if len(comments) < 100:
            break

    if not text.strip():
        for comment in found:
            call("DELETE", f"/repos/{repository}/issues/comments/{comment}")
        return "deleted" if found else "nothing to say"
    first, _, rest = text.partition("\n")
    body = "\n".join([f"{harmless(first.replace(MARK, '').strip())} {MARK}", cleaned(rest)])
    if os.environ.get("RUN_URL"):
        body += f"\n\n[The whole check]({os.environ['RUN_URL']})"
    if found:
        call("PATCH", f"/repos/{repository}/issues/comments/{found[0]}", {"body": body})
        return "updated"
    call("POST", f"/repos/{repository}/issues/{number}/comments", {"body": body})
    return "created"


if __name__ == "__main__":
    try:
        print("comment", main())
    except (Refused, KeyError, TypeError, UnicodeError) as error:
        # Of a forge's message no line may become a command of the runner.
        print("::warning title=readiness::no comment: " + re.sub(r"[\r\n%]", " ", str(error)))
    sys.exit(0)
