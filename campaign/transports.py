#!/usr/bin/env python3
"""The gate behind real servers on the loopback: a folder, sshd, git http-backend, and gitolite behind sshd. The same
pushes against each, with the same verdicts.

usage: transports.py PROGRAM
"""
import base64
import getpass
import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

SEALED = {"PATH": os.environ["PATH"] + ":/usr/sbin:/usr/lib/git-core", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
          "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": "true", "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0"}
AUTHORIZATION = {
    "version": 1, "roles": {"maintainer": ["ada@example.com"], "firefighter": ["ada@example.com", "ada"]},
    "emergencyPush": {"role": "firefighter"}}


class Failed(Exception):
    pass


def run(folder, *command, env=None, check=True):
    done = subprocess.run(command, cwd=folder, env={**SEALED, **(env or {})}, capture_output=True, text=True)
    if check and done.returncode:
        raise Failed(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Folder:
    """A bare repository behind a path."""
    name = "file"
    knows_pusher = True
    has_options = True
    refs = "refs"

    def __init__(self, top, program):
        self.program, self.top = program, f"{top}/{self.name}"
        os.makedirs(self.top)
        self.repository = f"{self.top}/plan.git"
        self.prepare()

    def prepare(self):
        run(self.top, "git", "init", "-q", "--bare", "-b", "main", "plan.git")
        run(self.top, self.program, "install", "--server", "plan.git")

    def url(self):
        return self.repository

    def environment(self, person):
        return {"READINESS_PUSHER": f"{person}@example.com"}

    def gate(self):
        return f"{self.repository}/hooks/pre-receive"

    def stop(self):
        pass


class Shell(Folder):
    """The same behind sshd, each person with a key whose forced command says who they are."""
    name = "ssh"

    def prepare(self):
        super().prepare()
        self.start_daemon(self.top)
        for person in ("ada", "bob"):
            public = self.key(person)
            command = f'READINESS_PUSHER={person}@example.com git-shell -c \\"$SSH_ORIGINAL_COMMAND\\"'
            with open(f"{self.top}/home/.ssh/authorized_keys", "a") as keys:
                keys.write(f'restrict,command="{command}" {public}\n')

    def key(self, person):
        run(self.top, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", person)
        with open(f"{self.top}/{person}.pub") as file:
            return file.read().strip()

    def start_daemon(self, top):
        home = f"{top}/home"
        os.makedirs(f"{home}/.ssh", mode=0o700)
        if os.getuid() == 0:
            os.makedirs("/run/sshd", exist_ok=True)
        run(top, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "host")
        self.port = free_port()
        with open(f"{top}/sshd_config", "w") as file:
            file.write(f"""Port {self.port}
ListenAddress 127.0.0.1
HostKey {top}/host
PidFile {top}/sshd.pid
AuthorizedKeysFile {home}/.ssh/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
SetEnv HOME={home}
""")
        self.daemon = subprocess.Popen(
            [shutil.which("sshd", path=SEALED["PATH"]), "-D", "-e", "-f", f"{top}/sshd_config"],
            stderr=open(f"{top}/sshd.log", "w"), env=SEALED)
        for _ in range(100):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            threading.Event().wait(0.05)
        raise Failed("sshd does not answer: " + open(f"{top}/sshd.log").read())

    def url(self):
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{self.repository}"

    def environment(self, person):
        return {"GIT_SSH_COMMAND": f"ssh -F none -i {self.top}/{person} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no"
                                   f" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"}

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()


class Web(Folder):
    """The same behind git http-backend; the web server asks for a name and hands it on."""
    name = "http"

    def prepare(self):
        super().prepare()
        run(self.repository, "git", "config", "http.receivepack", "true")
        top = self.top

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                scheme, _, word = self.headers.get("Authorization", "").partition(" ")
                user = base64.b64decode(word).decode().partition(":")[0] if scheme == "Basic" else ""
                if not user:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="plan"')
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline().strip(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                path, _, query = self.path.partition("?")
                environment = {
                    **SEALED, "GIT_PROJECT_ROOT": top, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                    "REQUEST_METHOD": self.command, "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1",
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
                done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True)
                head, _, rest = done.stdout.partition(b"\r\n\r\n")
                headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
                status = next((value for key, value in headers if key == "Status"), "200 OK")
                self.send_response(int(status.split()[0]))
                for key, value in headers:
                    if key != "Status":
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(rest)))
                self.end_headers()
                self.wfile.write(rest)

            do_GET = do_POST = answer

        self.daemon = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.daemon.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.daemon.server_port}/plan.git"

    def environment(self, person):
        word = base64.b64encode(f"{person}@example.com:x".encode()).decode()
        return {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": f"Authorization: Basic {word}"}

    def stop(self):
        self.daemon.shutdown()


class Gitolite(Shell):
    """gitolite behind sshd: the gate is a VREF, which it calls for each ref."""
    name = "gitolite"
    # A VREF gets no push options, so nobody can ask to pass; and each ref stands for itself.
    has_options = False
    refs = "refs/heads/main"

    def prepare(self):
        self.start_daemon(self.top)
        home = {"HOME": f"{self.top}/home"}
        for person in ("ada", "bob"):
            self.key(person)
        run(self.top, "gitolite", "setup", "-pk", "ada.pub", env=home)
        local = f"{self.top}/home/local"
        os.makedirs(f"{local}/VREF")
        rc = f"{self.top}/home/.gitolite.rc"
        text = open(rc).read().replace("# LOCAL_CODE                =>  \"$ENV{HOME}/local\"", "LOCAL_CODE => \"$ENV{HOME}/local\"")
        if 'LOCAL_CODE => "$ENV{HOME}/local"' not in text:
            text = text.replace("%RC = (", '%RC = (\n    LOCAL_CODE => "$ENV{HOME}/local",', 1)
        open(rc, "w").write(text)
        run(self.top, self.program, "install", "--server", local, "--layout", "gitolite")
        admin = f"{self.top}/admin"
        env = self.environment("ada")
        run(self.top, "git", "clone", "-q", f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}/gitolite-admin", "admin", env=env)
        shutil.copy(f"{self.top}/bob.pub", f"{admin}/keydir/bob.pub")
        with open(f"{admin}/conf/gitolite.conf", "a") as file:
            file.write("\nrepo plan\n    RW+ = ada bob\n    -   VREF/readiness = @all\n")
        for word in (("add", "-A"), ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "plan"), ("push", "-q")):
            run(admin, "git", *word, env=env)
        self.repository = f"{self.top}/home/repositories/plan.git"

    def url(self):
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}/plan"

    def gate(self):
        return f"{self.top}/home/local/VREF/readiness"


