# Running every test. Sourced by build.sh. Each kind leaves JUnit files in out/results; scripts/summary.py counts those, and a
# file that is missing or broken counts as a failure, so a test program that dies can't pass for one that succeeded.

readonly results=$PWD/out/results

run_tests() {
    rm -rf "$results"
    mkdir -p "$results"
    step "Building the .NET tests" dotnet build CurveRbd.slnx -v quiet
    publish_cluster
    local start=$EPOCHREALTIME
    dotnet_tests
    say_time "The .NET tests" "$start"
    start=$EPOCHREALTIME
    host_tests
    say_time "The C host tests" "$start"
    start=$EPOCHREALTIME
    end_to_end_tests
    say_time "The end-to-end tests" "$start"
    deb
    start=$EPOCHREALTIME
    package_tests
    say_time "The tests of the packages" "$start"
    scripts/summary.py "$results"
}

say_time() {
    printf '%s took %s s\n' "$1" "$(seconds_since "$2")"
}

# Two test programs at a time; an assembly that hangs is ended, and its missing result file tells.
dotnet_tests() {
    local project name programs=()
    for project in tests/*.Tests/*.csproj; do
        name=$(basename "$project" .csproj)
        touch "$results/$name.expected"
        programs+=("$name")
    done
    printf '%s\n' "${programs[@]}" | xargs -P 2 -I NAME bash -c 'dotnet_test NAME' || true
}

dotnet_test() {
    local log=$logs/$1.log
    timeout -k 10 600 "tests/$1/bin/Debug/net10.0/CurveRbd.$1" \
        --report-xunit-junit --report-xunit-junit-filename "$1.xml" --results-directory "$results" >"$log" 2>&1 </dev/null
    local status=$?
    # 8 = no test ran at all.
    if [ "$status" != 0 ]; then
        echo "$1 ended with status $status; the end of its log:"
        tail -n 60 "$log"
    fi
}
export -f dotnet_test
export results logs

host_tests() {
    [ -x tests/Host/run.sh ] || return 0
    touch "$results/Host.expected"
    tests/Host/run.sh "$PWD/out/lib" "$results/Host.xml" || true
}

end_to_end_tests() {
    touch "$results/e2e.expected"
    timeout -k 10 2400 e2e/run -n 2 --junitxml "$results/e2e.xml" </dev/null || true
}

package_tests() {
    touch "$results/packages.expected"
    timeout -k 30 1200 packaging/tests/run --junitxml "$results/packages.xml" </dev/null || true
}
