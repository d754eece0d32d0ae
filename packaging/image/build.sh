#!/usr/bin/env bash
# Builds the image of a board: a bootable disk (raw and qcow2), kernel and initramfs for the network's boot, the update
# payload, and the list of every package in it. Needs out/corenode (packaging/build.sh) and a Debian or Ubuntu, no root,
# no loop device and no privilege but user namespaces. The same commit, key, version and tools give the same bytes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
. "$here/../prerequisites.sh"
. "$here/common.sh"
. "$here/packages.sh"
. "$here/root.sh"
. "$here/disk.sh"

usage() {
  cat <<'END'
packaging/image/build.sh [--board cloud|metal] [-o DIR] [--key FILE] [--version V]

  --board B     cloud: virtual machines (default); metal: any machine, with modules by a list
  -o DIR        where everything goes (default: out/image)
  --key FILE    private key that signs slot and payload (corenode key new FILE). Without it a key for development
                is made in DIR once; machines of such an image take updates only from who has that folder
  --version V   version of the image (default: that of out/corenode)

Environment: CORENODE_BINARY (default out/corenode), CORENODE_IMAGE_PACKAGES (where packages are kept, default
out/image-packages), CORENODE_IMAGE_MIRROR (default http://deb.debian.org), SOURCE_DATE_EPOCH (default: that of the
commit).
END
}

board=cloud output=$repository/out/image key='' version=''
binary=${CORENODE_BINARY:-$repository/out/corenode}
packages=${CORENODE_IMAGE_PACKAGES:-$repository/out/image-packages}
while [ $# -gt 0 ]; do
  case $1 in
    --board | -o | --key | --version) [ $# -ge 2 ] || fail "$1 needs a value" ;;&
    --board) board=$2 ;;
    -o) output=$2 ;;
    --key) key=$2 ;;
    --version) version=$2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift 2
done
check_board "$board"
ensure_packages "${image_packages[@]}"
for program in apt-get dpkg-deb mkfs.erofs veritysetup sgdisk mkfs.vfat mcopy mkfs.ext4 grub-mkimage qemu-img unshare \
    zstd; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || fail "$program is missing (${image_packages[*]})"
done
export PATH=$PATH:/usr/sbin:/sbin
[ -x "$binary" ] || fail "$binary is not there: run packaging/build.sh"
unshare --map-root-user true 2>/dev/null ||
  fail "user namespaces are not allowed here (sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_*)"

started=$SECONDS
mkdir -p "$output" "$packages"
output=$(cd "$output" && pwd)
packages=$(cd "$packages" && pwd)
work=$(mktemp -d "$output/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
root=$work/root
# What was made before stays as it is until all of this is made: nobody finds half of one and half of the other.
made=$work/made
mkdir "$made"

epoch=${SOURCE_DATE_EPOCH:-$(git -c safe.directory="*" -C "$repository" log -1 --format=%ct 2>/dev/null || true)}
epoch=${epoch:-1700000000}
export SOURCE_DATE_EPOCH=$epoch
version=${version:-$("$binary" version | awk 'NR == 1 { print $NF }')}
if [ -z "$key" ]; then
  key=$output/development.key
  [ -e "$key" ] || "$binary" key new "$key" >/dev/null
  echo "signed by the key for development $key: whoever has it can update these machines"
fi
public_key=${key%.key}.pub.pem
[ -e "$public_key" ] || fail "$public_key is missing: the public part of $key, which machines are to trust"

say() {
  printf '[%3d s] %s\n' $((SECONDS - started)) "$*"
}

files=(usr payload vmlinuz initrd live.initrd raw qcow2 licenses.tar.zst)

manifest() {
  echo "CoreNode $version"
  echo "board $board"
  echo "kernel $release"
  echo "time $epoch"
  echo "verity-root $verity_root"
  echo "verity-offset $verity_offset"
  (cd "$made" && for file in "${files[@]}"; do
    printf 'file %s %d %s\n' "corenode-$board.$file" "$(stat -c %s "corenode-$board.$file")" \
      "$(sha256sum <"corenode-$board.$file" | cut -d ' ' -f 1)"
  done)
  dpkg-query -W -f='tool ${Package}=${Version}\n' "${image_packages[@]}"
  lines_of "$here/packages.$board.list" | sed 's/^/package /'
}

# Without a manifest a folder holds no image; so it goes first, and comes last.
hand_over() {
  local file
  rm -f "$output/corenode-$board.manifest"
  for file in "${files[@]}" manifest; do
    mv -f "$made/corenode-$board.$file" "$output/"
  done
}

say "CoreNode $version for $board"
fetch_packages
say "unpacking"
unpack_packages
say "composing"
compose_root
say "slot and payload"
make_slot
make_payload
say "boot stage, loaders, disk"
make_boot_stage
make_loaders
make_esp
make_oem
make_disk
make_live
say "qcow2"
qemu-img convert -c -m 1 -o compression_type=zstd -f raw -O qcow2 "$disk" "$made/corenode-$board.qcow2"
manifest >"$made/corenode-$board.manifest"
sizes="/usr $((verity_offset / 1000000)) MB, payload $(($(stat -c %s "$payload") / 1000000)) MB"
hand_over
say "$sizes, in $output"
