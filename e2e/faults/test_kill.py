"""kill -9 at any moment: the store opens again, what was acknowledged is there, what was under way is old or new."""

import random
import select
import signal
import time

import pytest
from room import KIB, MIB

PREPARE = """
import rados, rbd, sys
cluster = rados.Rados(conffile=''); cluster.connect()
ioctx = cluster.open_ioctx('rbd')
def say(*words):
    sys.stdout.write(' '.join(map(str, words)) + '\\n'); sys.stdout.flush()
say('ready')
"""


def killed_in_the_middle(room, code, seed, longest_seconds=0.25):
    """Runs code until a random moment after it said that it is ready, kills it, returns the lines it had written."""
    process = room.start("/usr/bin/python3", "-c", PREPARE + code, stdout=-1, bufsize=0)
    seen = b""
    while b"\n" not in seen:
        assert select.select([process.stdout], [], [], 30)[0], "the program did not get ready"
        seen += process.stdout.read(1)
    time.sleep(random.Random(seed).uniform(0, longest_seconds))
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    lines = rest.decode().split("\n")
    return [line.split() for line in lines[:-1]]


SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
def test_acknowledged_writes_are_there(room, pool, seed):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")

    acknowledged = killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk')
for number in range(1, 8192):
    image.write(number.to_bytes(4, 'big') * 2048, number * 8192)
    say(number)
""", seed)

    last = int(acknowledged[-1][0]) if acknowledged else 0
    out = room.python("""
import rados, rbd, sys
last = int(sys.argv[1])
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    for number in range(1, last + 1):
        assert image.read(number * 8192, 8192) == number.to_bytes(4, 'big') * 2048, number
    image.write(b'still writable', 0)
    print('good')
""", str(last))
    assert out == "good\n"


@pytest.mark.parametrize("seed", SEEDS)
def test_created_images_are_there_and_half_created_ones_are_not_in_the_way(room, pool, seed):
    acknowledged = killed_in_the_middle(room, """
for number in range(10000):
    rbd.RBD().create(ioctx, f'disk{number}', 1 << 20)
    say(number)
""", seed)

    listed = room.run("rbd", "ls", "rbd").stdout.split()
    assert {f"disk{line[0]}" for line in acknowledged} <= set(listed)
    under_way = f"disk{len(acknowledged)}"
    if under_way in listed:
        room.run("rbd", "rm", "--no-progress", f"rbd/{under_way}")
    room.run("rbd", "create", f"rbd/{under_way}", "--size", "1M")
    for name in listed[:3] + [under_way]:
        room.run("rbd", "info", f"rbd/{name}")


@pytest.mark.parametrize("seed", SEEDS)
def test_removed_images_are_gone_and_the_rest_is_whole(room, pool, seed):
    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    for number in range(100):
        rbd.RBD().create(ioctx, f'disk{number:03}', 1 << 20)
        with rbd.Image(ioctx, f'disk{number:03}') as image:
            image.write(b'%03d' % number, 0)
""")

    acknowledged = killed_in_the_middle(room, """
for number in range(100):
    rbd.RBD().remove(ioctx, f'disk{number:03}')
    say(number)
""", seed, longest_seconds=0.1)

    room.python("""
import rados, rbd, sys
removed = int(sys.argv[1])
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    listed = rbd.RBD().list(ioctx)
    assert listed[:1] in ([], [f'disk{removed:03}'], [f'disk{removed + 1:03}']), listed[:3]
    for name in listed:
        with rbd.Image(ioctx, name, read_only=True) as image:
            if name != f'disk{removed:03}':
                assert image.read(0, 3) == name[-3:].encode()
    for name in listed:
        rbd.RBD().remove(ioctx, name)
""", str(len(acknowledged)))


@pytest.mark.parametrize("seed", SEEDS)
def test_resize_is_old_or_new(room, pool, seed):
    room.run("rbd", "create", "rbd/disk", "--size", "8M")

    acknowledged = killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk')
image.write(b'kept' * 256, 0)
sizes = [8 << 20, 100000, 12345678, 4096]
for turn in range(100000):
    size = sizes[turn % 4]
    image.resize(size)
    say(size)
""", seed)

    size = int(room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    size = image.size()
    assert image.read(0, 1024) in (b'kept' * 256, bytes(1024))
    assert len(image.read(0, size)) == size
    image.resize(16 << 20)
    assert image.read(size, (16 << 20) - size) == bytes((16 << 20) - size)
    print(size)
"""))
    sizes = [8 * MIB, 100000, 12345678, 4096]
    done = len(acknowledged)
    assert size in (sizes[(done - 1) % 4] if done else 8 * MIB, sizes[done % 4])


