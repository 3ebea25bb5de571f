"""The Python modules: snapshots of an image."""

import datetime

import pytest
import rbd
from room import MIB, pattern


def names_of(image):
    return [snapshot["name"] for snapshot in image.list_snaps()]


@pytest.fixture
def history(image):
    """The image with three snapshots, and what it held at each."""
    states = {}
    for number, name in enumerate(("first", "second", "third")):
        image.write(pattern(3 * MIB, seed=number + 1), number * 2 * MIB + 777)
        image.create_snap(name)
        states[name] = image.read(0, image.size())
    image.write(b"now" * 1000, 4 * MIB)
    return states


def test_each_state_is_kept(ioctx, image, history):
    head = image.read(0, image.size())

    for name, content in history.items():
        with rbd.Image(ioctx, "disk", snapshot=name) as snapshot:
            assert snapshot.read(0, snapshot.size()) == content
        with rbd.Image(ioctx, "disk", snapshot=name, read_only=True) as snapshot:
            assert snapshot.read(0, snapshot.size()) == content
        image.set_snap(name)
        assert image.read(0, image.size()) == content
    image.set_snap(None)
    assert image.read(0, image.size()) == head


def test_list_tells_name_size_and_namespace(image, history):
    image.resize(MIB)
    image.create_snap("small")

    listed = list(image.list_snaps())

    assert [entry["name"] for entry in listed] == ["first", "second", "third", "small"]
    assert [entry["size"] for entry in listed] == [64 * MIB] * 3 + [MIB]
    assert [entry["namespace"] for entry in listed] == [rbd.RBD_SNAP_NAMESPACE_TYPE_USER] * 4
    assert [entry["id"] for entry in listed] == sorted({entry["id"] for entry in listed})


def test_many_snapshots_are_listed_whole(image):
    names = [f"a snapshot with a rather long name {number:03}" for number in range(30)]
    for name in names:
        image.create_snap(name)

    assert names_of(image) == names


def test_name_and_id_lead_to_each_other(image, history):
    for name in history:
        identity = image.snap_get_id(name)
        assert image.snap_get_name(identity) == name
        assert image.snap_get_namespace_type(identity) == rbd.RBD_SNAP_NAMESPACE_TYPE_USER
        image.set_snap_by_id(identity)
        assert image.read(0, image.size()) == history[name]
    image.set_snap(None)
    image.write(b"back at the head", 0)


@pytest.mark.parametrize("name", ["with space", "@/%", "\u00fcml\u00e4ut", "n" * 3000, b"bytes"])
def test_any_name(ioctx, image, name):
    image.write(b"content", 0)

    image.create_snap(name)

    image.write(b"changed", 0)
    assert names_of(image) == [name.decode() if isinstance(name, bytes) else name]
    with rbd.Image(ioctx, "disk", snapshot=name) as snapshot:
        assert snapshot.read(0, 7) == b"content"
    image.remove_snap(name)
    assert names_of(image) == []


def test_timestamp_is_now(image):
    image.create_snap("snap")

    taken = image.get_snap_timestamp(image.snap_get_id("snap"))

    assert abs((datetime.datetime.utcnow() - taken).total_seconds()) < 3600 * 14  # the module speaks local time


def test_protection(image):
    image.create_snap("snap")
    assert image.is_protected_snap("snap") is False

    image.protect_snap("snap")

    assert image.is_protected_snap("snap") is True
    for refused in (lambda: image.remove_snap("snap"), lambda: image.protect_snap("snap"), lambda: image.remove_snap_by_id(image.snap_get_id("snap"))):
        with pytest.raises(rbd.ImageBusy):
            refused()
    image.unprotect_snap("snap")
    with pytest.raises(rbd.InvalidArgument):
        image.unprotect_snap("snap")
    image.remove_snap("snap")


def test_remove_with_flags(image):
    image.create_snap("snap")
    image.protect_snap("snap")

    image.remove_snap2("snap", rbd.RBD_SNAP_REMOVE_FORCE)

    assert names_of(image) == []


def test_remove_by_id(image):
    image.create_snap("snap")

    image.remove_snap_by_id(image.snap_get_id("snap"))

    assert names_of(image) == []


@pytest.mark.parametrize("removed", [("first",), ("second",), ("third",), ("third", "first"), ("first", "second"), ("second", "first", "third")])
def test_removing_some_leaves_the_others_as_they_were(ioctx, image, history, removed):
    head = image.read(0, image.size())

    for name in removed:
        image.remove_snap(name)

    assert image.read(0, image.size()) == head
    assert names_of(image) == [name for name in history if name not in removed]
    for name in names_of(image):
        with rbd.Image(ioctx, "disk", snapshot=name, read_only=True) as snapshot:
            assert snapshot.read(0, snapshot.size()) == history[name]


def test_rename(image, history):
    identity = image.snap_get_id("second")

    image.rename_snap("second", "renamed")

    assert names_of(image) == ["first", "renamed", "third"] and image.snap_get_id("renamed") == identity
    with pytest.raises(rbd.ImageExists):
        image.rename_snap("renamed", "first")
    with pytest.raises(rbd.ImageNotFound):
        image.rename_snap("second", "other")


