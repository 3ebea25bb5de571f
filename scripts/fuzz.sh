# Damaged frames, messages, records, headers, tables, streams and settings for as long as one likes. Sourced by build.sh. The tests of
# every day do a few seconds of the same.

fuzz() {
    local name seconds=$1 names=(Brpc Curve Rados Rbd)
    for name in "${names[@]}"; do
        step "Building the fuzz tests of $name" dotnet build "tests/$name.Tests" -v quiet
    done
    for name in "${names[@]}"; do
        CURVERBD_FUZZ_SECONDS=$seconds "tests/$name.Tests/bin/Debug/net10.0/CurveRbd.$name.Tests" --filter-class '*.FuzzTests' </dev/null
    done
}
