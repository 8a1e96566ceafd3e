#!/bin/sh
# `npm run soak`: thousands of mixed calls with random kills; arguments go to it (`npm run soak -- --calls 10000 --seed 7`).

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
trap 'sh "$tree/scripts/docker-engine.sh" stop --for-pid $$' EXIT
trap 'exit 130' INT TERM HUP

sh "$tree/scripts/ready.sh" || exit $?
. "$tree/scripts/runtime.sh"
pick_node || { printf '%s\n' "could not run the soak: $because" >&2; exit 69; }
sh "$tree/scripts/docker-engine.sh" ensure --for-pid $$ || exit $?
sh "$tree/scripts/sandbox-image.sh" || exit $?

cd "$tree" || exit 69
"$node" --no-node-snapshot --disable-warning=ExperimentalWarning test/soak/soak.ts "$@"
