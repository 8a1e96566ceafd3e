#!/bin/sh
# Makes the workspace of the example incident: make.sh <target> [--fault-at HH:MM] [--seed N]
#
# The git repository comes from the patches in `history/`, the logs and metrics from running that code under load in
# `simulate/`. The same files here give the same bytes and commit ids there, whatever git is configured to do. No network.
# The target appears whole or not at all; one that this script made before is replaced, any other is left alone.
# Exit status: 0 made, 1 failed, 64 usage, 69 a program is missing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
marker=.made-by-incident-rca-example

fail() {
  status=$1
  shift
  printf 'could not make the example incident: %s\n' "$*" >&2
  exit "$status"
}

usage='usage: make.sh <target directory> [--fault-at HH:MM] [--seed N]'
[ $# -ge 1 ] || fail 64 "$usage"
target=$1
shift
case $target in '' | -*) fail 64 "$usage" ;; esac
while [ "$target" != / ] && [ "$target" != "${target%/}" ]; do target=${target%/}; done

command -v git >/dev/null 2>&1 || fail 69 'git is missing; install it with: apt-get install git'
node=${SALLYPORT_NODE:-}
if [ -z "$node" ]; then
  node=$here/../../../node_modules/.bin/node
  [ -x "$node" ] || node=$(command -v node) || fail 69 'node is missing; install it with: apt-get install nodejs'
fi

name=$(basename -- "$target")
case $name in . | .. | /) fail 64 "\`$target\` is not a name for a new directory" ;; esac
mkdir -p -- "$(dirname -- "$target")"
parent=$(CDPATH='' cd -- "$(dirname -- "$target")" && pwd -P)
target=$parent/$name

is_ours() { [ -d "$target" ] && [ ! -L "$target" ] && [ -f "$target/$marker" ] && [ ! -L "$target/$marker" ]; }
if [ -e "$target" ] || [ -L "$target" ]; then
  is_ours || fail 1 "\`$target\` exists and was not made by this script; choose another directory or remove it yourself"
fi

# Nothing of the caller's git reaches in: no configuration, no template, no repository that happens to surround the target.
for variable in $(git rev-parse --local-env-vars); do unset "$variable"; done
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_TRACE GIT_DEFAULT_HASH NODE_OPTIONS NODE_PATH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export GIT_COMMITTER_NAME='merge queue' GIT_COMMITTER_EMAIL=merge-queue@lampshop.example
export LC_ALL=C TZ=UTC
umask 022

aside=$(mktemp -d "$parent/.$name.new.XXXXXX") || fail 1 "\`$parent\` cannot be written to"
old=
cleanup() {
  status=$?
  trap - EXIT HUP INT TERM
  # Interrupted between the two renames: put the old one back.
  if [ -n "$old" ] && [ -d "$old/was" ] && [ ! -e "$target" ]; then mv -- "$old/was" "$target"; fi
  rm -rf -- "$aside" ${old:+"$old"}
  exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

new=$aside/new
repo=$new/repo
versions=$aside/versions
mkdir -p -- "$new" "$versions"

# The repository: patches up to the next tag are applied together.
git init --quiet --template= --object-format=sha1 --initial-branch=main "$repo"
: >"$versions/commits"
set_aside() {
  mkdir -p -- "$versions/$1"
  GIT_INDEX_FILE=$aside/index git -C "$repo" read-tree "$1"
  GIT_INDEX_FILE=$aside/index git -C "$repo" checkout-index --all --prefix="$versions/$1/"
}
apply() {
  [ -n "$patches" ] || return 0
  # shellcheck disable=SC2086 # names without spaces, one word each
  (cd "$here/history" && git -C "$repo" am --quiet --committer-date-is-author-date $patches)
  patches=
}
patches=
while read -r what which; do
  case $what in
  patch) patches="$patches $here/history/$which" ;;
  tag)
    apply
    git -C "$repo" tag "$which"
    printf '%s %s\n' "$which" "$(git -C "$repo" rev-parse HEAD)" >>"$versions/commits"
    ;;
  esac
done <"$here/history/series"
apply
for tag in deploy-2026-11-18-1 deploy-2026-11-19-1 deploy-2026-11-19-2; do set_aside "$tag"; done

# Whoever commits here later has a name, and nothing of the repository's own runs.
git -C "$repo" config user.name 'incident response'
git -C "$repo" config user.email incident-response@lampshop.example
git -C "$repo" config core.hooksPath /dev/null
git -C "$repo" config gc.auto 0

"$node" "$here/simulate/main.js" "$new" "$versions" "$@"
cp -- "$here/workspace/runbook.md" "$new/runbook.md"
cp -- "$here/workspace/dot-env" "$new/.env"
# The skill's analyses, so that a model can run them without repeating them.
cp -R -- "$here/../scripts" "$new/analysis"
printf 'Made by skills/incident-rca/example/make.sh, which may replace this directory.\n' >"$new/$marker"

if is_ours; then
  old=$(mktemp -d "$parent/.$name.old.XXXXXX")
  mv -- "$target" "$old/was"
fi
# Not `mv`: into a directory that appeared meanwhile nothing is moved.
"$node" -e 'require("node:fs").renameSync(process.argv[1], process.argv[2])' "$new" "$target" || fail 1 "\`$target\` could not be put in place"
