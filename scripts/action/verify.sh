#!/bin/sh
# Checks what an event of a forge brings: on GitHub and its likes from EVENT, BASE, HEAD and RESULT, which action.yml sets;
# on GitLab from its own variables. Exit status: that of `readiness verify`.
#
# Writes readiness.md (the summary), comment.md (empty where the plan does not change) and, on GitLab, readiness.xml and
# readiness.codequality.json; on GitHub also the step's summary, annotations and the outputs accepted, decision, summary.
set -u

say() { printf 'readiness: %s\n' "$1" >&2; }
# Of a commit id: neither empty nor zeros, which stand for "nothing was there".
is_commit() { case $1 in '' | *[!0-9a-f]*) return 1 ;; *[1-9a-f]*) return 0 ;; *) return 1 ;; esac; }

if [ -n "${GITLAB_CI:-}" ]; then
  cd "${CI_PROJECT_DIR:-.}" || exit 3
  out=$PWD form=text branch=${CI_COMMIT_BRANCH:-} trunk=${CI_DEFAULT_BRANCH:-}
  HEAD=${CI_COMMIT_SHA:-HEAD} BASE=${CI_COMMIT_BEFORE_SHA:-} RESULT='' NUMBER=''
  case ${CI_PIPELINE_SOURCE:-push} in
    merge_request_event)
      # The target as it is now, not the commit where the branch left it: what lands is a merge with the tip. Only a
      # merged-results pipeline is told the tip.
      EVENT=pull_request BASE=${CI_MERGE_REQUEST_TARGET_BRANCH_SHA:-}
      if ! is_commit "$BASE" && [ -n "${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-}" ]; then
        git fetch --quiet --no-tags origin "+refs/heads/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME:refs/readiness-ci/target" ||
          { say "the target branch cannot be fetched"; exit 3; }
        BASE=$(git rev-parse 'refs/readiness-ci/target^{commit}')
      fi
      is_commit "$BASE" || BASE=${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}
      # In a merged-results pipeline and in a merge train CI_COMMIT_SHA is the result, else it is the source branch.
      RESULT=$HEAD HEAD=${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$HEAD}
      ;;
    push) EVENT=push ;;
    *) EVENT=other ;;
  esac
else
  cd "${GITHUB_WORKSPACE:-.}" || exit 3
  out=${RUNNER_TEMP:-$PWD}/readiness form=github branch=${GITHUB_REF_NAME:-} trunk=${DEFAULT_BRANCH:-}
  EVENT=${EVENT:-other} BASE=${BASE:-} HEAD=${HEAD:-HEAD} RESULT=${RESULT:-} NUMBER=${NUMBER:-}
fi
mkdir -p "$out" || exit 3
: >"$out/readiness.md"
: >"$out/comment.md"

answer() { # STATUS
  accepted=false
  [ "$1" != 0 ] || accepted=true
  decision=$(readiness gate "${GATE:-release}" --at "$tip" --json 2>/dev/null | sed -n 's/^  "decision": "\(.*\)",\{0,1\}$/\1/p')
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf 'accepted=%s\ndecision=%s\nsummary=%s\n' "$accepted" "$decision" "$out/readiness.md" >>"$GITHUB_OUTPUT"
  fi
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    head -c 1000000 "$out/readiness.md" >>"$GITHUB_STEP_SUMMARY"
    [ "$(wc -c <"$out/readiness.md")" -le 1000000 ] ||
      printf '\n\n… cut here. The whole is in the log: %s/%s/actions/runs/%s\n' "${GITHUB_SERVER_URL:-}" "${GITHUB_REPOSITORY:-}" \
        "${GITHUB_RUN_ID:-}" >>"$GITHUB_STEP_SUMMARY"
  fi
  # The workflow that comments takes these two; it trusts neither.
  case $NUMBER in '' | *[!0-9]*) rm -f "$out/number" ;; *) printf '%s\n' "$NUMBER" >"$out/number" ;; esac
  if head -n 1 "$out/readiness.md" | grep -q '^readiness: the plan does not change ' && [ "$1" = 0 ]; then
    : >"$out/comment.md"
  else
    head -c 60000 "$out/readiness.md" >"$out/comment.md"
  fi
  [ "${SITE:-false}" != true ] || readiness site --output "$out/site" ||
    say "the site could not be made; the check itself is not touched by that"
  exit "$1"
}

tip=$HEAD
command -v readiness >/dev/null || { say "the program is not on PATH"; exit 3; }
# In a container job the workspace belongs to somebody else (git-config(1), safe.directory).
if ! seen=$(git rev-parse --git-dir 2>&1); then
  case $seen in
    *safe.directory*) git config --global --add safe.directory "$(pwd -P)" ;;
    *) say "$seen"; exit 3 ;;
  esac
fi

whole() {
  say "nothing is known that stood here before: the whole history is checked, from its own baseline"
  range=$HEAD
}

