#!/bin/sh
# Sees to it that a Docker engine answers: installs Debian's docker.io and starts it where this user may.
#
#   sh scripts/docker-engine.sh ensure [--for-pid PID]   exit 0 an engine answers, 69 a person has to act (it is said
#                                                        how), 1 it was tried and failed
#   sh scripts/docker-engine.sh stop [--for-pid PID]     gives up PID's use of the engine, without PID everybody's
#   sh scripts/docker-engine.sh status                   exit 0 an engine answers, 1 none does
#
# Always so: an engine that was here already is used and never touched. One started here by `dockerd` itself is ended
# when the last process it was started for has ended, by pid and only if that pid is still the same process. One started
# through the system's service manager is the system's from then on.

set -u
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P) || exit 69
. "$tree/scripts/runtime.sh"
. "$tree/scripts/steps.sh"
. "$tree/scripts/debian.sh"

# Who started what: `engine` holds "pid start-time" of our dockerd, `users/` one file for each pid that uses it, with
# the "pid start-time" of the process that waits for its end.
state=${SALLYPORT_ENGINE_STATE:-/run/sallyport-engine}
start_seconds_max=60
stop_seconds_max=30

usage() {
  say 'usage: sh scripts/docker-engine.sh ensure|stop|status [--for-pid PID]'
  exit 64
}

main() {
  [ $# -ge 1 ] || usage
  command=$1
  shift
  user=always
  if [ $# -gt 0 ]; then
    [ "$#:$1" = 2:--for-pid ] || usage
    user=$2
    case $user in
      '' | *[!0-9]*) usage ;;
    esac
  fi
  case $command in
    ensure) ensure ;;
    stop) stop ;;
    status) status ;;
    *) usage ;;
  esac
}

engine_answers() {
  any_node "$tree/scripts/docker-answers.mjs"
}

any_node() {
  if [ -x "$tree/node_modules/.bin/node" ]; then "$tree/node_modules/.bin/node" "$@"; else node "$@"; fi
}

status() {
  engine_answers && say 'a Docker engine answers' && return
  say 'no Docker engine answers'
  return 1
}

# --- ensure ----------------------------------------------------------------------------------------------------------

ensure() {
  engine_answers
  answer=$?
  if [ "$answer" -eq 0 ] && [ ! -f "$state/engine" ]; then
    return 0
  fi
  [ "$answer" -eq 0 ] || explain "$answer"
  lock_state
  if engine_answers; then
    use_engine
    return 0
  fi
  ! is_ours || failed "the dockerd that was started here (pid $pid) does not answer; end it with \`sh scripts/docker-engine.sh stop\`"
  start_engine
  use_engine
}

# Leaves with the reason where nothing this script may do would help.
explain() {
  if [ -n "${DOCKER_HOST-}" ]; then
    cannot "the engine that \`DOCKER_HOST=$DOCKER_HOST\` names does not answer; start it, or unset \`DOCKER_HOST\`"
  elif [ "$1" -eq 2 ]; then
    cannot "the Docker engine does not let you in; run \`sudo usermod -aG docker \"\$USER\"\` and log in again"
  elif [ "$(uname -s)" != Linux ]; then
    cannot 'Docker is not running; start Docker Desktop, or point `DOCKER_HOST` at an engine'
  elif [ "$(id -u)" -ne 0 ] && command -v dockerd >/dev/null 2>&1; then
    cannot 'Docker is installed and not running; run `sudo systemctl start docker` (or `sudo sh scripts/docker-engine.sh ensure`)'
  elif command -v dockerd >/dev/null 2>&1; then
    return
  elif ! command -v apt-get >/dev/null 2>&1; then
    cannot 'Docker is not installed; https://docs.docker.com/engine/install/ says how for this system'
  elif [ "$(id -u)" -ne 0 ]; then
    cannot 'Docker is not installed; run `sudo apt-get install -y docker.io && sudo usermod -aG docker "$USER"` and log in again'
  fi
}

cannot() {
  say "no Docker engine: $*"
  exit 69
}

failed() {
  say "could not start a Docker engine: $*"
  exit 1
}

lock_state() {
  (umask 077 && mkdir -p "$state/users") || failed "\`$state\` cannot be written to"
  exec 9>"$state/lock"
  flock -w 600 9 || failed 'another start of it has not ended in 10 minutes'
}

start_engine() {
  begin_log "$state/set-up.log"
  if ! command -v dockerd >/dev/null 2>&1; then
    step "installing Debian's docker.io" install_docker || {
      show_log
      failed '`apt-get install docker.io` failed; see the lines above'
    }
  fi
  if [ -d /run/systemd/system ] && command -v systemctl >/dev/null 2>&1; then
    step 'starting the service docker' systemctl start docker || explain_start 'journalctl -u docker'
    engine_answers || failed 'the service docker runs and its engine does not answer; see `journalctl -u docker`'
  else
    mount_cgroups || failed 'there are no control groups here (`/sys/fs/cgroup`) and they cannot be mounted'
    # Kept apart from the set-up's own log, so that a failure shows what the engine said.
    log=$state/dockerd.log
    step 'starting dockerd' start_dockerd || explain_start "$log"
  fi
}

explain_start() {
  show_log
  failed "see the lines above and \`$1\`"
}

