#!/usr/bin/env bash
# Publishes the native executable to out/corenode. Needs the .NET SDK, gcc, the C library's headers and the archives of
# zstd, xz and bzip2; installs all but the first where it is root on Debian, says so otherwise.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. packaging/prerequisites.sh

# A guard against growth that nobody wanted; the target is 20 MB (docs/benchmarks.md, docs/decisions/0040).
max_size_bytes=20000000
binary=out/corenode
decision=docs/decisions/0001-frameworks-and-native-aot.md
log=$(mktemp)
trap 'rm -f "$log" "$log.o" "$binary.new"' EXIT

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

# One attempt to link is a better question than a list of packages: it also holds on other distributions.
can_link() {
  command -v gcc >/dev/null && command -v objcopy >/dev/null &&
    echo 'int main(void) { return 0; }' | gcc -x c - -o "$log.o" -lz -lm -lpthread -ldl \
      -l:libzstd.a -l:liblzma.a -l:libbz2.a -l:libsqlite3.a 2>/dev/null
}

# 0.1.0+abc1234 for a clean checkout, 0.1.0+abc1234-dirty for a changed one, 0.1.0 where there is no git.
revision() {
  local commit
  commit=$(git rev-parse --short=7 HEAD 2>/dev/null) || return 0
  [ "$(git rev-parse --show-toplevel)" = "$PWD" ] || return 0
  [ -z "$(git status --porcelain 2>/dev/null)" ] || commit="$commit-dirty"
  echo "$commit"
}

command -v dotnet >/dev/null || fail "the .NET SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux"
if ! can_link; then
  # shellcheck disable=SC2154 # from prerequisites.sh
  ensure_packages "${build_packages[@]}"
  can_link || fail "native code cannot be linked: install gcc, binutils, the headers of libc and zlib, and what zstd," \
    "xz, bzip2 and SQLite have for static linking (Debian: apt-get install ${build_packages[*]};" \
    "Fedora: dnf install gcc glibc-devel zlib-devel libzstd-static xz-static bzip2-static" \
    "and SQLite built with --enable-static)"
fi

# Nothing of the build may outlive it: a server that keeps a pipe open makes its caller wait.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

started=$SECONDS
commit=$(revision)
echo "publishing the native executable${commit:+, commit $commit}"
if ! dotnet publish CoreNode -c Release -v quiet -p:Native=true -p:SourceRevisionId="$commit" \
    -p:EnableSourceControlManagerQueries=false -o out/publish </dev/null >"$log" 2>&1; then
  cat "$log" >&2
  fail "dotnet publish failed"
fi

# Warnings of trimming and native compilation: none from our own code, and of packages' code only what is written down.
# They are given once, when the code is compiled: what has unexplained ones must be compiled again the next time.
unexplained=$(sed -nE 's/.*(warning|error) (IL[23][0-9]{3}): ([^ ]+): .*/\2 \3/p' "$log" | sort -u |
  while read -r code member; do
    grep -qF "$code in \`$member\`" "$decision" || echo "$code in $member"
  done)
# What is closed there and has another name now would quietly be compiled again.
unexplained+=$(sed -nE 's/.*(Substitutions\.xml).*warning (IL[0-9]+: .*)/\1: \2/p' "$log" | sort -u)
if [ -n "$unexplained" ]; then
  rm -rf CoreNode/obj/native
  fail "warnings that $decision does not explain:"$'\n'"$unexplained"
fi

[ "$(head -c 4 out/publish/corenode | od -An -c | tr -d ' ')" = '177ELF' ] || fail "out/publish/corenode is no ELF file"
size=$(stat -c %s out/publish/corenode)
[ "$size" -le "$max_size_bytes" ] || fail "the executable has $size bytes, more than $max_size_bytes"

# By rename, so that a node that runs from out/corenode keeps its file and nobody sees half of one.
cp out/publish/corenode "$binary.new"
mv "$binary.new" "$binary"
printf '%s: %d.%d MB, %d s\n' "$binary" $((size / 1000000)) $((size / 100000 % 10)) $((SECONDS - started))
