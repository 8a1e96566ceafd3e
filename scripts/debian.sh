# Read by the scripts with `.`, after steps.sh: installing Debian packages, which only root on a Debian system can.
# shellcheck shell=sh

can_install_packages() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1
}

# install_packages <package...>: without recommended ones; fetches the package lists only when the ones here are too old.
install_packages() {
  apt_install "$@" || { apt-get update -q && apt_install "$@"; }
}

# Needrestart would ask which services to restart; another apt at work is waited for.
apt_install() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}
