#!/usr/bin/env bash
# Builds this commit twice, in folders of different length, under another umask and another HOME, and compares the program,
# the hook launcher and the Debian package byte by byte. Prints one digest of each, or the sections that differ, and ends
# with 1 then. It takes two release builds: a few minutes each on two quiet cores.
# The one dependency comes from SwiftPM's cache in HOME; if it is not there, from the network; if there is none, the exit
# status is 3, because then nothing was compared.
# usage: scripts/reproduce.sh [--built] [--plant]
#   --built   takes what this clone was built into as the first; it must be of this commit
#   --plant   then puts the path of the folder into the second program, and ends with 1 unless the difference is found
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC

plant='' built=''
for word; do
  case $word in
    --plant) plant=1 ;;
    --built) built=1 ;;
    *) echo "usage: scripts/reproduce.sh [--built] [--plant]" >&2; exit 2 ;;
  esac
done
fail() { echo "reproduce: $1" >&2; exit "${2:-1}"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
first=$work/a second=$work/another/folder/with/a/longer/path
read -r version commit SOURCE_DATE_EPOCH changed < <(scripts/version.sh)
export SOURCE_DATE_EPOCH
[ -z "$changed" ] || fail "the work tree holds changes that no commit has: commit or stash them" 2
if [ -n "$built" ]; then
  first=$PWD
  said=$(.build/release/readiness version --json) || fail "there is no .build/release/readiness: make build" 3
  case $said in
    *"\"commit\": \"$commit\""*"\"modified\": false"*) ;;
    *) fail ".build/release/readiness was not built from $commit: make build" 3 ;;
  esac
fi
folders=("$second")
[ -n "$built" ] || folders+=("$first")
for folder in "${folders[@]}"; do
  mkdir -p "$folder"
  git archive HEAD | tar -x -C "$folder"
done
# What was fetched once is not fetched again; all else of this home is not there.
mkdir "$work/home"
for name in .cache .swiftpm; do
  [ ! -e "$HOME/$name" ] || ln -s "$HOME/$name" "$work/home/$name"
done

fetch() { # FOLDER
  (cd "$1" && swift package resolve) >"$work/log" 2>&1 || {
    tail -n 5 "$work/log" >&2
    fail "what Package.swift depends on is neither in SwiftPM's cache nor to be had from the network, so nothing was built" 3
  }
}

make_all() { # FOLDER
  local began=$SECONDS
  (cd "$1" && scripts/build-release.sh && scripts/package-deb.sh .build/release/readiness .build/deb) >"$work/log" 2>&1 || {
    tail -n 30 "$work/log" >&2
    fail "the build in $1 failed" 3
  }
  echo "reproduce: built in $1 in $((SECONDS - began)) s" >&2
}

# Names the sections in which two programs differ, and says so of what stands in none.
name_sections() { # FILE FILE
  local section differing=
  for section in $({ readelf -SW "$1"; readelf -SW "$2"; } | sed -nE 's/^ *\[ *[0-9]+\] (\.?[A-Za-z_][^ ]*) .*/\1/p' | sort -u); do
    objcopy --dump-section "$section=$work/one" "$1" /dev/null 2>/dev/null || : >"$work/one"
    objcopy --dump-section "$section=$work/two" "$2" /dev/null 2>/dev/null || : >"$work/two"
    cmp -s "$work/one" "$work/two" || differing="$differing $section"
  done
  echo "  sections that differ:${differing:- none, so it is the headers}"
}

compare() { # FILE, below both folders
  if cmp -s "$first/$1" "$second/$1"; then
    for folder in "$first" "$second"; do printf '%s  %s\n' "$(sha256sum "$folder/$1" | cut -c1-64)" "${1##*/}"; done
    return 0
  fi
  sha256sum "$first/$1" "$second/$1"
  echo "${1##*/} differs: $(cmp "$first/$1" "$second/$1" 2>&1 | sed 's/.*differ: //')"
  case $1 in *.deb) ;; *) name_sections "$first/$1" "$second/$1" ;; esac
  return 1
}

fetch "$second"
if [ -n "$built" ]; then
  scripts/package-deb.sh .build/release/readiness .build/deb >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; fail "no package" 3; }
else
  make_all "$first"
fi
(umask 077; HOME=$work/home make_all "$second")
same=1
for file in .build/release/readiness .build/release/readiness-hook ".build/deb/readiness_${version}_$(dpkg --print-architecture).deb"; do
  compare "$file" || same=
done
[ -n "$same" ] || exit 1
echo "the same bytes twice"

[ -n "$plant" ] || exit 0
# Before the program runs: what stands behind its end is compiled to nothing.
sed -i '/^import/!b; :a; n; /^import/ba; i if CommandLine.arguments.count > 100_000 { print(#filePath) }' \
  "$second/Sources/readiness/main.swift"
HOME=$work/home make_all "$second"
said=$(compare .build/release/readiness) && fail "a planted path was not found"
echo "planted: $said"
case $said in *"sections that differ: ."*) ;; *) fail "no section is named" ;; esac
