#!/bin/sh
# `npm run check`: types and lint. Exit 0 when both are clean; both always run, so one look shows everything.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
sh "$tree/scripts/ready.sh" || exit $?
. "$tree/scripts/runtime.sh"
pick_node || { printf '%s\n' "could not check: $because" >&2; exit 69; }
cd "$tree" || exit 69

status=0
"$node" node_modules/typescript/bin/tsc || status=1
"$node" node_modules/@biomejs/biome/bin/biome check || status=1
exit "$status"
