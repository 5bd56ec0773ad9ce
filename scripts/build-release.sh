#!/usr/bin/env bash
# Builds the release binary: one static file, which starts as fast as git. Where the static libraries are missing, it
# is linked against libgit2.so instead, and says so.
set -euo pipefail

"$(dirname "$0")/build-launcher.sh" .build/release

libraries="mbedtls mbedx509 mbedcrypto http_parser pcre2-8 z"
flags=
for library in git2 $libraries; do
  [ -e "$(cc -print-file-name="lib$library.a")" ] || { flags=none; echo "build: lib$library.a is missing, so the binary is linked dynamically" >&2; break; }
done
if [ "$flags" = none ]; then
  exec swift build -c release --static-swift-stdlib --product readiness
fi
for library in $libraries; do flags="$flags -Xlinker -l$library"; done
# Ours stand first, and libmbedx509.a holds the two that are replaced.
# shellcheck disable=SC2086
swift build -c release --static-swift-stdlib --product readiness \
  -Xswiftc -static-executable -Xcc -DREADINESS_STATIC -Xlinker --allow-multiple-definition -Xlinker -s $flags 2>&1 |
  # What glibc warns of in every static program that could look up names.
  { grep -vE "in statically linked applications|mktemp' is dangerous" || true; }
