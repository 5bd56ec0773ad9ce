#!/bin/sh
# Installs readiness from a folder of release files. No compiler, no root.
#
#   curl -fsSL https://HOST/PATH/install.sh | sh -s -- --from https://HOST/PATH
#
# usage: install.sh --from URL|FOLDER [--version V] [--prefix DIR] [--sha256 HEX] [--signers FILE]
#   --from      where the files of `scripts/release.sh` are: http(s)://, file:// or a folder
#   --version   the release; the one that this script came with by default
#   --prefix    ~/.local by default
#   --sha256    the digest of the tarball, from somewhere that you trust; SHA256SUMS beside it by default
#   --signers   keys that may sign releases (ssh-keygen(1), ALLOWED SIGNERS); then SHA256SUMS.sig must be by one of them
#
# Exit status: 0 installed, 2 wrong usage, 3 not installed; nothing was unpacked unless the digest was right.
set -eu

fail() { printf 'install: %s\n' "$1" >&2; exit "${2:-3}"; }

fetch() {
  case $from in
    http://* | https://*)
      if command -v curl >/dev/null; then curl -fsSL --retry 2 -o "$2" "$from/$1" || return 1
      elif command -v wget >/dev/null; then wget -q -O "$2" "$from/$1" || return 1
      else fail "curl or wget is needed to read $from. Install one, or copy the files here and give their folder to --from."
      fi
      ;;
    file://*) cp "${from#file://}/$1" "$2" 2>/dev/null || return 1 ;;
    *) cp "$from/$1" "$2" 2>/dev/null || return 1 ;;
  esac
}

value() { [ "$1" -ge 2 ] || fail "$2 needs a value." 2; }

# The whole script is read before anything runs: a download that breaks off does nothing.
main() {
  from=${READINESS_FROM:-} version=@VERSION@ prefix=${HOME:+$HOME/.local} sha256='' signers=''
  while [ $# -gt 0 ]; do
    case $1 in
      --from) value $# "$1"; from=${2%/}; shift 2 ;;
      --version) value $# "$1"; version=$2; shift 2 ;;
      --prefix) value $# "$1"; prefix=$2; shift 2 ;;
      --sha256) value $# "$1"; sha256=$2; shift 2 ;;
      --signers) value $# "$1"; signers=$2; shift 2 ;;
      *) fail "unknown word $1. usage: install.sh --from URL|FOLDER [--version V] [--prefix DIR] [--sha256 HEX] [--signers FILE]" 2 ;;
    esac
  done
  case $version in @*) fail "say which release: --version V." 2 ;; esac
  case $version in *[!0-9A-Za-z.+-]*) fail "$version is no version." 2 ;; esac
  [ -n "$from" ] || fail "say where the release files are: --from URL or --from FOLDER." 2
  [ -n "$prefix" ] || fail "HOME is not set, so say where to: --prefix DIR." 2

  machine=$(uname -m)
  [ "$(uname -s)" = Linux ] || fail "there are release files for Linux only; build from source elsewhere."
  case $machine in amd64) machine=x86_64 ;; arm64) machine=aarch64 ;; esac
  name=readiness-$version-linux-$machine
  command -v sha256sum >/dev/null || fail "sha256sum is needed (Debian: coreutils)."
  command -v tar >/dev/null || fail "tar is needed."
  command -v gzip >/dev/null || fail "gzip is needed."

  work=$(mktemp -d) || fail "no temporary folder can be made."
  trap 'rm -rf "$work"' EXIT
  fetch "$name.tar.gz" "$work/$name.tar.gz" || fail "$from has no $name.tar.gz."
  if [ -n "$signers" ] || [ -z "$sha256" ]; then
    fetch SHA256SUMS "$work/SHA256SUMS" || fail "$from has no SHA256SUMS."
  fi
  if [ -n "$signers" ]; then
    command -v ssh-keygen >/dev/null || fail "ssh-keygen is needed to check the signature."
    fetch SHA256SUMS.sig "$work/SHA256SUMS.sig" || fail "$from has no SHA256SUMS.sig."
    signer=$(ssh-keygen -Y find-principals -f "$signers" -s "$work/SHA256SUMS.sig" 2>/dev/null | head -n 1)
    ssh-keygen -Y verify -f "$signers" -I "${signer:-nobody}" -n readiness-release -s "$work/SHA256SUMS.sig" \
      <"$work/SHA256SUMS" >/dev/null 2>&1 ||
      fail "SHA256SUMS is not signed by a key of $signers; nothing was unpacked."
  fi
  if [ -f "$work/SHA256SUMS" ]; then
    listed=$(awk -v name="$name.tar.gz" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
    [ -n "$listed" ] || fail "SHA256SUMS does not name $name.tar.gz; nothing was unpacked."
    [ -z "$sha256" ] || [ "$sha256" = "$listed" ] ||
      fail "SHA256SUMS says $listed, and $sha256 was expected; nothing was unpacked."
    sha256=$listed
  fi
  found=$(sha256sum "$work/$name.tar.gz" | cut -d ' ' -f 1)
  [ "$found" = "$sha256" ] ||
    fail "$name.tar.gz has the digest $found, and $sha256 was expected; nothing was unpacked."

  mkdir -p "$prefix" || fail "$prefix cannot be made. Choose another: --prefix DIR."
  # Beside its place, so that each file is renamed into it: a program that runs is never half written.
  stage=$(mktemp -d "$prefix/.readiness.XXXXXX") || fail "$prefix cannot be written to. Choose another: --prefix DIR."
  trap 'rm -rf "$work" "$stage"' EXIT
  tar -xzf "$work/$name.tar.gz" -C "$stage" --no-same-owner || fail "$name.tar.gz cannot be unpacked into $prefix."
  # Started before it is put in place: it says itself what this machine lacks.
  "$stage/$name/bin/readiness" --version || fail "the program does not start here; nothing was installed."
  (cd "$stage/$name" && find . -type d) | while IFS= read -r folder; do mkdir -p "$prefix/$folder"; done
  (cd "$stage/$name" && find . ! -type d) | while IFS= read -r file; do
    mv -f "$stage/$name/$file" "$prefix/$file"
  done
  echo "installed in $prefix"
  command -v git >/dev/null || echo "install: git is not on PATH; readiness needs it for hooks, moves and fetches." >&2
  case :$PATH: in *":$prefix/bin:"*) ;; *) echo "install: put it on PATH: export PATH=\"$prefix/bin:\$PATH\"" >&2 ;; esac
}

main "$@"
