# Sourced by build.sh: the packages of a board, from a folder where they are kept or from Debian.

# Debian's name of the file of NAME=VERSION: epoch's colon as %3a; the architecture is found by the wildcard.
deb_of() {
  local name=${1%%=*} version=${1#*=}
  compgen -G "$packages/${name}_${version//:/%3a}_*.deb" | head -n 1
}

has_package() {
  local file
  file=$(deb_of "$1")
  [ -n "$file" ] && [ "$(sha256sum <"$file" | cut -d ' ' -f 1)" = "$2" ]
}

# Every package of packages.BOARD.list lies in $packages with the hash that is written there.
fetch_packages() {
  local list=$here/packages.$board.list wanted sum missing=()
  mkdir -p "$packages"
  while read -r wanted sum; do
    has_package "$wanted" "$sum" || missing+=("$wanted")
  done < <(lines_of "$list")
  if [ ${#missing[@]} -gt 0 ]; then
    echo "fetching ${#missing[@]} packages"
    download "${missing[@]}"
  fi
  while read -r wanted sum; do
    has_package "$wanted" "$sum" || fail "$wanted is not what packages.$board.list says (SHA-256 $sum)"
  done < <(lines_of "$list")
}

download() (
  prepare_apt "$work/apt"
  apt-get "${apt[@]}" update 2>"$work/update.log" ||
    { cat "$work/update.log" >&2; fail "Debian's lists of packages cannot be fetched (CORENODE_IMAGE_MIRROR)"; }
  cd "$packages"
  apt-get "${apt[@]}" download "$@" 2>"$work/download.log" && return
  cat "$work/download.log" >&2
  fail "the mirror does not have all of these versions any more. Either put the files that are missing into" \
    "$packages (from snapshot.debian.org, by the SHA-256 in packages.$board.list);" \
    "or take what Debian has now: packaging/image/pin.sh $board, look at the changes, and commit them"
)

# All packages, one over the other, with /bin, /sbin and /lib as links into /usr. Owners do not matter: all of the
# image belongs to root.
unpack_packages() {
  local name wanted sum
  mkdir -p "$root/usr/lib64"
  for name in bin sbin lib; do
    mkdir -p "$root/usr/$name"
    ln -s "usr/$name" "$root/$name"
  done
  ln -s usr/lib64 "$root/lib64"
  while read -r wanted sum; do
    dpkg-deb --fsys-tarfile "$(deb_of "$wanted")" |
      tar -x -C "$root" --keep-directory-symlink --no-same-owner --preserve-permissions --exclude='./dev/*'
  done < <(lines_of "$here/packages.$board.list")
}