def test_rollback_brings_content_and_size_back(image, history):
    image.resize(MIB)

    image.rollback_to_snap("second")

    assert image.size() == 64 * MIB and image.read(0, image.size()) == history["second"]
    image.write(b"writable", 0)
    image.rollback_to_snap("third")
    assert image.read(0, image.size()) == history["third"]
    image.rollback_to_snap("first")
    assert image.read(0, image.size()) == history["first"]


def test_limit(image, history):
    assert image.get_snap_limit() == 2**64 - 1
    with pytest.raises(rbd.OSError):
        image.set_snap_limit(2)

    image.set_snap_limit(3)

    assert image.get_snap_limit() == 3
    with pytest.raises(rbd.DiskQuotaExceeded):
        image.create_snap("fourth")
    image.remove_snap_limit()
    image.create_snap("fourth")


def test_shrinking_and_growing_does_not_bring_a_snapshot_s_data_back(ioctx, image):
    image.write(b"\xaa" * (8 * MIB), 0)
    image.create_snap("full")

    image.resize(3 * MIB + 5)
    image.resize(8 * MIB)

    assert image.read(0, 8 * MIB) == b"\xaa" * (3 * MIB + 5) + bytes(5 * MIB - 5)
    with rbd.Image(ioctx, "disk", snapshot="full") as snapshot:
        assert snapshot.read(0, 8 * MIB) == b"\xaa" * (8 * MIB)


def test_discard_uncovers_nothing(ioctx, image):
    image.write(b"\xaa" * (8 * MIB), 0)
    image.create_snap("full")

    image.discard(0, 4 * MIB)
    image.write_zeroes(5 * MIB + 3, MIB)

    expected = bytes(4 * MIB) + b"\xaa" * (MIB + 3) + bytes(MIB) + b"\xaa" * (2 * MIB - 3)
    assert image.read(0, 8 * MIB) == expected
    image.create_snap("punched")
    image.write(b"\xbb" * (8 * MIB), 0)
    with rbd.Image(ioctx, "disk", snapshot="punched") as snapshot:
        assert snapshot.read(0, 8 * MIB) == expected


def test_refusals(ioctx, image):
    image.create_snap("snap")

    with pytest.raises(rbd.ImageExists):
        image.create_snap("snap")
    with pytest.raises(rbd.InvalidArgument):
        image.create_snap("flags", 1 << 9)
    for missing in (image.remove_snap, image.protect_snap, image.unprotect_snap, image.is_protected_snap, image.rollback_to_snap,
                    image.set_snap, image.snap_get_id):
        with pytest.raises(rbd.ImageNotFound):
            missing("nothing")
    for missing in (image.snap_get_name, image.snap_get_namespace_type, image.get_snap_timestamp, image.set_snap_by_id, image.remove_snap_by_id):
        with pytest.raises(rbd.ImageNotFound):
            missing(4711)
    with rbd.Image(ioctx, "disk", read_only=True) as reader:
        for refused in (lambda: reader.create_snap("other"), lambda: reader.remove_snap("snap"), lambda: reader.protect_snap("snap"),
                        lambda: reader.rollback_to_snap("snap"), lambda: reader.set_snap_limit(9), lambda: reader.rename_snap("snap", "other")):
            with pytest.raises(rbd.ReadOnlyImage):
                refused()
    with rbd.Image(ioctx, "disk", snapshot="snap") as old:
        for refused in (lambda: old.write(b"x", 0), lambda: old.discard(0, MIB), lambda: old.resize(MIB), lambda: old.rollback_to_snap("snap")):
            with pytest.raises(rbd.ReadOnlyImage):
                refused()


def test_image_with_snapshots_cannot_be_removed(ioctx):
    rbd.RBD().create(ioctx, "kept", MIB)
    with rbd.Image(ioctx, "kept") as image:
        image.create_snap("snap")

    with pytest.raises(rbd.ImageHasSnapshots):
        rbd.RBD().remove(ioctx, "kept")

    with rbd.Image(ioctx, "kept") as image:
        image.remove_snap("snap")
    rbd.RBD().remove(ioctx, "kept")
    assert rbd.RBD().list(ioctx) == []


def test_snapshot_removed_under_a_handle(ioctx, image):
    image.create_snap("snap")
    with rbd.Image(ioctx, "disk", snapshot="snap") as old:
        image.remove_snap("snap")

        assert old.size() == 0


def test_snapshot_of_an_empty_image(ioctx):
    rbd.RBD().create(ioctx, "empty", 0)
    with rbd.Image(ioctx, "empty") as image:
        image.create_snap("nothing")
        image.resize(MIB)
        image.write(b"x" * MIB, 0)
        image.create_snap("something")

        image.set_snap("nothing")
        assert image.size() == 0
        image.set_snap("something")
        assert image.read(0, MIB) == b"x" * MIB


def test_asynchronous_open_at_a_snapshot(ioctx, image, history):
    opened = []

    completion = rbd.RBD().aio_open_image(lambda comp, made: opened.append((comp.get_return_value(), made)), ioctx, "disk", snapshot="first")
    completion.wait_for_complete_and_cb()

    (value, snapshot), = opened
    assert value == 0 and snapshot.read(0, snapshot.size()) == history["first"]
    snapshot.close()
