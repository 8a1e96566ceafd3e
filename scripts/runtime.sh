# Read by the launcher and the scripts with `.`: is this tree ready, and which Node runs it. Expects `$tree`.
# shellcheck shell=sh disable=SC2154

# The stamp names the lock file that was installed; it lives in node_modules, so that it goes when they go.
stamp=$tree/node_modules/.sallyport-ready

# True when the packages of this very lock file were installed and seen to work.
is_ready() {
  [ -f "$stamp" ] || return 1
  read -r stamped <"$stamp" || return 1
  [ "$stamped" = "$(cksum <"$tree/package-lock.json")" ]
}

# Sets `$node` to the Node that runs this tree, or `$because` to why there is none.
pick_node() {
  if [ -n "${SALLYPORT_NODE-}" ]; then
    node=$SALLYPORT_NODE
    node_is_new "$node" && return
    because="\`SALLYPORT_NODE=$node\` is not a Node 24 or newer; point it at one, or unset it"
    return 1
  fi
  node=$tree/node_modules/.bin/node
  [ ! -x "$node" ] || return 0
  node=$(command -v node) && node_is_new "$node" && return
  because="no Node 24 or newer was found; put one on \`PATH\` (https://nodejs.org/en/download), or name it in \`SALLYPORT_NODE\`"
  return 1
}

# True when the program `$1` is a Node of version 24 or newer.
node_is_new() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  case ${version%%.*} in
    '' | *[!0-9]*) return 1 ;;
  esac
  [ "${version%%.*}" -ge 24 ]
}
