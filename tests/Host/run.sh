#!/usr/bin/env bash
# run.sh LIBRARIES [JUNIT [NAME...]]: compiles each program in programs/, runs it as a host of the libraries in the directory LIBRARIES with
# a store of its own, and prints a line for each. Leaves with 1 when one failed.
set -euo pipefail
libraries=$(cd "$1" && pwd)
junit=$(realpath -m "${2:-/dev/null}")
shift $(($# > 2 ? 2 : $#))
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/curverbd-host.XXXXXX")
trap 'rm -rf "$work"' EXIT
readonly time_max=120
exports=$here/../../src/Native/exports.tsv
cases=() failed=0

main() {
    awk -f "$here/prototypes.awk" "$exports" > "$work/exports.h"
    awk -F '\t' 'NR > 1 && $7 != "absent" { print $3 "\t" $7 "\t" $6 "\t" ($8 ~ /\((rados|rbd)_[a-z_]*t [a-z]/ ? "handle" : "pointer") }' \
        "$exports" > "$work/functions.tsv"
    local program name
    for program in "$here"/programs/*; do
        name=$(basename "${program%.*}")
        [ $# = 0 ] || [[ " $* " = *" $name "* ]] || continue
        run "$name" "$program"
    done
    write_junit > "$junit"
    echo "${#cases[@]} host programs, $failed failed"
    [ "$failed" = 0 ]
}

# run NAME PROGRAM: in a directory of its own, with no output but on stderr: stdout belongs to the host.
run() {
    local room=$work/$1 start=$EPOCHREALTIME status=0 seconds
    mkdir -p "$room/store"
    printf '[cluster]\nrbd_store = local:%s/store\n' "$room" > "$room/curverbd.conf"
    printf '[global]\n' > "$room/ceph.conf"
    (cd "$room" && host "$2") > "$room/out" 2> "$room/err" < /dev/null || status=$?
    [ "$status" != 0 ] || [ ! -s "$room/out" ] || { status=1; echo "it wrote to standard output" >> "$room/err"; }
    seconds=$(echo "$start $EPOCHREALTIME" | awk '{ printf "%.2f", $2 - $1 }')
    cases+=("$1 $seconds $status")
    if [ "$status" = 0 ]; then
        printf 'ok      %-24s %6s s  %s\n' "$1" "$seconds" "$(grep '^# ' "$room/err" | cut -c 3- | tr '\n' ' ')"
    else
        failed=$((failed + 1))
        printf 'FAILED  %-24s %6s s  (exit %s)\n' "$1" "$seconds" "$status"
        tail -n 20 "$room/err" | sed 's/^/        /'
    fi
}

host() {
    export LD_LIBRARY_PATH=$libraries CEPH_CONF=$PWD/ceph.conf CURVERBD_CONF=$PWD/curverbd.conf HOST_LIBRARIES=$libraries HOST_FUNCTIONS=$work/functions.tsv
    unset CEPH_ARGS
    case $1 in
        *.sh) timeout -k 5 "$time_max" bash "$1" "$exports" ;;
        *.c)  gcc -std=gnu11 -O1 -g -Wall -Wextra -Werror -I"$here" -I"$work" "$1" -o program -L"$libraries" -l:librbd.so.1 -l:librados.so.2 -lpthread -ldl
              timeout -k 5 "$time_max" ./program ;;
    esac
}

write_junit() {
    echo "<testsuite name=\"Host\" tests=\"${#cases[@]}\" failures=\"$failed\">"
    local name seconds status
    for case in "${cases[@]}"; do
        read -r name seconds status <<<"$case"
        echo "  <testcase classname=\"Host\" name=\"$name\" time=\"$seconds\">$([ "$status" = 0 ] || echo "<failure message=\"exit $status\"/>")</testcase>"
    done
    echo "</testsuite>"
}

main "$@"
