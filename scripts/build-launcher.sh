#!/bin/sh
# Builds readiness-hook, which install copies into the folder of hooks, beside the program. Where it cannot be built,
# install lays down the POSIX sh stubs instead, which do the same and cost a millisecond more.
# usage: scripts/build-launcher.sh FOLDER, where `swift build` has put the program
set -eu
source=$(dirname "$0")/../launcher/launcher.c
out=$1/readiness-hook
# A folder that is made here would be in SwiftPM's way: it wants a link at .build/debug and .build/release.
[ -d "$1" ] || { echo "build: there is no folder $1; swift build creates it" >&2; exit 1; }
# git readiness, from the folder that a build leaves the program in.
ln -sf readiness "$1/git-readiness"
[ "$out" -nt "$source" ] && exit 0
"${CC:-cc}" -std=gnu11 -Os -Wall -Wextra -Werror -static -nostdlib -nostartfiles -fno-builtin -fno-stack-protector \
  -fno-tree-loop-distribute-patterns -o "$out" "$source" -l:libz.a -Wl,-s,--gc-sections,-z,norelro,--build-id=none ||
  { rm -f "$out"; echo "build: no hook launcher; the sh stubs serve" >&2; }
