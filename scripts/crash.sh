#!/bin/sh
# `npm run crash`: kills processes at random instants, with and without the power, and looks for what they were promised;
# arguments go to it (`npm run crash -- --kills 3000 --seed 7`). Needs a C compiler, and neither Docker nor the network.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69

sh "$tree/scripts/ready.sh" || exit $?
. "$tree/scripts/runtime.sh"
pick_node || { printf '%s\n' "could not run the crash harness: $because" >&2; exit 69; }
command -v "${CC:-cc}" >/dev/null 2>&1 || {
  printf '%s\n' 'could not run the crash harness: there is no C compiler; run `sudo apt-get install gcc libc6-dev`' >&2
  exit 69
}

cd "$tree" || exit 69
"$node" --no-node-snapshot --disable-warning=ExperimentalWarning test/crash/crash.ts "$@"
