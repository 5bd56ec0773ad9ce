#!/bin/sh
# Makes readiness_VERSION_ARCH.deb from the release binary, which is static: it depends on git and nothing else.
# usage: scripts/package-deb.sh PROGRAM FOLDER
set -eu
program=$1
out=$2
version=$("$program" --version)
arch=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"

DESTDIR=$stage "$(dirname "$0")/install.sh" "$program" /usr >/dev/null
doc=$stage/usr/share/doc/readiness
mkdir -p "$doc" "$stage/DEBIAN" "$out"
cp LICENSE "$doc/copyright"
cp NOTICE README.md "$doc/"
gzip -9nc CHANGELOG.md >"$doc/changelog.gz"
size=$(du -sk "$stage/usr" | cut -f1)
cat >"$stage/DEBIAN/control" <<CONTROL
Package: readiness
Version: $version
Architecture: $arch
Maintainer: The readiness maintainers <maintainers@users.noreply.r-seed-37736a9d.example>
Installed-Size: $size
Depends: git (>= 1:2.30)
Section: vcs
Priority: optional
Description: production-readiness plan that lives in git
 Each milestone is a JSON file, a status changes by a commit, and hooks and the
 server refuse what is illegal. Every accepted change carries a stamp with a run
 ID that anyone recomputes with git and sha256sum.
CONTROL
(cd "$stage" && find usr -type f -exec md5sum {} +) >"$stage/DEBIAN/md5sums"
find "$stage/usr" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group --build "$stage" "$out/readiness_${version}_$arch.deb"
