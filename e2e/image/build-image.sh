#!/usr/bin/env bash
# build-image.sh OUT.img - makes the guest that the demo and the end-to-end tests boot: an ordinary PC disk image (MBR, syslinux,
# Debian's cloud kernel, an ext4 root with busybox, a login prompt on the first serial port), from Debian's packages alone and
# without root. Nothing in it knows where its disk lives.
set -euo pipefail
export LC_ALL=C

out=${1:?usage: build-image.sh OUT.img}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Disk layout in 512-byte sectors: the boot partition begins at 1 MiB, the root partition follows it.
boot_start=2048 boot_sectors=$((48 * 2048))
root_start=$((boot_start + boot_sectors)) root_sectors=$((63 * 2048))
disk_sectors=$((root_start + root_sectors + 2048))

fetch_kernel() {
    local name
    name=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1)
    [ -n "$name" ] || { echo "build-image: Debian's linux-image-cloud-amd64 is not known to apt; run apt-get update" >&2; exit 1; }
    (cd "$work" && apt-get -q=2 -o APT::Sandbox::User=root download "$name" && dpkg-deb -x "$name"_*.deb kernel)
}

# The modules between power-on and the root disk, in the order of their dependencies (ext4 is built in).
boot_modules=(virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk)

make_initramfs() {
    local tree=$work/initramfs module file
    mkdir -p "$tree"/{bin,dev,proc,sys,root,modules}
    cp /bin/busybox "$tree/bin/busybox"
    cp "$here/initramfs/init" "$tree/init"
    for module in "${boot_modules[@]}"; do
        file=$(find "$work/kernel" -name "$module.ko" | head -n 1)
        [ -n "$file" ] || { echo "build-image: the kernel package has no module $module" >&2; exit 1; }
        cp "$file" "$tree/modules/"
    done
    printf '%s\n' "${boot_modules[@]}" > "$tree/modules/order"
    (cd "$tree" && find . | cpio --quiet --owner 0:0 -o -H newc | gzip -9) > "$work/initrd.gz"
}

make_boot_partition() {
    local part=$work/boot.fat
    truncate -s $((boot_sectors * 512)) "$part"
    mkfs.fat -F 16 -n BOOT "$part" > /dev/null
    mcopy -i "$part" "$work"/kernel/boot/vmlinuz-* ::vmlinuz
    mcopy -i "$part" "$work/initrd.gz" ::initrd.gz
    mcopy -i "$part" "$here/syslinux.cfg" ::syslinux.cfg
    syslinux --install "$part"
}

make_root_partition() {
    local tree=$work/root
    mkdir -p "$tree"/{bin,sbin,usr/bin,usr/sbin,dev,proc,sys,tmp,root,var/lib,var/log}
    cp -a "$here/root/." "$tree/"
    cp /bin/busybox "$tree/bin/busybox"
    # Of the demo and most tests no guest needs it; who maps images in a guest loads it.
    mkdir -p "$tree/lib/modules"
    cp "$(find "$work/kernel" -name nbd.ko)" "$tree/lib/modules/"
    ln -s ../bin/busybox "$tree/sbin/init"
    mke2fs -q -t ext4 -E root_owner=0:0 -L root -d "$tree" "$work/root.ext4" $((root_sectors / 2))k > /dev/null
}

assemble() {
    local disk=$work/disk.img
    truncate -s $((disk_sectors * 512)) "$disk"
    sfdisk -q "$disk" <<TABLE
label: dos
start=$boot_start, size=$boot_sectors, type=e, bootable
start=$root_start, size=$root_sectors, type=83
TABLE
    dd if=/usr/lib/syslinux/mbr/mbr.bin of="$disk" bs=440 count=1 conv=notrunc status=none
    dd if="$work/boot.fat" of="$disk" bs=1M seek=$((boot_start * 512))B conv=notrunc,sparse status=none
    dd if="$work/root.ext4" of="$disk" bs=1M seek=$((root_start * 512))B conv=notrunc,sparse status=none
    mkdir -p "$(dirname "$out")"
    cp --sparse=always "$disk" "$out.part"
    mv "$out.part" "$out"
}

fetch_kernel
make_initramfs
make_boot_partition
make_root_partition
assemble
