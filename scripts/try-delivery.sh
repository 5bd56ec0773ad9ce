#!/usr/bin/env bash
# Makes the release files twice, and tries all that installs or runs them outside of this clone: the one line over HTTP on
# loopback, the action's installer, the GitLab component, the comment. What a bare Debian does is scripts/try-install.sh.
#
# usage: scripts/try-delivery.sh PROGRAM, a release build of this very commit; leaves the release files in dist/
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(readlink -f "${1:?usage: try-delivery.sh PROGRAM}")
version=$(sed -n 1p VERSION)
work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
done=0
fail() { echo "try-delivery: $1" >&2; exit 1; }
pass() { done=$((done + 1)); echo "  ok: $1"; }
expect() { # STATUS, a text of the output, a command and its words
  local status=0 said
  said=$("${@:3}" 2>&1) || status=$?
  [ "$status" = "$1" ] || fail "expected exit status $1, not $status, of: ${*:3}"$'\n'"$said"
  case $said in *"$2"*) ;; *) fail "expected \"$2\" from: ${*:3}"$'\n'"$said" ;; esac
}

shellcheck --shell=sh --exclude=SC2016,SC3013 install.sh scripts/action/*.sh scripts/{version,stage,licences,package-tar,package-deb,release,install}.sh
shellcheck --exclude=SC2015,SC2016 scripts/try-install.sh scripts/try-delivery.sh scripts/build-release.sh scripts/reproduce.sh scripts/run-runbook.sh scripts/linked.sh scripts/sbom.sh scripts/build-provenance.sh
pass "shellcheck"

# One key for both, as a release has: signatures by Ed25519 are the same each time.
ssh-keygen -q -t ed25519 -N '' -C release -f "$work/key"
printf 'release@example.com namespaces="readiness-release" %s\n' "$(cut -d ' ' -f 1,2 "$work/key.pub")" >"$work/signers"
scripts/release.sh "$version" --program "$program" --key "$work/key" >/dev/null 2>"$work/said" || fail "$(cat "$work/said")"
mkdir "$work/home"
(
  umask 077
  HOME=$work/home TZ=Asia/Tokyo LC_ALL=C scripts/release.sh "$version" --program "$program" --out "$work/again" \
    --key "$work/key" >/dev/null 2>&1
)
diff -r dist "$work/again" || fail "two runs made different files"
tarball=readiness-$version-linux-$(uname -m).tar.gz
tar -tzf "dist/$tarball" >"$work/list"
for file in bin/readiness libexec/readiness-hook share/man/man1/readiness.1.gz LICENSE NOTICE libgit2.txt swift.txt _readiness \
  readiness.fish bash-completion/completions/readiness ci/verify.sh; do
  grep -q "/$file\$" "$work/list" || fail "the tarball lacks $file"
done
! tar -tzvf "dist/$tarball" | grep -v ' 0/0 ' || fail "the tarball names an owner"
dpkg-deb --field dist/readiness_*.deb Static-Built-Using | grep -q '^.*libgit2 (= ' || fail "the package does not say what it was built from"
[ -s dist/sbom.cdx.json ] && [ -s dist/provenance.slsa.json ] || fail "there is no SBOM, or it is not said how the files were built"
pass "the same bytes twice: $(cd dist && echo *)"

expect 3 "VERSION says" scripts/release.sh 9.9.9 --program "$program" --out "$work/none"
expect 3 "was not built from" scripts/release.sh "$version" --program <(printf '#!/bin/sh\n') --out "$work/none"
[ ! -e "$work/none" ] || fail "a refused release left files"
git clone -q . "$work/clone"
git -C "$work/clone" tag v9.9.9
expect 3 "is tagged v9.9.9" "$work/clone/scripts/release.sh" "$version" --program "$program"
git -C "$work/clone" tag "v$version"
expect 3 "was not built from" "$work/clone/scripts/release.sh" "$version" --program /bin/true
echo change >>"$work/clone/README.md"
expect 3 "holds changes" "$work/clone/scripts/release.sh" "$version" --program "$program"
pass "another version, program or tag, a changed work tree: refused"

# The version is in one place, and an export by git archive knows its commit.
commit=$(git rev-parse HEAD)
mkdir "$work/export"
git archive HEAD | tar -x -C "$work/export"
[ "$("$work/export/scripts/version.sh")" = "$(git log -1 --format="$version %H %ct")" ] || fail "the export does not know its commit"
expect 0 "\"commit\": \"$commit\"" "$program" version --json
expect 0 "readiness $version (${commit:0:7}, contract 1)" "$program" --version
pass "version and commit, also in an export"

(cd dist && sha256sum --check --quiet SHA256SUMS)
verify=(ssh-keygen -Y verify -f "$work/signers" -I release@example.com -n readiness-release -s dist/SHA256SUMS.sig)
"${verify[@]}" <dist/SHA256SUMS >/dev/null || fail "the signature is not good"
sed 's/^./0/' dist/SHA256SUMS >"$work/sums"
! "${verify[@]}" <"$work/sums" >/dev/null 2>&1 || fail "a changed SHA256SUMS has a good signature"
pass "digests and signature, offline; one byte wrong fails"

# The pasted line, over HTTP.
python3 -u -m http.server --bind 127.0.0.1 --directory dist 0 >"$work/http" 2>&1 &
server=$!
for _ in $(seq 50); do grep -q ' port ' "$work/http" && break; sleep 0.1; done
base=http://127.0.0.1:$(sed -nE 's/.* port ([0-9]+).*/\1/p' "$work/http")
line="curl -fsSL $base/install.sh | sh -s -- --from $base"
began=$(date +%s.%N)
expect 0 "installed in $work/home/.local" env HOME="$work/home" sh -c "$line"
took=$(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $began }")
expect 0 "readiness $version" "$work/home/.local/bin/git-readiness" --version
expect 0 "installed in" env HOME="$work/home" sh -c "$line --signers $work/signers"
sed 's/namespaces="[^"]*"/namespaces="other"/' "$work/signers" >"$work/others"
expect 3 "not signed by a key" env HOME="$work/home" sh -c "$line --prefix $work/no --signers $work/others"
expect 3 "was expected; nothing was unpacked" env HOME="$work/home" sh -c "$line --prefix $work/no --sha256 $(printf '%064d' 0)"
expect 3 "has no readiness-9.9.9" env HOME="$work/home" sh -c "$line --prefix $work/no --version 9.9.9"
[ ! -e "$work/no" ] || fail "a refused install left files"
# A download that breaks off does nothing: every proper beginning of the script, at the ends of its lines.
for count in $(seq 1 $(($(wc -l <dist/install.sh) - 1))); do
  head -n "$count" dist/install.sh | HOME=$work/cut sh -s -- --from "$PWD/dist" >/dev/null 2>&1 || true
  [ ! -e "$work/cut" ] || fail "install.sh cut after line $count did something"
