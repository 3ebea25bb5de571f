"""Two processes with one image on a cluster, and what CurveBS' own tools see of layers."""

import json
import time

import pytest
import rbd
from partner import partner, write_when_possible
from room import MIB, pattern


@pytest.fixture
def owner(room, image):
    with partner(room) as started:
        started.do("image = rbd.Image(ioctx, 'disk')")
        yield started


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_snapshot_of_another_process_in_the_middle_of_writes_is_one_moment(ioctx, image, owner):
    owner.begin("""
deadline = time.monotonic() + 4
number = 0
while time.monotonic() < deadline:
    number += 1
    image.write(number.to_bytes(8, 'big') * 512, number % 4096 * 4096)
result = number
""".replace("deadline =", "import time\ndeadline =", 1))
    names = [f"snap{number}" for number in range(8)]
    for name in names:
        time.sleep(0.3)
        image.create_snap(name)
    last = owner.get()

    earlier = 0
    for name in names:
        with rbd.Image(ioctx, "disk", snapshot=name, read_only=True) as snapshot:
            found = {int.from_bytes(snapshot.read(place * 4096, 8), "big") for place in range(4096)} - {0}
        newest = max(found, default=0)
        assert found == set(range(max(1, newest - 4095), newest + 1)), f"{name} has a write without those before it"
        assert earlier <= newest <= last
        earlier = newest
    assert earlier > 0


def test_an_owner_that_stood_still_while_it_was_broken_writes_nothing_more(image, owner):
    image.create_snap("before")
    owner.do("image.write(b'theirs' * 100, 0)")
    (holder,) = image.lock_get_owners()
    owner.pause()

    image.lock_break(rbd.RBD_LOCK_MODE_EXCLUSIVE, holder["owner"])
    image.write(b"mine" * 100, 0)
    image.flush()
    owner.resume()

    assert owner.refuses("image.write(b'late' * 100, 0); image.flush()") == "ConnectionShutdown"
    assert image.read(0, 400) == b"mine" * 100
    image.close()


def test_a_flattened_clone_is_readable_by_curve_s_tools(room, curve, pool):
    source = room.file("disk.img", pattern(20 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")
    room.run("rbd", "snap", "create", "--no-progress", "rbd/disk@ready")
    room.run("rbd", "snap", "protect", "rbd/disk@ready")
    room.run("rbd", "clone", "rbd/disk@ready", "rbd/clone")
    room.run("qemu-io", "-f", "raw", "-c", "write -P 7 5M 1M", "rbd:rbd/clone")

    room.run("rbd", "flatten", "--no-progress", "rbd/clone")

    expected = bytearray(source.read_bytes())
    expected[5 * MIB:6 * MIB] = b"\x07" * MIB
    curve.tell("read", "/rbd/clone", "admin", 0, 20 * MIB, room.path / "read.img")
    assert (room.path / "read.img").read_bytes() == expected


def test_a_volume_of_curve_s_tools_has_snapshots_and_clones(room, curve, pool):
    data = room.file("data", pattern(MIB))
    curve.tell("create", "/rbd/foreign", "admin", 10)
    curve.tell("write", "/rbd/foreign", "admin", 0, data)

    room.run("rbd", "snap", "create", "--no-progress", "rbd/foreign@ready")
    room.run("rbd", "snap", "protect", "rbd/foreign@ready")
    room.run("rbd", "clone", "rbd/foreign@ready", "rbd/clone")
    room.run("qemu-io", "-f", "raw", "-c", "write -P 7 0 64k", "rbd:rbd/foreign")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", data, "rbd:rbd/clone")
    assert json.loads(room.run("rbd", "children", "rbd/foreign@ready", "--format", "json").stdout)[0]["image"] == "clone"


@pytest.mark.parametrize("io, has_snapshots", [("direct", False), ("nebd", False), ("nebd", True)], indirect=["io"], ids=["direct-plain", "nebd-plain", "nebd-layers"])
def test_a_writer_killed_in_the_middle_is_followed_and_writes_nothing_more(room, ioctx, has_snapshots):
    source = room.file("disk.img", b"\x01" * (16 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")
    if has_snapshots:
        room.run("rbd", "snap", "create", "--no-progress", "rbd/disk@before")
    fio = room.start("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--size=16M", "--rw=randwrite", "--bs=4k",
                     "--iodepth=16", "--buffer_pattern=0x02", "--time_based", "--runtime=60", stdout=-1, stderr=-2)
    with rbd.Image(ioctx, "disk", read_only=True) as reader:
        wait_until(lambda: b"\x02" in reader.read(8 * MIB, 8 * MIB))
    fio.kill()
    fio.communicate()

    # Waits until the dead one is given up. Its last requests may still be on their way to the disks: they come before these or never.
    room.run("qemu-io", "-f", "raw", "-c", "write -P 3 0 8M", "rbd:rbd/disk")
    time.sleep(1)

    room.run("rbd", "export", "--no-progress", "rbd/disk", room.path / "after.img")
    after = (room.path / "after.img").read_bytes()
    assert after[:8 * MIB] == b"\x03" * (8 * MIB)
    blocks = {after[place:place + 4096] for place in range(8 * MIB, 16 * MIB, 4096)}
    assert blocks == {b"\x01" * 4096, b"\x02" * 4096} or blocks == {b"\x02" * 4096}
    if has_snapshots:
        room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk@before")


def test_an_owner_killed_in_the_middle_has_what_it_was_told(ioctx, image, room):
    image.create_snap("before")
    told = room.path / "told"
    with partner(room) as owner:
        owner.do("image = rbd.Image(ioctx, 'disk')")
        owner.begin(f"""
with open({str(told)!r}, 'wb', buffering=0) as told:
    for number in range(1, 1 << 20):
        image.write(number.to_bytes(8, 'big') * 512, number % 4096 * 4096)
        told.write(number.to_bytes(8, 'big'))
""")
        wait_until(lambda: told.exists() and told.stat().st_size > 100 * 8)
        owner.kill()
    acknowledged = told.stat().st_size // 8

    write_when_possible(image, b"mine" * 1024, 60 * MIB)

    def found(place):
        numbers = {image.read(place * 4096 + at, 8) for at in range(0, 4096, 512)}
        assert len(numbers) == 1, f"block {place} is torn"
        return int.from_bytes(numbers.pop(), "big")

    underway = acknowledged + 1
    for place in range(4096):
        last = max(0, acknowledged - (acknowledged - place) % 4096)
        assert found(place) in ({last, underway} if underway % 4096 == place else {last}), place
    assert image.read(60 * MIB, 4096) == b"mine" * 1024
    image.close()
