"""Differences and whole images as streams: as cinder-backup pipes them, and beside stock rbd's own merge-diff."""

import random
import struct

import pytest
from room import MIB, pattern

STOCK_RBD = "/usr/bin/rbd"


@pytest.fixture
def pools(room):
    room.run("ceph", "osd", "pool", "create", "volumes")
    room.run("ceph", "osd", "pool", "create", "backups")
    return room


def test_cinder_backup_pipes_differences_from_pool_to_pool(pools):
    source = pools.file("source", pattern(5 * MIB))
    pools.run("rbd", "import", "--no-progress", source, "volumes/disk")
    pools.run("rbd", "create", "backups/disk", "--size", "5M")
    back(pools, "", "backup.1")
    changed = pools.file("changed", pattern(MIB, seed=2))
    pools.run("bash", "-c", f"cd {pools.path} && cat changed <(tail -c +{MIB + 1} source) | rbd import --no-progress - volumes/next")
    pools.run("rbd", "export-diff", "--no-progress", "volumes/next", pools.path / "next")
    pools.run("rbd", "import-diff", "--no-progress", pools.path / "next", "volumes/disk")
    back(pools, "--from-snap backup.1", "backup.2")

    assert export(pools, "backups/disk@backup.1") == source.read_bytes()
    assert export(pools, "backups/disk@backup.2") == changed.read_bytes() + source.read_bytes()[MIB:]
    assert export(pools, "backups/disk") == export(pools, "volumes/disk")


def test_format_2_through_a_pipe_keeps_snapshots(pools):
    source = pools.file("source", pattern(3 * MIB + 5))
    pools.run("rbd", "import", "--no-progress", source, "volumes/disk")
    pools.run("rbd", "snap", "create", "--no-progress", "volumes/disk@s")
    pools.run("rbd", "resize", "--no-progress", "volumes/disk", "--size", "1M", "--allow-shrink")

    pools.run("bash", "-c", "rbd export --export-format 2 volumes/disk - | rbd import --export-format 2 - backups/disk")

    assert export(pools, "backups/disk@s") == source.read_bytes()
    assert export(pools, "backups/disk") == source.read_bytes()[:MIB]


def test_merge_diff_writes_the_bytes_that_stock_rbd_writes(room):
    for seed in range(20):
        generator = random.Random(seed)
        room.file("1", difference(generator, b"a", b"b"))
        room.file("2", difference(generator, b"b", b"c"))
        files = [room.path / name for name in ("1", "2")]

        room.run("rbd", "merge-diff", "--no-progress", *files, room.path / f"ours.{seed}")
        room.run("env", "-u", "LD_LIBRARY_PATH", STOCK_RBD, "merge-diff", "--no-progress", *files, room.path / f"stock.{seed}")

        assert (room.path / f"ours.{seed}").read_bytes() == (room.path / f"stock.{seed}").read_bytes(), f"seed {seed}"


def back(room, since, snapshot):
    room.run("rbd", "snap", "create", "--no-progress", f"volumes/disk@{snapshot}")
    line = f"rbd export-diff --pool volumes {since} volumes/disk@{snapshot} - | rbd import-diff --pool backups - backups/disk"
    room.run("bash", "-c", f"set -o pipefail; {line}")


def export(room, image):
    out = room.path / f"export.{random.random()}"
    room.run("rbd", "export", "--no-progress", image, out)
    return out.read_bytes()


def difference(generator, start, end):
    size = generator.randrange(1, 5000)
    out = b"rbd diff v1\n" + name(b"f", start) + name(b"t", end) + b"s" + struct.pack("<Q", size)
    offset = generator.randrange(800)
    while offset < size:
        length = min(size - offset, generator.randrange(1, 900))
        if generator.random() < 0.5:
            out += b"z" + struct.pack("<QQ", offset, length)
        else:
            out += b"w" + struct.pack("<QQ", offset, length) + generator.randbytes(length)
        offset += length + generator.choice([0, 0, generator.randrange(500)])
    return out + b"e"


def name(tag, text):
    return tag + struct.pack("<I", len(text)) + text
