#!/bin/sh
# Copies the licences of all that a static program holds: this project's own, and those of the libraries.
# usage: scripts/licences.sh FOLDER
set -eu
cd "$(dirname "$0")/.."
out=$1
mkdir -p "$out/libraries"
cp LICENSE NOTICE "$out/"
for package in libgit2-dev libmbedtls-dev libhttp-parser-dev libpcre2-dev zlib1g-dev libc6-dev; do
  cp "/usr/share/doc/$package/copyright" "$out/libraries/${package%-dev}.txt" || {
    echo "licences: Debian's $package is not installed, so its licence is not here" >&2
    exit 3
  }
done
cp .build/checkouts/swift-argument-parser/LICENSE.txt "$out/libraries/swift-argument-parser.txt"
cp "$(dirname "$(readlink -f "$(command -v swift)")")/../share/swift/LICENSE.txt" "$out/libraries/swift.txt"
