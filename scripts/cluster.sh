# A CurveBS test cluster with a real etcd, as processes of its own. Sourced by build.sh.

cluster_program=$PWD/out/cluster/CurveRbd.TestCluster
readonly cluster_program

publish_cluster() {
    publish_part "the test cluster" tests/TestCluster build_cluster tests/TestCluster
}

build_cluster() {
    dotnet build tests/TestCluster -c Release -o out/cluster -v quiet
}

cluster() {
    case ${1:-} in
        start) [ $# = 2 ] || cluster_usage; publish_cluster; cluster_start "$2" ;;
        stop)  [ $# = 2 ] || cluster_usage; cluster_stop "$2" ;;
        tell)  [ $# -ge 3 ] || cluster_usage; cluster_tell "${@:2}" ;;
        *) cluster_usage ;;
    esac
}

cluster_usage() {
    cat >&2 <<'TEXT'
usage: ./build.sh cluster start DIR            run a test cluster that keeps its state in DIR
       ./build.sh cluster stop DIR             end it; its state stays
       ./build.sh cluster tell DIR ORDER...    inject a fault, or do what CurveBS' tools would; 'help' lists the orders
TEXT
    exit 2
}

cluster_start() {
    local directory pid
    mkdir -p "$1"
    directory=$(cd "$1" && pwd)
    # The longest name of a Unix socket has 107 bytes.
    [ ${#directory} -le 90 ] || { echo "build.sh: the path of $directory is too long for a socket in it; choose a shorter one" >&2; exit 1; }
    if cluster_pid "$directory" >/dev/null; then
        echo "build.sh: a cluster is running in $directory already" >&2
        exit 1
    fi
    rm -f "$directory"/curverbd.conf "$directory"/curverbd-nebd.conf
    # A session of its own, so that it outlives this terminal; ended with this script until it is handed over.
    setsid "$cluster_program" "$directory" >"$directory/log" 2>&1 </dev/null &
    pid=$!
    trap 'kill "$pid" 2>/dev/null' EXIT
    trap 'exit 130' INT TERM
    echo "$pid $(process_start_time "$pid")" >"$directory/pid"
    until [ -f "$directory/curverbd.conf" ]; do
        if ! kill -0 "$pid" 2>/dev/null; then
            echo "build.sh: the test cluster did not start:" >&2
            cat "$directory/log" >&2
            exit 1
        fi
        sleep 0.1
    done
    trap - EXIT INT TERM
    cat <<TEXT
A test cluster is running (process $pid). Use it with
    export CURVERBD_CONF=$directory/curverbd.conf         # straight to the chunkservers
    export CURVERBD_CONF=$directory/curverbd-nebd.conf    # through nebd
and end it with
    ./build.sh cluster stop $directory
TEXT
}

cluster_stop() {
    local directory pid
    directory=$(cd "$1" 2>/dev/null && pwd) || { echo "build.sh: there is no directory $1" >&2; exit 1; }
    pid=$(cluster_pid "$directory") || { echo "build.sh: no cluster is running in $directory" >&2; exit 1; }
    kill "$pid"
    for _ in $(seq 200); do
        kill -0 "$pid" 2>/dev/null || { rm -f "$directory/pid"; return; }
        sleep 0.1
    done
    # The kernel ends its etcd with it.
    kill -KILL "$pid"
    rm -f "$directory/pid"
}

cluster_tell() {
    local answer
    answer=$(python3 -c '
import socket, sys
control = socket.socket(socket.AF_UNIX)
control.connect(sys.argv[1])
control.sendall((" ".join(sys.argv[2:]) + "\n").encode())
print(control.makefile().readline().rstrip())' "$1/control" "${@:2}")
    echo "$answer"
    [ "${answer%% *}" = ok ]
}

# cluster_pid DIR: the process that runs there, if it still is the one that was started.
cluster_pid() {
    local pid start
    read -r pid start 2>/dev/null <"$1/pid" && [ -n "$pid" ] && [ "$(process_start_time "$pid")" = "$start" ] && echo "$pid"
}

# Field 22 of stat; the name before it may hold blanks.
process_start_time() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}
