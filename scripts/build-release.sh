#!/usr/bin/env bash
# Builds the release binary: one static file, which starts as fast as git. Where the static libraries are missing, it
# is linked against libgit2.so instead, and says so.
set -euo pipefail

# Writes version and commit into the sections that Sources/C/CProgram/build.c keeps for them, so that a new commit compiles
# nothing, and a clone gives the same bytes as an export by git archive.
mark_commit() {
  mark=$(mktemp)
  "$(dirname "$0")/version.sh" | cut -s -d ' ' -f 2- | tr -d '\n' >"$mark"
  truncate -s 128 "$mark"
  sed -n 1p "$(dirname "$0")/../VERSION" >"$mark.version"
  truncate -s 128 "$mark.version"
  objcopy --update-section "readiness_build=$mark" --update-section "readiness_version=$mark.version" "$1"
  rm -f "$mark" "$mark.version"
}

# Keeps what the linker traced for scripts/sbom.sh: the static libraries, each once. A build that links nothing traces
# nothing, and what is kept stays.
keep_linked() {
  trace=$(mktemp)
  tee "$trace.all" | grep --line-buffered -vE '^/.*\.(o|a|so)(\(.*\))?$|^[^ ]*\.(o|a)(\(.*\))?$' || true
  grep -oE '^[^ ]*\.a' "$trace.all" | LC_ALL=C sort -u >"$trace" || true
  [ ! -s "$trace" ] || cp "$trace" .build/readiness.linked
  rm -f "$trace" "$trace.all"
}

# Comes after SwiftPM, which replaces a folder at .build/release by a link, and all that is in it.
build_launcher() { "$(dirname "$0")/build-launcher.sh" .build/release; }

libraries="mbedtls mbedx509 mbedcrypto http_parser pcre2-8 z"
flags=
for library in git2 $libraries; do
  [ -e "$(cc -print-file-name="lib$library.a")" ] || { flags=none; echo "build: lib$library.a is missing, so the binary is linked dynamically" >&2; break; }
done
# A type is asked for by what its parts are, not by a name that the runtime goes through all conformances for
# (doc/design/decisions/0029).
metadata="-Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors"
# The same bytes in any folder (doc/reproducibility.md): no path of this one, and no sum over debug information, which strip
# takes away. The linker says which libraries it took something from.
folder=$(pwd -P)
same="-Xcc -ffile-prefix-map=$folder=. -Xswiftc -file-prefix-map -Xswiftc $folder=. -Xlinker --build-id=none -Xlinker --trace"
if [ "$flags" = none ]; then
  # shellcheck disable=SC2086
  swift build -c release --static-swift-stdlib --product readiness $metadata $same | keep_linked
  mark_commit .build/release/readiness
  build_launcher
  exit
fi
for library in $libraries; do flags="$flags -Xlinker -l$library"; done
# Ours stand first, and libmbedx509.a holds the two that are replaced.
# shellcheck disable=SC2086
swift build -c release --static-swift-stdlib --product readiness \
  -Xswiftc -static-executable $metadata $same -Xcc -DREADINESS_STATIC -Xlinker --allow-multiple-definition $flags 2>&1 | keep_linked |
  # What glibc warns of in every static program that could look up names.
  { grep -vE "in statically linked applications|mktemp' is dangerous" || true; }
# What is written at one go lies in the page cache in larger pieces: until the system reads it anew, a start has half as
# many page faults.
# .swift_modhash is a sum over the command lines of the compiler, which name this folder.
strip -R .swift_modhash -o .build/release/readiness.new .build/release/readiness
mark_commit .build/release/readiness.new
mv -f .build/release/readiness.new .build/release/readiness
build_launcher
