#!/usr/bin/env bash
# Installs release files as a stranger does, in a bare Debian root entered by chroot: without a compiler, as a user who is
# not root, with git and without, and in a root without /proc. Needs root and debootstrap.
#
# usage: scripts/try-install.sh prepare ROOT       makes the bare root; from the network, in about a minute and a half
#        scripts/try-install.sh run ROOT DIST      DIST is what scripts/release.sh made
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "try-install: $1" >&2; exit 1; }
root=${2:?usage: try-install.sh prepare ROOT, or run ROOT DIST}
[ "$(id -u)" = 0 ] || fail "needs root, for chroot"

if [ "$1" = prepare ]; then
  [ ! -e "$root/.complete" ] || exit 0
  command -v debootstrap >/dev/null || fail "needs debootstrap"
  mkdir -p "$(dirname "$root")"
  # The network may fail once.
  for try in 1 2; do
    rm -rf "$root"
    if debootstrap --variant=minbase --include=git bookworm "$root" >"$root.log" 2>&1; then break; fi
    [ "$try" = 1 ] || { tail -n 5 "$root.log" >&2; fail "debootstrap failed"; }
  done
  touch "$root/.complete"
  exit 0
fi

[ -e "$root/.complete" ] || fail "$root was not prepared"
dist=${3:?usage: try-install.sh run ROOT DIST}
version=$(sed -n 1p VERSION)
done=0
pass() { done=$((done + 1)); echo "  ok: $1"; }
mounted=
cleanup() { [ -z "$mounted" ] || umount "$root/proc"; }
trap cleanup EXIT

# A user with a home, release files, and a repository with a plan, as it comes by git clone.
rm -rf "$root/home/ada" "$root/media/dist" "$root/usr/hidden"
mkdir -p "$root/home/ada" "$root/media"
cp -r "$dist" "$root/media/dist"
chown 1000:1000 "$root/home/ada"
as_ada() { # a shell line
  chroot --userspec=1000:1000 "$root" env -i HOME=/home/ada PATH=/usr/bin:/bin LC_ALL=C.UTF-8 \
    GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.com GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.com \
    sh -c "cd; $1"
}
install="sh /media/dist/install.sh --from file:///media/dist"
expect() { # STATUS, a text of the output, a shell line
  local status=0 said
  said=$(as_ada "$3" 2>&1) || status=$?
  [ "$status" = "$1" ] || fail "expected exit status $1, not $status, of: $3"$'\n'"$said"
  case $said in *"$2"*) ;; *) fail "expected \"$2\" from: $3"$'\n'"$said" ;; esac
}

# Without /proc: never 0, never a signal.
expect 3 "/proc is not mounted" "$install"
expect 1 "" "test -e .local/bin/readiness"
as_ada "tar -xzf /media/dist/readiness-$version-linux-$(uname -m).tar.gz"
expect 3 "/proc is not mounted" "readiness-*/bin/readiness status"
expect 3 '"code": "no-proc"' "readiness-*/bin/readiness status --json"
as_ada "rm -rf readiness-* .local"
pass "a root without /proc: exit 3 and the reason, also as JSON; nothing is installed"

mount -t proc proc "$root/proc"
mounted=yes

# One byte wrong: nothing is unpacked.
as_ada "cp -r /media/dist wrong && printf x | dd of=wrong/readiness-$version-linux-$(uname -m).tar.gz bs=1 seek=5000 conv=notrunc 2>/dev/null"
expect 3 "nothing was unpacked" "sh wrong/install.sh --from wrong"
expect 1 "" "test -e .local"
as_ada "rm -rf wrong"
pass "one wrong byte: exit 3, nothing unpacked"

# Without git.
hide() { mkdir -p "$root/usr/hidden" && mv "$root/usr/bin/git" "$root/usr/lib/git-core" "$root/usr/hidden/"; }
show() { mv "$root/usr/hidden/git" "$root/usr/bin/git" && mv "$root/usr/hidden/git-core" "$root/usr/lib/git-core"; }
as_ada "git init -q -b main source && cd source && $install --prefix /home/ada/seed >/dev/null 2>&1 && PATH=\$HOME/seed/bin:\$PATH && git readiness init --commit >/dev/null"
as_ada "rm -rf seed && git clone -q source plan"
hide
expect 0 "git is not on PATH" "$install"
expect 0 "0 of 12 done" "cd plan && ~/.local/bin/readiness status"
expect 0 "verified  1 commit" "cd plan && ~/.local/bin/readiness verify"
for words in install doctor "move M-01 in-progress" backfill; do
  expect 3 "Install git" "cd plan && ~/.local/bin/readiness $words"