@pytest.mark.parametrize("seed", SEEDS)
def test_rename_is_old_or_new(room, pool, seed):
    room.run("rbd", "create", "rbd/name0", "--size", "1M")

    acknowledged = killed_in_the_middle(room, """
with rbd.Image(ioctx, 'name0') as image:
    image.write(b'content', 0)
for number in range(100000):
    rbd.RBD().rename(ioctx, f'name{number}', f'name{number + 1}')
    say(number)
""", seed)

    (name,) = room.run("rbd", "ls", "rbd").stdout.split()
    assert name in (f"name{len(acknowledged)}", f"name{len(acknowledged) + 1}")
    room.run("rbd", "export", "--no-progress", f"rbd/{name}", room.path / "out")
    assert (room.path / "out").read_bytes()[:7] in (b"content", bytes(7))
    room.run("rbd", "mv", f"rbd/{name}", "rbd/last")
    room.run("rbd", "rm", "--no-progress", "rbd/last")


@pytest.mark.parametrize("seed", SEEDS)
def test_metadata_and_pools(room, pool, seed):
    room.run("rbd", "create", "rbd/disk", "--size", "1M")

    acknowledged = killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk')
for number in range(100000):
    image.metadata_set(f'key{number}', str(number))
    if number % 10 == 0:
        cluster.create_pool(f'pool{number}')
    say(number)
""", seed)

    found = room.run("rbd", "image-meta", "ls", "rbd/disk", "--format", "json").stdout or "{}"
    for (number,) in acknowledged:
        assert f'"key{number}":"{number}"' in found.replace('": "', '":"')
    pools = set(room.run("ceph", "osd", "pool", "ls").stdout.split())
    assert {f"pool{number}" for (number,) in acknowledged if int(number) % 10 == 0} <= pools


@pytest.mark.parametrize("seed", SEEDS)
def test_copy_and_import(room, pool, seed):
    room.file("source", bytes(range(256)) * (32 * KIB))
    room.run("rbd", "import", "--no-progress", room.path / "source", "rbd/disk")

    killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk', read_only=True)
for number in range(1000):
    image.copy(ioctx, f'copy{number}')
""", seed)

    room.run("rbd", "export", "--no-progress", "rbd/disk", room.path / "out")
    assert (room.path / "out").read_bytes() == (room.path / "source").read_bytes()
    for name in room.run("rbd", "ls", "rbd").stdout.split():
        room.run("rbd", "rm", "--no-progress", f"rbd/{name}")


@pytest.mark.parametrize("seed", SEEDS)
def test_acknowledged_snapshots_hold_what_they_should(room, pool, seed):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")

    acknowledged = killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk')
for number in range(1, 30):
    image.write(bytes([number]) * 65536, number * 65536)
    image.create_snap(f'snap{number}')
    image.write(bytes([number]) * 100, 0)
    say(number)
""", seed, longest_seconds=0.6)

    room.python("""
import rados, rbd, sys
acknowledged = int(sys.argv[1])
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    with rbd.Image(ioctx, 'disk') as image:
        names = [snapshot['name'] for snapshot in image.list_snaps()]
        assert names in ([f'snap{number}' for number in range(1, count + 1)] for count in (acknowledged, acknowledged + 1)), names
        for number, name in enumerate(names, 1):
            with rbd.Image(ioctx, 'disk', snapshot=name, read_only=True) as snapshot:
                expected = bytes([number - 1]) * 100 + bytes(65436) + b''.join(bytes([past]) * 65536 for past in range(1, number + 1))
                assert snapshot.read(0, len(expected)) == expected, name
                assert not any(snapshot.read(len(expected), 65536)), name
        image.write(b'still writable', 0)
        image.create_snap('last')
        for name in names + ['last']:
            image.remove_snap(name)
    rbd.RBD().remove(ioctx, 'disk')
