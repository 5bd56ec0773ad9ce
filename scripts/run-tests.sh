#!/usr/bin/env bash
# Runs the tests that were built, and names and counts those that were skipped because the machine lacks something. Where
# CI is set none is skipped for a missing program: such a test runs, and fails.
#
# usage: run-tests.sh [OPTION OF swift test ...]
set -euo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
swift test --skip-build --disable-xctest "$@" 2>&1 | tee "$log" || code=$?
skipped=$(grep -E '^[^ ]+ (Test|Suite) .* skipped' "$log" || true)
if [ -n "$skipped" ]; then
  echo "$(wc -l <<<"$skipped") tests or suites skipped:"
  sed -E 's/^[^ ]+ /  /' <<<"$skipped"
fi
exit "$code"
