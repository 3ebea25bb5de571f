"""Migration of images to other pools and names."""

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
    try:
        rbd.RBD().migration_status(ioctx, "source")
    except rbd.OperationNotSupported:
        pytest.skip("the library does not migrate")
    except rbd.InvalidArgument:
        return "source"


def test_migration_to_another_pool(ioctx, other, source):
    images = rbd.RBD()

    images.migration_prepare(ioctx, source, other, "destination")
    assert images.list(ioctx) == [] and images.list(other) == ["destination"]
    status = images.migration_status(other, "destination")
    assert status["state"] == rbd.RBD_IMAGE_MIGRATION_STATE_PREPARED and status["source_image_name"] == source
    with rbd.Image(other, "destination") as image:
        assert image.read(0, 6) == b"newold"
        image.write(b"while", 4 * MIB)

    images.migration_execute(other, "destination", on_progress=lambda done, total: 0)
    assert images.migration_status(other, "destination")["state"] == rbd.RBD_IMAGE_MIGRATION_STATE_EXECUTED
    images.migration_commit(other, "destination")

    assert list(images.trash_list(ioctx)) == []
    with rbd.Image(other, "destination") as image:
        assert image.read(0, 6) == b"newold" and image.read(4 * MIB, 5) == b"while"
        image.set_snap("snap")
        assert image.read(0, 6) == b"oldold"


def test_migration_that_is_aborted(ioctx, other, source):
    images = rbd.RBD()
    images.migration_prepare(ioctx, source, other, "destination")

    images.migration_abort(other, "destination")

    assert images.list(ioctx) == [source] and images.list(other) == []
    with rbd.Image(ioctx, source) as image:
        assert image.read(0, 6) == b"newold"


def test_refusals(ioctx, other, source):
    images = rbd.RBD()
    with rbd.Image(ioctx, source), pytest.raises(rbd.ImageBusy):
        images.migration_prepare(ioctx, source, other, "destination")
    for action in (images.migration_execute, images.migration_commit, images.migration_abort, images.migration_status):
        with pytest.raises(rbd.InvalidArgument):
            action(ioctx, source)
        with pytest.raises(rbd.ImageNotFound):
            action(ioctx, "nothing")
