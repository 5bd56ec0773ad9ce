#!/bin/sh
# Lays out what a package holds, with modes, owners' umask and dates that are the same on every machine.
# usage: scripts/stage.sh PROGRAM FOLDER PREFIX, with SOURCE_DATE_EPOCH
set -eu
program=$1
root=$2
prefix=$3
scripts=$(dirname "$0")
umask 022
DESTDIR=$root "$scripts/install.sh" "$program" "$prefix" >/dev/null
doc=$root$prefix/share/doc/readiness
mkdir -p "$doc"
"$scripts/licences.sh" "$doc"
cp README.md "$doc/"
# As an export by git archive has it, from a clone as well: version, then commit and date.
scripts/version.sh | sed 's/ /\n/' >"$doc/VERSION"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
find "$root" ! -type l -exec chmod u=rwX,go=rX {} +
