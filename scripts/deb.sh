# Debian packages of what ./build.sh all has built, and an apt repository of them, in out/deb. Sourced by build.sh.

# deb: CURVERBD_DEB_VERSION gives another version than that of the project.
deb() {
    local version room
    version=${CURVERBD_DEB_VERSION:-$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1-1|p' Directory.Build.props)}
    rm -rf out/deb
    room=out/deb/tree/curverbd-$version
    mkdir -p "$room"
    step "Collecting what goes into the packages" deb_input "$room" "$version"
    step "Building the Debian packages" deb_build "$room"
    rm -rf out/deb/tree
    ls -1sh out/deb/*.deb
}

# The time of the last commit, so that the same commit gives the same packages.
deb_epoch() {
    git log -1 --format=%ct
}

deb_input() {
    local room=$1 version=$2 program date
    date=$(date -u -d "@$(deb_epoch)" +%Y-%m-%d)
    cp -r packaging/debian "$room/debian"
    mkdir -p "$room"/input/{bin,completion,docs,examples,lib,man,python}
    cp out/lib/*.so* "$room/input/lib"
    cp out/bin/curverbd "$room/input/bin"
    cp docs/*.md README.md README.zh-CN.md CHANGELOG.md "$room/input/docs"
    cp -r packaging/examples/. "$room/input/examples"
    for program in rbd rbd-nbd ceph curverbd; do
        packaging/generate/man_page.py "out/bin/$program" "$version" "$date" > "$room/input/man/$program.8"
    done
    for program in rbd ceph curverbd; do
        packaging/generate/completion.py "out/bin/$program" > "$room/input/completion/$program"
    done
    cp -r out/python/. "$room/input/python"
    find "$room/input/python" -name __pycache__ -prune -exec rm -rf {} +
    deb_changelog "$version" > "$room/debian/changelog"
}

deb_changelog() {
    printf 'curverbd (%s) unstable; urgency=medium\n\n  * New release; /usr/share/doc/curverbd/changelog.gz tells what changed.\n\n' "$1"
    printf ' -- The CurveRbd project <curverbd@localhost>  %s\n' "$(date -u -R -d "@$(deb_epoch)")"
}

deb_build() {
    (cd "$1" && SOURCE_DATE_EPOCH=$(deb_epoch) dpkg-buildpackage -b -d -us -uc)
    mv out/deb/tree/*.deb out/deb
    # With these, "deb [trusted=yes] file:/the/path/of/out/deb ./" is a line for sources.list.
    (cd out/deb && dpkg-scanpackages --multiversion . > Packages && gzip -9kn Packages)
}
