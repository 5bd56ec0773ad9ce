#!/usr/bin/env bash
# Runs tests under a sanitizer, those that start the built program with a sanitised program. Any report is a failure: the
# process that has it ends with 66. Without FILTER the whole suite runs; "short" is what CI runs.
#
# usage: sanitize.sh thread|address [FILTER|short]
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?usage: sanitize.sh thread|address [FILTER|short]} filter=${2:-.}
[ "$filter" != short ] ||
  filter='StrictJSONTests|JSONSchemaTests|PlanModelTests|PlanJudgeTests|ReadinessSystemTests|GitRepositoryTests|GitTransactionTests|ReportsTests|ProfilesTests|BoundTests|VerifiedHistoryTests|CheckTests/'
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 suppressions=$PWD/scripts/tsan-suppressions.txt"
export ASAN_OPTIONS="detect_leaks=0 exitcode=66"
scratch=.build/$kind
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --sanitize "$kind" --scratch-path "$scratch" --build-tests >"$log" 2>&1 || { grep 'error' "$log" || tail -n 20 "$log"; exit 1; }
scripts/build-launcher.sh "$scratch/debug"
start=$SECONDS
swift test --sanitize "$kind" --scratch-path "$scratch" --skip-build --disable-xctest --filter "$filter" >"$log" 2>&1 ||
  { grep -E '✘|↳|Sanitizer' "$log" | head -n 60; tail -n 5 "$log"; exit 1; }
grep -E 'Test run with' "$log"
echo "$kind sanitizer: no report, $((SECONDS - start)) s"
