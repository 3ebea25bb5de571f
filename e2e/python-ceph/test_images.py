"""The Python modules: creating, listing, renaming, copying and removing images."""

import datetime

import pytest
import rbd
from room import GIB, KIB, MIB, pattern

DEFAULT_FEATURES = 61


def test_create_with_defaults(ioctx):
    rbd.RBD().create(ioctx, "disk", GIB)

    with rbd.Image(ioctx, "disk") as image:
        stat = image.stat()
        assert image.features() == DEFAULT_FEATURES
        assert (stat["size"], stat["obj_size"], stat["num_objs"], stat["order"]) == (GIB, 4 * MIB, 256, 22)
        assert stat["block_name_prefix"] == "rbd_data." + image.id()
        assert stat["parent_pool"] in (-1, 2**64 - 1) and stat["parent_name"] in ("", b"")
        assert image.old_format() is False
        assert (image.stripe_unit(), image.stripe_count()) == (4 * MIB, 1)
        assert (image.flags(), image.op_features(), image.overlap()) == (0, 0, 0)
        assert image.get_name() == "disk"
        assert image.block_name_prefix() == stat["block_name_prefix"]


def test_create_with_everything_chosen(ioctx):
    rbd.RBD().create(ioctx, "disk", 10 * MIB, order=20, old_format=False, features=rbd.RBD_FEATURE_LAYERING, stripe_unit=64 * KIB, stripe_count=4)

    with rbd.Image(ioctx, "disk") as image:
        assert image.stat()["order"] == 20
        assert image.features() == rbd.RBD_FEATURE_LAYERING | rbd.RBD_FEATURE_STRIPINGV2
        assert (image.stripe_unit(), image.stripe_count()) == (64 * KIB, 4)


def test_id_is_lower_case_hex(image):
    assert 0 < len(image.id()) <= 14 and set(image.id()) <= set("0123456789abcdef")


