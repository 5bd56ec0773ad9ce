#!/usr/bin/env bash
# Runs the test suites that a filter names and prints the tests that passed, without times, so that the same commit prints
# the same anywhere. Ends with 1 where one fails, or where none ran.
#
# usage: prove.sh FILTER
set -euo pipefail
cd "$(dirname "$0")/.."

filter=${1:?usage: prove.sh FILTER}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests >"$log" 2>&1 || { grep 'error' "$log" || tail -n 20 "$log"; exit 1; }
scripts/build-launcher.sh .build/debug
swift test --skip-build --disable-xctest --filter "$filter" >"$log" 2>&1 || { grep -E '✘|↳' "$log" | head -n 40; exit 1; }
# `✔ Test "name" passed after 0.1 seconds.`, and with its cases for one that has arguments.
sed -nE 's/^[^ ]+ Test (".*"|[a-zA-Z]+\(.*\)) (with [0-9]+ test cases )?passed after .*/\1/p' "$log" | LC_ALL=C sort -u >"$log.names"
mv "$log.names" "$log"
[ -s "$log" ] || { echo "no test is named by $filter"; exit 1; }
cat "$log"
echo "$(wc -l <"$log") tests passed"
