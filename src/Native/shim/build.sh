#!/usr/bin/env bash
# build.sh DIRECTORY: makes librados.so.2 and librbd.so.1 there. CC names another compiler, for example that of arm64.
set -euo pipefail
out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() {
    ${CC:-gcc} -std=c11 -O2 -g1 -fPIC -fvisibility=hidden -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wall -Wextra -Werror \
        "-DEXPORTS_FILE=\"$work/$1.exports\"" -c "$2" -o "$work/$1.${2%.*}.o"
}

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
    compile $library entries.S
    compile $library table.c
done
compile librados core.c
compile librados copy.c

link librados librados.so.2 -Wl,--version-script=librados.map -ldl -lpthread
link librbd librbd.so.1 '-Wl,-rpath,$ORIGIN' "$out/librados.so.2"
