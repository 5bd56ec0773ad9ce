#!/usr/bin/env bash
# Tries the hooks under real pre-commit, prek and lefthook, from PyPI, with this clone as the source of the hooks.
# usage: scripts/try-frameworks.sh PROGRAM [pre-commit-swift]   the second builds the program as pre-commit does: minutes
set -euo pipefail
program=$(realpath "$1")
source=$(git rev-parse --show-toplevel)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 PRE_COMMIT_HOME=$root/pre-commit PREK_HOME=$root/prek HOME=$root
unset PRE_COMMIT_FROM_REF PRE_COMMIT_TO_REF || true
mkdir "$root/bin"
ln -s "$program" "$root/bin/readiness"
python3 -m venv "$root/venv"
if ! "$root/venv/bin/pip" install --quiet --disable-pip-version-check pre-commit prek lefthook; then
  echo "skipped: pre-commit, prek and lefthook cannot be had here"
  exit 0
fi
export PATH=$root/bin:$root/venv/bin:$PATH

fail() { echo "FAILED with $tool: $*" >&2; exit 1; }
run_of() { git log -1 --format='%(trailers:key=Readiness-Run,valueonly)' "${1:-HEAD}"; }

configure() {
  case $tool in
  lefthook)
    {
      for hook in prepare-commit-msg commit-msg; do
        printf '%s:\n  commands:\n    readiness:\n      run: readiness hook %s {0}\n' $hook $hook
      done
      for hook in post-rewrite pre-push; do
        printf '%s:\n  commands:\n    readiness:\n      run: readiness hook %s {0}\n      use_stdin: true\n' $hook $hook
      done
    } >lefthook.yml
    lefthook install >/dev/null
    ;;
  *)
    printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n' "$source" "$(git -C "$source" rev-parse HEAD)" >.pre-commit-config.yaml
    for id in stamp message judge push; do printf '      - id: readiness-%s%s\n' $id "$suffix" >>.pre-commit-config.yaml; done
    $tool install -t pre-commit -t prepare-commit-msg -t commit-msg -t pre-push -t pre-merge-commit >/dev/null
    ;;
  esac
}

try() {
  tool=$1 suffix=$2
  local work=$root/$tool$suffix
  git init -q -b main "$work"
  cd "$work"
  git config user.name Ada
  git config user.email ada@example.com
  readiness init --commit >/dev/null
  configure
  git add -A
  git commit -q -m config >/dev/null 2>&1 || fail "a commit that does not touch the plan"
  [ -z "$(run_of)" ] || fail "a stamp where none belongs"
  sed -i 's/"TBD"/"ada"/;s/"Not Started"/"In Progress"/' .readiness/M-01.json
  git commit -q -a -m start >/dev/null 2>&1 || fail "a legal move"
  first=$(run_of)
  [ ${#first} = 64 ] || fail "no stamp"
  sed -i 's/"In Progress"/"Done"/' .readiness/M-01.json
  if git commit -q -a -m done >refusal 2>&1; then fail "an illegal move was let through"; fi
  grep -q illegal-transition refusal || fail "the refusal does not say why: $(cat refusal)"
  git checkout -q .readiness
  git commit -q --amend -m "start, amended" >/dev/null 2>&1 || fail "an amend"
  [ -n "$(run_of)" ] || fail "an amend with -m lost the stamp"
  git checkout -q -b side HEAD~1
  sed -i 's/"TBD"/"bob"/' .readiness/M-02.json
  git commit -q -a -m owner >/dev/null 2>&1 || fail "an edit"
  git rebase -q main >/dev/null 2>&1 || fail "a rebase"
  git checkout -q main
  git merge -q --no-ff --no-edit side >/dev/null 2>&1 || fail "a merge"
  readiness verify >/dev/null || fail "history does not verify"
  git init -q --bare "$work.git"
  git remote add origin "$work.git"
  git push -q origin main >/dev/null 2>&1 || fail "a legal push"
  sed -i 's/"In Progress"/"Done"/' .readiness/M-01.json
  git -c core.hooksPath=/dev/null commit -q -a -m forced
  if git push -q origin main >refusal 2>&1; then fail "an illegal push was let through"; fi
  grep -q illegal-transition refusal || fail "the refusal of the push does not say why: $(cat refusal)"
  if readiness install >refusal 2>&1; then fail "install wrote over hooks that $tool owns"; fi
  grep -q "belongs to $tool" refusal || fail "install does not name the owner: $(cat refusal)"
  echo "$tool$suffix $("$tool" version 2>/dev/null || "$tool" --version): stamps, refuses, amends, rebases, merges, pushes"
}

try pre-commit -system
try prek -system
try lefthook ""
[ "${2:-}" != pre-commit-swift ] || try pre-commit ""
