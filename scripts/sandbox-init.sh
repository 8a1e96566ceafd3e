#!/bin/sh
# Compiles the two programs that run inside containers to `build/<name>-<digest of its source>`: PID 1 of those that wait
# (src/sandbox/container/init/init.c), and the relay to the egress proxy (src/sandbox/egress/relay/relay.c). A second start
# finds them and is done. Without a C compiler calls still run, each in a container made for it then and there, and those
# that need the network are refused.
#
# Always so: each is linked statically, because it runs in whatever image a call gets, and put in its place in one
# move, so there is never half a one.

set -eu
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P)

say() { printf '%s\n' "sandbox init: $*" >&2; }
fail() { printf '%s\n' "could not compile what runs in containers: $*; without it they start more slowly and have no network" >&2; exit 69; }

compile() { # compile <name of the program> <source>
  program=$tree/build/$1-$(sha256sum "$2" | cut -c1-12)
  [ ! -x "$program" ] || return 0
  command -v "$compiler" >/dev/null 2>&1 || fail "\`$compiler\` is not installed; run \`sudo apt-get install gcc libc6-dev\`"
  mkdir -p "$tree/build" 2>/dev/null || fail "\`$tree/build\` cannot be made"
  part=$program.$$
  "$compiler" -std=gnu11 -O2 -static -Wall -o "$part" "$2" >&2 || fail "\`$compiler\` failed; see the lines above"
  mv -f "$part" "$program"
  say "compiled $1"
}

compiler=${CC:-cc}
part=
trap 'rm -f "$part"' EXIT
trap 'exit 130' INT TERM HUP
compile sandbox-init "$tree/src/sandbox/container/init/init.c"
compile sandbox-relay "$tree/src/sandbox/egress/relay/relay.c"
