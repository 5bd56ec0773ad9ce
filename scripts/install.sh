#!/bin/sh
# Puts the program, its manual page and its completions under PREFIX, below DESTDIR where that is set.
# usage: scripts/install.sh PROGRAM PREFIX
set -eu
program=$1
root=${DESTDIR:-}$2
share=$root/share

mkdir -p "$root/bin" "$root/libexec" "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" \
  "$share/fish/vendor_completions.d"
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
echo "installed in $root"
