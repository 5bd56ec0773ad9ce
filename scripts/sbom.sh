#!/bin/sh
# Prints what a release binary is made of, as CycloneDX 1.6: the program, each library that the linker took something from,
# by the Debian package that it is built from, the toolchain's own, and swift-argument-parser. Equal programs give equal
# bytes. scripts/build-release.sh has left the linker's own list in .build/readiness.linked.
# usage: scripts/sbom.sh PROGRAM VERSION, with SOURCE_DATE_EPOCH
set -eu
program=$(readlink -f "${1:?usage: scripts/sbom.sh PROGRAM VERSION}")
version=${2:?usage: scripts/sbom.sh PROGRAM VERSION}
cd "$(dirname "$0")/.."
export LC_ALL=C

fail() { echo "sbom: $1" >&2; exit 3; }

linked=.build/readiness.linked
[ -s "$linked" ] || fail "$linked is not there: scripts/build-release.sh writes it when it links. Remove .build/release/readiness and build again."
: "${SOURCE_DATE_EPOCH:=$(scripts/version.sh | cut -s -d ' ' -f 3)}"
digest=$(sha256sum "$program" | cut -c1-64)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# RFC 9562, section 5.5: the SHA-1 of the namespace for URLs and the name.
name=$(printf '\153\247\270\021\235\255\021\321\200\264\000\300\117\324\060\310urn:sha256:%s' "$digest" | sha1sum | cut -c1-32)
variant=$(printf '%x' $((0x$(echo "$name" | cut -c17) & 3 | 8)))
uuid=$(echo "$name" | sed -E "s/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-5\3-$variant\4-\5/")

distro=$(sed -n 's/^VERSION_ID=//p' /etc/os-release | tr -d '"')
toolchain=$(readlink -f "$(command -v swift)")
toolchain=${toolchain%/usr/bin/*}
swift=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([^ ]+).*/\1/p' | head -n 1)
parser=$(sed -nE 's/.*swift-argument-parser", exact: "([^"]+)".*/\1/p' Package.swift)
revision=$(git -C .build/checkouts/swift-argument-parser rev-parse HEAD 2>/dev/null || true)
[ -n "$swift" ] && [ -n "$parser" ] || fail "the versions of Swift and swift-argument-parser cannot be read."

# Each line: name of the component, version, purl, supplier, the archive.
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
printf 'swift-argument-parser\t%s\tpkg:github/apple/swift-argument-parser@%s\tApple\tArgumentParser\n' "$parser" "$parser" >>"$work/all"
sort -u "$work/all" >"$work/sorted"
while IFS='	' read -r name release _; do
  [ -n "$name" ] && [ -n "$release" ] || fail "a component has no name or no version."
done <"$work/sorted"

cat <<JSON
{
  "\$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "serialNumber": "urn:uuid:$uuid",
  "version": 1,
  "metadata": {
    "timestamp": "$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)",
    "component": {
      "type": "application",
      "bom-ref": "readiness",
      "name": "readiness",
      "version": "$version",
      "hashes": [{ "alg": "SHA-256", "content": "$digest" }]
    }
  },
  "components": [
JSON
awk -F '\t' -v revision="$revision" '
  function flush() {
    if (name == "") return
    printf "%s    {\n      \"type\": \"library\",\n      \"bom-ref\": \"%s\",\n      \"supplier\": { \"name\": \"%s\" },\n", separator, purl, supplier
    printf "      \"name\": \"%s\",\n      \"version\": \"%s\",\n      \"purl\": \"%s\",\n      \"properties\": [%s\n      ]\n    }", name, release, purl, properties
    separator = ",\n"
  }
  function property(key, value) {
    properties = properties (properties == "" ? "" : ",") sprintf("\n        { \"name\": \"readiness:%s\", \"value\": \"%s\" }", key, value)
  }
  $3 != purl { flush(); name = $1; release = $2; purl = $3; supplier = $4; properties = "" }
  { property("linked", $5); if ($1 == "swift-argument-parser" && revision != "") property("commit", revision) }
  END { flush(); print "" }
' "$work/sorted"
echo '  ],'
printf '  "dependencies": [\n    { "ref": "readiness", "dependsOn": ['
cut -f 3 "$work/sorted" | uniq | sed 's/.*/"&"/' | paste -sd, | tr -d '\n'
printf '] }\n  ]\n}\n'
