#!/bin/sh
# Compiles the sqlite3 package for one Node: build-sqlite.sh <node> system|own
#   system   against the SQLite of this system (its headers in /usr/include)
#   own      with the SQLite source that comes in the package
#
# Always so: the compiler works in a temporary folder, because node-gyp cannot build under a path with spaces; the
# finished library is put in its place in one move, so there is never half a one.

set -eu
tree=$(CDPATH='' cd -P -- "$(dirname -- "$0")/.." && pwd -P)
node=$("$1" -p process.execPath)
source=$2
packages=$tree/node_modules

temporary=${TMPDIR:-/tmp}
case $temporary in
  *[!A-Za-z0-9/._-]*) temporary=/tmp ;;
esac
build=$(mktemp -d "$temporary/sallyport-sqlite.XXXXXX")
trap 'rm -rf "$build"' EXIT
trap 'exit 130' INT TERM HUP

# What the build writes to or compiles is copied; what it only loads is linked.
mkdir "$build/node_modules"
ln -s "$packages"/* "$build/node_modules/"
for name in sqlite3 node-addon-api node-gyp; do
  rm "$build/node_modules/$name"
  cp -RL "$packages/$name" "$build/node_modules/"
done

# npm hands its settings on in the environment, where they win over arguments; these are decided here.
unset npm_config_nodedir npm_config_devdir npm_config_target npm_config_runtime npm_config_arch npm_config_jobs \
  npm_config_sqlite npm_config_sqlite_libname

# The headers lie beside most Nodes; where they do not, node-gyp fetches them.
prefix=$(dirname -- "$(dirname -- "$node")")
if [ -f "$prefix/include/node/node_api.h" ]; then
  ln -s "$prefix" "$build/headers"
  headers=--nodedir=$build/headers
else
  headers=--devdir=$build/headers
fi

set -- rebuild "$headers" --jobs=max
[ "$source" = own ] || set -- "$@" --sqlite=/usr
mkdir "$build/bin"
ln -s "$node" "$build/bin/node"
cd "$build/node_modules/sqlite3"
PATH=$build/bin:$PATH "$node" "$build/node_modules/node-gyp/bin/node-gyp.js" "$@"

target=$packages/sqlite3/build/Release
mkdir -p "$target"
cp build/Release/node_sqlite3.node "$target/.new"
mv -f "$target/.new" "$target/node_sqlite3.node"
