# Sourced by build.sh: makes of unpacked packages what /usr of the image is. Maintainers' scripts are not run; what
# they would do and the image needs is done here, with the image's own programs where programs do it.

# Runs a program of the image in it, as the root of a user namespace: needs no rights on the machine that builds.
in_root() {
  unshare --map-root-user --mount sh -c '
    mount --bind /dev/null "$0/dev/null" && exec chroot "$0" "$@"' "$root" /usr/bin/env -i \
    PATH=/usr/sbin:/usr/bin LC_ALL=C SOURCE_DATE_EPOCH="$epoch" SYSTEMD_OFFLINE=1 "$@"
}

compose_root() {
  mkdir -p "$root/dev" "$root/tmp"
  : >"$root/dev/null"
  add_links
  add_files
  add_certificates
  add_accounts
  keep_licenses
  remove_unwanted
  in_root systemctl preset-all >/dev/null 2>"$work/preset.log" || { cat "$work/preset.log"; fail "presets"; }
  in_root ldconfig -X
  check_libraries
  keep_kernel
  move_etc
}

# What Debian's alternatives and diversions would be.
add_links() {
  local name
  ln -sfn dash "$root/usr/bin/sh"
  ln -sfn mawk "$root/usr/bin/awk"
  ln -sfn nano "$root/usr/bin/editor"
  ln -sfn less "$root/usr/bin/pager"
  ln -sfn which.debianutils "$root/usr/bin/which"
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sfn xtables-nft-multi "$root/usr/sbin/$name"
  done
  for name in etcdctl fleetctl locksmithctl update_engine_client; do
    ln -sfn corenode "$root/usr/bin/$name"
  done
  ln -sfn ssh.service "$root/usr/lib/systemd/system/sshd.service"
  ln -sfn ssh.socket "$root/usr/lib/systemd/system/sshd.socket"
  ln -sfn podman.socket "$root/usr/lib/systemd/system/docker.socket"
  ln -sfn ../proc/self/mounts "$root/etc/mtab"
  ln -sfn ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
  ln -sfn ../usr/lib/os-release "$root/etc/os-release"
}

# CoreNode itself, the files below root/, and what is made from names and numbers.
add_files() {
  local file mode
  while read -r file; do
    mode=644
    [ ! -x "$here/root/$file" ] || mode=755
    install -D -m "$mode" "$here/root/$file" "$root/$file"
  done < <(cd "$here/root" && find . -type f | sort)
  chmod 440 "$root/etc/sudoers.d/image"
  install -m 755 "$binary" "$root/usr/bin/corenode"
  install -m 644 "$repository"/packaging/corenode*.service "$root/usr/lib/systemd/system/"
  install -m 644 "$repository/packaging/corenode.sysusers" "$root/usr/lib/sysusers.d/corenode.conf"
  install -m 644 "$repository"/packaging/dbus/*.conf "$root/usr/share/dbus-1/system.d/"
  install -m 644 "$root/usr/share/systemd/tmp.mount" "$root/usr/lib/systemd/system/tmp.mount"
  install -m 644 "$root/usr/share/base-files/profile" "$root/etc/profile"
  : >"$root/etc/machine-id"
  mkdir -p "$root/usr/share/oem"
  install -D -m 644 "$public_key" "$root/etc/corenode/update-keys/${public_key##*/}"
  cat >"$root/usr/lib/os-release" <<END
NAME="CoreNode"
ID=corenode
ID_LIKE=debian
VERSION="$version"
VERSION_ID=$version
BUILD_ID=$(date -u -d "@$epoch" +%Y-%m-%d-%H%M)
PRETTY_NAME="CoreNode $version ($board)"
BOARD=$board
COREOS_BOARD=$board
DEFAULT_HOSTNAME=localhost
END
  mkdir -p "$root/usr/share/coreos" "$root/usr/share/corenode"
  cat >"$root/usr/share/coreos/release" <<END
COREOS_RELEASE_VERSION=$version
COREOS_RELEASE_BOARD=$board
END
  echo GROUP=stable >"$root/usr/share/coreos/update.conf"
  { echo "CoreNode $version $board"; lines_of "$here/packages.$board.list"; } >"$root/usr/share/corenode/packages"
}

# The roots that Mozilla trusts, as update-ca-certificates does it at run time for an administrator's own.
add_certificates() {
  (cd "$root/usr/share/ca-certificates" && find . -name '*.crt' | sed 's|^\./||' | sort) \
    >"$root/etc/ca-certificates.conf"
  mkdir -p "$root/etc/ssl/certs" "$root/etc/ca-certificates/local" "$root/usr/local/share"
  ln -sfn ../../../etc/ca-certificates/local "$root/usr/local/share/ca-certificates"
  in_root update-ca-certificates --fresh >"$work/certificates.log" 2>&1 ||
    { cat "$work/certificates.log"; fail "certificates"; }
  [ -s "$root/etc/ssl/certs/ca-certificates.crt" ] || fail "no certificates"
}