class Story:
    """The pushes that every server gets, and what is expected of them."""

    def __init__(self, server, program):
        self.server, self.program, self.count = server, program, 0
        self.clone = f"{server.top}/clone"
        os.makedirs(self.clone)
        for word in (("init", "-q", "-b", "main", "."), ("config", "user.name", "Ada"),
                     ("config", "user.email", "ada@example.com"), ("remote", "add", "origin", server.url())):
            self.git(*word)
        run(self.clone, program, "init", "--commit")
        run(self.clone, program, "install")
        self.write("ssot/policies/authorization.json", json.dumps(AUTHORIZATION))
        self.write("ssot/policies/refs.json", json.dumps({"version": 1, "protected": ["refs/heads/main"]}))
        self.git("add", "-A")
        self.git("commit", "-qm", "roles and refs")

    def git(self, *words, env=None, check=True):
        return run(self.clone, "git", *words, env=env, check=check)

    def write(self, path, text):
        os.makedirs(os.path.dirname(f"{self.clone}/{path}") or ".", exist_ok=True)
        with open(f"{self.clone}/{path}", "w") as file:
            file.write(text)

    def push(self, *words, person="ada"):
        return self.git("push", "--no-verify", *words, env=self.server.environment(person), check=False)

    def tip(self, ref="refs/heads/main"):
        return run(self.server.repository, "git", "rev-parse", "-q", "--verify", ref, check=False).stdout.strip()

    def expect(self, truth, what, done=None):
        self.count += 1
        if not truth:
            raise Failed(f"{self.server.name}: {what}\n{done.stdout + done.stderr if done else ''}")

    def passes(self, what, *words, person="ada"):
        done = self.push(*words, person=person)
        self.expect(done.returncode == 0, f"{what} should pass", done)
        return done

    def refused(self, what, *words, says, person="ada"):
        before = run(self.server.repository, "git", "for-each-ref", self.server.refs).stdout
        done = self.push(*words, person=person)
        self.expect(done.returncode != 0, f"{what} should be refused", done)
        said = " ".join(done.stderr.replace("remote:", " ").split())
        for text in says:
            self.expect(text in said, f"{what} should be refused with {text}", done)
        self.expect(run(self.server.repository, "git", "for-each-ref", self.server.refs).stdout == before, f"{what} moved a ref")

    def commit(self, subject, forced=True):
        self.git("add", "-A")
        self.git("commit", "-qm", subject, env={"READINESS_SKIP": "1"} if forced else None)

    def set_status(self, status):
        path = f"{self.clone}/.readiness/M-01.json"
        milestone = json.load(open(path))
        milestone["status"] = status
        self.write(".readiness/M-01.json", json.dumps(milestone, indent=2) + "\n")

    def tell(self):
        self.passes("a plan", "-q", "origin", "main")
        run(self.clone, self.program, "set", "M-01", "owner", "ada")
        self.git("commit", "-qm", "owner")
        run(self.clone, self.program, "move", "M-01", "in-progress")
        self.passes("a legal move", "-q", "origin", "main")
        self.expect(self.tip() == self.git("rev-parse", "HEAD").stdout.strip(), "the ref has moved")

        good = self.git("rev-parse", "HEAD").stdout.strip()
        self.set_status("Done")
        self.commit("done, by hand")
        says = ["illegal-transition", "trailer-missing", ".readiness/M-01.json:", '"In Review"']
        self.refused("a hand-made Done", "origin", "main", says=says)
        self.refused("the same on a new branch, merged there", "origin", "main", "main:refs/heads/side", says=says)
        self.git("revert", "--no-edit", "HEAD", env={"READINESS_SKIP": "1"})
        self.refused("a flip and a flip back", "origin", "main", says=["illegal-transition"])

        self.git("reset", "-q", "--hard", good)
        self.git("commit", "-q", "--amend", "-m", "rewritten", "--no-verify", env={"READINESS_SKIP": "1"})
        self.refused("a forced push", "-f", "origin", "main", says=["ref-protected"])
        self.git("reset", "-q", "--hard", good)
        self.refused("a deletion", "origin", ":main", says=["ref-protected"])
        self.git("replace", "-f", "HEAD", "HEAD~1")
        self.refused("a replacement", "origin", "refs/replace/*:refs/replace/*", says=["ref-protected"])
        self.git("replace", "-d", "HEAD")

        # Forced in while the gate was away: whoever touches neither plan nor policy is left in peace.
        gate = self.server.gate()
        self.set_status("Done")
        self.commit("done, by hand")
        os.rename(gate, gate + ".away")
        with open(gate, "w") as file:
            file.write("#!/bin/sh\nexit 0\n")
        os.chmod(gate, 0o755)
        self.passes("anything without the gate", "-q", "origin", "main")
        os.replace(gate + ".away", gate)
        self.write("code.c", "int main(void) { return 0; }\n")
        self.commit("code")
        self.passes("code, over a broken plan", "-q", "origin", "main", person="bob")
        verify = run(self.server.repository, self.program, "verify", "main", check=False)
        self.expect(verify.returncode == 1 and "illegal-transition" in verify.stdout, "verify on the server", verify)
        self.emergency()

    def emergency(self):
        self.set_status("Not Started")
        self.commit("back, by hand")
        ask = ("-o", "readiness.bypass=the house burns")
        if not self.server.has_options:
            self.refused("a push that nobody can ask for", "origin", "main", says=["trailer-missing"])
            return
        self.refused("an emergency of bob's", *ask, "origin", "main", person="bob",
                     says=["the bypass is refused", "bob@example.com does not hold", "trailer-missing"])
        self.refused("one without a reason", "-o", "readiness.bypass= ", "origin", "main", says=["gives no reason"])
        done = self.passes("an emergency of ada's", *ask, "origin", "main")
        self.expect("let past the gate for ada" in done.stderr, "it says so", done)
        for command in ("doctor", "verify"):
            told = run(self.server.repository, self.program, command, check=False)
            self.expect("Push 1 went past the gate" in " ".join(told.stdout.split()), f"{command} shows it", told)
        closed = run(self.server.repository, self.program, "bypass", "close", "1", env={"GIT_AUTHOR_EMAIL": "bob@example.com", "GIT_AUTHOR_NAME": "Bob"}, check=False)
        self.expect(closed.returncode == 1 and "not-authorized" in closed.stderr, "bob cannot close it", closed)
        run(self.server.repository, self.program, "bypass", "close", "1", env={"GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_AUTHOR_NAME": "Ada"})
        told = run(self.server.repository, self.program, "doctor", check=False)
        self.expect("went past" not in told.stdout, "nobody is told any more", told)
        listed = run(self.server.repository, self.program, "bypass")
        self.expect("the house burns" in listed.stdout and "closed by ada@example.com" in listed.stdout, "the log", listed)
        self.write("more.c", "int x;\n")
        self.commit("more code")
        self.passes("code afterwards, with an option that it does not need", *ask, "-q", "origin", "main")
        self.expect(run(self.server.repository, self.program, "bypass").stdout == listed.stdout, "and that is not logged")


def main():
    program = os.path.abspath(sys.argv[1])
    for tool, package in (("sshd", "openssh-server"), ("gitolite", "gitolite3"), ("git-http-backend", "git")):
        if not shutil.which(tool, path=SEALED["PATH"]):
            sys.exit(f"transports: {tool} is missing: apt-get install {package}")
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        for kind in (Folder, Shell, Web, Gitolite):
            server = None
            try:
                server = kind(top, program)
                story = Story(server, program)
                story.tell()
                print(f"{kind.name}: {story.count} expectations held")
            except Failed as failure:
                failed += 1
                print(f"{kind.name}: FAILED: {failure}")
            finally:
                if server:
                    server.stop()
    sys.exit(1 if failed else 0)


main()
