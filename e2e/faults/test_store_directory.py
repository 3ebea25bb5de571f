"""What is wrong with the store's directory is said, in errno and in words, and nothing is damaged."""

import os
import shutil
import sqlite3
import subprocess

import pytest
from room import MIB, pattern

USE = """
import rados, rbd, sys
with rados.Rados(conffile='') as cluster:
    if not cluster.pool_exists('rbd'):
        cluster.create_pool('rbd')
    with cluster.open_ioctx('rbd') as ioctx:
        print(rbd.RBD().list(ioctx))
"""


def attempt(room, code=USE, wrap=()):
    return room.run(*wrap, "/usr/bin/python3", "-c", code, check=False)


def databases(room):
    return [path for path in room.store.rglob("*") if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]


@pytest.fixture
def filled(room):
    """A store with one image of known content."""
    room.file("source", pattern(MIB))
    room.run("ceph", "osd", "pool", "create", "rbd")
    room.run("rbd", "import", "--no-progress", room.path / "source", "rbd/disk")
    return room


def assert_intact(room):
    (room.path / "out").unlink(missing_ok=True)
    room.run("rbd", "export", "--no-progress", "rbd/disk", room.path / "out")
    assert (room.path / "out").read_bytes() == pattern(MIB)


def test_missing_directory_is_made_where_its_parent_allows(room):
    shutil.rmtree(room.store)

    done = attempt(room)

    assert done.returncode == 0, done.stderr
    assert room.store.is_dir()


def test_directory_that_can_t_be_made_is_named(room):
    room.host_conf.write_text("[cluster]\nrbd_store = local:/proc/no-such-place/store\n")

    command = room.run("ceph", "osd", "pool", "ls", check=False)
    python = attempt(room)

    assert command.returncode != 0 and "/proc/no-such-place" in command.stderr
    assert python.returncode == 1 and "rados." in python.stderr and "Traceback" in python.stderr


def test_file_in_place_of_the_directory(room):
    room.store.rmdir()
    room.store.write_text("not a directory")

    command = room.run("ceph", "osd", "pool", "ls", check=False)

    assert command.returncode != 0 and str(room.store) in command.stderr
    assert room.store.read_text() == "not a directory"


def read_only(room, *command):
    """Runs command in a mount namespace in which the store is read-only."""
    script = f'mount --bind "{room.store}" "{room.store}" && mount -o remount,ro,bind "{room.store}" && exec "$@"'
    return room.run("unshare", "--mount", "bash", "-c", script, "bash", *command, check=False)


def test_read_only_store_refuses_changes(filled):
    created = read_only(filled, "rbd", "create", "rbd/other", "--size", "1M")

    assert created.returncode in (1, 13, 30), created
    assert created.stderr.strip() and str(filled.store) in created.stderr
    assert_intact(filled)


def test_store_without_permission_is_refused(filled):
    os.chmod(filled.path, 0o755)
    os.chmod(filled.store, 0o700)

    done = filled.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", filled.path.parent and "/usr/bin/python3", "-c", USE, check=False)

    assert done.returncode == 1, done
    assert_intact(filled)


def test_full_file_system_is_no_space(room):
    script = f'''
        mount -t tmpfs -o size=24m none "{room.store}"
        ceph osd pool create rbd 2>/dev/null
        rbd create rbd/disk --size 1G
        /usr/bin/python3 -c "
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    image.write(b'k' * 1000000, 0)
    image.flush()
    try:
        for number in range(1, 200):
            image.write(b'x' * 1000000, number * 1000000)
        image.flush()
        print('never full')
    except (rbd.NoSpace, rbd.OSError) as error:
        print(type(error).__name__, error.errno)
    assert image.read(0, 1000000) == b'k' * 1000000
    image.discard(4 << 20, 800 << 20)
    image.write(b'after', 0)
    image.flush()
"
        rbd rm --no-progress rbd/disk
        rbd ls rbd
    '''

    done = room.run("unshare", "--mount", "bash", "-euc", script)

    assert done.stdout.split() == ["NoSpace", "28"], done


def test_store_of_a_newer_version_is_refused_and_left_alone(filled):
    database = databases(filled)[0]
    with sqlite3.connect(database) as connection:
        version = connection.execute("pragma user_version").fetchone()[0]
        connection.execute(f"pragma user_version = {version + 1}")
    connection.close()

    refused = filled.run("rbd", "ls", "rbd", check=False)

    assert version >= 1, "the database carries no schema version"
    assert refused.returncode != 0 and "version" in refused.stderr and str(version + 1) in refused.stderr
    with sqlite3.connect(database) as connection:
        connection.execute(f"pragma user_version = {version}")
    connection.close()
    assert_intact(filled)


@pytest.mark.parametrize("damage", ["garbage", "truncated", "empty"])
def test_damaged_database_is_refused_in_words(filled, damage):
    database = databases(filled)[0]
    for leftover in filled.store.rglob("*-wal"):
        leftover.unlink()
    whole = database.read_bytes()
    database.write_bytes({"garbage": b"garbage" * 1000, "truncated": whole[:len(whole) // 3 + 100], "empty": b"x"}[damage])

    refused = filled.run("rbd", "info", "rbd/disk", check=False)
    python = attempt(filled)

    assert refused.returncode not in (0, 134, 139) and refused.stderr.strip()
    assert python.returncode in (0, 1), python.stderr


def test_lost_volume_is_an_error_of_its_image_only(filled):
    filled.run("rbd", "create", "rbd/other", "--size", "1M")
    biggest = max((path for path in filled.store.rglob("*") if path.is_file() and path not in databases(filled) and "disk" in path.name), key=lambda path: path.stat().st_size)
    biggest.unlink()

    lost = filled.run("rbd", "export", "--no-progress", "rbd/disk", filled.path / "out", check=False)
    other = filled.run("rbd", "info", "rbd/other", check=False)

    assert lost.returncode not in (0, 134, 139) and lost.stderr.strip()
    assert other.returncode == 0, other.stderr


def test_volume_put_into_a_pool_is_an_image(filled):
    # A plain image is a file of the image's bytes: any file put into the pool's directory is an image.
    disk = next(path for path in filled.store.rglob("disk*") if path.is_file() and path.stat().st_size == MIB)
    shutil.copy(disk, disk.with_name("adopted" + disk.name[len("disk"):]))

    listed = filled.run("rbd", "ls", "rbd").stdout.split()
    info = filled.run("rbd", "info", "rbd/adopted")

    assert listed == ["adopted", "disk"] and "size 1 MiB" in info.stdout
    subprocess.run(["cmp", disk, filled.path / "source"], check=True)
