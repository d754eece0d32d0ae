#!/usr/bin/env bash
# Starts virtual machines from the image, on a private network that reaches the outside by this machine, and says how
# to reach them. They get one configuration, and without another are a cluster. Ctrl-C ends them; their disks stay.
#   packaging/image/run.sh -n 3
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
. "$here/../prerequisites.sh"
. "$here/common.sh"

usage() {
  cat <<'END'
packaging/image/run.sh [-n N] [--user-data FILE] [options]

  -n N             machines, 1 to 9 (default: 1)
  --user-data FILE cloud-config or Ignition for all of them; $private_ipv4 becomes each one's own address
                   (default: a cluster of N members, and a key for the user core)
  --image FILE     disk to start from (default: out/image/corenode-cloud.qcow2)
  --dir DIR        their disks, their consoles, keys (default: out/machines); what lies there is used again
  --memory MIB     memory of each (default: 1024)
  --disk SIZE      size of each disk (default: 8G)
  --firmware F     bios (default) or uefi
  --port N         ports on this machine: ssh at N+I, the store at N+10+I, the network N+20 to N+29 (default: 22000)
  --detach         leave them running; DIR/pids names them
END
}

count=1 user_data='' image=$repository/out/image/corenode-cloud.qcow2 folder=$repository/out/machines memory=1024
size=8G firmware=bios port=22000 detach=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --detach) detach=yes; shift; continue ;;
    -*) [ $# -ge 2 ] || fail "$1 needs a value" ;;
  esac
  case $1 in
    -n) count=$2 ;;
    --user-data) user_data=$2 ;;
    --image) image=$2 ;;
    --dir) folder=$2 ;;
    --memory) memory=$2 ;;
    --disk) size=$2 ;;
    --firmware) firmware=$2 ;;
    --port) port=$2 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift 2
done
case $count in [1-9]) ;; *) fail "-n $count: from 1 to 9 machines" ;; esac
case $firmware in bios | uefi) ;; *) fail "--firmware $firmware: bios or uefi" ;; esac
[ -e "$image" ] || fail "$image is not there: run packaging/image/build.sh"
image=$(realpath "$image")
ensure_packages qemu-system-x86 qemu-utils ovmf dosfstools mtools openssh-client
export PATH=$PATH:/usr/sbin:/sbin
for program in qemu-system-x86_64 qemu-img mkfs.vfat mcopy ssh-keygen perl; do
  command -v "$program" >/dev/null ||
    fail "$program is missing: apt-get install qemu-system-x86 qemu-utils dosfstools mtools openssh-client"
done
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# Held by each machine, too, and so until the last one ends.
exec 9>"$folder/lock"
flock -n 9 || fail "machines run in $folder: end them (their ids are in pids there), or name another --dir"
pids=()

end_all() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait
  rm -f "$folder/pids"
}
trap end_all EXIT
trap 'exit 130' INT TERM HUP

# Some machines have /dev/kvm and cannot use it. So it is tried: QEMU with it and nothing to start either ends at once,
# or is still there when its time is over.
acceleration() {
  local code=1
  if [ -w /dev/kvm ]; then
    code=0
    timeout 3 qemu-system-x86_64 -accel kvm -cpu host -machine pc -display none -monitor none -serial none \
      -nic none >/dev/null 2>&1 </dev/null || code=$?
  fi
  if [ "$code" = 124 ]; then
    echo "-accel kvm -cpu host"
  else
    echo "-accel tcg,thread=multi,tb-size=256 -cpu Nehalem,+rdrand"
  fi
}

# What the network gives to this machine: switch.pl sees to that.
address() {
  echo "10.0.2.$((14 + $1))"
}

members() {
  local i list=
  for ((i = 1; i <= count; i++)); do
    list+="${list:+,}$(address "$i")=http://$(address "$i"):2380"
  done
  echo "$list"
}

# Each member says two addresses of its own, since this machine reaches it by another one than the members do.
default_user_data() {
  [ -e "$folder/key" ] || ssh-keygen -q -t ed25519 -N '' -C corenode-lab -f "$folder/key"
  cat <<END
#cloud-config
ssh_authorized_keys:
  - $(cat "$folder/key.pub")
coreos:
  etcd2:
    name: \$private_ipv4
    initial-cluster: $(members)
    initial-cluster-token: lab
    advertise-client-urls: http://127.0.0.1:$((port + 10 + $1)),http://\$private_ipv4:2379
    initial-advertise-peer-urls: http://\$private_ipv4:2380
    listen-client-urls: http://0.0.0.0:2379
    listen-peer-urls: http://\$private_ipv4:2380
  fleet:
    public-ip: \$private_ipv4
  units:
    - name: etcd2.service
      command: start
    - name: fleet.service
      command: start
END
}

# config_drive I: the machine's name and what it is to be.
config_drive() {
  local drive=$folder/config-$1.img
  if [ -n "$user_data" ]; then
    cp "$user_data" "$folder/user-data"
  else
    default_user_data "$1" >"$folder/user-data"
  fi
  echo "{\"hostname\": \"core-0$1\"}" >"$folder/meta-data"
  rm -f "$drive"
  truncate -s 4M "$drive"
  mkfs.vfat -n CONFIG-2 "$drive" >/dev/null
  mmd -i "$drive" ::/openstack ::/openstack/latest
  mcopy -i "$drive" "$folder/user-data" ::/openstack/latest/user_data
  mcopy -i "$drive" "$folder/meta-data" ::/openstack/latest/meta_data.json
}

