"""Ceph's own Python module: copies with snapshots and parent, and giving back the room of zeros."""

import pytest
import rbd
from room import KIB, MIB, pattern

SIZE = 16 * MIB
CONTENT = pattern(SIZE)


@pytest.fixture
def parent(cluster, ioctx):
    """An open image rbd/parent whose snapshot 'base' holds CONTENT; the image itself is other."""
    cluster.conf_set("rbd_default_clone_format", "2")
    rbd.RBD().create(ioctx, "parent", SIZE)
    with rbd.Image(ioctx, "parent") as image:
        image.write(CONTENT, 0)
        image.create_snap("base")
        image.write(b"\xee" * SIZE, 0)
        yield image


@pytest.fixture
def child(ioctx, parent):
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")
    with rbd.Image(ioctx, "child") as image:
        yield image


def test_deep_copy_takes_snapshots_and_parent_along(ioctx, parent, child):
    child.write(b"one" * 1000, 0)
    child.create_snap("one")
    child.write(b"two" * 1000, 2 * MIB)
    child.create_snap("two")
    child.write(b"now" * 1000, 4 * MIB)

    child.deep_copy(ioctx, "copy")

    with rbd.Image(ioctx, "copy") as copy:
        assert copy.read(0, SIZE) == child.read(0, SIZE)
        assert [entry["name"] for entry in copy.list_snaps()] == ["one", "two"]
        assert copy.parent_info() == ("rbd", "parent", "base")
        for name in ("one", "two"):
            copy.set_snap(name)
            child.set_snap(name)
            assert copy.read(0, SIZE) == child.read(0, SIZE)
    assert sorted(name for _, name in parent.list_children()) == ["child", "copy"]


def test_deep_copy_of_an_existing_name(ioctx, parent, child):
    with pytest.raises(rbd.ImageExists):
        parent.deep_copy(ioctx, "child")


def test_sparsify_keeps_the_content(child):
    child.write(bytes(4 * MIB), 0)

    child.sparsify(64 * KIB)

    assert child.read(0, SIZE) == bytes(4 * MIB) + CONTENT[4 * MIB:]
    for wrong in (1000, 2 * KIB, 96 * KIB, 64 * MIB):
        with pytest.raises(rbd.InvalidArgument):
            child.sparsify(wrong)