done
pass "the pasted line over HTTP in $took s; wrong digest, wrong signer, a broken download: nothing is unpacked"

# The action's installer.
action() { env -i PATH=/usr/bin:/bin HOME="$work/home" RUNNER_TOOL_CACHE="$work/cache" GITHUB_PATH="$work/path" "$@" sh scripts/action/install.sh; }
digest=$(sha256sum "dist/$tarball" | cut -d ' ' -f 1)
expect 0 "readiness $version" action VERSION="$version@sha256:$digest" READINESS_FROM="$base"
expect 0 "$work/cache/readiness/$version/$digest/bin" cat "$work/path"
expect 0 "readiness $version" action VERSION="$version@sha256:$digest" READINESS_FROM=http://127.0.0.1:1
expect 3 "nothing was unpacked" action VERSION="$version@sha256:$(printf '%064d' 1)" READINESS_FROM="$base"
expect 3 "no digest of" action VERSION=0.0.1 READINESS_FROM="$base"
expect 2 "no version" action VERSION='0.2.0$(id)'
expect 2 "write the digest" action VERSION=0.2.0@main
expect 0 "readiness $version" action VERSION="$PWD/dist"
expect 0 "readiness $version" action VERSION="$work/home/.local/bin/readiness"
expect 0 "readiness $version" action PATH="$work/home/.local/bin:/usr/bin:/bin" VERSION=path
expect 3 "no readiness is on PATH" action VERSION=path
[ ! -e "$work/cache/readiness/$version/$(printf '%064d' 1)" ] || fail "a wrong digest left files"
pass "the action's installer: pinned, cached, wrong digest, a folder, a program, path"

# The component's two shell blocks, with the environment of a merge request.
block() { # the literal block that begins with a comment of that name
  awk -v name="# $1" '/^    - \|$/ { open = 1; next } /^  [^ ]/ { open = 0 } open && index($0, name) { found = 1 } open && found { print substr($0, 7) }
    !open { found = 0 }' templates/verify.yml
}
git init -q -b main "$work/plan"
(
  export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com
  cd "$work/plan" && "$program" init --commit >/dev/null
  git commit -q --allow-empty -m work
)
block Install >"$work/install-block"
block Verify >"$work/verify-block"
[ -s "$work/install-block" ] && [ -s "$work/verify-block" ] || fail "templates/verify.yml has other blocks"
job() {
  env -i PATH=/usr/bin:/bin HOME="$work/runner" GITLAB_CI=true CI_PROJECT_DIR="$work/plan" CI_PIPELINE_SOURCE=merge_request_event \
    CI_MERGE_REQUEST_DIFF_BASE_SHA="$(git -C "$work/plan" rev-parse HEAD~)" CI_COMMIT_SHA="$(git -C "$work/plan" rev-parse HEAD)" \
    READINESS_FROM="$base" READINESS_VERSION="$version" READINESS_SHA256="$1" GIT_CONFIG_GLOBAL="$work/gitconfig" \
    bash -eo pipefail -c "$(cat "$work/install-block" "$work/verify-block")"
}
mkdir "$work/runner"
expect 3 "nothing was unpacked" job "$(printf '%064d' 0)"
expect 0 "verified" job "$digest"
[ -s "$work/plan/readiness.md" ] && [ -s "$work/plan/readiness.xml" ] && [ -s "$work/plan/readiness.codequality.json" ] || fail "the job left no reports"
pass "the GitLab component's job"

python3 scripts/try-comment.py
python3 - <<'YAML'
import glob
import yaml
for name in ["action.yml", "comment/action.yml", "templates/verify.yml", *glob.glob("doc/ci/*.yml")]:
    list(yaml.safe_load_all(open(name, encoding="utf-8")))
YAML
pass "the comment, and all YAML can be read"
echo "try-delivery: $done groups passed"
