"""Snapshots, clones, trash and locks by rbd, as operators and ceph-csi use it, with other programs at the same images."""

import json

import pytest
from room import MIB, pattern


@pytest.fixture
def volumes(room):
    room.run("ceph", "osd", "pool", "create", "volumes")
    return room


@pytest.fixture
def disk(volumes):
    volumes.run("rbd", "import", "--no-progress", volumes.file("source", pattern(8 * MIB, seed=1)), "volumes/disk")
    return volumes


def rbd(room, *arguments, **more):
    return room.run("rbd", *arguments, **more).stdout


def rbd_json(room, *arguments):
    return json.loads(rbd(room, *arguments, "--format", "json"))


def content(room, image):
    path = room.path / "exported"
    path.unlink(missing_ok=True)
    rbd(room, "export", "--no-progress", image, path)
    return path.read_bytes()


class Writer:
    """qemu-io with an image open for writing: each command is answered before the next."""

    def __init__(self, room, image):
        self._process = room.start("qemu-io", "-f", "raw", "-t", "writeback", f"rbd:{image}", stdin=-1, stdout=-1, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.communicate("quit\n", timeout=60)

    def write(self, offset, length, byte):
        self._process.stdin.write(f"write -P {byte} {offset} {length}\n")
        self._process.stdin.flush()
        while "wrote" not in self._process.stdout.readline():
            assert self._process.poll() is None


def test_snapshot_under_a_writer_holds_what_was_written_before_it_and_nothing_else(disk):
    with Writer(disk, "volumes/disk") as writer:
        writer.write(0, 65536, 1)
        rbd(disk, "snap", "create", "--no-progress", "volumes/disk@first")
        writer.write(0, 4096, 2)
        writer.write(MIB, 65536, 2)
        rbd(disk, "snap", "create", "--no-progress", "volumes/disk@second")
        writer.write(0, MIB, 3)
    original = pattern(8 * MIB, seed=1)

    first = b"\1" * 65536 + original[65536:]
    second = b"\2" * 4096 + first[4096:MIB] + b"\2" * 65536 + first[MIB + 65536:]
    assert content(disk, "volumes/disk@first") == first
    assert content(disk, "volumes/disk@second") == second
    assert content(disk, "volumes/disk") == b"\3" * MIB + second[MIB:]


def test_rolled_back_image_is_what_it_was(disk):
    rbd(disk, "snap", "create", "--no-progress", "volumes/disk@s")
    with Writer(disk, "volumes/disk") as writer:
        writer.write(12345 * 512, 4096 * 7, 9)
    rbd(disk, "resize", "--no-progress", "volumes/disk", "--size", "4M", "--allow-shrink")

    rbd(disk, "snap", "rollback", "--no-progress", "volumes/disk@s")

    assert content(disk, "volumes/disk") == pattern(8 * MIB, seed=1)


def test_clones_live_on_their_own(disk):
    rbd(disk, "snap", "create", "--no-progress", "volumes/disk@s")
    rbd(disk, "snap", "protect", "volumes/disk@s")
    rbd(disk, "clone", "volumes/disk@s", "volumes/child")
    with Writer(disk, "volumes/child") as child, Writer(disk, "volumes/disk") as parent:
        child.write(0, 4096, 7)
        parent.write(MIB, MIB, 8)
    original = pattern(8 * MIB, seed=1)

    assert content(disk, "volumes/child") == b"\7" * 4096 + original[4096:]
    assert rbd_json(disk, "children", "volumes/disk@s") == [{"pool": "volumes", "pool_namespace": "", "image": "child"}]
    rbd(disk, "flatten", "--no-progress", "volumes/child")
    rbd(disk, "snap", "unprotect", "volumes/disk@s")
    rbd(disk, "snap", "purge", "--no-progress", "volumes/disk")
    rbd(disk, "rm", "--no-progress", "volumes/disk")
    assert content(disk, "volumes/child") == b"\7" * 4096 + original[4096:]
    assert "parent" not in rbd_json(disk, "info", "volumes/child")


def test_chain_of_clones_reads_through(disk):
    image = "volumes/disk"
    for number in range(4):
        rbd(disk, "snap", "create", "--no-progress", f"{image}@s")
        rbd(disk, "snap", "protect", f"{image}@s")
        rbd(disk, "clone", f"{image}@s", f"volumes/child{number}")
        image = f"volumes/child{number}"
        with Writer(disk, image) as writer:
            writer.write(number * MIB, 4096, number + 1)

    expected = bytearray(pattern(8 * MIB, seed=1))
    for number in range(4):
        expected[number * MIB:number * MIB + 4096] = bytes([number + 1]) * 4096
    assert content(disk, image) == expected
    assert rbd(disk, "children", "volumes/disk", "--descendants").split() == [f"volumes/child{number}" for number in range(4)]


def test_removed_snapshots_leave_one_plain_volume_of_the_newest_bytes(disk):
    for number in range(5):
        rbd(disk, "snap", "create", "--no-progress", f"volumes/disk@s{number}")
        with Writer(disk, "volumes/disk") as writer:
            writer.write(number * 65536, 65536 + 512, number + 1)
    before = content(disk, "volumes/disk")

    rbd(disk, "snap", "rm", "--no-progress", "volumes/disk@s2")
    rbd(disk, "snap", "purge", "--no-progress", "volumes/disk")

    assert rbd(disk, "snap", "ls", "volumes/disk") == ""
    assert content(disk, "volumes/disk") == before


def test_python_module_and_commands_see_the_same_snapshots(disk):
    rbd(disk, "snap", "create", "--no-progress", "volumes/disk@by-command")
    disk.python("""
import rados, rbd
with rados.Rados(conffile='') as c, c.open_ioctx('volumes') as i, rbd.Image(i, 'disk') as image:
    image.create_snap('by-python')
    assert [snap['name'] for snap in image.list_snaps()] == ['by-command', 'by-python']
""")

    assert [snap["name"] for snap in rbd_json(disk, "snap", "ls", "volumes/disk")] == ["by-command", "by-python"]


def test_trash_keeps_an_image_until_it_is_restored(disk):
    rbd(disk, "trash", "mv", "volumes/disk", "--expires-at", "now + 1 hour")
    entry, = rbd_json(disk, "trash", "ls", "volumes")

    refused = disk.run("rbd", "trash", "rm", "--no-progress", f"volumes/{entry['id']}", check=False)
    rbd(disk, "trash", "restore", f"volumes/{entry['id']}", "--image", "back")

    assert refused.returncode == 1 and "Deferment time has not expired" in refused.stderr
    assert entry["name"] == "disk" and rbd(disk, "ls", "volumes") == "back\n"
    assert content(disk, "volumes/back") == pattern(8 * MIB, seed=1)


def test_trash_takes_an_image_from_under_its_writer_without_harm(disk):
    with Writer(disk, "volumes/disk") as writer:
        writer.write(0, 4096, 1)
        rbd(disk, "trash", "mv", "volumes/disk")
        writer.write(4096, 4096, 2)
    entry, = rbd_json(disk, "trash", "ls", "volumes")

    rbd(disk, "trash", "restore", f"volumes/{entry['id']}")

    assert content(disk, "volumes/disk") == b"\1" * 4096 + b"\2" * 4096 + pattern(8 * MIB, seed=1)[8192:]


def test_lock_outlives_the_command_that_took_it(disk):
    rbd(disk, "lock", "add", "volumes/disk", "me")
    lock, = rbd_json(disk, "lock", "ls", "volumes/disk")

    refused = disk.run("rbd", "lock", "add", "volumes/disk", "you", check=False)
    rbd(disk, "lock", "rm", "volumes/disk", lock["id"], lock["locker"])

    assert refused.returncode == 16 and "rbd: lock is already held by someone else" in refused.stderr
    assert rbd_json(disk, "lock", "ls", "volumes/disk") == []
