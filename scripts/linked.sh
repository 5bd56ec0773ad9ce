#!/bin/sh
# Prints the static libraries that the linker took something from, each once, by what they come from: name, version, purl,
# supplier and file of the library, with tabs between. Debian's by source package, and the toolchain's own.
# scripts/build-release.sh has left the linker's own list in .build/readiness.linked.
# usage: scripts/linked.sh
set -eu
cd "$(dirname "$0")/.."
export LC_ALL=C

fail() { echo "linked: $1" >&2; exit 3; }

linked=.build/readiness.linked
[ -s "$linked" ] || fail "$linked is not there: scripts/build-release.sh writes it when it links. Remove .build/release/readiness and build again."
distro=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
toolchain=$(readlink -f "$(command -v swift)")
toolchain=${toolchain%/usr/bin/*}
swift=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([^ ]+).*/\1/p' | head -n 1)
[ -n "$swift" ] || fail "the version of Swift cannot be read."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r archive; do
  case $archive in
    /*) ;;
    *) archive=$(pwd)/$archive ;;
  esac
  file=$(readlink -f "$archive") || fail "$archive, which was linked, is not there."
  case $file in
    "$toolchain"/*) printf 'swift\t%s\tpkg:generic/swift@%s\tSwift project\t%s\n' "$swift" "$swift" "${file##*/}" ;;
    *)
      # Files of merged /usr are known by either name.
      package=$(dpkg-query -S "$file" "${file#/usr}" "$archive" 2>/dev/null | sed -n '1s/: .*//p')
      [ -n "$package" ] || fail "$file, which was linked, belongs to no Debian package."
      dpkg-query -W -f='${source:Package}\t${source:Version}\n' "$package" | while read -r source release; do
        encoded=$(printf %s "$release" | sed 's/+/%2B/g; s/:/%3A/g')
        printf '%s\t%s\tpkg:deb/debian/%s@%s?arch=source&distro=debian-%s\tDebian\t%s\n' \
          "$source" "$release" "$source" "$encoded" "$distro" "${file##*/}"
      done
      ;;
  esac
done <"$linked" >"$work/all"
sort -u "$work/all"
