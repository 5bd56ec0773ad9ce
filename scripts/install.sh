#!/bin/sh
# Puts the program, its manual page, its completions and what CI runs under PREFIX, below DESTDIR where that is set.
# usage: scripts/install.sh PROGRAM PREFIX
set -eu
program=$1
root=${DESTDIR:-}$2
share=$root/share

mkdir -p "$root/bin" "$root/libexec" "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" \
  "$share/fish/vendor_completions.d" "$share/readiness/ci"
install -m 755 "$program" "$root/bin/readiness"
ln -sf readiness "$root/bin/git-readiness"
hook=$(dirname "$program")/readiness-hook
[ ! -e "$hook" ] || install -m 755 "$hook" "$root/libexec/readiness-hook"
"$program" manual | gzip -9n >"$share/man/man1/readiness.1.gz"
# git readiness --help runs man git-readiness.
ln -sf readiness.1.gz "$share/man/man1/git-readiness.1.gz"
"$program" completions bash >"$share/bash-completion/completions/readiness"
ln -sf readiness "$share/bash-completion/completions/git-readiness"
"$program" completions zsh >"$share/zsh/site-functions/_readiness"
"$program" manual --zsh-for-git >"$share/zsh/site-functions/_git-readiness"
"$program" completions fish >"$share/fish/vendor_completions.d/readiness.fish"
install -m 755 "$(dirname "$0")/action/verify.sh" "$share/readiness/ci/verify.sh"
# The pages that readiness explain names.
for page in reason-codes.md security.md design/specification.md guides/hooks.md reference/cli.md; do
  install -D -m 644 "$(dirname "$0")/../doc/$page" "$share/doc/readiness/doc/$page"
done
echo "installed in $root"
