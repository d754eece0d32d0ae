#!/usr/bin/env bash
# Measures CoreNode and Debian's etcd in turn on this machine and prints one table (docs/benchmarks.md).
#
#   packaging/bench.sh                        everything, about 20 minutes
#   packaging/bench.sh --quick                short passes and 100,000 keys, about 5 minutes
#   packaging/bench.sh --rows put,get         only these of: put get latency wal watch fill idle start size,
#                                             watches-idle fuzz proxy,
#                                             tls-request tls-handshake; tls: both of those,
#                                             cluster-put cluster-latency cluster-get cluster-failover
#                                             cluster-join cluster-fsync cluster-idle; cluster: all of those,
#                                             schedule-10k schedule-100k machine-lost plan-10k plan-100k place,
#                                             registry-100k, units-scale units-start units-systemd units-memory
#                                             units-rest units-leases units-singleton; units: all of those,
#                                             apply-zstd apply-xz; apply: both of those,
#                                             payload-create payload-bytes; payload: both of those,
#                                             update-peers, rollout, update-checks, update-server,
#                                             lock, overlay, provision,
#                                             image: that of packaging/image/build.sh, in QEMU
#   packaging/bench.sh --passes 9 --seconds 10 --keys 1000000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/prerequisites.sh

usage() {
  sed -n '2,19s/^# \{0,1\}//p' packaging/bench.sh >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --quick) export CORENODE_BENCH_PASSES=3 CORENODE_BENCH_SECONDS=2 CORENODE_BENCH_KEYS=100000 ;;
    --rows | --passes | --seconds | --keys)
      [ $# -ge 2 ] || usage
      name=${1#--}
      export "CORENODE_BENCH_${name^^}=$2"
      shift
      ;;
    *) usage ;;
  esac
  shift
done

# Nothing that the build starts may outlive it.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

ensure_packages etcd-server strace zstd xz-utils iproute2
if [ -z "${CORENODE_BINARY:-}" ]; then
  bash packaging/build.sh
  export CORENODE_BINARY=$PWD/out/corenode
fi

# The two newest packages of the kernel that this Debian takes by itself, as far as apt knows them, one a line.
kernel_packages() {
  local arch series
  arch=$(dpkg --print-architecture)
  series=$(apt-cache depends "linux-image-$arch" | grep -oE 'linux-image-[0-9]+\.[0-9]+' | head -n 1)
  [ -n "$series" ] || return 1
  apt-cache search --names-only "^$series\.[0-9a-z.+-]*[0-9]-$arch\$" | awk '{ print $1 }' | sort -V | tail -n 2
}

# make_kernel_image PACKAGE FOLDER IMAGE: a kernel's package as a plain erofs image, in which no name has its version.
make_kernel_image() {
  local package=$1 folder=$2 image=$3 version=${1#linux-image-} path name
  (cd "$folder" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download "$package") </dev/null &&
    dpkg-deb -x "$folder/${package}"_*.deb "$folder/tree" || return 1
  while IFS= read -r path; do
    name=${path##*/}
    mv "$path" "${path%/*}/${name//"$version"/kernel}" || return 1
  done < <(find "$folder/tree" -depth -name "*$version*")
  mkfs.erofs -T 0 -U 00000000-0000-0000-0000-000000000001 "$folder/$image" "$folder/tree" >/dev/null || return 1
  rm -rf "$folder/tree" "$folder/${package}"_*.deb
}

# A point release of the kernel: $1/old.img and $1/new.img. Says what is missing.
make_kernel_images() {
  local folder=$1 tool
  local -a packages
  for tool in apt-cache dpkg-deb mkfs.erofs; do
    command -v "$tool" >/dev/null || { echo "bench.sh: $tool is missing" >&2; return 1; }
  done
  mapfile -t packages < <(kernel_packages)
  if [ "${#packages[@]}" -lt 2 ] && can_install; then
    apt-get -qq update </dev/null
    mapfile -t packages < <(kernel_packages)
  fi
  [ "${#packages[@]}" = 2 ] || { echo 'bench.sh: apt knows no two kernel packages to compare' >&2; return 1; }
  echo "kernel point release: ${packages[0]} to ${packages[1]}"
  make_kernel_image "${packages[0]}" "$folder" old.img && make_kernel_image "${packages[1]}" "$folder" new.img ||
    { echo 'bench.sh: the kernel packages cannot be made into images' >&2; return 1; }
}

result=$(mktemp -t corenode-bench.XXXXXX)
log=$(mktemp -t corenode-bench.XXXXXX)
images=$(mktemp -d -t corenode-bench.XXXXXX)
trap 'rm -rf "$result" "$log" "$images"' EXIT
if [ -z "${CORENODE_BENCH_IMAGES:-}" ]; then
  case ,${CORENODE_BENCH_ROWS:-payload}, in
    *,payload*)
      ensure_packages erofs-utils
      # The rows that need them say what is missing.
      ! make_kernel_images "$images" || export CORENODE_BENCH_IMAGES=$images
      ;;
  esac
fi
export CORENODE_BENCH_RESULT=$result

echo 'building the load generator'
dotnet build CoreNode.Tests -c Release -v quiet --nologo </dev/null >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
echo "measuring on $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg): other work on this machine falsifies it"
code=0
dotnet test CoreNode.Tests -c Release --no-build --nologo --filter FullyQualifiedName~Benchmarks.BenchmarkTests \
  --logger 'console;verbosity=normal' -- NUnit.ExplicitMode=Relaxed </dev/null >"$log" 2>&1 || code=$?
[ "$code" = 0 ] || cat "$log" >&2
cat "$result"
[ -s "$result" ] || { echo 'bench.sh: nothing was measured' >&2; exit 1; }
exit "$code"
