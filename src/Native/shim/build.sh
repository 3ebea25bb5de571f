#!/usr/bin/env bash
# build.sh DIRECTORY: makes librados.so.2 and librbd.so.1 there. CC names another compiler, for example that of arm64.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
    ${CC:-gcc} -std=c11 -O2 -g1 -fPIC -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wall -Wextra -Wno-cast-function-type -Werror -I. \
        "-DSONAME=\"$(soname_of "$1")\"" "-DROUTES_FILE=\"$work/$1.routes\"" "-DEXPORTS_FILE=\"$work/$1.exports\"" -c "$2" -o "$work/$1.$(basename "${2%.*}").o"
}

soname_of() { case $1 in librados) echo librados.so.2 ;; librbd) echo librbd.so.1 ;; esac; }

link() {
    local name=$1 soname=$2
    shift 2
    ${CC:-gcc} -shared "-Wl,-soname,$soname" -Wl,-z,nodelete,-z,now,-z,relro,-z,noexecstack,--no-undefined,--build-id \
        -o "$work/$soname" "$work/$name".*.o "$@"
    # A running program may have the old file mapped, so it is replaced and never overwritten.
    mv -f "$work/$soname" "$out/$soname"
}

for library in librados librbd; do
    awk -v LIBRARY=$library -f exports.awk ../exports.tsv ../exports.tsv > "$work/$library.exports"
    awk -v LIBRARY=$library -f ceph/routes.awk ../exports.tsv > "$work/$library.routes"
    compile $library entries.S
    compile $library table.c
    compile $library ceph/route.c
done
for file in core.c copy.c ceph/clusters.c ceph/libraries.c ceph/loans.c ceph/twins.c; do
    compile librados $file
done
compile librbd ceph/options.c
compile librbd ceph/events.c

link librados librados.so.2 -Wl,--version-script=librados.map -ldl -lpthread
link librbd librbd.so.1 '-Wl,-rpath,$ORIGIN' "$out/librados.so.2"
