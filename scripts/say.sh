# Saying what happens. Sourced by build.sh.

readonly logs=out/log

# step TEXT COMMAND...: says TEXT, runs COMMAND with its output in a log file and says how long it took; shows the end of that
# log and leaves when COMMAND fails.
step() {
    local text=$1 start=$EPOCHREALTIME log status=0
    shift
    mkdir -p "$logs"
    log=$logs/$(tr -cs 'A-Za-z0-9\n' '-' <<<"$text" | cut -c 1-60).log
    printf '%-72s' "$text ..."
    # A subshell of its own keeps errexit alive inside COMMAND, which 'if' or '||' would switch off.
    set +e
    (set -e; "$@") >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if [ "$status" != 0 ]; then
        printf 'FAILED (exit %s); the end of %s:\n' "$status" "$log"
        tail -n 40 "$log" >&2
        exit 1
    fi
    printf '%6.1f s\n' "$(seconds_since "$start")"
}

seconds_since() {
    echo "$1 $EPOCHREALTIME" | awk '{ printf "%.1f", $2 - $1 }'
}

fail() {
    echo "build.sh: $*" >&2
    exit 1
}
