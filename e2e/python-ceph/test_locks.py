"""The Python modules: advisory locks and the exclusive lock, between two clients of one process and of two."""

import pytest
import rados
import rbd
from partner import partner
from room import MIB

EXCLUSIVE = rbd.RBD_LOCK_MODE_EXCLUSIVE


@pytest.fixture
def second(room, image):
    """The same image, opened by another client of this process."""
    with rados.Rados(conffile="") as cluster, cluster.open_ioctx("rbd") as ioctx, rbd.Image(ioctx, "disk") as opened:
        yield opened


@pytest.fixture
def plain(ioctx):
    """An image without the exclusive lock."""
    rbd.RBD().create(ioctx, "plain", MIB, features=rbd.RBD_FEATURE_LAYERING)
    with rbd.Image(ioctx, "plain") as opened:
        yield opened


def test_nobody_holds_a_lock(plain):
    assert plain.list_lockers() == []


def test_exclusive_advisory_lock(cluster, plain):
    plain.lock_exclusive("cookie")

    lockers = plain.list_lockers()
    assert lockers["exclusive"] is True and lockers["tag"] == ""
    ((client, cookie, address),) = lockers["lockers"]
    assert client == f"client.{cluster.get_instance_id()}" and cookie == "cookie" and ":0/" in address
    with pytest.raises(rbd.ImageExists):
        plain.lock_exclusive("cookie")
    with pytest.raises(rbd.ImageBusy):
        plain.lock_exclusive("other")
    with pytest.raises(rbd.ImageBusy):
        plain.lock_shared("cookie2", "tag")
    plain.unlock("cookie")
    assert plain.list_lockers() == []


def test_shared_advisory_locks(plain):
    for number in range(20):
        plain.lock_shared(f"a cookie with a rather long name {number:03}", "tag")

    lockers = plain.list_lockers()

    assert lockers["exclusive"] is False and lockers["tag"] == "tag"
    assert sorted(cookie for _, cookie, _ in lockers["lockers"]) == [f"a cookie with a rather long name {number:03}" for number in range(20)]
    with pytest.raises(rbd.ImageBusy):
        plain.lock_shared("cookie", "another tag")
    with pytest.raises(rbd.ImageExists):
        plain.lock_shared("a cookie with a rather long name 000", "tag")


def test_unlock_and_break_of_what_nobody_holds(plain):
    plain.lock_exclusive("cookie")

    with pytest.raises(rbd.ImageNotFound):
        plain.unlock("other")
    with pytest.raises(rbd.ImageNotFound):
        plain.break_lock("client.4711", "cookie")
    with pytest.raises(rbd.InvalidArgument):
        plain.break_lock("nonsense", "cookie")


def test_locks_on_readers_and_at_snapshots(ioctx, plain):
    plain.create_snap("snap")

    with rbd.Image(ioctx, "plain", read_only=True) as reader:
        reader.lock_exclusive("reader")
        reader.unlock("reader")
    with rbd.Image(ioctx, "plain", snapshot="snap") as old:
        old.lock_exclusive("old")
        old.unlock("old")


def test_lock_survives_its_process_until_it_is_broken(room, plain):
    with partner(room) as other:
        client = other.do("image = rbd.Image(ioctx, 'plain'); image.lock_exclusive('theirs'); result = cluster.get_instance_id()")
        other.kill()

        with pytest.raises(rbd.ImageBusy):
            plain.lock_exclusive("mine")
        plain.break_lock(f"client.{client}", "theirs")
        plain.lock_exclusive("mine")


def test_breaking_a_lock_fences_its_holder(room, plain):
    with partner(room) as other:
        client = other.do("image = rbd.Image(ioctx, 'plain'); image.lock_exclusive('theirs'); image.write(b'theirs', 0); result = cluster.get_instance_id()")

        plain.break_lock(f"client.{client}", "theirs")

        assert other.refuses("image.write(b'again!', 0)") == "ConnectionShutdown"
        assert plain.read(0, 6) == b"theirs"


def test_writers_take_turns(image, second):
    for turn in range(6):
        writer, waiter = (image, second) if turn % 2 == 0 else (second, image)
        writer.write(bytes([turn + 1]) * 1000, turn * 1000)
        assert writer.is_exclusive_lock_owner() and not waiter.is_exclusive_lock_owner()

    expected = b"".join(bytes([turn + 1]) * 1000 for turn in range(6))
    assert image.read(0, 6000) == second.read(0, 6000) == expected


def test_held_lock_keeps_others_from_writing(image, second):
    image.lock_acquire(EXCLUSIVE)
    image.lock_acquire(EXCLUSIVE)

    (owner,) = second.lock_get_owners()
    assert owner["mode"] == EXCLUSIVE and ":0/" in owner["owner"]
    for refused in (lambda: second.lock_acquire(EXCLUSIVE), lambda: second.write(b"x", 0), lambda: second.discard(0, MIB)):
        with pytest.raises(rbd.ReadOnlyImage):
            refused()
    image.write(b"mine", 0)
    assert second.read(0, 4) == b"mine"
    second.create_snap("through the owner")
    second.metadata_set("key", "value")
    second.resize(65 * MIB)
    assert image.size() == 65 * MIB


def test_released_lock_is_not_taken_again_by_itself(image, second):
    image.lock_acquire(EXCLUSIVE)
    image.lock_release()

    with pytest.raises(rbd.ReadOnlyImage):
        image.write(b"x", 0)
    second.write(b"theirs", 0)
    image.lock_acquire(EXCLUSIVE)
    image.write(b"mine", 0)
    with pytest.raises(rbd.ReadOnlyImage):
        second.write(b"x", 0)


def test_breaking_the_exclusive_lock(image, second):
    second.lock_acquire(EXCLUSIVE)
    second.write(b"theirs", 0)
    (owner,) = image.lock_get_owners()

    with pytest.raises(rbd.ImageBusy):
        image.lock_break(EXCLUSIVE, "10.11.12.13:0/14")
    image.lock_break(EXCLUSIVE, owner["owner"])

    with pytest.raises(rbd.ConnectionShutdown):
        second.write(b"again!", 0)
    image.lock_acquire(EXCLUSIVE)
    assert image.read(0, 6) == b"theirs"
    image.write(b"mine!!", 0)
    assert image.read(0, 6) == b"mine!!"


def test_refusals(ioctx, image, plain):
    assert list(image.lock_get_owners()) == []
    with pytest.raises(rbd.ImageNotFound):
        image.lock_break(EXCLUSIVE, "10.11.12.13:0/14")
    with pytest.raises(rbd.OperationNotSupported):
        image.lock_acquire(rbd.RBD_LOCK_MODE_SHARED)
    with pytest.raises(rbd.InvalidArgument):
        image.lock_release()
    with rbd.Image(ioctx, "disk", read_only=True) as reader, pytest.raises(rbd.InvalidArgument):
        reader.lock_acquire(EXCLUSIVE)
    for refused in (lambda: plain.lock_acquire(EXCLUSIVE), plain.lock_release, lambda: plain.lock_break(EXCLUSIVE, "10.11.12.13:0/14")):
        with pytest.raises(rbd.InvalidArgument):
            refused()
    assert plain.is_exclusive_lock_owner() is False
