"""Runs a program and says what it took: seconds of the clock, seconds of all its threads, MiB at most.

A process begins with the peak of the one that started it, so a large campaign would be taken for a large program: a small
process, begun first, starts what is measured.
"""
import json
import subprocess
import sys

DEADLINE = 30
STARTER = f"""
import json, os, sys, time
for line in sys.stdin:
    words, folder, environment, given, said = json.loads(line)
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            os.chdir(folder)
            os.dup2(os.open(given, os.O_RDONLY), 0)
            out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.execve(words[0], words, environment)
        finally:
            os._exit(127)
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > start + {DEADLINE}:
            os.kill(child, 9)
        time.sleep(0.005)
    print(json.dumps([time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, os.waitstatus_to_exitcode(status)]), flush=True)
"""


class Meter:
    def __init__(self):
        self.starter = subprocess.Popen([sys.executable, "-I", "-S", "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, words, folder, environment, given, said):
        """Both kinds of seconds, MiB and exit status of a program that reads the file `given` and writes the file `said`.

        What takes longer than the deadline is killed, and its exit status is -9.
        """
        self.starter.stdin.write(json.dumps([words, folder, environment, given, said]).encode() + b"\n")
        self.starter.stdin.flush()
        return json.loads(self.starter.stdout.readline())
