"""Stock QEMU on images with snapshots: its own snapshot commands, and a writer whose snapshots are taken by others."""

import contextlib
import json
import random
import select
import time

import pytest
from room import KIB, MIB


@pytest.fixture
def disk(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "16M")
    return "rbd:rbd/disk"


def qemu_io(room, disk, *commands):
    words = [word for command in commands for word in ("-c", command)]
    done = room.run("qemu-io", "-f", "raw", *words, disk)
    assert "failed" not in done.stdout, done.stdout


def listed(room, disk):
    """The names in the table that qemu-img prints."""
    lines = room.run("qemu-img", "snapshot", "-l", disk).stdout.splitlines()
    return [line.split()[1] for line in lines[2:]]


def test_create_list_apply_delete(room, disk):
    qemu_io(room, disk, "write -P 1 0 8M")
    room.run("qemu-img", "snapshot", "-c", "one", disk)
    qemu_io(room, disk, "write -P 2 4M 8M")
    room.run("qemu-img", "snapshot", "-c", "two", disk)
    qemu_io(room, disk, "write -P 3 0 16M")
    assert listed(room, disk) == ["one", "two"]

    room.run("qemu-img", "snapshot", "-a", "two", disk)
    qemu_io(room, disk, "read -P 1 0 4M", "read -P 2 4M 8M", "read -P 0 12M 4M")
    room.run("qemu-img", "snapshot", "-a", "one", disk)
    qemu_io(room, disk, "read -P 1 0 8M", "read -P 0 8M 8M")

    room.run("qemu-img", "snapshot", "-d", "one", disk)
    assert listed(room, disk) == ["two"]
    qemu_io(room, disk, "read -P 1 0 8M", "read -P 0 8M 8M")
    room.run("qemu-img", "snapshot", "-d", "two", disk)
    assert listed(room, disk) == []


def test_snapshot_as_a_source(room, disk):
    qemu_io(room, disk, "write -P 7 1M 2M")
    room.run("qemu-img", "snapshot", "-c", "snap", disk)
    qemu_io(room, disk, "write -P 8 0 16M")

    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", f"{disk}@snap", room.path / "copy")

    content = (room.path / "copy").read_bytes()
    assert content == bytes(MIB) + b"\x07" * (2 * MIB) + bytes(13 * MIB)
    refused = room.run("qemu-io", "-f", "raw", "-c", "write -P 1 0 4k", f"{disk}@snap", check=False)
    assert refused.returncode != 0


def test_more_snapshots_than_qemu_s_first_buffer(room, disk):
    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    for number in range(120):
        image.create_snap(f'snap{number:03}')
""")

    assert listed(room, disk) == [f"snap{number:03}" for number in range(120)]


def test_missing_snapshots(room, disk):
    for option in ("-a", "-d"):
        refused = room.run("qemu-img", "snapshot", option, "nothing", disk, check=False)
        assert refused.returncode == 1, refused


def test_map_of_a_clone_shows_what_the_parent_holds(room, disk):
    qemu_io(room, disk, "write -P 7 4M 4M")
    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    cluster.conf_set('rbd_default_clone_format', '2')
    with rbd.Image(ioctx, 'disk') as image:
        image.create_snap('base')
    rbd.RBD().clone(ioctx, 'disk', 'base', ioctx, 'clone')
""")
    qemu_io(room, "rbd:rbd/clone", "write -P 8 12M 1M")

    extents = json.loads(room.run("qemu-img", "map", "--output=json", "-f", "raw", "rbd:rbd/clone").stdout)

    held = [(extent["start"], extent["start"] + extent["length"]) for extent in extents if extent["data"]]
    assert any(start <= 4 * MIB and end >= 8 * MIB for start, end in held), extents
    assert any(start <= 12 * MIB and end >= 13 * MIB for start, end in held), extents
    qemu_io(room, "rbd:rbd/clone", "read -P 7 4M 4M", "read -P 8 12M 1M", "read -P 0 0 4M")


class Writer:
    """A qemu-io that keeps the image open and answers one command after the other."""

    def __init__(self, room, disk):
        self._process = room.start("qemu-io", "-f", "raw", disk, stdin=-1, stdout=-1, bufsize=0)
        self._seen = b""

    def do(self, command):
        """Returns what the command printed, up to the next prompt."""
        self._process.stdin.write((command + "\n").encode())
        deadline = time.monotonic() + 60
        while self._seen.count(b"qemu-io> ") < 2:
            assert time.monotonic() < deadline and select.select([self._process.stdout], [], [], 60)[0], "qemu-io does not answer"
            part = self._process.stdout.read(65536)
            assert part, "qemu-io ended"
            self._seen += part
        _, answer, rest = self._seen.split(b"qemu-io> ", 2)
        self._seen = b"qemu-io> " + rest
        assert b"failed" not in answer, (command, answer)
        return answer

    def stop(self):
        self._process.stdin.write(b"quit\n")
        assert self._process.wait(30) == 0
        self._process.stdout.close()


@contextlib.contextmanager
def writer(room, disk):
    started = Writer(room, disk)
    yield started
    started.stop()


SNAPSHOT = """
import rados, rbd, sys
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    getattr(image, sys.argv[1])(sys.argv[2])
"""

READ = """
import rados, rbd, sys
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk', snapshot=sys.argv[1], read_only=True) as image:
    with open(sys.argv[2], 'wb') as copy:
        copy.write(image.read(0, image.size()))
"""


def test_snapshots_of_a_running_writer_are_exact(room, disk):
    chance = random.Random(11)
    content = bytearray(16 * MIB)
    states = {}
    with writer(room, disk) as running:
        for number in range(8):
            for _ in range(20):
                offset, length, value = 512 * chance.randrange(30000), 512 * chance.randrange(1, 400), chance.randrange(1, 256)
                running.do(f"write -P {value} {offset} {length}")
                content[offset:offset + length] = bytes([value]) * length
            room.python(SNAPSHOT, "create_snap", f"snap{number}")
            states[f"snap{number}"] = bytes(content)
        for number in (0, 3, 4):
            room.python(SNAPSHOT, "remove_snap", f"snap{number}")
            del states[f"snap{number}"]
            running.do(f"write -P {number + 1} {number * 64 * KIB} 1k")
            content[number * 64 * KIB:number * 64 * KIB + KIB] = bytes([number + 1]) * KIB
        running.do("flush")

    for name, state in states.items():
        room.python(READ, name, str(room.path / "copy"))
        assert (room.path / "copy").read_bytes() == state, name
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", disk, room.path / "copy")
    assert (room.path / "copy").read_bytes() == bytes(content)


def test_requests_in_flight_while_a_snapshot_is_taken(room, disk):
    with writer(room, disk) as running:
        running.do("write -P 1 0 16M")
        for number in range(10):
            for index in range(64):
                running.do(f"aio_write -q -P {number + 2} {index * 256}k 256k")
            room.python(SNAPSHOT, "create_snap", f"snap{number}")
            running.do("aio_flush")

    for number in range(10):
        room.python(READ, f"snap{number}", str(room.path / "copy"))
        content = (room.path / "copy").read_bytes()
        # Requests in flight are in or not in, each as a whole.
        for index in range(64):
            block = set(content[index * 256 * KIB:(index + 1) * 256 * KIB])
            assert block in ({number + 1}, {number + 2}), (number, index, block)
    qemu_io(room, disk, "read -P 11 0 16M")
