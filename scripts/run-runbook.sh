#!/usr/bin/env bash
# Runs the sh blocks of a runbook in their order, each in the top folder of this clone, with a folder of its own in WORK and
# the program in READINESS. Prints each section with its verdict, without times, and ends with 1 at the first that fails, or
# with 3 if a section says by exit status 3 that it could not be tried.
# usage: scripts/run-runbook.sh FILE [--quick] [--record FILE]
#   --quick    leaves out blocks whose first line begins with "# slow:"; it says so
#   --record   writes what was run into a file, as JSON: the commit, the program, the runbook, each section with its seconds
set -euo pipefail
cd "$(dirname "$0")/.."

usage="usage: scripts/run-runbook.sh FILE [--quick] [--record FILE]"
file=${1:?$usage} quick='' record=''
shift
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=1 ;;
    --record) record=${2:?$usage}; shift ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
  shift
done
READINESS=$(readlink -f "${READINESS:-.build/release/readiness}")
WORK=$(mktemp -d)
export READINESS WORK
trap 'rm -rf "$WORK"' EXIT
[ -x "$READINESS" ] || { echo "run-runbook: there is no program $READINESS: make build" >&2; exit 3; }
[ -z "$record" ] || [ -z "$(git status --porcelain)" ] || {
  echo "run-runbook: a record names a commit, and the work tree holds changes that no commit has" >&2
  exit 2
}

# Each block becomes a file; its name says its place, its first line its section.
awk -v folder="$WORK" '
  /^## / { title = substr($0, 4) }
  /^```sh$/ { number++; name = sprintf("%s/block-%02d", folder, number); print "# " title >name; inside = 1; next }
  /^```$/ { if (inside) close(name); inside = 0 }
  inside { print >name }
' "$file"
count=0 sections='' program=$(sha256sum "$READINESS" | cut -c1-64)
note() { # TITLE VERDICT SECONDS
  sections="$sections${sections:+,}
    { \"section\": \"$1\", \"verdict\": \"$2\", \"seconds\": $3 }"
}
for block in "$WORK"/block-*; do
  [ -e "$block" ] || { echo "run-runbook: $file holds no block" >&2; exit 1; }
  title=$(sed -n '1s/^# //p' "$block")
  if [ -n "$quick" ] && sed -n 2p "$block" | grep -q '^# slow:'; then
    echo "left out: $title"
    note "$title" "left out" 0
    continue
  fi
  began=$SECONDS status=0
  bash -euo pipefail "$block" >"$WORK/said" 2>&1 || status=$?
  if [ "$status" != 0 ]; then
    tail -n 40 "$WORK/said"
    [ "$status" != 3 ] || { echo "could not be tried: $title"; exit 3; }
    echo "failed: $title"
    exit 1
  fi
  echo "ok: $title"
  note "$title" passed $((SECONDS - began))
  count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "run-runbook: nothing was run" >&2; exit 1; }
if [ -n "$record" ]; then
  cat >"$record" <<JSON
{
  "version": 1,
  "kind": "runbook",
  "at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "commit": "$(git rev-parse HEAD)",
  "runbook": { "path": "$file", "sha256": "$(sha256sum "$file" | cut -c1-64)" },
  "program": "sha256:$program",
  "sections": [$sections
  ]
}
JSON
fi
echo "$count sections hold"
