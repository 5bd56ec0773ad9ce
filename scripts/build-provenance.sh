#!/bin/sh
# Prints how release files were built, as an in-toto Statement with a SLSA provenance: the files with their digests, the
# commit, the toolchain, the Debian packages that were linked. Without a moment or a machine: equal files give equal bytes.
# usage: scripts/build-provenance.sh VERSION COMMIT FOLDER, behind scripts/sbom.sh; FOLDER holds the files and the SBOM
set -eu
version=${1:?usage: scripts/build-provenance.sh VERSION COMMIT FOLDER}
commit=$2
out=$3
cd "$(dirname "$0")/.."
export LC_ALL=C
base=https://readiness.example

frontend=$(dirname "$(readlink -f "$(command -v swift)")")/swift-frontend
swift=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([^ ]+).*/\1/p' | head -n 1)
subjects=$(find "$out" -type f ! -name 'SHA256SUMS*' ! -name 'provenance.slsa.json' -printf '%P\n' | sort | while read -r file; do
  printf '{"digest":{"sha256":"%s"},"name":"%s"}\n' "$(sha256sum "$out/$file" | cut -c1-64)" "$file"
done | paste -sd, -)
packages=$(sed -nE 's/^ *"purl": "(.*)",$/{"uri":"\1"}/p' "$out/sbom.cdx.json" | paste -sd, -)
printf '{"_type":"https://in-toto.io/Statement/v1","predicate":{"buildDefinition":{"buildType":"%s/build/v1","externalParameters":{"version":"%s"},"internalParameters":{"script":"scripts/release.sh"},"resolvedDependencies":[{"digest":{"gitCommit":"%s"},"name":"source"},{"digest":{"sha256":"%s"},"name":"swift-frontend %s"},%s]},"runDetails":{"builder":{"id":"%s/builder/scripts/v1"},"metadata":{"invocationId":"%s"}}},"predicateType":"https://slsa.dev/provenance/v1","subject":[%s]}' \
  "$base" "$version" "$commit" "$(sha256sum "$frontend" | cut -c1-64)" "$swift" "$packages" "$base" "$commit" "$subjects"