# iptables and the rest that dockerd calls; the client is a package of its own on newer Debians. Where the kernel has
# AppArmor on, an engine without its parser cannot start a container.
install_docker() {
  set -- docker.io iptables ca-certificates
  ! apt-cache show docker-cli >/dev/null 2>&1 || set -- "$@" docker-cli
  ! apt-cache show runsc >/dev/null 2>&1 || set -- "$@" runsc
  ! grep -q Y /sys/module/apparmor/parameters/enabled 2>/dev/null || set -- "$@" apparmor
  install_packages "$@"
}

# What systemd does elsewhere: the separate hierarchies where the kernel gives all that limits need, else the unified one.
mount_cgroups() {
  ! grep -q ' /sys/fs/cgroup[ /]' /proc/mounts || return 0
  mount_separate_cgroups && return
  umount -R /sys/fs/cgroup 2>/dev/null
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
}

mount_separate_cgroups() {
  mount -t tmpfs -o mode=755,size=1m cgroup /sys/fs/cgroup || return
  for controller in $(awk '!/^#/ && $4 == 1 { print $1 }' /proc/cgroups); do
    mkdir "/sys/fs/cgroup/$controller"
    mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller" 2>/dev/null || rmdir "/sys/fs/cgroup/$controller"
  done
  for controller in cpu memory pids devices; do
    [ -d "/sys/fs/cgroup/$controller" ] || return
  done
}

# gVisor as a second runtime, where it is installed (Debian: runsc) and nobody has settings of their own for the engine. Its
# systrap and kvm platforms need more of the kernel than many virtual machines give.
offer_gvisor() {
  runsc=$(command -v runsc) && [ ! -e /etc/docker/daemon.json ] || return
  printf '%s\n' "{ \"runtimes\": { \"runsc\": { \"path\": \"$runsc\", \"runtimeArgs\": [\"--platform=ptrace\", \"--network=none\", \"--host-uds=open\"] } } }" >"$state/daemon.json"
}

# In a session of its own, so that a Ctrl-C meant for its user does not reach it; holding none of our files or locks.
start_dockerd() {
  set -- --pidfile "$state/dockerd.pid"
  ! offer_gvisor || set -- "$@" --config-file "$state/daemon.json"
  setsid dockerd "$@" </dev/null >"$state/dockerd.log" 2>&1 9>&- &
  pid=$!
  printf '%s\n' "$pid $(start_time "$pid")" >"$state/engine"
  until_seconds=$(($(date +%s) + start_seconds_max))
  until engine_answers; do
    if ! kill -0 "$pid" 2>/dev/null || [ "$(date +%s)" -ge "$until_seconds" ]; then
      end_dockerd
      return 1
    fi
    sleep 0.1
  done
}

# --- who uses it, and the end ----------------------------------------------------------------------------------------

is_ours() {
  read_process "$state/engine"
}

# Sets `$pid` from a file of "pid start-time"; true as long as the process of that number started at that time.
read_process() {
  pid=''
  [ -s "$1" ] && read -r pid began_at <"$1" && [ -n "$began_at" ] && [ "$(start_time "$pid")" = "$began_at" ]
}

# In clock ticks since boot; empty when there is no such process. The name in brackets may hold spaces.
start_time() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20
}

use_engine() {
  is_ours || return 0
  if [ "$user" = always ]; then
    : >"$state/users/always"
  elif ! read_process "$state/users/$user"; then
    watch_user
    printf '%s\n' "$! $(start_time $!)" >"$state/users/$user"
  fi
}

# Waits, in a session of its own, for the user's end; there is nothing left of it afterwards.
watch_user() {
  # shellcheck disable=SC2016 # for the inner shell
  setsid sh -c 'tail --pid="$1" -s 0.2 -f /dev/null; exec sh "$2" stop --for-pid "$1"' - "$user" "$tree/scripts/docker-engine.sh" \
    </dev/null >/dev/null 2>&1 9>&- &
}

stop() {
  [ -f "$state/engine" ] || return 0
  lock_state
  if [ "$user" = always ]; then
    for file in "$state"/users/*; do
      forget_user "$file"
    done
  else
    forget_user "$state/users/$user"
  fi
  is_used || end_dockerd
}

# Ends the process that waits for this user, unless that is the one at work here.
forget_user() {
  if read_process "$1" && [ "$pid" -ne $$ ]; then
    kill -TERM "-$pid" 2>/dev/null
  fi
  rm -f "$1"
}

is_used() {
  for file in "$state"/users/*; do
    [ -e "$file" ] || continue
    name=${file##*/}
    if [ "$name" = always ] || kill -0 "$name" 2>/dev/null; then
      return 0
    fi
    rm -f "$file"
  done
  return 1
}

# TERM lets dockerd end its containers and its containerd; KILL is for one that does not listen.
end_dockerd() {
  if is_ours; then
    kill -TERM "$pid" 2>/dev/null
    until_seconds=$(($(date +%s) + stop_seconds_max))
    while is_ours && ! is_zombie "$pid"; do
      [ "$(date +%s)" -lt "$until_seconds" ] || { kill -KILL "$pid" 2>/dev/null; break; }
      sleep 0.1
    done
  fi
  rm -f "$state/engine" "$state/dockerd.pid"
}

is_zombie() {
  [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f1)" = Z ]
}

main "$@"
