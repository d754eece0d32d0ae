#!/usr/bin/env bash
# Makes packages.BOARD.list anew: every package of the image with the version that Debian has now, and its SHA-256.
# Needs no root. Look at what changed (git diff) before it is committed: that is what the next image is made of.
#   packaging/image/pin.sh          both boards
#   packaging/image/pin.sh cloud    one
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

case ${1:-} in
  -h | --help) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
esac
scratch=$(mktemp -d -t corenode-pin.XXXXXX)
trap 'rm -rf "$scratch"' EXIT

pin() {
  local board=$1 wanted names
  wanted=$(lines_of "$here/wanted.list" "$here/wanted.$board.list")
  lines_of "$here/unwanted.list" | sort >"$scratch/unwanted"
  # shellcheck disable=SC2086 # one word a package is meant
  names=$(apt-get "${apt[@]}" -s install $wanted | awk '$1 == "Inst" { print $2 }' | sort |
    comm -23 - "$scratch/unwanted")
  [ -n "$names" ] || fail "apt finds no set of packages for $board"
  {
    echo "# Every package of the image for $board: name=version SHA-256. Made by pin.sh; not to be changed by hand."
    # shellcheck disable=SC2086 # one word a package is meant
    apt-cache -c "$scratch/apt/apt.conf" show --no-all-versions $names | awk '
      $1 == "Package:" { name = $2 }
      $1 == "Version:" { version = $2 }
      $1 == "SHA256:" { print name "=" version, $2 }' | sort
  } >"$scratch/list"
  [ "$(lines_of "$scratch/list" | wc -l)" = "$(echo "$names" | wc -l)" ] || fail "apt knows no hash of some packages"
  mv "$scratch/list" "$here/packages.$board.list"
  chmod 644 "$here/packages.$board.list"
  echo "packages.$board.list: $(lines_of "$here/packages.$board.list" | wc -l) packages"
}

[ $# -gt 0 ] || set -- cloud metal
for board in "$@"; do
  check_board "$board"
done
prepare_apt "$scratch/apt"
apt-get "${apt[@]}" update
for board in "$@"; do
  pin "$board"
done
