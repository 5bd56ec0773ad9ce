#!/bin/sh
# Puts the program on the PATH of a job. VERSION is one of
#   0.2.0                 a release whose digest stands in sha256sums, beside this script
#   0.2.0@sha256:HEX      a release, with the tarball's digest from you
#   path                  the program that is on PATH already; no network
#   a path with a /       a program, or a folder that `scripts/release.sh` made; no network
# READINESS_FROM says where release files are; by default they are the releases of the repository of this action.
# Exit status: 0 installed, 2 wrong usage, 3 not installed; nothing was unpacked unless the digest was right.
set -eu

fail() { printf 'readiness: %s\n' "$1" >&2; exit "${2:-3}"; }
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
asked=${VERSION:-}
on_path() { # FOLDER
  "$1/readiness" --version || exit 3
  [ -z "${GITHUB_PATH:-}" ] || printf '%s\n' "$1" >>"$GITHUB_PATH"
}

case $asked in
  '') fail "no version is given." 2 ;;
  path)
    command -v readiness >/dev/null || fail "version is path, and no readiness is on PATH."
    readiness --version || exit 3
    exit 0
    ;;
  */*)
    if [ -f "$asked" ]; then
      [ -x "$asked" ] || fail "$asked is not executable."
      case ${asked##*/} in readiness) ;; *) fail "$asked is to be a program named readiness." ;; esac
      on_path "$(cd "$(dirname "$asked")" && pwd)"
      exit 0
    fi
    [ -d "$asked" ] || fail "there is no $asked."
    version=$(sed -n 's/^.*  readiness-\(.*\)-linux-.*\.tar\.gz$/\1/p' "$asked/SHA256SUMS" | head -n 1)
    [ -n "$version" ] || fail "$asked/SHA256SUMS names no release."
    from=$asked sha256=
    ;;
  *)
    version=${asked%%@*}
    case $version in *[!0-9A-Za-z.+-]*) fail "$version is no version." 2 ;; esac
    machine=$(uname -m)
    name=readiness-$version-linux-$machine.tar.gz
    case $asked in
      *@sha256:*) sha256=${asked#*@sha256:} ;;
      *@*) fail "write the digest as $version@sha256:HEX." 2 ;;
      *)
        sha256=$(awk -v name="$name" '$2 == name { print $1 }' "$here/sha256sums")
        [ -n "$sha256" ] || fail "no digest of $name is known here. Give it: version: $version@sha256:HEX."
        ;;
    esac
    from=${READINESS_FROM:-${GITHUB_SERVER_URL:-https://github.com}/${GITHUB_ACTION_REPOSITORY:-}/releases/download/v$version}
    ;;
esac

prefix=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-$HOME}}/readiness/$version/${sha256:-local}
if [ -n "$sha256" ] && [ -x "$prefix/bin/readiness" ]; then
  on_path "$prefix/bin"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$sha256" ]; then
  case $from in
    http://* | https://*) curl -fsSL --retry 2 -o "$work/$name" "$from/$name" || fail "$from has no $name." ;;
    *) cp "${from#file://}/$name" "$work/$name" || fail "$from has no $name." ;;
  esac
  printf '%s  %s\n' "$sha256" "$work/$name" | sha256sum --check --status ||
    fail "$name does not have the digest $sha256; nothing was unpacked."
  # Who built it, where the forge's program can tell.
  if [ -n "${GH_TOKEN:-}" ] && [ -n "${GITHUB_ACTION_REPOSITORY:-}" ] && command -v gh >/dev/null; then
    gh attestation verify "$work/$name" --repo "$GITHUB_ACTION_REPOSITORY" || fail "$name has no attestation; nothing was unpacked."
  fi
  from=$work
fi
set -- --from "$from" --version "$version" --prefix "$prefix"
[ -z "$sha256" ] || set -- "$@" --sha256 "$sha256"
sh "$top/install.sh" "$@"
[ -z "${GITHUB_PATH:-}" ] || printf '%s\n' "$prefix/bin" >>"$GITHUB_PATH"
