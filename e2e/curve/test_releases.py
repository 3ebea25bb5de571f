"""The releases of CurveBS that differ to a client, each by one of the two ways of the bytes."""

import pytest
from partner import partner
from room import MIB, pattern

USED = [("1.2.4", "direct"), ("1.2.6", "nebd"), ("1.2.8", "direct"), ("1.5", "direct"), ("1.5", "nebd"), ("2.3", "nebd"), ("2.6", "direct")]


@pytest.mark.parametrize("release, io", [pytest.param(*use, marks=pytest.mark.cluster_options("--release", use[0])) for use in USED], indirect=["io"])
def test_images_snapshots_clones_and_two_writers(room, pool, release, io):
    source = room.file("disk.img", pattern(20 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")
    room.run("rbd", "snap", "create", "--no-progress", "rbd/disk@ready")
    room.run("rbd", "snap", "protect", "rbd/disk@ready")
    room.run("rbd", "clone", "rbd/disk@ready", "rbd/clone")
    expected = bytearray(source.read_bytes())

    with partner(room) as owner:
        owner.do("image = rbd.Image(ioctx, 'disk'); image.write(b'x' * 65536, 12345)")
        room.run("qemu-io", "-f", "raw", "-c", "write -P 7 5M 1M", "rbd:rbd/disk")
        owner.do("image.write(b'y' * 100, 12345)")

    expected[12345:12345 + 65536] = b"y" * 100 + b"x" * 65436
    expected[5 * MIB:6 * MIB] = b"\x07" * MIB
    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", room.file("expected.img", expected), "rbd:rbd/disk")
    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/clone")
