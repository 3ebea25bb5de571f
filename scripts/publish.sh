# Building what a user installs into out/. Sourced by build.sh.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1
# Nothing here knows cultures, and a small Debian has no ICU, without which .NET would not start.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# The compiler servers would outlive this script.
export UseSharedCompilation=false MSBUILDDISABLENODEREUSE=1

publish() {
    publish_part "the native library" src/Native publish_native
    publish_part "the commands rbd, ceph and curverbd" src/Cli publish_cli
    publish_python
}

# Pure Python needs no compiler, so it is copied each time.
publish_python() {
    rm -rf out/python
    mkdir -p out/python
    cp -r python/rados python/rbd out/python/
    find out/python -name __pycache__ -prune -exec rm -rf {} +
}

# publish_part WHAT PROJECT COMMAND [PATH...]: runs COMMAND unless everything PROJECT may depend on (src and PATHs) is as it was when it last succeeded.
publish_part() {
    local what=$1 project=$2 command=$3 stamp=out/stamp/${2##*/} now
    now=$(fingerprint "${@:4}")
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then
        echo "$what: unchanged since the last build"
        return
    fi
    rm -f "$stamp"
    step "Compiling $what" "$command"
    mkdir -p out/stamp
    echo "$now" > "$stamp"
}

# Every source file counts, whichever project it belongs to: a needless rebuild costs a minute, a missed one costs an afternoon.
fingerprint() {
    { git rev-parse --show-toplevel
      find src "$@" scripts/publish.sh Directory.Build.props Directory.Packages.props global.json \
          \( -name bin -o -name obj \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d ' ' -f 1
}

publish_native() {
    dotnet publish src/Native -c Release -r linux-x64 -o out/stage/native
    install_library out/stage/native/CurveRbd.Native.so libcurverbd.so
    install_library out/stage/native/libe_sqlite3.so libe_sqlite3.so
    src/Native/shim/build.sh out/lib
}

# The modules with the libraries inside, for a virtual environment.
publish_wheel() {
    local version
    version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
    rm -rf out/wheel
    python/wheel.py "$version" out/lib out/wheel
}

publish_cli() {
    dotnet publish src/Cli -c Release -r linux-x64 -o out/stage/cli
    mkdir -p out/bin
    install -m 755 out/stage/cli/curverbd out/bin/curverbd.new
    mv -f out/bin/curverbd.new out/bin/curverbd
    ln -sf curverbd out/bin/rbd
    ln -sf curverbd out/bin/ceph
    ln -sf curverbd out/bin/rbd-nbd
}

# A running program may have the old file mapped, so it is replaced and never overwritten.
install_library() {
    mkdir -p out/lib
    install -m 644 "$1" "out/lib/$2.new"
    mv -f "out/lib/$2.new" "out/lib/$2"
}

guest_image() {
    local image=out/image/debian-mini.img
    if [ -f "$image" ] && [ -z "$(find e2e/image -newer "$image" -type f)" ]; then
        echo "the guest image: unchanged since the last build"
        return
    fi
    step "Building the guest image from Debian's packages" e2e/image/build-image.sh "$image"
}
