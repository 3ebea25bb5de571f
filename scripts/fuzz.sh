# Damaged frames and messages for as long as one likes. Sourced by build.sh. The tests of every day do a few seconds of the same.

fuzz() {
    local name seconds=$1
    for name in Brpc Curve; do
        step "Building the fuzz tests of $name" dotnet build "tests/$name.Tests" -v quiet
    done
    for name in Brpc Curve; do
        CURVERBD_FUZZ_SECONDS=$seconds "tests/$name.Tests/bin/Debug/net10.0/CurveRbd.$name.Tests" --filter-class '*.FuzzTests' </dev/null
    done
}