done
show
as_ada "rm -rf plan .local"
pass "without git: reading works, and what needs git says so with exit status 3"

# With git: the whole way, timed. No compiler is there.
for compiler in cc gcc clang swift; do expect 127 "" "command -v $compiler"; done
began=$(date +%s.%N)
expect 0 "0 of 12 done" "$install && PATH=\$HOME/.local/bin:\$PATH && git clone -q source plan && cd plan && readiness status"
ended=$(date +%s.%N)
seconds=$(awk "BEGIN { printf \"%.1f\", $ended - $began }")
awk "BEGIN { exit !($seconds < 30) }" || fail "from the first line to status: $seconds s"
pass "from the pasted line to readiness status in a clone: $seconds s"
expect 0 "Installed in .git/hooks" "PATH=\$HOME/.local/bin:\$PATH && cd plan && readiness install"
expect 0 "prepare-commit-msg" "PATH=\$HOME/.local/bin:\$PATH && cd plan && readiness doctor && ls .git/hooks"
expect 1 "this commit is refused" "PATH=\$HOME/.local/bin:\$PATH && cd plan && sed -i 's/\"Not Started\"/\"Done\"/' .readiness/M-01.json && git commit -qam 'trust me'"
expect 0 "" "PATH=\$HOME/.local/bin:\$PATH && readiness demo tdd >/dev/null"
umount "$root/proc"
mounted=
expect 0 "" "cd plan && git restore --staged --worktree . && echo x >code && git add code && git commit -qm code"
expect 1 "/proc is not mounted" "cd plan && sed -i 's/\"TBD\"/\"ada\"/' .readiness/M-01.json && git commit -qam owner"
mount -t proc proc "$root/proc"
mounted=yes
pass "hooks, a refusal, the demo; without /proc a hook stops what changes the plan, and nothing else"

# Again over itself, and another prefix.
expect 0 "installed in /home/ada/.local" "$install"
expect 0 "installed in /home/ada/x y" "$install --prefix '/home/ada/x y'"
expect 0 "readiness $version" "'x y/bin/git-readiness' --version"
expect 3 "cannot be made" "$install --prefix /usr/lib/readiness"
expect 2 "no version" "$install --version '1;2'"
pass "again, another prefix, one that belongs to root"

# The Debian package: installed, the next version, removed. Hooks in clones go on or say what to do.
dpkg_in() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
deb=$(basename "$dist"/readiness_*_*.deb)
dpkg_in dpkg -i "/media/dist/$deb" >/dev/null
as_ada "rm -rf .local 'x y' plan"
expect 0 "Installed in" "git clone -q source plan && cd plan && git readiness install"
next=$(mktemp -d)
dpkg-deb -R "$dist/$deb" "$next/tree"
sed -i "s/^Version: .*/Version: $version+next/" "$next/tree/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip --build "$next/tree" "$root/media/next.deb" >/dev/null
rm -rf "$next"
dpkg_in dpkg -i /media/next.deb >/dev/null
expect 1 "this commit is refused" "cd plan && sed -i 's/\"Not Started\"/\"Done\"/' .readiness/M-01.json && git commit -qam 'trust me'"
dpkg_in dpkg -r readiness >/dev/null
expect 0 "" "cd plan && git restore --staged --worktree . && echo x >code && git add code && git commit -qm code"
status=0
said=$(as_ada "cd plan && sed -i 's/\"TBD\"/\"ada\"/' .readiness/M-01.json && git commit -qam 'owner'" 2>&1) || status=$?
[ "$status" != 0 ] || fail "a commit that changes the plan was made without the program"
case $said in *readiness*install* | *READINESS_SKIP* | *uninstall*) ;; *) fail "the hook of a removed package does not say what to do: $said" ;; esac
rm -f "$root/media/next.deb"
pass "the package: next version, removal; a hook without its program says what to do"

echo "try-install: $done groups passed; first install to status: $seconds s"