""", str(len(acknowledged)))


@pytest.mark.parametrize("seed", SEEDS)
def test_removing_and_rolling_back_leaves_the_rest_as_it_was(room, pool, seed):
    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    rbd.RBD().create(ioctx, 'disk', 8 << 20)
    with rbd.Image(ioctx, 'disk') as image:
        for number in range(28):
            image.write(bytes([number + 1]) * 1000000, number * 100000)
            image.create_snap(f'snap{number:02}')
""")

    killed_in_the_middle(room, """
image = rbd.Image(ioctx, 'disk')
for number in range(0, 28, 2):
    image.remove_snap(f'snap{number:02}')
    image.rollback_to_snap(f'snap{number + 1:02}')
    say(number)
""", seed, longest_seconds=0.5)

    room.python("""
import rados, rbd
def content(number):
    data = bytearray(8 << 20)
    for past in range(number + 1):
        data[past * 100000:past * 100000 + 1000000] = bytes([past + 1]) * 1000000
    return bytes(data)
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    names = [snapshot['name'] for snapshot in image.list_snaps()]
    assert {f'snap{number:02}' for number in range(1, 28, 2)} <= set(names)
    for name in names:
        image.set_snap(name)
        assert image.read(0, 8 << 20) == content(int(name[4:])), name
    image.set_snap(None)
    assert image.read(0, 8 << 20) in [content(number) for number in range(28)]
    image.write(b'x', 0)
""")


@pytest.mark.parametrize("seed", SEEDS)
def test_clones_are_whole_or_not_there(room, pool, seed):
    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    rbd.RBD().create(ioctx, 'parent', 8 << 20)
    with rbd.Image(ioctx, 'parent') as parent:
        parent.write(bytes(range(256)) * 32768, 0)
        parent.create_snap('base')
        parent.protect_snap('base')
""")

    acknowledged = killed_in_the_middle(room, """
for number in range(1000):
    rbd.RBD().clone(ioctx, 'parent', 'base', ioctx, f'child{number}')
    with rbd.Image(ioctx, f'child{number}') as child:
        child.write(b'own', 1 << 20)
        if number % 2:
            child.flatten()
    say(number)
""", seed, longest_seconds=0.8)

    room.python("""
import rados, rbd, sys
acknowledged = int(sys.argv[1])
whole = bytes(range(256)) * 32768
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    listed = rbd.RBD().list(ioctx)
    assert {f'child{number}' for number in range(acknowledged)} <= set(listed) <= {f'child{number}' for number in range(acknowledged + 1)} | {'parent'}
    for name in listed:
        if name == 'parent':
            continue
        with rbd.Image(ioctx, name) as child:
            assert child.read(0, 1 << 20) == whole[:1 << 20] and child.read((1 << 20) + 3, 7 << 20) == whole[(1 << 20) + 3:], name
            assert child.read(1 << 20, 3) in (b'own', whole[:3]), name
        rbd.RBD().remove(ioctx, name)
    with rbd.Image(ioctx, 'parent') as parent:
        assert list(parent.list_children2()) == []
        parent.unprotect_snap('base')
        parent.remove_snap('base')
        assert parent.read(0, 8 << 20) == whole
    rbd.RBD().remove(ioctx, 'parent')
""", str(len(acknowledged)))


@pytest.mark.parametrize("seed", SEEDS)
def test_image_is_in_the_trash_or_not(room, pool, seed):
    room.run("rbd", "create", "rbd/disk", "--size", "1M")

    killed_in_the_middle(room, """
with rbd.Image(ioctx, 'disk') as image:
    image.write(b'content', 0)
    identity = image.id()
for number in range(10000):
    rbd.RBD().trash_move(ioctx, 'disk', 0)
    rbd.RBD().trash_restore(ioctx, identity, 'disk')
""", seed)

    room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    named, thrown = rbd.RBD().list(ioctx), list(rbd.RBD().trash_list(ioctx))
    assert len(named) + len(thrown) == 1, (named, thrown)
    if thrown:
        rbd.RBD().trash_restore(ioctx, thrown[0]['id'], 'disk')
    with rbd.Image(ioctx, 'disk') as image:
        assert image.read(0, 7) in (b'content', bytes(7))
    rbd.RBD().remove(ioctx, 'disk')
""")


def test_watcher_of_a_killed_process_goes(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "1M")
    killed_in_the_middle(room, "image = rbd.Image(ioctx, 'disk')\nimage.write(b'x', 0)\nimport time\ntime.sleep(60)", 0, longest_seconds=0.5)

    # Ceph's watchers expire after 30 s.
    deadline = time.monotonic() + 31
    while "Watchers: none" not in room.run("rbd", "status", "rbd/disk").stdout:
        assert time.monotonic() < deadline, "the watcher of a dead process is still there"
        time.sleep(0.2)

    room.run("rbd", "rm", "--no-progress", "rbd/disk")
