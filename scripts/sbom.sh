#!/bin/sh
# Prints what a release binary is made of, as CycloneDX 1.6: the program, each library that the linker took something from,
# by the Debian package that it is built from, the toolchain's own, and swift-argument-parser. Equal programs give equal
# bytes. scripts/linked.sh says what was linked.
# usage: scripts/sbom.sh PROGRAM VERSION, with SOURCE_DATE_EPOCH
set -eu
program=$(readlink -f "${1:?usage: scripts/sbom.sh PROGRAM VERSION}")
version=${2:?usage: scripts/sbom.sh PROGRAM VERSION}
cd "$(dirname "$0")/.."
export LC_ALL=C

fail() { echo "sbom: $1" >&2; exit 3; }

: "${SOURCE_DATE_EPOCH:=$(scripts/version.sh | cut -s -d ' ' -f 3)}"
digest=$(sha256sum "$program" | cut -c1-64)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# RFC 9562, section 5.5: the SHA-1 of the namespace for URLs and the name.
name=$(printf '\153\247\270\021\235\255\021\321\200\264\000\300\117\324\060\310urn:sha256:%s' "$digest" | sha1sum | cut -c1-32)
variant=$(printf '%x' $((0x$(echo "$name" | cut -c17) & 3 | 8)))
uuid=$(echo "$name" | sed -E "s/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-5\3-$variant\4-\5/")

parser=$(sed -nE 's/.*swift-argument-parser", exact: "([^"]+)".*/\1/p' Package.swift)
revision=$(git -C .build/checkouts/swift-argument-parser rev-parse HEAD 2>/dev/null || true)
[ -n "$parser" ] || fail "the version of swift-argument-parser cannot be read."

# Each line: name of the component, version, purl, supplier, the archive.
scripts/linked.sh >"$work/all"
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
