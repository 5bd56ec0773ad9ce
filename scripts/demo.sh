#!/bin/sh
# The main job on the standard plan, in a scratch repository: a legal edit, an illegal one, a move, a merge, history.
set -eu

program=${1:?usage: demo.sh PROGRAM}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin"
ln -s "$program" "$scratch/bin/readiness"
PATH=$scratch/bin:$PATH
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null COLUMNS=80
cd "$scratch"

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; sh -c "$*"; }
refused() {
  printf '$ %s\n' "$*"
  if sh -c "$*"; then echo "demo: this should have been refused" >&2; exit 1; fi
}

say "A repository with the standard plan and the hooks"
git init -q -b main plan
cd plan
git config user.name "Ada Lovelace"
git config user.email ada@example.com
run readiness init --commit
run readiness install

say "A legal hand edit: an owner, and work begins. The hook judges and stamps"
run "sed -i -e 's/\"TBD\"/\"ada\"/' -e 's/\"Not Started\"/\"In Progress\"/' .readiness/M-01.json"
run "git commit -qam 'M-01: begin with the gates'"
run "git log -1 --format=%B"

say "An illegal one: done, without a review and without evidence. The hook says no"
run "sed -i 's/\"In Progress\"/\"Done\"/' .readiness/M-01.json"
refused "git commit -qam 'M-01: done, trust me'"
run "git checkout -q -- .readiness"

say "Evidence, then the same by the command, step by step"
mkdir -p doc
printf 'Availability 99.9 %%, measured monthly. Go means: no open critical risk.\n' >doc/slo_and_release_gates.md
sum=$(sha256sum doc/slo_and_release_gates.md | cut -d' ' -f1)
sed -i "s|approved\"$|approved\", \"evidence\": [{ \"kind\": \"file\", \"path\": \"doc/slo_and_release_gates.md\", \"sha256\": \"$sum\" }]|" .readiness/M-01.json
run "git add -A && git commit -qm 'M-01: write the SLOs'"
run "readiness move M-01 in-review"
run "readiness move M-01 done -m 'approved in the weekly review'"

say "Two branches change the plan, and meet in a merge"
run "git checkout -q -b owners && sed -i 's/\"TBD\"/\"grace\"/' .readiness/M-03.json && git commit -qam 'M-03: grace takes it'"
run "git checkout -q main && sed -i 's/\"TBD\"/\"ada\"/' .readiness/M-02.json && git commit -qam 'M-02: ada takes it'"
run "git merge -q --no-edit owners"
run "readiness move M-02 in-progress"

say "Where the plan stands, and its history from git log alone"
run "readiness status"
run "git log --reverse --format='%h %s%n%(trailers:key=Readiness-Transition,valueonly)' -- .readiness/M-01.json | grep -E '^[0-9a-f]{7} |^M-01' | cut -c1-76"

say "Everything is judged again: rules, stamps, run IDs"
run "readiness verify"
run "readiness replay"

printf '\nNext, in a repository of yours:\n'
printf '  %s init && %s install && git add -A && git commit -m "our plan"\n' "$program" "$program"
printf '  %s --help\n' "$program"
