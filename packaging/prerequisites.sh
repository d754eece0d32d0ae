# Sourced by the other scripts: Debian packages that they need, installed without starting what is in them.

# What links the native executable.
# shellcheck disable=SC2034 # used by who sources this
build_packages=(gcc libc6-dev zlib1g-dev libzstd-dev liblzma-dev libbz2-dev libsqlite3-dev)

# The packages among "$@" that are not installed, one a line. Without dpkg nothing can be said: none.
missing_packages() {
  command -v dpkg-query >/dev/null || return 0
  local package
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

can_install() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

# Installs packages with their services kept from starting (policy-rc.d answers 101, "forbidden by policy"),
# and puts an administrator's own policy-rc.d back whatever happens.
install_packages() (
  policy=/usr/sbin/policy-rc.d
  kept=
  if [ -e "$policy" ]; then
    kept=$(mktemp "$policy.XXXXXX")
    mv "$policy" "$kept"
  fi
  trap 'if [ -n "$kept" ]; then mv "$kept" "$policy"; else rm -f "$policy"; fi' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o DPkg::Lock::Timeout=120 update </dev/null &&
    apt-get -qq -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@" </dev/null
)

# Installs what is missing of "$@", or says what an administrator would have to install. Never fails the caller:
# what then still lacks is found where it is used.
ensure_packages() {
  local missing log
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  # shellcheck disable=SC2086 # one word a package is meant
  set -- $missing
  if ! can_install; then
    echo "not installed: $* (as root: apt-get install $*)"
    return 0
  fi
  echo "installing: $*"
  log=$(mktemp)
  install_packages "$@" >"$log" 2>&1 || { tail -n 20 "$log"; echo "could not install all of: $*"; }
  rm -f "$log"
}
