#!/usr/bin/env bash
# manpage.sh BINARY DATE >corenode.1: the manual page, made of the help of every command that the binary has.
set -euo pipefail
[ $# = 2 ] || { echo "usage: manpage.sh BINARY DATE" >&2; exit 2; }
binary=$1
here=$(dirname "${BASH_SOURCE[0]}")
# Help is the same in every environment, and so is the page.
unset "${!CORENODE_@}"
export LC_ALL=C.UTF-8

# Names below "Commands:" of a help page on standard input.
commands() {
  awk '/^Commands:$/ { rows = 1; next } /^[^ ]/ { rows = 0 } rows && /^  [a-z]/ { print $1 }'
}

render() { # render MODE <help page
  awk -v mode="$1" -f "$here/manpage.awk"
}

walk() {
  local page name mode=command
  case "$*" in
    node | 'update-server serve') mode=flags ;;
    # What these take is written down by the tools whose names they have.
    etcdctl | fleetctl | locksmithctl | update_engine_client)
      printf '.SS corenode %s\nSpeaks the commands and flags of \\fB%s\\fR, for scripts that use it; see\n' "$1" "$1"
      printf '.B corenode %s --help\n' "$1"
      return
      ;;
  esac
  page=$("$binary" "$@" --help)
  printf '.SS corenode %s\n' "$*"
  render "$mode" <<<"$page"
  for name in $(commands <<<"$page"); do
    walk "$@" "$name"
  done
}

printf '.\\" Made by packaging/deb/manpage.sh from the help of the commands.\n'
printf '.TH CORENODE 1 %s "corenode %s" "User Commands"\n' "$2" "$("$binary" version | awk 'NR == 1 { print $2 }')"
printf '.nh\n.ad l\n'
page=$("$binary" --help)
render root <<<"$page"
echo '.SH COMMANDS'
for name in $(commands <<<"$page"); do
  walk "$name"
done
cat <<'PAGE'
.SH EXIT STATUS
0 done, 1 failed, 2 wrong usage, 3 no node reachable, 4 not found.
.SH FILES
.TP
.I /etc/corenode/corenode.yaml
options of the node
.TP
.IR /etc/default/corenode ,\  /etc/default/corenode-update-server
options of the services as environment variables
.TP
.IR /var/lib/corenode ,\  /var/lib/corenode-updates
what the node and the update server keep
.TP
.I /run/corenode/corenode.sock
where administrators of the machine reach the node
.SH SEE ALSO
.BR systemd.unit (5),
.BR podman-systemd.unit (5),
.I /usr/share/doc/corenode/operations.md
PAGE
