"""Refusals arrive as the exception classes that OpenStack branches on."""

import pytest
import rados
import rbd
from room import MIB


def test_missing_image(ioctx):
    for action in (lambda: rbd.Image(ioctx, "nothing"), lambda: rbd.Image(ioctx, "nothing", read_only=True), lambda: rbd.Image(ioctx, image_id="abcdef"),
                   lambda: rbd.RBD().remove(ioctx, "nothing"), lambda: rbd.RBD().rename(ioctx, "nothing", "other")):
        with pytest.raises(rbd.ImageNotFound):
            action()


def test_missing_snapshot(ioctx, image):
    with pytest.raises(rbd.ImageNotFound):
        rbd.Image(ioctx, "disk", snapshot="nothing")


def test_existing_image(ioctx, image):
    rbd.RBD().create(ioctx, "other", MIB)

    for action in (lambda: rbd.RBD().create(ioctx, "disk", MIB), lambda: rbd.RBD().rename(ioctx, "other", "disk"),
                   lambda: rbd.RBD().rename(ioctx, "other", "other"), lambda: image.copy(ioctx, "other")):
        with pytest.raises(rbd.ImageExists):
            action()


def test_image_in_use(ioctx, image):
    with pytest.raises(rbd.ImageBusy):
        rbd.RBD().remove(ioctx, "disk")


def test_image_open_for_reading_is_not_in_use(ioctx):
    rbd.RBD().create(ioctx, "disk", MIB)

    with rbd.Image(ioctx, "disk", read_only=True):
        rbd.RBD().remove(ioctx, "disk")

    assert rbd.RBD().list(ioctx) == []


@pytest.mark.parametrize("order", [1, 11, 26, 64])
def test_order_out_of_range(ioctx, order):
    with pytest.raises(rbd.ArgumentOutOfRange):
        rbd.RBD().create(ioctx, "disk", MIB, order=order)


def test_unknown_feature(ioctx):
    with pytest.raises(rbd.FunctionNotSupported):
        rbd.RBD().create(ioctx, "disk", MIB, features=1 << 20)


@pytest.mark.parametrize("arguments", [
    {"features": rbd.RBD_FEATURE_OBJECT_MAP}, {"features": rbd.RBD_FEATURE_JOURNALING},
    {"stripe_unit": 65536}, {"stripe_count": 4}, {"stripe_unit": 8 * MIB, "stripe_count": 2}, {"stripe_unit": 65537, "stripe_count": 2}])
def test_impossible_combinations(ioctx, arguments):
    with pytest.raises(rbd.InvalidArgument):
        rbd.RBD().create(ioctx, "disk", 16 * MIB, **arguments)


@pytest.mark.parametrize("size", [2**60, 2**63, 2**64 - 1])
def test_size_beyond_what_an_object_map_can_hold(ioctx, size):
    with pytest.raises(rbd.InvalidArgument):
        rbd.RBD().create(ioctx, "disk", size)

    assert rbd.RBD().list(ioctx) == []


def test_empty_name(ioctx):
    with pytest.raises(rbd.InvalidArgument):
        rbd.RBD().create(ioctx, "", MIB)


@pytest.mark.parametrize("mask,enable", [(0, True), (rbd.RBD_FEATURE_LAYERING, False), (rbd.RBD_FEATURE_EXCLUSIVE_LOCK, False),
                                         (rbd.RBD_FEATURE_OBJECT_MAP, True), (1 << 30, True), (rbd.RBD_FEATURE_DEEP_FLATTEN, True)])
def test_feature_updates_that_make_no_sense(image, mask, enable):
    with pytest.raises(rbd.InvalidArgument):
        image.update_features(mask, enable)


def test_shrinking_must_be_allowed(image):
    with pytest.raises(rbd.InvalidArgument):
        image.resize(MIB, allow_shrink=False)

    assert image.size() == 64 * MIB


def test_resize_beyond_the_object_map(image):
    with pytest.raises(rbd.InvalidArgument):
        image.resize(2**62)

    assert image.size() == 64 * MIB


def test_closed_image(ioctx):
    rbd.RBD().create(ioctx, "disk", MIB)
    image = rbd.Image(ioctx, "disk")
    image.close()
    image.close()

    with pytest.raises(rbd.InvalidArgument, match="image is closed"):
        image.size()


def test_missing_pool(cluster):
    with pytest.raises(rados.ObjectNotFound):
        cluster.open_ioctx("nothing")


def test_existing_pool(cluster):
    cluster.create_pool("pool")

    with pytest.raises(rados.ObjectExists):
        cluster.create_pool("pool")


def test_pool_gone_under_an_open_context(cluster, ioctx):
    cluster.delete_pool("rbd")

    with pytest.raises(rbd.ImageNotFound):
        rbd.RBD().create(ioctx, "disk", MIB)


def test_unknown_option(cluster):
    with pytest.raises(rados.ObjectNotFound):
        cluster.conf_set("no_such_option", "1")


def test_missing_metadata(image):
    for action in (lambda: image.metadata_get("nothing"), lambda: image.metadata_remove("nothing")):
        with pytest.raises(KeyError):
            action()


def test_configuration_override_must_name_an_option(image):
    with pytest.raises(rbd.InvalidArgument):
        image.metadata_set("conf_no_such_option", "1")


def test_functions_to_come_say_that_they_are_not_supported(ioctx, image):
    with pytest.raises((rbd.OperationNotSupported, rbd.FunctionNotSupported)):
        rbd.RBD().mirror_mode_set(ioctx, 1)


def test_context_closed_before_the_image(cluster):
    cluster.create_pool("pool")
    ioctx = cluster.open_ioctx("pool")
    rbd.RBD().create(ioctx, "disk", MIB)
    image = rbd.Image(ioctx, "disk")

    ioctx.close()

    image.write(b"still", 0)
    assert image.read(0, 5) == b"still"
    image.close()


def test_cluster_used_after_shutdown(room):
    cluster = rados.Rados(conffile="")
    cluster.connect()
    cluster.shutdown()

    with pytest.raises(rados.Error):
        cluster.get_fsid()


def test_cluster_used_before_connect(room):
    cluster = rados.Rados(conffile="")

    with pytest.raises(rados.Error):
        cluster.open_ioctx("rbd")
    cluster.shutdown()
