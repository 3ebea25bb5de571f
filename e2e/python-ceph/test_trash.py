"""The Python modules: images in the trash, with and without relatives."""

import datetime

import pytest
import rbd
from room import MIB


@pytest.fixture
def thrown(ioctx):
    """The id of an image that was moved to the trash and holds b'content'."""
    rbd.RBD().create(ioctx, "disk", MIB)
    with rbd.Image(ioctx, "disk") as image:
        image.write(b"content", 0)
        identity = image.id()
    rbd.RBD().trash_move(ioctx, "disk", 0)
    return identity


def test_moved_image_has_no_name_but_its_id(ioctx, thrown):
    assert rbd.RBD().list(ioctx) == []
    with pytest.raises(rbd.ImageNotFound):
        rbd.Image(ioctx, "disk")

    with rbd.Image(ioctx, image_id=thrown) as image:
        assert image.read(0, 7) == b"content"


def test_entry(ioctx, thrown):
    (entry,) = rbd.RBD().trash_list(ioctx)

    assert entry["id"] == thrown and entry["name"] == "disk" and entry["source"] == "USER"
    assert abs((datetime.datetime.utcnow() - entry["deletion_time"]).total_seconds()) < 3600 * 14
    assert rbd.RBD().trash_get(ioctx, thrown) == entry


def test_deferment(ioctx):
    rbd.RBD().create(ioctx, "disk", MIB)
    rbd.RBD().trash_move(ioctx, "disk", 3600)

    (entry,) = rbd.RBD().trash_list(ioctx)

    assert (entry["deferment_end_time"] - entry["deletion_time"]).total_seconds() == 3600
    with pytest.raises(rbd.PermissionError):
        rbd.RBD().trash_remove(ioctx, entry["id"])
    rbd.RBD().trash_remove(ioctx, entry["id"], force=True)
    assert list(rbd.RBD().trash_list(ioctx)) == []


def test_many_of_one_name(ioctx):
    for _ in range(40):
        rbd.RBD().create(ioctx, "disk", MIB)
        rbd.RBD().trash_move(ioctx, "disk", 0)

    entries = list(rbd.RBD().trash_list(ioctx))

    assert len({entry["id"] for entry in entries}) == 40 and {entry["name"] for entry in entries} == {"disk"}


def test_restore(ioctx, thrown):
    rbd.RBD().create(ioctx, "disk", MIB)
    with pytest.raises(rbd.ImageExists):
        rbd.RBD().trash_restore(ioctx, thrown, "disk")

    rbd.RBD().trash_restore(ioctx, thrown, "restored")

    with rbd.Image(ioctx, "restored") as image:
        assert image.id() == thrown and image.read(0, 7) == b"content"
    assert list(rbd.RBD().trash_list(ioctx)) == []


def test_remove_reports_progress(ioctx, thrown):
    seen = []

    rbd.RBD().trash_remove(ioctx, thrown, on_progress=lambda done, total: seen.append((done, total)) or 0)

    assert seen and all(0 <= done <= total for done, total in seen)
    with pytest.raises(rbd.ImageNotFound):
        rbd.Image(ioctx, image_id=thrown)


def test_what_is_not_there(ioctx):
    for action in (lambda: rbd.RBD().trash_move(ioctx, "nothing"), lambda: rbd.RBD().trash_get(ioctx, "abcdef"),
                   lambda: rbd.RBD().trash_remove(ioctx, "abcdef"), lambda: rbd.RBD().trash_restore(ioctx, "abcdef", "name")):
        with pytest.raises(rbd.ImageNotFound):
            action()


def test_what_cannot_be_removed(ioctx, thrown):
    with rbd.Image(ioctx, image_id=thrown) as image:
        with pytest.raises(rbd.ImageBusy):
            rbd.RBD().trash_remove(ioctx, thrown)
        image.create_snap("snap")
    with pytest.raises(rbd.ImageHasSnapshots):
        rbd.RBD().trash_remove(ioctx, thrown)


def test_purge_takes_what_has_expired(ioctx, thrown):
    rbd.RBD().create(ioctx, "deferred", MIB)
    rbd.RBD().trash_move(ioctx, "deferred", 24 * 3600)

    rbd.RBD().trash_purge(ioctx, datetime.datetime.now() + datetime.timedelta(seconds=2))

    assert [entry["name"] for entry in rbd.RBD().trash_list(ioctx)] == ["deferred"]


def test_parent_in_the_trash(cluster, ioctx):
    cluster.conf_set("rbd_default_clone_format", "2")
    rbd.RBD().create(ioctx, "parent", MIB)
    with rbd.Image(ioctx, "parent") as parent:
        parent.write(b"content", 0)
        parent.create_snap("base")
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")

    rbd.RBD().trash_move(ioctx, "parent", 0)

    with rbd.Image(ioctx, "child") as child:
        assert child.read(0, 7) == b"content"
        child.flatten()
        assert child.read(0, 7) == b"content"


def test_child_in_the_trash(cluster, ioctx):
    cluster.conf_set("rbd_default_clone_format", "2")
    rbd.RBD().create(ioctx, "parent", MIB)
    with rbd.Image(ioctx, "parent") as parent:
        parent.create_snap("base")
        rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")
        rbd.RBD().trash_move(ioctx, "child", 0)

        (child,) = parent.list_children2()
        assert child["trash"] is True and child["image"] == "child"
        assert list(parent.list_children()) == []
        rbd.RBD().trash_remove(ioctx, child["id"])
        assert list(parent.list_children2()) == []


def test_statistics_of_the_pool(ioctx, thrown):
    rbd.RBD().create(ioctx, "kept", 2 * MIB)
    with rbd.Image(ioctx, "kept") as image:
        image.create_snap("one")
        image.resize(MIB)
        image.create_snap("two")

    stats = rbd.RBD().pool_stats_get(ioctx)

    assert (stats["image_count"], stats["image_provisioned_bytes"], stats["image_max_provisioned_bytes"], stats["image_snap_count"]) == (1, MIB, 2 * MIB, 2)
    assert (stats["trash_count"], stats["trash_provisioned_bytes"], stats["trash_snap_count"]) == (1, MIB, 0)
