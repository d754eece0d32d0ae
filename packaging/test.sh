#!/usr/bin/env bash
# Builds, checks the format, publishes the native executable and runs every test.
# The last line is "N passed, N failed, N skipped"; the exit code is 0 only if tests ran and none failed.
set -uo pipefail # no -e: a step that fails is counted, and the others still run
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/prerequisites.sh

# A test run that takes longer than this hangs: it is ended and counted as a failure.
run_limit=3300
hang_limit=600s
most_failures_listed=50

scratch=$(mktemp -d -t corenode.XXXXXX)
# Some tests reach a socket below it as another user.
chmod 711 "$scratch"
failures=0
# Process groups that run now.
running=
native_build=

# Servers whose test host died: each one's folder below $scratch holds its pid, and its command line that folder.
end_leftovers() {
  local file pid
  for file in "$scratch"/tmp/*/pid; do
    [ -e "$file" ] || continue
    pid=$(cat "$file")
    ! grep -qsF "$(dirname "$file")" "/proc/$pid/cmdline" || kill -9 "$pid"
  done
}

# in_group COMMAND...: in a process group of its own, whose id is in $group then.
in_group() {
  set -m
  "$@" &
  group=$!
  set +m
}

# run COMMAND...: to its end. Not in the foreground, where a signal to this script would wait for it.
run() {
  local code
  in_group "$@"
  running=$group
  wait "$running"
  code=$?
  running=
  return "$code"
}

# end_group ID: asks, and ten seconds later does not ask any more.
end_group() {
  local tries
  [ -n "$1" ] && kill -- "-$1" 2>/dev/null || return 0
  for ((tries = 0; tries < 50; tries++)); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.2
  done
  kill -9 -- "-$1" 2>/dev/null
}

clean() {
  # First what it runs: alone it would go on.
  end_group "$running"
  end_group "$native_build"
  end_leftovers
  rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

say() {
  printf '[%4d s] %s\n' "$SECONDS" "$*"
}

# step NAME COMMAND...: runs it, shows its output only if it fails, and remembers its time.
step() {
  local name=$1 started=$SECONDS
  shift
  say "$name"
  if run "$@" </dev/null >"$scratch/log" 2>&1; then
    grep -E '^(installing|not installed|could not install)' "$scratch/log"
    note "$name" $((SECONDS - started)) ok
  else
    tail -n 60 "$scratch/log"
    note "$name" $((SECONDS - started)) FAILED
    failures=$((failures + 1))
    return 1
  fi
}

# Beside the tests that need neither. The code is 1 without an executable, 2 without an image.
build_native_and_image() {
  bash packaging/build.sh >"$scratch/native.log" 2>&1 || return 1
  bash packaging/image/build.sh -o "$scratch/image" >"$scratch/image.log" 2>&1 || return 2
}

note() {
  printf '%-44s %4d s  %s\n' "$1" "$2" "$3" >>"$scratch/steps"
}

# tests NAME FILTER SIDE_BY_SIDE: one run of the test project, at most so many of the fixtures that may be side by side
# at a time; the results go to $scratch/results/NAME.trx.
tests() {
  local name=$1 filter=$2 workers=$3 started=$SECONDS code
  say "tests: $name"
  # Above 2000 tests the adapter of NUnit would give up the filter and run everything, if it were not told otherwise.
  TMPDIR=$scratch/tmp run timeout --kill-after=10 "$run_limit" \
    dotnet test CoreNode.Tests --no-build --nologo --filter "$filter" \
    --results-directory "$scratch/results" --blame-hang-timeout "$hang_limit" --blame-hang-dump-type none \
    --logger "trx;LogFileName=$name.trx" --logger 'console;verbosity=minimal' \
    -- NUnit.AssemblySelectLimit=1000000 NUnit.NumberOfTestWorkers="$workers" </dev/null >"$scratch/$name.log" 2>&1
  code=$?
  end_leftovers
  # Passed and skipped tests are in the report below.
  grep -vE '^(Test run for|A total of|Results File|Starting test|VSTest version|Passed!|Skipped!|\s*Skipped )|^$' \
    "$scratch/$name.log" | head -n 400
  note "tests: $name" $((SECONDS - started)) "$([ "$code" = 0 ] && echo ok || echo FAILED)"
  # A run that broke off has not judged what it did not reach, whatever its results say.
  if [ "$code" != 0 ] && { ! grep -qs '<UnitTestResult .*outcome="Failed"' "$scratch/results/$name.trx" ||
      grep -q '^Test Run Aborted' "$scratch/$name.log"; }; then
    say "tests: $name broke off with code $code (the limit is $run_limit s)"
    failures=$((failures + 1))
  fi
}

finish() {
  local passed=0 failed=0 skipped=0
  mkdir -p "$scratch/results"
  cat "$scratch"/results/*.trx 2>/dev/null | awk -f packaging/trx.awk >"$scratch/outcomes"
  passed=$(grep -c '^Passed' "$scratch/outcomes")
  failed=$(grep -c '^Failed' "$scratch/outcomes")
  skipped=$(grep -c '^Skipped' "$scratch/outcomes")
  echo
  if [ "$passed" -gt 0 ]; then
    echo 'Slowest tests'
    sort -t "$(printf '\t')" -k2,2nr "$scratch/outcomes" | head -n 10 | awk -F '\t' '{ printf "%8.2f s  %s\n", $2, $3 }'
  fi
  if [ "$skipped" -gt 0 ]; then
    echo 'Skipped'
    grep '^Skipped' "$scratch/outcomes" | awk -F '\t' '{ printf "  %s: %s\n", $3, $4 }'
  fi
  if [ "$failed" -gt 0 ]; then
    echo 'Failed'
    grep '^Failed' "$scratch/outcomes" | awk -F '\t' -v most="$most_failures_listed" \
      'NR <= most { printf "  %s: %.160s\n", $3, $4 } END { if (NR > most) print "  and " NR - most " more" }'
  fi
  echo 'Steps'
  sed 's/^/  /' "$scratch/steps"
  say 'done'
  failed=$((failed + failures))
  [ $((passed + failed)) -gt 0 ] || failed=1
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] || exit 1
  exit 0
}

if ! command -v dotnet >/dev/null; then
  echo 'The .NET SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux'
  echo '0 passed, 1 failed, 0 skipped'
  exit 1
fi

# Nothing that the build starts may outlive it, and the SDK needs a home to write to.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
[ -w "${HOME:-/nonexistent}" ] || export DOTNET_CLI_HOME=$scratch NUGET_PACKAGES=$scratch/packages
mkdir -p "$scratch/tmp"

step 'Debian packages' ensure_packages "${build_packages[@]}" etcd-server etcd-client curl \
  strace systemd systemd-container zsh openssl openssh-server cgpt gdisk fdisk \
  zstd xz-utils bzip2 genisoimage xorriso mtools dbus-daemon chromium iproute2 nftables ignition \
  podman crun netavark containernetworking-plugins docker.io iptables busybox-static \
  qemu-system-x86 qemu-utils ovmf erofs-utils cryptsetup-bin e2fsprogs dosfstools kmod cpio lintian fish man-db
step 'restore and build, warnings as errors' dotnet build CoreNode.sln -v quiet --nologo || finish

in_group build_native_and_image </dev/null
native_build=$group
native_started=$SECONDS
step 'format' dotnet format whitespace --folder . --verify-no-changes
# No test that needs the binary may hide in this set, where an older build of it would be judged.
CORENODE_BINARY=$scratch/not-built-yet tests in-process 'Category!=Native&Category!=Benchmark' 2

say 'waiting for the native executable and the image'
wait "$native_build"
native_code=$?
native_build=
cat "$scratch/native.log"
outcome=ok
[ "$native_code" = 0 ] || { outcome=FAILED; failures=$((failures + 1)); }
note 'executable, image (beside the tests)' $((SECONDS - native_started)) "$outcome"
case $native_code in
  0) ;;
  # Its tests fail where there is none; this is why.
  2) tail -n 60 "$scratch/image.log" ;;
  *) finish ;;
esac
# Also where there is none: another one, built before, would be judged.
export CORENODE_IMAGE=$scratch/image
CORENODE_BINARY=$PWD/out/corenode tests native 'Category=Native&Category!=Benchmark' 3
finish
