#!/bin/sh
# What `./sallyport demo` needs beside the packages: a Docker engine, the sandbox image, and the incident's workspace.
#
#   sh scripts/demo-ready.sh yes PID   an engine started for this is ended when PID ends
#   sh scripts/demo-ready.sh no PID    without setting up Docker
#
# Always so: without an engine or an image the demo still runs, and shows the refusal; without a workspace it does not.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
. "$tree/scripts/runtime.sh"
. "$tree/scripts/steps.sh"

fail() {
  say "could not prepare the demo: $*"
  exit 69
}

if [ -z "${SALLYPORT_HOME:-${HOME-}}" ]; then
  fail '`HOME` is empty; set it, or name a folder in `SALLYPORT_HOME`'
fi
home=${SALLYPORT_HOME:-$HOME/.sallyport}
say "sallyport: preparing the demo in \`$home\`"
(umask 077 && mkdir -p -- "$home/demo") || fail "\`$home/demo\` cannot be made; name a folder of yours in \`SALLYPORT_HOME\`"
begin_log "$home/demo/set-up.log"

if [ "$1" = no ]; then
  say '  Docker is not set up: where none runs, what needs a container will be refused'
elif sh "$tree/scripts/docker-engine.sh" ensure --for-pid "$2"; then
  sh "$tree/scripts/sandbox-init.sh" >>"$log" 2>&1 || :
  image=$(sh "$tree/scripts/sandbox-image.sh" --print-tag)
  pick_node || fail "$because"
  if ! "$node" "$tree/scripts/docker-answers.mjs" "$image"; then
    step 'building the sandbox image (a minute or two)' sh "$tree/scripts/sandbox-image.sh" || {
      show_log
      say '  the demo goes on without containers: what needs one will be refused'
    }
  fi
else
  say '  the demo goes on without containers: what needs one will be refused'
fi

step 'the incident: a git history, logs, metrics, a runbook' sh "$tree/skills/incident-rca/example/make.sh" "$home/demo/workspace" || {
  show_log
  fail "its files could not be made in \`$home/demo/workspace\`; see the lines above"
}
[ "$log" = /dev/null ] || rm -f "$log"
