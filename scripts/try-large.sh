#!/usr/bin/env bash
# Files of 1 GiB and folders of a million files: refused or hashed, in bounded time and memory. Nothing here is on disk in
# a million pieces: git's own plumbing makes the trees.
# usage: scripts/try-large.sh PROGRAM
set -euo pipefail
program=$(realpath "$1")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
cd "$root"
git init -q -b main
git config user.name Ada
git config user.email ada@example.com
git config core.bigFileThreshold 16m
"$program" init --commit >/dev/null
"$program" install >/dev/null

# run STATUS TEXT COMMAND…: the exit status, a text in what is printed, and what it cost.
run() {
  local want=$1 text=$2
  shift 2
  python3 - "$want" "$text" "$@" <<'PY'
import resource, subprocess, sys, time
want, text, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
start = time.time()
done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
seconds = time.time() - start
mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
name = " ".join(word.rsplit("/", 1)[-1] for word in command)
print(f"{name}: exit {done.returncode}, {seconds:.1f} s, {mib} MiB, {len(done.stdout)} bytes")
if done.returncode != want or text.encode() not in done.stdout:
    sys.exit(f"FAILED: wanted exit {want} and {text!r}; got\n{done.stdout[:2000].decode(errors='replace')}")
PY
}

echo "a milestone of 1 GiB"
truncate -s 1G .readiness/M-02.json
run 1 file-too-large "$program" status --worktree
git add -A
run 1 file-too-large git commit -qm large
git -c core.hooksPath=/dev/null commit -qm forced
run 1 file-too-large "$program" verify
git reset -q --hard HEAD~1

echo "evidence of 1 GiB"
truncate -s 1G big.bin
git add big.bin
git commit -qm big
run 0 Changed "$program" criteria M-01 doc-slo-and-release-gates-md-approved --evidence big.bin
run 0 "" git commit -qm evidence
run 0 verified "$program" verify

echo "a million files beside the milestones"
milestones=$(git ls-tree HEAD .readiness/ | sed 's,\.readiness/,,')
blob=$(git hash-object -w --stdin </dev/null)
grow() { # before the number in each name, and behind it
  local folder tree
  folder=$({
    printf '%s\n' "$milestones"
    seq 1000000 | awk -v id="$blob" -v before="$1" -v behind="$2" '{ print "100644 blob " id "\t" before $1 behind }'
  } | git mktree)
  tree=$(git ls-tree HEAD | awk -v id="$folder" -F'\t' '{ print $2 == ".readiness" ? "040000 tree " id "\t.readiness" : $0 }' | git mktree)
  git commit-tree "$tree" -p HEAD -m "a million"
}
others=$(grow note- .txt)
run 0 "of 12 done" "$program" status --at "$others"
run 0 verified "$program" verify "$others"

echo "a million milestones that are none"
broken=$(grow X- .json)
run 1 too-many-changes "$program" verify "$broken"
run 1 malformed-json "$program" status --at "$broken"
