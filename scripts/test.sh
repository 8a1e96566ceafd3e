#!/bin/sh
# `npm test`: makes ready what the tests need, checks types and lint, runs them; arguments go to the test runner
# (`npm test -- test/policy`). Works in a fresh clone, without a terminal, without input.
#
# Always so: the exit code is the runner's, or that of the part that failed where the runner had nothing to complain of;
# tests run although types or lint are not clean, so one run shows everything; a Docker engine started for this is ended
# with it, also after Ctrl-C; the last line counts what the runner reported, and without a report there is no such line.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
runner=''
report=''

main() {
  trap finish EXIT
  trap 'interrupt 143' TERM
  trap 'interrupt 129' HUP
  trap 'interrupt 130' INT
  sh "$tree/scripts/ready.sh" || exit $?
  . "$tree/scripts/runtime.sh"
  pick_node || { printf '%s\n' "could not run the tests: $because" >&2; exit 69; }
  sh "$tree/scripts/docker-engine.sh" ensure --for-pid $$ || exit $?
  sh "$tree/scripts/sandbox-image.sh" || exit $?
  find_strace
  sh "$tree/scripts/check.sh"
  checked=$?

  report=$(mktemp "${TMPDIR:-/tmp}/sallyport-test.XXXXXX") || exit 69
  cd "$tree" || exit 69
  # In the background, so that a signal is heard at once. Tests that start `node` by name get this one.
  PATH=$tree/node_modules/.bin:$PATH "$node" --no-node-snapshot node_modules/vitest/vitest.mjs run \
    --reporter=default --reporter=json --outputFile.json="$report" "$@" </dev/null &
  runner=$!
  wait "$runner"
  status=$?
  runner=''
  [ "$checked" -eq 0 ] || printf '%s\n' 'types or lint are not clean; see above the tests, or run `npm run check`'
  "$node" "$tree/scripts/test-counts.mjs" "$report" $# || [ "$status" -ne 0 ] || status=1
  [ "$status" -ne 0 ] || status=$checked
  exit "$status"
}

# The differential test of commands watches what they really do with it.
find_strace() {
  command -v strace >/dev/null 2>&1 && return
  . "$tree/scripts/debian.sh"
  { can_install_packages && install_packages strace >&2; } && return
  printf '%s\n' 'could not run the tests: strace is not installed; run `sudo apt-get install strace`' >&2
  exit 69
}

# The runner is asked to end and gets the time to end its own processes; whatever part ran then, the script ends here.
interrupt() {
  trap '' TERM HUP INT
  if [ -n "$runner" ]; then
    kill -TERM "$runner" 2>/dev/null
    wait "$runner" 2>/dev/null
  fi
  exit "$1"
}

finish() {
  trap '' TERM HUP INT
  [ -z "$report" ] || rm -f "$report"
  sh "$tree/scripts/docker-engine.sh" stop --for-pid $$
}

main "$@"
