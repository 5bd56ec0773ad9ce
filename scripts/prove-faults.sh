#!/usr/bin/env bash
# Shows that races and faults lose nothing: the suites that name their cases, then processes that move milestones at once,
# then kills and failing calls, one in forty. Prints the same wherever it holds; ends with 1 where it does not. Where
# processes may not be traced the kills are skipped and named, and where CI is set that is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/prove.sh 'CrashTests|FaultTests|MoveTests'
log=$(mktemp)
trap 'rm -f "$log"' EXIT
python3 campaign/race.py .build/debug/readiness 8 25 >"$log" 2>&1 || { cat "$log"; exit 1; }
echo "200 moves by 8 processes at once: none lost"
python3 campaign/kills.py .build/debug/readiness 40 >"$log" 2>&1 || { cat "$log"; exit 1; }
if grep -q skipped "$log"; then
  echo "1 check skipped: kills by system call, because processes may not be traced here; of the rest: nothing lost, nothing torn"
else
  echo "move, heal and every hook killed, and their calls failing: nothing lost, nothing torn"
fi
