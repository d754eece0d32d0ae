# Sourced by the scripts of the image: what they share. Expects $here, the folder they lie in.

# Sorting, matching and times (vfat keeps local ones) are the same everywhere.
export LC_ALL=C TZ=UTC
umask 022

# shellcheck disable=SC2034 # used by who sources this
image_packages=(apt dpkg cryptsetup-bin dosfstools e2fsprogs erofs-utils gdisk grub-efi-amd64-bin grub-pc-bin
  grub-common kmod mtools qemu-utils util-linux zstd)

fail() {
  echo "${0##*/}: $*" >&2
  exit 1
}

# Each line of a list without comments.
lines_of() {
  sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$@"
}

check_board() {
  [ -e "$here/wanted.$1.list" ] || fail "there is no board $1: cloud or metal"
}

# apt with a state of its own below $1: of the machine that builds only its keys and its way through a proxy count.
# No package counts as installed, so what is chosen does not depend on the machine either. For "${apt[@]}".
prepare_apt() {
  local folder=$1 mirror=${CORENODE_IMAGE_MIRROR:-http://deb.debian.org}
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e "$keys" ] || fail "$keys is missing: apt-get install debian-archive-keyring"
  mkdir -p "$folder/state/lists/partial" "$folder/cache/archives/partial"
  : >"$folder/status"
  {
    echo "deb [signed-by=$keys] $mirror/debian bookworm main"
    echo "deb [signed-by=$keys] $mirror/debian bookworm-updates main"
    echo "deb [signed-by=$keys] $mirror/debian-security bookworm-security main"
  } >"$folder/sources.list"
  cat >"$folder/apt.conf" <<END
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$folder/state";
Dir::State::status "$folder/status";
Dir::Cache "$folder/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
  # Read last, after the machine's own settings, where APT_CONFIG would be read before them.
  # shellcheck disable=SC2034 # used by who sources this
  apt=(-qq -c "$folder/apt.conf")
}