# The anchor is what stood there before the change, and never anything in it. Where `anchor` is set, the history has to
# contain it.
anchor=
case $EVENT in
  pull_request | pull_request_target)
    is_commit "$BASE" || { say "the event names no base"; exit 3; }
    range=$BASE..$HEAD
    ;;
  merge_group)
    is_commit "$BASE" || { say "the event names no base"; exit 3; }
    range=$BASE..$HEAD
    ;;
  push)
    case $HEAD in *[!0]*) ;; *) say "the branch was deleted: nothing to check"; tip=HEAD; answer 0 ;; esac
    if is_commit "$BASE" && { git cat-file -e "$BASE^{commit}" 2>/dev/null || git fetch --quiet --no-tags origin "$BASE" 2>/dev/null; }; then
      # The default branch goes forward only. Another one may be rebased, and is judged as what will be merged.
      range=$BASE..$HEAD
      [ -z "$trunk" ] || [ "$branch" != "$trunk" ] || anchor=$BASE range=$HEAD
    elif [ -n "$trunk" ] && [ "$branch" != "$trunk" ] && git rev-parse --quiet --verify "refs/remotes/origin/$trunk^{commit}" >/dev/null; then
      # A new branch answers to the one that it is to be merged into.
      BASE=$(git rev-parse "refs/remotes/origin/$trunk^{commit}")
      range=$BASE..$HEAD
    elif is_commit "$BASE"; then
      say "the commit before the push, $BASE, cannot be fetched, so nothing shows that the push was not forced"
      say "compare the branch with a clone that has the commit, then: readiness verify $HEAD --anchor $BASE"
      echo "readiness: could not check: the commit before the push is gone <!-- readiness -->" >"$out/readiness.md"
      answer 3
    else
      whole
    fi
    ;;
  *) whole ;;
esac
[ "$EVENT" = pull_request ] && is_commit "$RESULT" && [ "$RESULT" != "$HEAD" ] || RESULT=

if [ "${BACKFILL:-true}" = true ]; then
  set -- --rev "$HEAD"
  case $range in *..*) set -- "$@" --rev "$BASE" ;; esac
  [ -z "$anchor" ] || set -- "$@" --rev "$anchor"
  [ -z "$RESULT" ] || set -- "$@" --rev "$RESULT"
  readiness backfill "$@" 2>"$out/errors" || {
    status=$?
    cat "$out/errors" >&2
    { echo "readiness: could not check: the clone is not complete <!-- readiness -->"; sed -n 1p "$out/errors"; } >"$out/readiness.md"
    answer $status
  }
fi

# A forge that tried no merge: it is made here as its button would make it, of what git has by now.
if [ "$EVENT" = pull_request ] && [ -z "$RESULT" ] && ! git merge-base --is-ancestor "$BASE" "$HEAD"; then
  if tree=$(git merge-tree --write-tree "$BASE" "$HEAD" 2>/dev/null); then
    RESULT=$(GIT_AUTHOR_NAME=readiness GIT_AUTHOR_EMAIL=readiness@localhost GIT_COMMITTER_NAME=readiness GIT_COMMITTER_EMAIL=readiness@localhost \
      git commit-tree "$tree" -p "$BASE" -p "$HEAD" -m "Merge") || { say "the merge cannot be made here"; exit 3; }
  else
    say "git cannot merge the branch without conflicts, or is older than 2.38: there is no merge result to check"
  fi
fi

verify() { readiness verify ${anchor:+--anchor "$anchor"} "$@"; } # RANGE OPTIONS…

judge() { # RANGE SUMMARY
  verify "$1" --format markdown >"$2" 2>"$out/errors"
  status=$?
  if [ $status -gt 1 ]; then
    { echo "readiness: could not check <!-- readiness -->"; sed -n 1p "$out/errors"; } >"$2"
    cat "$out/errors" >&2
    return $status
  fi
  verify "$1" --format "$form"
  return $status
}

say "checking $range${anchor:+, which has to contain $anchor}"
judge "$range" "$out/readiness.md"
verdict=$?
judged=$range
if [ -n "$RESULT" ]; then
  tip=$RESULT
  # What the branch will hold: two changes that are legal alone may not be together.
  say "checking the merge result, $BASE..$RESULT"
  judge "$BASE..$RESULT" "$out/result.md"
  result=$?
  if [ $verdict = 0 ] && [ $result != 0 ]; then
    mv -f "$out/result.md" "$out/readiness.md"
    verdict=$result judged=$BASE..$RESULT
  fi
  rm -f "$out/result.md"
fi
if [ -n "${GITLAB_CI:-}" ] && [ $verdict -le 1 ]; then
  verify "$judged" --format junit >"$out/readiness.xml"
  verify "$judged" --format codequality >"$out/readiness.codequality.json"
fi
rm -f "$out/errors"
answer $verdict
