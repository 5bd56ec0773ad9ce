#!/bin/sh
# Makes the files of a release, in dist/: tarball, Debian package, install.sh, SBOM, how it was built, SHA256SUMS, and its signature if a
# key is given. The same commit gives the same bytes.
# usage: scripts/release.sh VERSION [--program FILE] [--out FOLDER] [--key FILE]
#   --program   a finished program in place of a new build; it must be of this commit
#   --key       an SSH key that signs SHA256SUMS in the namespace readiness-release; READINESS_RELEASE_KEY names one too
set -eu
cd "$(dirname "$0")/.."

fail() { echo "release: $1" >&2; exit "${2:-3}"; }

wanted=${1:-}
[ -n "$wanted" ] || fail "usage: scripts/release.sh VERSION [--program FILE] [--out FOLDER] [--key FILE]" 2
shift
program="" out=dist key=${READINESS_RELEASE_KEY:-}
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "$1 needs a value." 2
  case $1 in
    --program) program=$2 ;;
    --out) out=$2 ;;
    --key) key=$2 ;;
    *) fail "unknown word $1." 2 ;;
  esac
  shift 2
done

# shellcheck disable=SC2046
set -- $(scripts/version.sh)
[ "$1" = "$wanted" ] || fail "the file VERSION says $1, and $wanted was asked for. Change VERSION first."
[ $# -ge 3 ] || fail "the commit of this source tree is not known: use a clone, or an export by git archive."
[ $# -eq 3 ] || fail "the work tree holds changes that no commit has: commit or stash them."
version=$1 commit=$2
export SOURCE_DATE_EPOCH="$3"
awk '/^## / { print $2; exit }' CHANGELOG.md | tr -d , | grep -qxF "$version" ||
  fail "CHANGELOG.md does not begin with $version."

tags=$(git tag --points-at "$commit" 'v[0-9]*' 2>/dev/null || true)
[ -z "$tags" ] || printf '%s\n' "$tags" | grep -qxF "v$version" || fail "this commit is tagged $tags, not v$version."

if [ -z "$program" ]; then
  scripts/build-release.sh
  program=.build/release/readiness
fi
"$program" version --json | grep -qF "\"commit\": \"$commit\"" || fail "$program was not built from $commit."
"$program" version --json | grep -qF '"modified": false' || fail "$program was built from a changed work tree."

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
scripts/package-tar.sh "$program" "$out"
scripts/package-deb.sh "$program" "$out"
sed "s/@VERSION@/$version/" install.sh >"$out/install.sh"
chmod 755 "$out/install.sh"
scripts/sbom.sh "$program" "$version" >"$out/sbom.cdx.json"
scripts/build-provenance.sh "$version" "$commit" "$out" >"$out/provenance.slsa.json"
(cd "$out" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
if [ -n "$key" ]; then
  ssh-keygen -q -Y sign -f "$key" -n readiness-release "$out/SHA256SUMS" </dev/null
else
  echo "release: no --key, so SHA256SUMS is not signed" >&2
fi
echo "readiness $version, commit $commit, in $out:"
cat "$out/SHA256SUMS"
