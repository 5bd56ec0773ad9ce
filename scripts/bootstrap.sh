#!/bin/sh
# Installs what the build needs and the machine lacks: Debian's libgit2-dev, libpcre2-dev and pkg-config. Does nothing where all is there.
set -eu

command -v swift >/dev/null || { echo "bootstrap: Swift 6 is needed: https://www.swift.org/install" >&2; exit 1; }
command -v git >/dev/null || { echo "bootstrap: git is needed" >&2; exit 1; }
if command -v pkg-config >/dev/null && pkg-config --exists libgit2 libpcre2-8; then exit 0; fi

command -v apt-get >/dev/null || {
  echo "bootstrap: install libgit2 (1.5 or later) and PCRE2, both with headers, and pkg-config, then run this again" >&2
  exit 1
}
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
echo "bootstrap: installing libgit2-dev, libpcre2-dev and pkg-config"
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends libgit2-dev libpcre2-dev pkg-config >/dev/null