# A switch, and on it QEMU's user network in a process of its own, with DHCP, the way out and this machine's ports.
start_network() {
  local i forwards=
  for ((i = 1; i <= count; i++)); do
    forwards+=",hostfwd=tcp:127.0.0.1:$((port + i))-$(address "$i"):22"
    forwards+=",hostfwd=tcp:127.0.0.1:$((port + 10 + i))-$(address "$i"):2379"
  done
  perl "$here/switch.pl" $((port + 20)) "$count" >"$folder/switch.log" 2>&1 </dev/null &
  pids+=($!)
  until grep -q ready "$folder/switch.log"; do
    kill -0 $! 2>/dev/null || { cat "$folder/switch.log" >&2; fail "the network does not start (--port $port)"; }
    sleep 0.1
  done
  start network -machine none -display none -monitor none -serial none -netdev "user,id=out$forwards" \
    -netdev "socket,id=switch,connect=127.0.0.1:$((port + 20))" \
    -netdev hubport,id=a,hubid=0,netdev=out -netdev hubport,id=b,hubid=0,netdev=switch
}

# start NAME ARGUMENTS...: QEMU in the background; what it says of itself goes to NAME.log.
start() {
  local name=$1
  shift
  qemu-system-x86_64 "$@" >"$folder/$name.log" 2>&1 </dev/null &
  pids+=($!)
}

# QEMU that cannot do what it is asked says so and ends.
check() {
  local pid
  sleep 1
  for pid in "${pids[@]}"; do
    kill -0 "$pid" 2>/dev/null || { cat "$folder"/*.log >&2; fail "$1"; }
  done
}

# Disks hold what differs from the image: they need it as it was, also once another one is built in its place.
keep_base() {
  if [ -e "$folder/base" ]; then
    [ "$folder/base" -ef "$image" ] ||
      echo "the machines in $folder stay with the image that they were made from: remove the folder for another one"
    return
  fi
  ln "$image" "$folder/base" 2>/dev/null || {
    cp --sparse=always "$image" "$folder/base.new"
    mv "$folder/base.new" "$folder/base"
  }
}

start_machine() {
  local disk=$folder/machine-$1.qcow2 arguments=()
  [ -e "$disk" ] || qemu-img create -q -f qcow2 -b base -F "$format" "$disk" "$size"
  if [ "$firmware" = uefi ]; then
    [ -e "$folder/vars-$1.fd" ] || cp "/usr/share/OVMF/OVMF_VARS$ovmf.fd" "$folder/vars-$1.fd"
    arguments+=(-drive "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE$ovmf.fd"
      -drive "if=pflash,format=raw,file=$folder/vars-$1.fd")
  fi
  # shellcheck disable=SC2086 # words are meant
  start "machine-$1" $accel -machine pc -smp 1 -m "$memory" -display none -monitor none \
    -serial "file:$folder/machine-$1.console" -device virtio-rng-pci "${arguments[@]}" \
    -drive "file=$disk,if=virtio,format=qcow2,cache=writeback" \
    -drive "file=$folder/config-$1.img,if=virtio,format=raw,readonly=on" \
    -netdev "socket,id=n,connect=127.0.0.1:$((port + 20 + $1))" \
    -device "virtio-net-pci,netdev=n,mac=52:54:00:c0:de:0$1,romfile="
}

# Later releases have only those of 4 MiB.
ovmf=
[ -e /usr/share/OVMF/OVMF_CODE.fd ] || ovmf=_4M
[ "$firmware" = bios ] || [ -e "/usr/share/OVMF/OVMF_CODE$ovmf.fd" ] ||
  fail "no UEFI for machines: apt-get install ovmf"
keep_base
format=$(qemu-img info "$folder/base" | awk '$1 == "file" && $2 == "format:" { print $3 }')
accel=$(acceleration)
start_network
check "the network does not start (--port $port)"
for ((i = 1; i <= count; i++)); do
  config_drive "$i"
  start_machine "$i"
done
check "not all machines start"

echo "$count machines (${accel%% -cpu*}), their consoles: $folder/machine-*.console"
login=
[ -n "$user_data" ] || login=" -i $folder/key"
for ((i = 1; i <= count; i++)); do
  echo "  $(address "$i")  ssh -p $((port + i))$login core@127.0.0.1"
  echo "             corenode --endpoints http://127.0.0.1:$((port + 10 + i)) cluster health"
done
[ "$accel" != "${accel#-accel kvm}" ] ||
  echo "without KVM a machine takes a minute or more to start, and its first login half a minute"
printf '%s\n' "${pids[@]}" >"$folder/pids"
if [ -n "$detach" ]; then
  trap - EXIT
  echo "end them: kill \$(cat $folder/pids)"
  exit 0
fi
echo "Ctrl-C ends them"
wait
