#!/bin/sh
# Makes readiness-VERSION-linux-MACHINE.tar.gz from the release binary: equal programs give equal bytes.
# usage: scripts/package-tar.sh PROGRAM FOLDER
set -eu
program=$1
out=$2
version=$(sed -n 1p VERSION)
: "${SOURCE_DATE_EPOCH:=$(scripts/version.sh | cut -s -d ' ' -f 3)}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
name=readiness-$version-linux-$(uname -m)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$out"
scripts/stage.sh "$program" "$stage" "/$name"
tar --create --file="$stage/archive.tar" --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
  -C "$stage" "$name"
gzip -9n <"$stage/archive.tar" >"$out/$name.tar.gz"
echo "$out/$name.tar.gz"
