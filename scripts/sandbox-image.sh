#!/bin/sh
# Builds the image that containers of governed calls run in, from Debian packages and without any image registry:
# `sallyport-sandbox:<hash of the recipe>`, also tagged `latest`. A second start finds the image and is done. Compiles PID 1
# of the containers first, where there is a compiler.
#
#   sh scripts/sandbox-image.sh               build if absent
#   sh scripts/sandbox-image.sh --print-tag   only say which tag this recipe has
#
# Always so: the image holds no setuid or setgid file and starts as a user that is not root.

set -eu

say() { printf '%s\n' "sandbox image: $*" >&2; }
fail() { printf '%s\n' "could not build the sandbox image: $*" >&2; exit 69; }

# --- the recipe: whatever changes here changes the tag ---------------------------------------------------------------

suite=bookworm
packages=bash,coreutils,findutils,grep,sed,gawk,diffutils,patch,git,ripgrep,jq,python3,ca-certificates,procps,tar,gzip,xz-utils,file
uid=10001

# Runs outside the new root, with its path as $1.
customise='
set -eu
echo "agent:x:'$uid':'$uid':agent:/tmp:/bin/bash" >> "$1/etc/passwd"
echo "agent:x:'$uid':" >> "$1/etc/group"
printf "[safe]\n\tdirectory = *\n[core]\n\tpager = cat\n[init]\n\tdefaultBranch = main\n" > "$1/etc/gitconfig"
mkdir -p "$1/workspace"
rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*
rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1/etc/machine-id"
find "$1" -xdev -type f -perm /6000 -exec chmod ug-s {} +
'
recipe="$suite $packages $uid $(dpkg --print-architecture 2>/dev/null || uname -m) $customise"

name=sallyport-sandbox
tag=$name:$(printf '%s' "$recipe" | sha256sum | cut -c1-12)
if [ "${1-}" = --print-tag ]; then
  printf '%s\n' "$tag"
  exit 0
fi
[ $# -eq 0 ] || { printf '%s\n' "usage: sh scripts/sandbox-image.sh [--print-tag]" >&2; exit 64; }

# Its reason is said; without it calls run all the same.
sh "$(dirname -- "$0")/sandbox-init.sh" || :

# --- is there anything to do? ----------------------------------------------------------------------------------------

command -v docker >/dev/null 2>&1 ||
  fail "the \`docker\` command is not installed; run \`sh scripts/docker-engine.sh\`, or install the package docker.io"
docker version --format '{{.Server.Version}}' >/dev/null 2>&1 ||
  fail "no Docker engine answers (\`docker version\` says why); start it with \`sh scripts/docker-engine.sh\`, or ask to be put in the group \`docker\`"
if docker image inspect "$tag" >/dev/null 2>&1; then
  docker tag "$tag" "$name:latest"
  say "$tag is there"
  exit 0
fi

# --- what it is built with -------------------------------------------------------------------------------------------

if ! command -v mmdebstrap >/dev/null 2>&1; then
  if [ "$(id -u)" -ne 0 ]; then
    fail "mmdebstrap is not installed; run \`sudo apt-get install mmdebstrap\`"
  elif ! command -v apt-get >/dev/null 2>&1; then
    fail "mmdebstrap is not installed and this is not a Debian system; build the image on one and carry it over with \`docker save\` and \`docker load\`"
  fi
  say "installing mmdebstrap from Debian's packages"
  {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends mmdebstrap
  } >&2 || fail "\`apt-get install mmdebstrap\` failed; see the lines above"
fi

# This machine's own sources of the suite, so that a mirror or a cache in use here is used here too.
sources=$(apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
  awk -v suite="$suite" '($3 == suite || $3 == suite "-updates" || $3 == suite "-security") && $4 == "main"' | sort -u)
# Where it has none of this suite, mmdebstrap's own choice of a mirror is taken.
from=-
printf '%s\n' "$sources" | grep -q " $suite main\$" || from=''

# --- build -----------------------------------------------------------------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-image.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

mode=unshare
[ "$(id -u)" -ne 0 ] || mode=root
say "building $tag from Debian $suite (a minute or two)"
# The file is written first and imported after: a pipe would import half an image when the build fails.
printf '%s\n' "$sources" | mmdebstrap --mode="$mode" --variant=apt --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  --customize-hook="$customise" "$suite" "$work/root.tar" ${from:+"$from"} >"$work/log" 2>&1 || {
  tail -n 20 "$work/log" >&2
  fail "mmdebstrap failed; its last lines are above. Check that this machine reaches its Debian mirror (\`apt-get update\`)"
}
say "importing"
docker import -c "USER $uid:$uid" -c 'WORKDIR /workspace' -c 'ENV PATH=/usr/local/bin:/usr/bin:/bin' \
  -c 'ENV LANG=C.UTF-8' -c 'CMD ["/bin/true"]' -c 'LABEL sallyport=1' "$work/root.tar" "$tag" >/dev/null ||
  fail "\`docker import\` failed; is the disk full?"
docker tag "$tag" "$name:latest"
say "$tag is ready"