# /etc/passwd and its like from sysusers.d alone, with fixed numbers, and without the day of the build.
add_accounts() {
  rm -f "$root"/etc/passwd* "$root"/etc/group* "$root"/etc/shadow* "$root"/etc/gshadow*
  in_root systemd-sysusers >"$work/sysusers.log" 2>&1 && grep -q '^core:' "$root/etc/passwd" ||
    { cat "$work/sysusers.log"; fail "accounts"; }
  sed -i -E 's|^(root:.*):/bin/sh$|\1:/bin/bash|' "$root/etc/passwd"
  chmod 644 "$root/etc/passwd" "$root/etc/group"
  chmod 640 "$root/etc/shadow" "$root/etc/gshadow"
  sed -i -E 's/^([^:]*:[^:]*):[0-9]*:/\1::/' "$root/etc/shadow"
  rm -f "$root"/etc/*-
}

# Beside the image, for whoever hands it on: of the packages, of the loader, which comes from the machine that builds,
# and of CoreNode with what is linked into it.
keep_licenses() {
  local package
  for package in grub-pc-bin grub-efi-amd64-bin; do
    install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
  done
  install -D -m 644 "$repository/packaging/deb/copyright" "$root/usr/share/doc/corenode/copyright"
  (cd "$root/usr/share" && find doc common-licenses -name copyright -o -path 'common-licenses/*' | sort) \
    >"$work/licenses"
  tar -C "$root/usr/share" --no-recursion --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --mode=a=r,u+w \
    -T "$work/licenses" -c | zstd -q -19 -T2 -f -o "$made/corenode-$board.licenses.tar.zst"
}

remove_unwanted() {
  local pattern
  # shellcheck disable=SC2086 # wildcards are meant
  while read -r pattern; do
    case $pattern in boot) continue ;; esac
    rm -rf "${root:?}"/$pattern
  done < <(lines_of "$here/removed.list")
  find "$root/usr" "$root/etc" -name '*.dpkg-*' -delete
}

# Every program of the image finds its libraries, although packages were left out.
check_libraries() {
  in_root find /usr/bin /usr/sbin /usr/lib/systemd /usr/lib/podman /usr/lib/openssh /usr/lib/x86_64-linux-gnu \
    -type f '(' -perm -100 -o -name '*.so*' ')' -exec sh -c '
      for file; do
        /lib64/ld-linux-x86-64.so.2 --list "$file" 2>/dev/null | grep -F "not found" | sed "s|^|$file:|"
      done' sh {} + >"$work/libraries" || true
  [ ! -s "$work/libraries" ] || { cat "$work/libraries"; fail "libraries are missing: take them out of unwanted.list"; }
}

# The kernel lies in the slot, where dm-verity covers it, with those of its modules that the board's list names.
keep_kernel() {
  local folder module
  release=$(cd "$root/usr/lib/modules" && echo *)
  folder=$root/usr/lib/modules/$release
  [ -e "$root/boot/vmlinuz-$release" ] || fail "one kernel is needed, there are: $release"
  install -D -m 644 "$root/boot/vmlinuz-$release" "$root/usr/lib/corenode/boot/vmlinuz"
  in_root depmod "$release"
  kept_modules "$folder/modules.dep" | sort -u >"$work/modules"
  (cd "$folder" && find kernel -name '*.ko' | sort) | comm -23 - "$work/modules" >"$work/modules.out"
  while read -r module; do
    rm "$folder/$module"
  done <"$work/modules.out"
  find "$folder" -type d -empty -delete
  in_root depmod "$release"
  echo "kernel $release with $(wc -l <"$work/modules") modules, $(wc -l <"$work/modules.out") left out"
}

# Lines of modules.dep are "module: what it needs".
kept_modules() {
  lines_of "$here/modules.$board.list" >"$work/patterns"
  local patterns module needs pattern
  mapfile -t patterns <"$work/patterns"
  while IFS=: read -r module needs; do
    for pattern in "${patterns[@]}"; do
      # shellcheck disable=SC2053 # a pattern is meant
      if [[ $module == ${pattern#-} ]]; then
        [[ $pattern == -* ]] || printf '%s\n' "$module" $needs
        break
      fi
    done
  done <"$1"
}

# /etc of the packages is the lower layer of the machine's own.
move_etc() {
  rm -rf "$root/usr/share/etc"
  mv "$root/etc" "$root/usr/share/etc"
  find "$root/usr" -type d -exec chmod u=rwx,go+rx {} +
  chmod 700 "$root/usr/share/etc/ssl/private" 2>/dev/null || true
}