@pytest.mark.parametrize("size", [0, 1, 475136, 1234567, 40 * MIB + 512, 2**43 + 1])
def test_size_is_exact_to_the_byte(ioctx, size):
    rbd.RBD().create(ioctx, "disk", size)

    with rbd.Image(ioctx, "disk") as image:
        assert image.size() == size and image.stat()["num_objs"] == -(-size // (4 * MIB))


def test_list_is_sorted_by_bytes(ioctx):
    for name in ("b", "a", "Z", "a1"):
        rbd.RBD().create(ioctx, name, MIB)

    assert rbd.RBD().list(ioctx) == ["Z", "a", "a1", "b"]


def test_list_of_an_empty_pool(ioctx):
    assert rbd.RBD().list(ioctx) == []


def test_list_with_more_than_the_first_buffer_holds(ioctx):
    names = [f"image-with-a-rather-long-name-{number:04}" for number in range(60)]
    for name in names:
        rbd.RBD().create(ioctx, name, MIB)

    assert rbd.RBD().list(ioctx) == names
    assert [entry["name"] for entry in rbd.RBD().list2(ioctx)] == names


def test_list2_tells_the_ids(ioctx, image):
    assert list(rbd.RBD().list2(ioctx)) == [{"id": image.id(), "name": "disk"}]


def test_open_by_id(ioctx, image):
    with rbd.Image(ioctx, image_id=image.id()) as same:
        assert same.get_name() == "disk" and same.size() == image.size()


def test_rename_keeps_id_and_content(ioctx):
    rbd.RBD().create(ioctx, "old", MIB)
    with rbd.Image(ioctx, "old") as image:
        image.write(pattern(1000), 5)
        identity = image.id()

    rbd.RBD().rename(ioctx, "old", "new")

    assert rbd.RBD().list(ioctx) == ["new"]
    with rbd.Image(ioctx, "new") as image:
        assert image.id() == identity and image.read(5, 1000) == pattern(1000)


def test_rename_of_an_open_image(ioctx, image):
    rbd.RBD().rename(ioctx, "disk", "moved")

    image.write(b"after", 0)
    with rbd.Image(ioctx, "moved") as moved:
        assert moved.read(0, 5) == b"after"


def test_remove_frees_the_name(ioctx):
    rbd.RBD().create(ioctx, "disk", MIB)
    with rbd.Image(ioctx, "disk") as image:
        image.write(b"old data", 0)

    rbd.RBD().remove(ioctx, "disk")

    assert rbd.RBD().list(ioctx) == []
    rbd.RBD().create(ioctx, "disk", MIB)
    with rbd.Image(ioctx, "disk") as image:
        assert image.read(0, 8) == bytes(8)


def test_remove_reports_progress(ioctx):
    rbd.RBD().create(ioctx, "disk", 64 * MIB)
    seen = []

    rbd.RBD().remove(ioctx, "disk", on_progress=lambda done, total: seen.append((done, total)) or 0)

    assert seen and all(0 <= done <= total for done, total in seen)


def test_copy_takes_content_size_and_metadata_of_the_image(ioctx, image):
    image.write(pattern(MIB), 3 * MIB + 7)
    image.metadata_set("key", "value")

    image.copy(ioctx, "copy")

    with rbd.Image(ioctx, "copy") as copy:
        assert copy.size() == image.size() and copy.features() == image.features()
        assert copy.read(0, copy.size()) == image.read(0, image.size())


def test_copy_into_another_pool(cluster, ioctx, image):
    cluster.create_pool("other")
    image.write(b"hello", 100)

    with cluster.open_ioctx("other") as other:
        image.copy(other, "copy")

        with rbd.Image(other, "copy") as copy:
            assert copy.read(100, 5) == b"hello"


@pytest.mark.parametrize("size", [0, 1, 10 * MIB + 1, 128 * MIB, 2**43])
def test_resize(image, size):
    image.resize(size)

    assert image.size() == size and image.stat()["size"] == size


def test_resize_to_the_same_size(image):
    image.resize(image.size())


def test_resize_cuts_data_off_for_good(image):
    image.write(pattern(8 * MIB), 0)

    image.resize(3 * MIB + 1)
    image.resize(8 * MIB)

    assert image.read(0, 8 * MIB) == pattern(8 * MIB)[:3 * MIB + 1] + bytes(5 * MIB - 1)


def test_size_set_through_one_handle_is_seen_by_another(ioctx, image):
    with rbd.Image(ioctx, "disk") as other:
        image.resize(80 * MIB)

        assert other.size() == 80 * MIB
        other.write(b"there", 79 * MIB)

    assert image.read(79 * MIB, 5) == b"there"


def test_update_features(image):
    image.update_features(rbd.RBD_FEATURE_OBJECT_MAP, False)
    without = image.features()
    image.update_features(rbd.RBD_FEATURE_EXCLUSIVE_LOCK, False)

    assert without == DEFAULT_FEATURES & ~(rbd.RBD_FEATURE_OBJECT_MAP | rbd.RBD_FEATURE_FAST_DIFF)
    assert image.features() == rbd.RBD_FEATURE_LAYERING | rbd.RBD_FEATURE_DEEP_FLATTEN


def test_features_as_text():
    assert rbd.RBD().features_to_string(61) == "deep-flatten,exclusive-lock,fast-diff,layering,object-map"
    assert rbd.RBD().features_from_string("layering,exclusive-lock") == 5


def test_timestamps_are_now(image):
    now = datetime.datetime.utcnow()

    for taken in (image.create_timestamp(), image.access_timestamp(), image.modify_timestamp()):
        assert abs((now - taken).total_seconds()) < 3600 * 14  # the module speaks local time


def test_metadata(image):
    image.metadata_set("b", "2")
    image.metadata_set("a", "1")
    image.metadata_set("a", "one")

    assert list(image.metadata_list()) == [("a", "one"), ("b", "2")]
    assert image.metadata_get("a") == "one"
    image.metadata_remove("b")
    with pytest.raises(KeyError):
        image.metadata_get("b")


def test_metadata_of_many_keys_and_a_long_value(image):
    # No empty value: Ceph's module drops those from its list and then pairs keys with the wrong values.
    expected = {**{f"key{number:03}": "v" * number for number in range(1, 150)}, "long": "x" * 20000}
    for key, value in expected.items():
        image.metadata_set(key, value)

    assert dict(image.metadata_list()) == expected
    assert image.metadata_get("long") == "x" * 20000


def test_watchers_are_the_open_handles(ioctx, image):
    alone = list(image.watchers_list())
    with rbd.Image(ioctx, "disk"):
        together = list(image.watchers_list())
    with rbd.Image(ioctx, "disk", read_only=True):
        beside_a_reader = list(image.watchers_list())

    assert (len(alone), len(together), len(beside_a_reader)) == (1, 2, 1)
    assert ":0/" in alone[0]["addr"]


def test_plain_image_has_no_relatives(image):
    assert list(image.list_snaps()) == []
    with pytest.raises(rbd.ImageNotFound):
        image.parent_info()
    with pytest.raises(rbd.ImageNotFound):
        image.get_parent_image_spec()


def test_version():
    assert rbd.RBD().version() == (1, 16, 0)
