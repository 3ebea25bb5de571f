#!/usr/bin/env bash
# The one door to everything that builds, shows, tests or measures CurveRbd: ./build.sh help
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# mkfs and its relatives, which a user's PATH leaves out.
export PATH=$PATH:/usr/sbin:/sbin

source scripts/say.sh
source scripts/packages.sh
source scripts/publish.sh

usage() {
    cat <<'TEXT'
usage: ./build.sh VERB

  all     build what a user installs: out/lib (librbd.so.1, librados.so.2 and what they load), out/bin (rbd, ceph, curverbd),
          out/python (the modules rbd and rados)
  deb     Debian packages of that in out/deb, which is an apt repository as well
  demo [--cluster | --nebd]
          put a disk image into the embedded store (or a CurveBS test cluster: straight, or through nebd), read it back in three ways,
          boot stock QEMU from clones of it, snapshot one of them while its guest writes, roll it back
  wheel   out/wheel: a Python wheel of the modules rados and rbd with the libraries inside
  test    every test: .NET projects, C programs that host the library, stock QEMU, Python, libvirt, fio, OpenStack, the packages in a
          Debian of their own; ends with one summary line
  cluster start DIR | stop DIR | tell DIR ORDER...
          run a CurveBS test cluster with a real etcd on loopback; DIR keeps its state and gets curverbd.conf and curverbd-nebd.conf
  fuzz [SECONDS]
          feed damaged input to every parser for so long, each (600)
  bench   fio on CurveRbd, on qemu-nbd and on the plain file, and OpenStack's work beside a real Ceph; writes bench/RESULTS.md
  clean   remove out/ and everything the compiler left
  help    this text

Each verb installs the Debian packages it lacks when run as root; otherwise it prints the command that would, and exits 2.
TEXT
}

demonstrate() {
    local store packages=(build image demo)
    case $1 in
        "")        store=local ;;
        --cluster) store=direct; packages+=(cluster) ;;
        --nebd)    store=nebd; packages+=(cluster) ;;
        *) usage >&2; exit 2 ;;
    esac
    require_packages "${packages[@]}"
    source scripts/cluster.sh
    source scripts/demo.sh
    publish
    [ "$store" = local ] || publish_cluster
    guest_image
    demo "$store"
}

clean() {
    rm -rf out
    find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
}

case ${1:-help} in
    all)   require_packages build; publish ;;
    deb)   require_packages build deb; publish; source scripts/deb.sh; deb ;;
    demo)  demonstrate "${2:-}" ;;
    test)  require_packages build deb deb-test image demo test; publish; guest_image; source scripts/cluster.sh; source scripts/deb.sh; source scripts/test.sh; run_tests ;;
    bench) require_packages build demo test; source scripts/cluster.sh; publish; publish_cluster; shift; bench/run.py "$@" ;;
    cluster) require_packages build cluster; shift; source scripts/cluster.sh; cluster "$@" ;;
    fuzz)  require_packages build; source scripts/fuzz.sh; fuzz "${2:-600}" ;;
    wheel) require_packages build wheel; publish; publish_wheel ;;
    clean) clean ;;
    help|-h|--help) usage ;;
    *) usage >&2; exit 2 ;;
esac
