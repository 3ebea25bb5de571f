"""rbd device and rbd-nbd: the commands on this kernel as far as it goes, and on a guest's kernel all the way."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest
from guest import Guest
from room import COMMANDS, GUEST_IMAGE, LIBRARIES

# What the commands need to run: themselves, their libraries, and OpenSSL, which the runtime loads by its name.
PLACE = "usr/lib/curverbd"
OPENSSL = ("libssl.so.3", "libcrypto.so.3")


@pytest.fixture(scope="session")
def root_disk(tmp_path_factory):
    """A file system with our commands and a C library, for a guest that has neither."""
    root = tmp_path_factory.mktemp("root")
    for directory in ("bin", "dev", "proc", "sys", "tmp", "etc", "var", f"{PLACE}/bin"):
        (root / directory).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin")
    shutil.copy(COMMANDS / "curverbd", root / PLACE / "bin")
    for library in LIBRARIES.glob("libe_sqlite3.so"):
        shutil.copy(library, root / PLACE)
    for name in ("rbd", "ceph", "rbd-nbd"):
        (root / "bin" / name).symlink_to(f"../{PLACE}/bin/curverbd")
    for path in needed(COMMANDS / "curverbd") | needed(LIBRARIES / "libe_sqlite3.so"):
        copy = root / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", root / "files.img", "24M"], check=True, capture_output=True)
    disk = tmp_path_factory.mktemp("disk") / "root.img"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, disk, "192M"], check=True, capture_output=True)
    return disk


def needed(program):
    linked = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    found = set(re.findall(r"(/\S+) \(0x", linked))
    directory = next(pathlib.Path(path).parent for path in found if "libc.so.6" in path)
    return found | {str(path) for name in OPENSSL for path in (directory / name, pathlib.Path("/usr") / str(directory).lstrip("/") / name) if path.exists()}


@pytest.fixture
def guest(root_disk):
    more = ["-snapshot", "-m", "384", "-drive", f"file={root_disk},format=raw,if=virtio,cache=unsafe"]
    with Guest.of_drive(GUEST_IMAGE, *more) as running:
        running.log_in()
        # What the kernel says of its devices comes over the same line, in brackets as a JSON list.
        for command in ("echo 1 > /proc/sys/kernel/printk", "mkdir /tmp/r /tmp/m; mount -t ext4 /dev/vdb /tmp/r", "for d in dev proc sys; do mount -o bind /$d /tmp/r/$d; done",
                        "mkdir -p /tmp/r/var/lib/curverbd",
                        r"""printf '#!/bin/sh\nexec chroot /tmp/r /bin/busybox env PATH=/bin "$@"\n' > /bin/r; chmod 755 /bin/r""",
                        "r ceph osd pool create rbd", "r rbd import --no-progress /files.img disk"):
            running.run(command)
        yield running


def listed(guest):
    output = guest.run("r rbd device list -t nbd --format json")
    return json.loads(output[output.index("["):output.rindex("]") + 1])


@pytest.mark.timeout(240)
def test_device_lives_through_all_that_a_host_does_with_it(guest):
    # Without the kernel's module there is an error that says what to do, and nothing stays open.
    assert "rbd: map failed: the kernel's module nbd is not loaded; as root: modprobe nbd" in guest.run("r rbd map disk")
    assert "Watchers: none" in guest.run("r rbd status disk")
    guest.run("insmod /lib/modules/nbd.ko")

    # Map, as os-brick does, and use it.
    assert "/dev/nbd0" in guest.run("r rbd map disk --pool rbd --id admin")
    [device] = listed(guest)
    assert (device["pool"], device["image"], device["snap"], device["device"]) == ("rbd", "disk", "", "/dev/nbd0")
    assert '"name":"disk"' in guest.run("r rbd showmapped --format=json")
    assert "-> /dev/nbd0" in guest.run("ls -l /dev/rbd/rbd/disk")
    guest.run("mount -t ext4 /dev/nbd0 /tmp/m && dd if=/dev/urandom of=/tmp/m/data bs=1M count=8; sync")
    checksum = guest.run("sha256sum /tmp/m/data").split()[0]
    assert len(checksum) == 64

    # The kernel follows a resize; a mounted device is not taken away.
    assert guest.run("cat /sys/block/nbd0/size").split()[0] == str(24 << 11)
    guest.run("r rbd resize disk --size 48M --no-progress")
    assert guest.run("cat /sys/block/nbd0/size").split()[0] == str(48 << 11)
    assert "unmap failed: (16) Device or resource busy" in guest.run("r rbd unmap /dev/nbd0")
    guest.run("umount /tmp/m; r rbd unmap rbd/disk")
    assert listed(guest) == []
    assert "No such file" in guest.run("ls /dev/rbd/rbd/disk")
    assert "rbd-nbd: rbd/disk is not mapped" in guest.run("r rbd unmap rbd/disk")

    # A device of one's choice; its process ends under a mounted file system, and another goes on.
    assert "/dev/nbd3 biscuit" in guest.run("r rbd-nbd map disk --device /dev/nbd3 --cookie biscuit --show-cookie --reattach-timeout 120")
    guest.run("mount -t ext4 /dev/nbd3 /tmp/m; echo 3 > /proc/sys/vm/drop_caches")
    assert guest.run("sha256sum /tmp/m/data").split()[0] == checksum
    guest.run("r rbd device detach /dev/nbd3")
    assert listed(guest) == []
    guest.run("(echo later > /tmp/m/later; sync; echo written > /tmp/done) & true")
    assert "(22) Invalid argument" in guest.run("r rbd device attach disk --device /dev/nbd3 --cookie cake")
    assert "written" not in guest.run("cat /tmp/done 2>/dev/null")
    assert "/dev/nbd3" in guest.run("r rbd device attach disk --device /dev/nbd3 --cookie biscuit -o reattach-timeout=120")
    assert "written" in guest.run("wait; cat /tmp/done")

    # Killed without warning: what was synced is there for the next.
    guest.run("echo precious > /tmp/m/kept; sync; kill -9 $(pidof curverbd)")
    assert "/dev/nbd3" in guest.run("r rbd device attach disk --device /dev/nbd3 --cookie biscuit")
    guest.run("umount /tmp/m; r rbd unmap disk; r rbd snap create --no-progress disk@s")

    # A snapshot is mapped read-only.
    assert "/dev/nbd0" in guest.run("r rbd map disk@s")
    assert guest.run("cat /sys/block/nbd0/ro").split()[0] == "1"
    guest.run("mount -t ext4 -o ro,noload /dev/nbd0 /tmp/m")
    assert "precious" in guest.run("cat /tmp/m/kept") and "later" in guest.run("cat /tmp/m/later")
    guest.run("umount /tmp/m; r rbd unmap /dev/rbd/rbd/disk@s")
    assert listed(guest) == []


def test_what_cannot_be_mapped_is_refused(room, pool):
    room.run("rbd", "create", "disk", "--size", "1")

    for words, status, text in (
            (["map", "nothing"], 2, "rbd: error opening image nothing: (2) No such file or directory"),
            (["device", "map", "disk", "-t", "krbd"], 95, "rbd: device type krbd needs Ceph's own servers and kernel modules"),
            (["map", "disk", "-o", "queue_depth=128"], 1, "rbd: unrecognised option '--queue_depth=128'"),
            (["map", "disk", "-o", "io-timeout=long"], 1, "rbd: the argument ('long') for option '--io-timeout' is invalid"),
            (["unmap", "/dev/nbd0"], 22, "rbd-nbd: /dev/nbd0 is not mapped"),
            (["unmap", "rbd/disk"], 22, "rbd: rbd/disk: not a mapped image or snapshot"),
            (["unmap", "/dev/sda"], 22, "rbd: invalid device path: /dev/sda (expected /dev/nbd{num})"),
            (["device", "attach", "disk", "--device", "/dev/nbd0"], 22, "rbd: must specify cookie to attach"),
            (["device", "detach", "disk"], 2, "rbd: no process attached to disk found")):
        refused = room.run("rbd", *words, check=False)
        assert refused.returncode == status, (words, refused.stderr)
        assert text in refused.stderr, (words, refused.stderr)


def test_nothing_mapped_is_an_empty_list(room):
    assert room.run("rbd", "showmapped").stdout == ""
    assert json.loads(room.run("rbd", "showmapped", "--format", "json").stdout) == []
    assert json.loads(room.run("rbd-nbd", "list-mapped", "--format", "json").stdout) == []
