#!/usr/bin/python3
"""read_image.py POOL/IMAGE FILE: copies an image into a file with Ceph's own Python binding."""

import sys

import rados
import rbd

CHUNK = 4 << 20


def main(spec, path):
    pool, name = spec.split("/")
    with rados.Rados(conffile="") as cluster, cluster.open_ioctx(pool) as ioctx:
        with rbd.Image(ioctx, name, read_only=True) as image, open(path, "wb") as file:
            size = image.size()
            for offset in range(0, size, CHUNK):
                file.write(image.read(offset, min(CHUNK, size - offset)))


if __name__ == "__main__":
    main(*sys.argv[1:])
