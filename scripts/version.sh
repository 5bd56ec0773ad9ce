#!/bin/sh
# Prints VERSION COMMIT SECONDS [modified] of this source tree: the version from the file VERSION, the rest from git, or
# from the same file where `git archive` has written it. Where neither knows the commit, prints the version alone.
# usage: scripts/version.sh
set -eu
cd "$(dirname "$0")/.."
version=$(sed -n 1p VERSION)
top=$(git rev-parse --show-toplevel 2>/dev/null || true)
if [ -n "$top" ] && [ "$top" -ef . ]; then
  state=
  [ -z "$(git status --porcelain)" ] || state=" modified"
  echo "$version $(git log -1 --format='%H %ct')$state"
else
  archived=$(sed -n 2p VERSION)
  case $archived in
    '$Format:'*) echo "$version" ;;
    *) echo "$version $archived" ;;
  esac
fi
