"""Groups of images and their snapshots."""

import errno

import pytest
import rbd
from room import MIB


@pytest.fixture
def group(ioctx):
    """An empty group rbd/group."""
    try:
        rbd.RBD().group_create(ioctx, "group")
    except rbd.OperationNotSupported:
        pytest.skip("the library has no groups")
    return rbd.Group(ioctx, "group")


@pytest.fixture
def members(ioctx, group):
    """Images one and two, with their content, in the group."""
    for name in ("one", "two"):
        rbd.RBD().create(ioctx, name, 4 * MIB)
        with rbd.Image(ioctx, name) as image:
            image.write(name.encode(), 0)
        group.add_image(ioctx, name)
    return ioctx


def content(ioctx, name, snapshot=None):
    with rbd.Image(ioctx, name, snapshot=snapshot, read_only=True) as image:
        return image.read(0, 3)


def test_making_and_listing(ioctx, group):
    assert rbd.RBD().group_list(ioctx) == ["group"]
    with pytest.raises(rbd.ObjectExists):
        rbd.RBD().group_create(ioctx, "group")

    rbd.RBD().group_rename(ioctx, "group", "renamed")
    assert rbd.RBD().group_list(ioctx) == ["renamed"]
    rbd.RBD().group_remove(ioctx, "renamed")
    assert rbd.RBD().group_list(ioctx) == []


def test_members(ioctx, group, members):
    assert sorted(image["name"] for image in group.list_images()) == ["one", "two"]
    assert {(image["pool"], image["state"]) for image in group.list_images()} == {(ioctx.get_pool_id(), rbd.RBD_GROUP_IMAGE_STATE_ATTACHED)}
    with rbd.Image(ioctx, "one") as image:
        assert image.group() == {"pool": ioctx.get_pool_id(), "name": "group"}
        assert image.op_features() & rbd.RBD_OPERATION_FEATURE_GROUP
    with pytest.raises(rbd.OSError) as refused:
        rbd.RBD().remove(ioctx, "one")
    assert refused.value.errno == errno.EMLINK

    group.remove_image(ioctx, "one")
    rbd.RBD().remove(ioctx, "one")
    with pytest.raises(rbd.ObjectNotFound):
        group.add_image(ioctx, "one")
    assert [image["name"] for image in group.list_images()] == ["two"]


def test_snapshots_of_all_members(ioctx, group, members):
    group.create_snap("snap")
    with pytest.raises(rbd.ObjectExists):
        group.create_snap("snap")
    for name in ("one", "two"):
        with rbd.Image(ioctx, name) as image:
            image.write(b"new", 0)

    assert [(snap["name"], snap["state"]) for snap in group.list_snaps()] == [("snap", rbd.RBD_GROUP_SNAP_STATE_COMPLETE)]
    with rbd.Image(ioctx, "one") as image:
        snap, = image.list_snaps()
        assert snap["namespace"] == rbd.RBD_SNAP_NAMESPACE_TYPE_GROUP
        assert snap["group"] == {"pool": ioctx.get_pool_id(), "name": "group", "snap_name": "snap"}

    group.rename_snap("snap", "renamed")
    group.rollback_to_snap("renamed")
    assert content(ioctx, "one") == b"one" and content(ioctx, "two") == b"two"
    with pytest.raises(rbd.ObjectNotFound):
        group.rollback_to_snap("snap")
    group.remove_snap("renamed")
    assert list(group.list_snaps()) == []
    with rbd.Image(ioctx, "one") as image:
        assert list(image.list_snaps()) == []


# Ceph's module has it since release 20.
@pytest.mark.parametrize("bindings", ["own"], indirect=True)
def test_details_of_a_snapshot(ioctx, group, members):
    group.create_snap("snap")

    info = group.get_snap_info("snap")

    assert info == next(iter(group.list_snaps())) and info["name"] == "snap" and info["state"] == rbd.RBD_GROUP_SNAP_STATE_COMPLETE
    assert sorted(snap["image_name"] for snap in info["image_snaps"]) == ["one", "two"] and group.id()
