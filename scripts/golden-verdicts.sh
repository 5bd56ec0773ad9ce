#!/bin/sh
# Prints what a program says of each branch of the current repository: accepted or refused, the codes of what it found
# and how often, commits, and the digest of the state that history leads to.
# usage: scripts/golden-verdicts.sh PROGRAM
set -u
program=$1
git for-each-ref --format='%(refname)' refs/heads | while IFS= read -r ref; do
  "$program" verify "$ref" --no-cache --json >verdict.json
  status=$?
  case $status in 0) answer=accepted ;; 1) answer=refused ;; *) answer="exit $status" ;; esac
  commits=$(sed -n 's/^  "commits": \([0-9]*\).*/\1/p' verdict.json)
  found=$(sed -n 's/^ *"code": "\(.*\)",$/\1/p; s/^ *"severity": "\(.*\)",$/\1/p' verdict.json | paste -d ' ' - - |
    LC_ALL=C sort | uniq -c | awk '{ printf ", %s %s x%s", $3, $2, $1 }')
  state=$("$program" replay --at "$ref" --json | sed -n 's/^  "digest": "\(.*\)",\{0,1\}$/\1/p' | tail -n 1)
  rm -f verdict.json
  echo "${ref#refs/heads/}: $answer, $commits commits$found; state $state"
done
