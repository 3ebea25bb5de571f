# The Debian packages each part needs. Sourced by build.sh.

packages_of() {
    case $1 in
        build) echo ca-certificates gcc git libc6-dev libssl3 libstdc++6 zlib1g-dev ;;
        cluster) echo etcd-server python3 util-linux ;;
        wheel) echo python3 ;;
        deb)   echo debhelper dh-python dpkg-dev python3 ;;
        deb-test) echo debootstrap dpkg-dev lintian python3-pytest python3-pytest-timeout util-linux ;;
        image) echo busybox-static cpio dosfstools e2fsprogs fdisk mtools syslinux syslinux-common ;;
        demo)  echo python3-rados python3-rbd qemu-block-extra qemu-system-x86 qemu-utils ;;
        test)  echo cryptsetup-bin ceph-common ceph-mon ceph-osd etcd-server fio libcryptsetup12 libnbd-bin librados-dev librbd-dev libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu \
                    libvirt-daemon-driver-storage-rbd procps python3-cinder python3-glance python3-libnbd python3-nova \
                    python3-eventlet python3-os-brick python3-pytest python3-pytest-forked python3-pytest-timeout python3-pytest-xdist python3-venv sqlite3 \
                    util-linux ;;
    esac
}

# require_packages PART...: installs what is missing when root, else prints the command that does and exits 2.
require_packages() {
    local part package missing=()
    for part in "$@"; do
        for package in $(packages_of "$part"); do
            is_installed "$package" || missing+=("$package")
        done
    done
    [ ${#missing[@]} = 0 ] || install_or_tell "${missing[@]}"
    # Last, because the SDK itself runs on some of those packages.
    require_sdk
}

install_or_tell() {
    local install="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" != 0 ]; then
        echo "build.sh: Debian packages are missing. Run: sudo apt-get update && sudo $install" >&2
        exit 2
    fi
    step "Installing $# Debian packages" install_packages "$@"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    start_no_daemons
    apt-get -q update
    apt-get -q install -y --no-install-recommends "$@"
}

# A daemon that a package would start on this machine is not wanted: the tests start their own. Until this shell ends, Debian's
# maintainer scripts ask this file and are told no; a file of the host's own stays as it is.
start_no_daemons() {
    local policy=/usr/sbin/policy-rc.d
    [ ! -e "$policy" ] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
}

require_sdk() {
    command -v dpkg-query >/dev/null || { echo "build.sh: this builds on Debian 12 or a relative of it; dpkg-query is missing" >&2; exit 2; }
    local wanted
    wanted=$(sed -n 's/.*"version": "\([0-9]*\.[0-9]*\)\..*/\1/p' global.json)
    if ! command -v dotnet >/dev/null || ! dotnet --version >/dev/null 2>&1; then
        cat >&2 <<TEXT
build.sh: the .NET SDK $wanted is missing (global.json names the version). Debian does not carry it; Microsoft's installer does:
    curl -fsSL https://dot.net/v1/dotnet-install.sh | sudo bash -s -- --channel $wanted --install-dir /usr/share/dotnet
    sudo ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
TEXT
        exit 2
    fi
}
