"""Migration of images to other pools and names, and imports of what is no image yet."""

import json

import pytest
import rbd
from room import KIB, MIB


@pytest.fixture
def other(cluster, ioctx):
    """A second pool."""
    cluster.create_pool("other")
    with cluster.open_ioctx("other") as opened:
        yield opened


@pytest.fixture
def source(ioctx):
    """A closed image rbd/source with a snapshot; 'old' in the snapshot and 'new' in the image."""
    rbd.RBD().create(ioctx, "source", 8 * MIB)
    with rbd.Image(ioctx, "source") as image:
        image.write(b"old" * KIB, 0)
        image.create_snap("snap")
        image.write(b"new", 0)
    return "source"


def test_migration_to_another_pool(ioctx, other, source):
    images = rbd.RBD()

    images.migration_prepare(ioctx, source, other, "destination")
    assert list(images.list(ioctx)) == [] and list(images.list(other)) == ["destination"]
    status = images.migration_status(other, "destination")
    assert status["state"] == rbd.RBD_IMAGE_MIGRATION_STATE_PREPARED and status["source_image_name"] == source
    assert status["source_pool_id"] == ioctx.get_pool_id() and status["dest_image_name"] == "destination"
    assert images.trash_get(ioctx, status["source_image_id"])["name"] == source
    with rbd.Image(other, "destination") as image:
        assert image.features() & rbd.RBD_FEATURE_MIGRATING
        assert image.migration_source_spec()["image_name"] == source
        assert image.read(0, 6) == b"newold"
        image.write(b"while", 4 * MIB)
        images.migration_execute(other, "destination", on_progress=lambda done, total: 0)
        assert image.read(0, 6) == b"newold" and image.read(4 * MIB, 5) == b"while"

    assert images.migration_status(other, "destination")["state"] == rbd.RBD_IMAGE_MIGRATION_STATE_EXECUTED
    images.migration_commit(other, "destination")

    assert list(images.trash_list(ioctx)) == []
    with rbd.Image(other, "destination") as image:
        assert not image.features() & rbd.RBD_FEATURE_MIGRATING
        assert image.read(0, 6) == b"newold" and image.read(4 * MIB, 5) == b"while"
        image.set_snap("snap")
        assert image.read(0, 6) == b"oldold"


def test_migration_under_the_same_name(ioctx, source):
    images = rbd.RBD()

    images.migration_prepare(ioctx, source, ioctx, source, order=20)
    images.migration_execute(ioctx, source)
    images.migration_commit(ioctx, source)

    with rbd.Image(ioctx, source) as image:
        assert image.stat()["order"] == 20 and image.read(0, 6) == b"newold"


def test_migration_that_is_aborted(ioctx, other, source):
    images = rbd.RBD()
    images.migration_prepare(ioctx, source, other, "destination")
    # Ceph's modules can't list such an entry of the trash: their table of sources ends before it.
    source_id = images.migration_status(other, "destination")["source_image_id"]
    with pytest.raises(rbd.ImageBusy):
        images.trash_remove(ioctx, source_id, True)
    with pytest.raises(rbd.InvalidArgument):
        images.trash_restore(ioctx, source_id, "back")

    images.migration_abort(other, "destination")

    assert list(images.list(ioctx)) == [source] and list(images.list(other)) == []
    with rbd.Image(ioctx, source) as image:
        assert image.read(0, 6) == b"newold"


def test_clones_follow(ioctx, other, source):
    images = rbd.RBD()
    with rbd.Image(ioctx, source) as image:
        image.protect_snap("snap")
    images.clone(ioctx, source, "snap", ioctx, "clone")

    with rbd.Image(ioctx, "clone") as clone:
        images.migration_prepare(ioctx, source, other, "destination")
        images.migration_execute(other, "destination")
        images.migration_commit(other, "destination")
        assert clone.read(0, 6) == b"oldold" and clone.parent_info()[1] == "destination"


def test_import_of_a_file(other, tmp_path):
    content = b"new" * KIB + bytes(5000)
    (tmp_path / "new").write_bytes(content)
    (tmp_path / "old").write_bytes(b"old" * KIB)
    stream = {name: {"type": "file", "file_path": str(tmp_path / name)} for name in ("new", "old")}
    spec = {"type": "raw", "stream": stream["new"], "snapshots": [{"type": "raw", "name": "snap", "stream": stream["old"]}]}
    images = rbd.RBD()

    images.migration_prepare_import(json.dumps(spec), other, "imported")
    with rbd.Image(other, "imported") as image:
        assert image.migration_source_spec() == spec
        assert image.size() == len(content) and image.read(0, len(content)) == content
        image.write(b"more", 4000)
        images.migration_execute(other, "imported")
    (tmp_path / "new").unlink()
    images.migration_commit(other, "imported")

    with rbd.Image(other, "imported") as image:
        assert image.read(4000, 4) == b"more" and image.read(0, 3) == b"new"
        image.set_snap("snap")
        assert image.read(0, 3) == b"old"


def test_refusals(ioctx, other, source):
    images = rbd.RBD()
    with rbd.Image(ioctx, source), pytest.raises(rbd.ImageBusy):
        images.migration_prepare(ioctx, source, other, "destination")
    for action in (images.migration_execute, images.migration_commit, images.migration_abort, images.migration_status):
        with pytest.raises(rbd.InvalidArgument):
            action(ioctx, source)
        with pytest.raises(rbd.ImageNotFound):
            action(ioctx, "nothing")
    with pytest.raises(rbd.Error):
        images.migration_prepare_import("{", other, "imported")
    assert list(images.list(other)) == []
