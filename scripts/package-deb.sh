#!/bin/sh
# Makes readiness_VERSION_ARCH.deb from the release binary, which is static: it depends on git and nothing else. Equal
# programs give equal bytes. Static-Built-Using names the sources of what was linked into it, because a fix of theirs
# arrives by a new build only.
# usage: scripts/package-deb.sh PROGRAM FOLDER
set -eu
program=$1
out=$2
version=$(sed -n 1p VERSION)
arch=$(dpkg --print-architecture)
: "${SOURCE_DATE_EPOCH:=$(scripts/version.sh | cut -s -d ' ' -f 3)}"
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-0}"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"

scripts/stage.sh "$program" "$stage" /usr
doc=$stage/usr/share/doc/readiness
mv "$doc/LICENSE" "$doc/copyright"
mkdir -p "$stage/DEBIAN" "$out"
linked=$(scripts/linked.sh)
built_using=$(printf '%s\n' "$linked" | awk -F '\t' '$4 == "Debian" { print $1 " (= " $2 ")" }' | LC_ALL=C sort -u | paste -sd, | sed 's/,/, /g')
size=$(find "$stage/usr" -type f -exec stat -c %s {} + | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
cat >"$stage/DEBIAN/control" <<CONTROL
Package: readiness
Version: $version
Architecture: $arch
Maintainer: The readiness maintainers <maintainers@users.noreply.r-seed-37736a9d.example>
Installed-Size: $size
Depends: git (>= 1:2.30)
Recommends: openssh-client, curl
Static-Built-Using: $built_using
Section: vcs
Priority: optional
Description: production-readiness plan that lives in git
 Each milestone is a JSON file, a status changes by a commit, and hooks and the
 server refuse what is illegal. Every accepted change carries a stamp with a run
 ID that anyone recomputes with git and sha256sum.
CONTROL
(cd "$stage" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
chmod 644 "$stage/DEBIAN/control" "$stage/DEBIAN/md5sums"
chmod 755 "$stage/DEBIAN"
find "$stage" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$stage" "$out/readiness_${version}_$arch.deb"
