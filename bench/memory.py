#!/usr/bin/python3
"""Prints what one open image adds to the memory of a host process that writes to it and reads from it."""

import os
import pathlib
import tempfile

import rados
import rbd

GIB = 1 << 30
BLOCK = 65536


def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def use(ioctx):
    """Returns the most memory seen in KiB while a GiB passes in each direction."""
    most = 0
    with rbd.Image(ioctx, "disk") as image:
        block = os.urandom(BLOCK)
        for offset in range(0, GIB, BLOCK):
            image.write(block, offset)
            image.read(GIB - BLOCK - offset, BLOCK)
            if offset % (BLOCK * 128) == 0:
                most = max(most, resident_kib())
    return most


def main():
    with tempfile.TemporaryDirectory(dir=pathlib.Path(__file__).parent.parent / "out") as room:
        os.environ["CEPH_CONF"], os.environ["CURVERBD_CONF"] = f"{room}/ceph.conf", "/dev/null"
        pathlib.Path(room, "ceph.conf").write_text(f"[global]\nrbd_store = local:{room}/store\n")
        before = resident_kib()
        with rados.Rados(conffile="") as cluster:
            cluster.create_pool("bench")
            with cluster.open_ioctx("bench") as ioctx:
                rbd.RBD().create(ioctx, "disk", GIB)
                most = use(ioctx)
    print(f"A Python process with one open image grew by {(most - before) / 1024:.1f} MiB at most while it wrote and read 1 GiB (aim: below 40 MiB).")


if __name__ == "__main__":
    main()
