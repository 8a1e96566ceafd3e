# Read by the scripts with `.`: what set-up says to a person. A step is one line with a tick and its seconds; what the
# step itself prints goes to a log file, which is shown only when the step fails. Everything is said on standard error.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

# begin_log <file>: where the output of the steps goes. An unwritable file leaves the output unseen, nothing worse.
begin_log() {
  log=$1
  (umask 077 && : >"$log") 2>/dev/null || log=/dev/null
}

# step <title> <command> [argument...]: runs the command; its status is the status of the step.
step() {
  title=$1
  shift
  began=$(date +%s)
  ticker=''
  if [ -t 2 ]; then
    start_ticker
  fi
  printf '%s\n' "\$ $*" >>"$log"
  "$@" >>"$log" 2>&1 </dev/null
  status=$?
  stop_ticker
  if [ "$status" -eq 0 ]; then
    say "  ✓ $title  $(($(date +%s) - began)) s"
  else
    say "  ✗ $title  $(($(date +%s) - began)) s"
  fi
  return "$status"
}

# In a terminal the running step counts its seconds; the counter ends with this script whatever happens to it.
start_ticker() {
  (
    trap 'exit 0' TERM
    seconds=0
    while kill -0 "$$" 2>/dev/null; do
      printf '\r  · %s  %s s' "$title" "$seconds" >&2
      sleep 1
      seconds=$((seconds + 1))
    done
  ) &
  ticker=$!
}

stop_ticker() {
  [ -n "${ticker-}" ] || return 0
  kill "$ticker" 2>/dev/null
  wait "$ticker" 2>/dev/null
  ticker=''
  printf '\r\033[K' >&2
}

# The last lines of the log, indented, and where the rest is.
show_log() {
  [ -s "$log" ] || return 0
  tail -n 12 "$log" | sed 's/^/    | /' >&2
  say "    all of it: \`$log\`"
}
