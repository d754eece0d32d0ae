#!/usr/bin/env bash
# Makes out/corenode_VERSION_amd64.deb of out/corenode (packaging/build.sh). The same executable gives the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fail() {
  echo "deb/build.sh: $*" >&2
  exit 1
}

binary=${CORENODE_BINARY:-out/corenode}
out=${1:-out}
here=packaging/deb
[ -x "$binary" ] || fail "$binary is not there: run packaging/build.sh first, or name another by CORENODE_BINARY"
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing (apt-get install dpkg)"
command -v objdump >/dev/null || fail "objdump is missing (apt-get install binutils)"

version=$(sed -nE '1s/^corenode \(([^)]+)\).*/\1/p' "$here/changelog")
built=$("$binary" version | awk 'NR == 1 { print $2 }')
[ "$built" = "$version" ] || fail "$binary is version $built, $here/changelog begins with $version: add an entry"

# The entry's time is the time of everything in the package.
stamp=$(sed -nE '/^ -- /{s/^ -- .*>  //p;q}' "$here/changelog")
SOURCE_DATE_EPOCH=$(date -u -d "$stamp" +%s)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

put() { # put MODE FILE TARGET
  install -D -m "$1" "$2" "$root/$3"
}

put 755 "$binary" usr/bin/corenode
for unit in corenode corenode-store corenode-update-server corenode-provision; do
  put 644 "packaging/$unit.service" "usr/lib/systemd/system/$unit.service"
done
put 644 packaging/corenode.sysusers usr/lib/sysusers.d/corenode.conf
put 644 packaging/dbus/com.coreos.update1.conf usr/share/dbus-1/system.d/com.coreos.update1.conf
put 644 "$here/corenode.default" etc/default/corenode
put 644 "$here/corenode-update-server.default" etc/default/corenode-update-server

mkdir -p "$root"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d,man/man1}
"$binary" completion bash >"$root/usr/share/bash-completion/completions/corenode"
"$binary" completion zsh >"$root/usr/share/zsh/vendor-completions/_corenode"
"$binary" completion fish >"$root/usr/share/fish/vendor_completions.d/corenode.fish"
bash "$here/manpage.sh" "$binary" "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)" >"$root/usr/share/man/man1/corenode.1"
gzip -9n "$root/usr/share/man/man1/corenode.1"

doc=usr/share/doc/corenode
for page in docs/*.md docs/decisions/*.md; do
  put 644 "$page" "$doc/${page#docs/}"
done
put 644 "$here/copyright" "$doc/copyright"
put 644 "$here/README.Debian" "$doc/README.Debian"
put 644 "$here/lintian-overrides" usr/share/lintian/overrides/corenode
gzip -9nc "$here/changelog" >"$root/$doc/changelog.gz"

# The oldest C library that has all the functions which the executable asks for.
libc=$(objdump -T "$root/usr/bin/corenode" | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1)
size=$(find "$root" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
mkdir "$root/DEBIAN"
sed -e "s/@VERSION@/$version/" -e "s/@LIBC@/${libc#GLIBC_}/" -e "s/@SIZE@/$size/" "$here/control" \
  >"$root/DEBIAN/control"
printf '/%s\n' etc/default/corenode etc/default/corenode-update-server >"$root/DEBIAN/conffiles"
install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN"
(cd "$root" && find usr etc -type f ! -path 'etc/*' -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod -R u=rwX,go=rX "$root"
find "$root" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

mkdir -p "$out"
package=$out/corenode_${version}_amd64.deb
dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$root" "$package.new" >/dev/null
mv "$package.new" "$package"
echo "$package: $(stat -c %s "$package") bytes"
