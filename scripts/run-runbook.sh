#!/usr/bin/env bash
# Runs the sh blocks of a runbook in their order, each in the top folder of this clone, with a folder of its own in WORK and
# the program in READINESS. Prints each section with its verdict, without times, and ends with 1 at the first that fails.
# usage: scripts/run-runbook.sh FILE [--quick]
#   --quick   leaves out blocks whose first line begins with "# slow:"; it says so
set -euo pipefail
cd "$(dirname "$0")/.."
file=${1:?usage: scripts/run-runbook.sh FILE [--quick]}
quick=${2:-}
READINESS=$(readlink -f "${READINESS:-.build/release/readiness}")
WORK=$(mktemp -d)
export READINESS WORK
trap 'rm -rf "$WORK"' EXIT
[ -x "$READINESS" ] || { echo "run-runbook: there is no program $READINESS: make build" >&2; exit 3; }

# Each block becomes a file; its name says its place, its first line its section.
awk -v folder="$WORK" '
  /^## / { title = substr($0, 4) }
  /^```sh$/ { number++; name = sprintf("%s/block-%02d", folder, number); print "# " title >name; inside = 1; next }
  /^```$/ { if (inside) close(name); inside = 0 }
  inside { print >name }
' "$file"
count=0
for block in "$WORK"/block-*; do
  [ -e "$block" ] || { echo "run-runbook: $file holds no block" >&2; exit 1; }
  title=$(sed -n '1s/^# //p' "$block")
  if [ "$quick" = --quick ] && sed -n 2p "$block" | grep -q '^# slow:'; then
    echo "left out: $title"
    continue
  fi
  if ! bash -euo pipefail "$block" >"$WORK/said" 2>&1; then
    tail -n 40 "$WORK/said"
    echo "failed: $title"
    exit 1
  fi
  echo "ok: $title"
  count=$((count + 1))
done
[ "$count" -gt 0 ] || { echo "run-runbook: nothing was run" >&2; exit 1; }
echo "$count sections hold"
