#!/bin/sh
# Compiles PID 1 of waiting containers (src/sandbox/container/init/init.c) to `build/sandbox-init-<digest of its source>`.
# A second start finds it and is done. Without a C compiler calls still run, each in a container made for it then and there.
#
# Always so: the program is linked statically, because it runs in whatever image a call gets; it is put in its place in one
# move, so there is never half a one.

set -eu
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P)

say() { printf '%s\n' "sandbox init: $*" >&2; }
fail() { printf '%s\n' "could not compile PID 1 of waiting containers: $*; without it containers start more slowly" >&2; exit 69; }

source=$tree/src/sandbox/container/init/init.c
program=$tree/build/sandbox-init-$(sha256sum "$source" | cut -c1-12)
[ ! -x "$program" ] || exit 0

compiler=${CC:-cc}
command -v "$compiler" >/dev/null 2>&1 || fail "\`$compiler\` is not installed; run \`sudo apt-get install gcc libc6-dev\`"
mkdir -p "$tree/build" 2>/dev/null || fail "\`$tree/build\` cannot be made"
part=$program.$$
trap 'rm -f "$part"' EXIT
trap 'exit 130' INT TERM HUP
"$compiler" -std=gnu11 -O2 -static -Wall -o "$part" "$source" >&2 || fail "\`$compiler\` failed; see the lines above"
mv -f "$part" "$program"
say 'compiled'
