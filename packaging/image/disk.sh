# Sourced by build.sh: the slot, the boot stage, and the disk around them. No loop devices, no mounts: every partition
# is made as a file and copied to its place.

# Partitions: number, first MiB, MiB, type, id, label. Everything lies at multiples of 2 MiB.
partitions="
1    2  512 c12a7328-f81f-11d2-ba4b-00a0c93ec93b 0e9ba8c1-6d4a-4a5f-9a39-6f3d41d8c001 EFI-SYSTEM
2  514    2 21686148-6449-6e6f-744e-656564454649 0e9ba8c1-6d4a-4a5f-9a39-6f3d41d8c002 BIOS-BOOT
3  516 1024 5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6 7130c94a-213a-4e5a-8e26-6cce9662f132 USR-A
4 1540 1024 5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6 e03dd35c-7c2d-4a47-b3fe-27f15780a57c USR-B
6 2564  128 0fc63daf-8483-4772-8e79-3d69d8477de4 0e9ba8c1-6d4a-4a5f-9a39-6f3d41d8c006 OEM
9 2692 2048 3884dd41-8582-4404-b9a8-e9b84f2df50e 0e9ba8c1-6d4a-4a5f-9a39-6f3d41d8c009 STATE"
disk_mib=4742
slot_mib=1024
# The boot stage puts a random one in its place at the first boot.
disk_guid=00000000-0000-0000-0000-000000000001
verity_uuid=0e9ba8c1-6d4a-4a5f-9a39-6f3d41d8c0de
verity_salt=c04e0de0c04e0de0c04e0de0c04e0de0c04e0de0c04e0de0c04e0de0c04e0de0
kernel_words="console=tty0 console=ttyS0,115200n8 loglevel=4 panic=10"

