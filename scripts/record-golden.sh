#!/usr/bin/env bash
# Records a small history with legal and illegal lines, and what this version says of each: the golden history of a
# release. Run once for a release, and never again for it; GoldenHistoryTests compares every later version with it.
#
# usage: scripts/record-golden.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(readlink -f "${1:?usage: record-golden.sh PROGRAM}")
out=$PWD/Tests/EndToEndTests/Golden/$(sed -n 1p VERSION)
[ ! -e "$out" ] || { echo "record-golden: $out is recorded already, and a record is never changed" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$program" "$work/bin/readiness"
export PATH=$work/bin:$PATH GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=$work LC_ALL=C.UTF-8
git init -q -b main "$work/plan"
cd "$work/plan"
git config user.name "Ada Lovelace"
git config user.email ada@example.com

criterion() { sed -n '/"exitCriteria"/,$ s/^ *"id": "\(.*\)",$/\1/p' ".readiness/$1.json" | head -n 1; }
prove() { readiness criteria "$1" "$(criterion "$1")" --evidence "$2"; }
by_hand() { git -c core.hooksPath=/dev/null "$@"; } # As if there were no hooks.
branch() { git switch -q -c "$1" "${2:-main}"; }
{
  readiness init --commit
  readiness install
  readiness set M-01 owner ada && readiness move M-01 in-progress
  mkdir doc && echo '99.9 %' >doc/slo_and_release_gates.md && git add doc
  prove M-01 doc/slo_and_release_gates.md
  git commit -qm 'M-01: evidence'
  readiness move M-01 in-review && readiness move M-01 "done"
  readiness set M-02 owner grace && readiness move M-02 blocked -m 'waits for the schema'
  readiness move M-02 not-started

  branch legal/reopened
  readiness move M-01 in-progress -m 'the target was wrong'
  branch legal/suspect
  echo '99.5 %' >doc/slo_and_release_gates.md && git commit -qam 'another target'
  branch legal/merged
  readiness set M-03 owner lin && git commit -qm 'M-03: owner'
  branch side
  readiness set M-04 owner joan && git commit -qm 'M-04: owner'
  git switch -q legal/merged && git merge -q --no-ff --no-edit side && git branch -q -D side
  branch topic
  readiness move M-02 in-progress && echo x >code && git add code && git commit -qm code
  readiness move M-02 blocked -m 'no time'
  branch legal/squashed
  git merge -q --squash topic && git commit -qm 'topic, squashed' && git branch -q -D topic
  branch legal/policy
  cat >ssot/policies/authorization.json <<'JSON'
{
  "version": 1,
  "roles": { "maintainer": ["ada@example.com"], "approver": ["grace@example.com"] },
  "rules": [{ "to": "In Progress", "role": "maintainer" }, { "to": "Done", "role": "approver", "notWhoSentToReview": true }]
}
JSON
  git add ssot && git commit -qm 'roles'
  readiness move M-02 in-progress

  branch illegal/by-hand
  sed -i 's/"Not Started"/"Done"/' .readiness/M-05.json && by_hand commit -qam 'trust me'
  branch legal/healed illegal/by-hand
  git reset -q --hard main
  sed -i 's/"TBD"/"joan"/' .readiness/M-06.json && by_hand commit -qam 'an owner, without a stamp'
  readiness heal
  branch illegal/no-stamp
  sed -i 's/"TBD"/"joan"/' .readiness/M-06.json && by_hand commit -qam 'an owner, without a stamp'
  branch illegal/false-stamp
  readiness set M-03 owner lin && git commit -qm 'M-03: owner'
  git log -1 --format=%B | sed 's/^Readiness-Actor: .*/Readiness-Actor: Ada Lovelace <ada@example.org>/' >"$work/message"
  by_hand commit -q --amend -F "$work/message"
  branch illegal/replayed legal/reopened
  git show -s --format=%B HEAD >"$work/message"
  by_hand commit -q --allow-empty -F "$work/message"
  branch illegal/not-authorized legal/policy
  git config user.name Mallory && git config user.email mallory@example.com
  sed -i 's/"In Progress"/"Not Started"/' .readiness/M-02.json && git commit -qam 'back' -m 'Readiness-Reason: later'
  by_hand rm -q ssot/policies/authorization.json && by_hand commit -qm 'no roles'
  git config user.name "Ada Lovelace" && git config user.email ada@example.com
  branch illegal/deleted
  by_hand rm -q .readiness/M-01.json && by_hand commit -qm 'gone'
  branch illegal/damaged
  printf '{' >.readiness/M-07.json && by_hand commit -qam 'half a file'
  branch illegal/merge
  readiness set M-03 owner lin && git commit -qm 'M-03: owner'
  branch other main
  readiness set M-03 owner joan && git commit -qm 'M-03: another owner'
  git switch -q illegal/merge && by_hand merge -q -s ours --no-edit other && git branch -q -D other
} >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

mkdir -p "$out"
git for-each-ref --format='%(refname)' refs/heads >"$work/refs"
git bundle create -q "$out/history.bundle" --stdin <"$work/refs"
bash "$OLDPWD/scripts/golden-verdicts.sh" "$program" >"$out/verdicts"
cat "$out/verdicts"