# $usr: /usr as erofs with its dm-verity tree behind it. Sets $verity_root and $verity_offset.
make_slot() {
  usr=$made/corenode-$board.usr
  mkfs.erofs --quiet -x-1 -T"$epoch" -U "$verity_uuid" --all-root "$usr" "$root/usr" >"$work/erofs.log" 2>&1 ||
    { cat "$work/erofs.log"; fail "mkfs.erofs"; }
  verity_offset=$(stat -c %s "$usr")
  [ $((verity_offset % 4096)) = 0 ] || fail "the erofs has $verity_offset bytes"
  verity_root=$(veritysetup format "$usr" "$usr" --hash-offset="$verity_offset" --salt="$verity_salt" \
    --uuid="$verity_uuid" | awk '/^Root hash:/ { print $3 }')
  [ ${#verity_root} = 64 ] || fail "veritysetup gave no root hash"
  [ "$(stat -c %s "$usr")" -le $(((slot_mib - 1) << 20)) ] || fail "/usr does not fit into a slot of $slot_mib MiB"
}

# What a machine gets as an update; what its slot says of itself is in it, and is taken from it for the disk.
make_payload() {
  payload=$made/corenode-$board.payload
  "$binary" payload create "$usr" --out "$payload" --force --key "$key" --version "$version" --board "$board" \
    --verity-root "$verity_root" --verity-salt "$verity_salt" --verity-offset "$verity_offset" >"$work/payload.log" ||
    { cat "$work/payload.log"; fail "payload"; }
  local at body signatures
  head -c 8388608 "$payload" >"$work/payload-head"
  at=$(grep -zobUaP -m 1 'CNSLOT\x0a\x1a' "$work/payload-head" | tr -d '\0' | sed -n '1s/:.*//p') || at=
  [ -n "$at" ] || fail "the payload does not say what the slot says of itself"
  body=$(od -An -t u4 -j $((at + 16)) -N 4 "$payload" | tr -d ' ')
  signatures=$(od -An -t u4 -j $((at + 20)) -N 4 "$payload" | tr -d ' ')
  dd if="$work/payload-head" of="$work/slot-metadata" bs=64K iflag=skip_bytes,count_bytes skip="$at" \
    count=$((64 + body + signatures)) status=none
}

# The kernel and the initramfs that the loader starts: this slot's own.
make_boot_stage() {
  stage_kernel=$made/corenode-$board.vmlinuz
  stage_initrd=$made/corenode-$board.initrd
  install -m 644 "$root/usr/lib/corenode/boot/vmlinuz" "$stage_kernel"
  "$binary" boot initrd --usr "$root/usr" --board "$board" --out "$stage_initrd" --compress >"$work/initrd.log" ||
    { cat "$work/initrd.log"; fail "boot stage"; }
  # What a copy says of itself, and what the loader is told (`corenode boot stage`, docs/formats.md).
  stage_about=$work/about
  stage_env=$work/env
  printf 'corenode boot stage 1\nversion %s\nboard %s\nkernel %s\nvmlinuz %s\ninitrd %s\n' "$version" "$board" \
    "$release" "$(length_and_hash "$stage_kernel")" "$(length_and_hash "$stage_initrd")" >"$stage_about"
  { printf '# GRUB Environment Block\norder=a b\ntrial=\nasked=\n'; printf '%1024s' '' | tr ' ' '#'; } |
    head -c 1024 >"$stage_env"
}

length_and_hash() {
  printf '%d %s' "$(stat -c %s "$1")" "$(sha256sum <"$1" | cut -d ' ' -f 1)"
}

# cpio_entry NAME MODE BYTES: the head of a file in an archive as the kernel reads it ("newc"), to stdout.
cpio_entry() {
  printf 070701
  printf %08x 1 "$2" 0 0 1 0 "$3" 0 0 0 0 $((${#1} + 1)) 0
  printf '%s\0' "$1"
  # Heads with their names, and contents, fill multiples of four bytes.
  head -c $(((4 - (110 + ${#1} + 1) % 4) % 4)) /dev/zero
}

# For a start by the network without a disk: the boot stage, and with it a small disk that holds nothing but the slot.
make_live() {
  local live=$work/live.raw mib
  mib=$((($(stat -c %s "$usr") + 1048575) / 1048576 + 1))
  mib=$(((mib + 1) / 2 * 2))
  truncate -s $((mib + 4))M "$live"
  sgdisk -a 4096 -n "3:4096:$(((mib + 2) * 2048 - 1))" -t 3:5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6 \
    -u 3:7130c94a-213a-4e5a-8e26-6cce9662f132 -c 3:USR-A -A 3:=:0101000000000000 -U "$disk_guid" "$live" \
    >"$work/sgdisk-live.log" 2>&1 || { cat "$work/sgdisk-live.log"; fail "sgdisk"; }
  dd if="$usr" of="$live" bs=1M seek=2 conv=notrunc status=none
  dd if="$work/slot-metadata" of="$live" bs=1M seek=$((mib + 1)) conv=notrunc status=none
  {
    cpio_entry live.raw $((0100600)) $(((mib + 4) << 20))
    cat "$live"
    cpio_entry 'TRAILER!!!' 0 0
  } | zstd -q -9 -T2 >"$work/live.cpio.zst"
  cat "$stage_initrd" "$work/live.cpio.zst" >"$made/corenode-$board.live.initrd"
}

# One configuration for both kinds of firmware, in a tar inside of the loader. All that is read of the disk beside the
# copies of the boot stage is their order and which one is to be tried.
make_loaders() {
  local memdisk=$work/memdisk common words=$kernel_words
  # On a busy machine without hardware help a kernel takes its timer for broken, and panics.
  [ "$board" != cloud ] || words+=" no_timer_check"
  mkdir -p "$memdisk/boot/grub"
  sed "s|@WORDS@|$words|" "$here/grub.cfg" >"$memdisk/boot/grub/grub.cfg"
  tar -C "$memdisk" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --format=ustar \
    -cf "$work/memdisk.tar" boot
  common=(memdisk tar normal part_gpt fat search search_label linux boot reboot serial terminal test echo
    loadenv loopback)
  grub-mkimage -O i386-pc -d /usr/lib/grub/i386-pc -p '(memdisk)/boot/grub' -m "$work/memdisk.tar" \
    -o "$work/core.img" "${common[@]}" biosdisk
  grub-mkimage -O x86_64-efi -d /usr/lib/grub/x86_64-efi -p '(memdisk)/boot/grub' -m "$work/memdisk.tar" \
    -o "$work/bootx64.efi" "${common[@]}" efi_gop efi_uga all_video
}

make_esp() {
  local esp=$work/esp.img copy
  truncate -s 512M "$esp"
  mkfs.vfat -F 32 -n EFI-SYSTEM -i c04e0de0 --invariant "$esp" >/dev/null
  touch -d "@$epoch" "$work/bootx64.efi" "$stage_kernel" "$stage_initrd" "$stage_about" "$stage_env"
  mmd -i "$esp" ::/EFI ::/EFI/BOOT ::/corenode ::/corenode/boot ::/corenode/boot/a ::/corenode/boot/b
  mcopy -m -i "$esp" "$work/bootx64.efi" ::/EFI/BOOT/BOOTX64.EFI
  for copy in a b; do
    mcopy -m -i "$esp" "$stage_kernel" "::/corenode/boot/$copy/vmlinuz"
    mcopy -m -i "$esp" "$stage_initrd" "::/corenode/boot/$copy/initrd"
    mcopy -m -i "$esp" "$stage_about" "::/corenode/boot/$copy/about"
  done
  mcopy -m -i "$esp" "$stage_env" ::/corenode/boot/env
}

# FILE, MiB: an empty ext4 for what belongs to the kind of machine.
make_oem() {
  truncate -s 128M "$work/oem.img"
  E2FSPROGS_FAKE_TIME=$epoch mkfs.ext4 -q -F -L OEM -U "$verity_uuid" -E "hash_seed=$verity_uuid,root_owner=0:0" \
    -m 0 "$work/oem.img"
}

# put FILE MIB: copies it to the disk, and leaves holes where it is empty.
put() {
  dd if="$1" of="$disk" bs=1M seek="$2" conv=notrunc,sparse status=none
}

# patch FILE OFFSET BYTES NUMBER: a little-endian number.
patch() {
  local bytes="" i
  for ((i = 0; i < $3; i++)); do
    bytes+=$(printf '\\x%02x' $((($4 >> (8 * i)) & 255)))
  done
  printf '%b' "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

make_disk() {
  disk=$made/corenode-$board.raw
  truncate -s "${disk_mib}M" "$disk"
  local number first size type id label arguments=()
  while read -r number first size type id label; do
    [ -n "$number" ] || continue
    arguments+=(-n "$number:$((first * 2048)):$(((first + size) * 2048 - 1))" -t "$number:$type" -u "$number:$id"
      -c "$number:$label")
  done <<<"$partitions"
  # USR-A: priority 1, no tries, successful. USR-B: nothing, so that no boot takes it.
  sgdisk -a 4096 "${arguments[@]}" -A 3:=:0101000000000000 -U "$disk_guid" "$disk" >"$work/sgdisk.log" 2>&1 ||
    { cat "$work/sgdisk.log"; fail "sgdisk"; }
  put "$work/esp.img" 2
  put "$usr" 516
  put "$work/slot-metadata" $((516 + slot_mib - 1))
  put "$work/oem.img" 2564
  write_bios_loader 514
}

# What grub-bios-setup would do, into a file. boot.img: at 0x5c the sector of core.img, at 0x66 the check of the drive's
# number, which old firmware gets wrong. core.img: in its first sector, at 0x1f4, where its rest lies.
write_bios_loader() {
  local sector=$(($1 * 2048)) sectors
  sectors=$((($(stat -c %s "$work/core.img") + 511) / 512))
  [ $sectors -le 4096 ] || fail "the loader does not fit into BIOS-BOOT"
  cp /usr/lib/grub/i386-pc/boot.img "$work/boot.img"
  patch "$work/boot.img" $((0x5c)) 8 $sector
  patch "$work/boot.img" $((0x66)) 2 $((0x9090))
  patch "$work/core.img" $((0x1f4)) 8 $((sector + 1))
  patch "$work/core.img" $((0x1fc)) 2 $((sectors - 1))
  dd if="$work/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
  put "$work/core.img" "$1"
}
