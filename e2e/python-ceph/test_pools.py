"""Pools: namespaces, metadata, options, applications, configuration, and what a cluster without mirroring answers."""

import pytest
import rados
import rbd
from room import MIB


def test_namespaces(ioctx):
    images = rbd.RBD()
    images.namespace_create(ioctx, "one")
    images.namespace_create(ioctx, "two")
    assert images.namespace_list(ioctx) == ["one", "two"] and images.namespace_exists(ioctx, "one") and not images.namespace_exists(ioctx, "three")
    with pytest.raises(rbd.ImageExists):
        images.namespace_create(ioctx, "one")

    ioctx.set_namespace("one")
    images.create(ioctx, "disk", MIB)
    assert ioctx.get_namespace() == "one" and images.list(ioctx) == ["disk"]
    ioctx.set_namespace("")
    assert images.list(ioctx) == []

    with pytest.raises(rbd.ImageBusy):
        images.namespace_remove(ioctx, "one")
    images.namespace_remove(ioctx, "two")
    with pytest.raises(rbd.ImageNotFound):
        images.namespace_remove(ioctx, "two")


def test_a_copy_of_a_context_has_its_namespace(ioctx):
    rbd.RBD().namespace_create(ioctx, "one")
    ioctx.set_namespace("one")

    with ioctx.dup() as copy:
        rbd.RBD().create(copy, "disk", MIB)
        assert copy.get_namespace() == "one" and copy.get_pool_id() == ioctx.get_pool_id()

    assert rbd.RBD().list(ioctx) == ["disk"]


def test_metadata_of_a_pool(ioctx):
    images = rbd.RBD()
    for number in range(70):
        images.pool_metadata_set(ioctx, f"key-{number:02}", "x" * number or "empty")

    assert images.pool_metadata_get(ioctx, "key-69") == "x" * 69
    assert dict(images.pool_metadata_list(ioctx)) == {f"key-{number:02}": "x" * number or "empty" for number in range(70)}
    images.pool_metadata_remove(ioctx, "key-00")
    for action in (images.pool_metadata_get, images.pool_metadata_remove):
        with pytest.raises(KeyError):
            action(ioctx, "key-00")


def test_options_of_a_pool_hold_for_its_images(ioctx, image):
    rbd.RBD().config_set(ioctx, "rbd_qos_iops_limit", "50")

    assert rbd.RBD().config_get(ioctx, "rbd_qos_iops_limit") == "50"
    for options, source in ((rbd.RBD().config_list(ioctx), rbd.RBD_CONFIG_SOURCE_POOL), (image.config_list(), rbd.RBD_CONFIG_SOURCE_POOL)):
        option = next(option for option in options if option["name"] == "rbd_qos_iops_limit")
        assert (option["value"], option["source"]) == ("50", source)
    rbd.RBD().config_remove(ioctx, "rbd_qos_iops_limit")
    with pytest.raises(KeyError):
        rbd.RBD().config_get(ioctx, "rbd_qos_iops_limit")


def test_initialising_a_pool(ioctx):
    rbd.RBD().pool_init(ioctx, False)
    rbd.RBD().pool_init(ioctx, True)

    assert "rbd" in ioctx.application_list()


def test_applications(ioctx):
    ioctx.application_enable("one")
    with pytest.raises(rados.PermissionError):
        ioctx.application_enable("two")
    ioctx.application_enable("two", force=True)

    ioctx.application_metadata_set("one", "key", "value")
    ioctx.application_metadata_set("one", "other", "")

    assert sorted(ioctx.application_list()) == ["one", "two"]
    assert ioctx.application_metadata_get("one", "key") == "value"
    assert sorted(ioctx.application_metadata_list("one")) == [("key", "value"), ("other", "")]
    ioctx.application_metadata_remove("one", "key")
    with pytest.raises(KeyError):
        ioctx.application_metadata_get("one", "key")


def test_pool_by_number(cluster, ioctx):
    with cluster.open_ioctx2(ioctx.get_pool_id()) as same:
        assert same.get_pool_name() == "rbd" and same.get_pool_id() == ioctx.get_pool_id()
    with pytest.raises(rados.ObjectNotFound):
        cluster.open_ioctx2(999)
    assert cluster.pool_reverse_lookup(ioctx.get_pool_id()) == "rbd" and cluster.pool_lookup("nothing") is None
    assert ioctx.alignment() is None and cluster.wait_for_latest_osdmap() == 0


def test_options_of_a_command_line(room):
    cluster = rados.Rados()

    rest = cluster.conf_parse_argv(["program", "--client_mount_timeout", "7", "word", "--rbd_cache=false"])

    assert rest == ["program", "word"] and cluster.conf_get("client_mount_timeout") == "7" and cluster.conf_get("rbd_cache") == "false"
    cluster.shutdown()


def test_options_of_the_environment(room, monkeypatch):
    monkeypatch.setenv("CEPH_ARGS", "--client_mount_timeout 9")
    cluster = rados.Rados()

    cluster.conf_parse_env()

    assert cluster.conf_get("client_mount_timeout") == "9"
    cluster.shutdown()


def test_configuration_in_the_constructor(room):
    conf = room.file("own.conf", b"[global]\nclient_mount_timeout = 3\nrbd_default_order = 23\n")

    cluster = rados.Rados(name="client.glance", conf_defaults={"rbd_default_order": "20"}, conffile=str(conf), conf={"client_mount_timeout": "4"})

    assert cluster.conf_get("client_mount_timeout") == "4" and cluster.conf_get("rbd_default_order") == "20"
    cluster.shutdown()


def test_constructor_refuses(room):
    with pytest.raises(rados.Error, match="rados_id and name"):
        rados.Rados(rados_id="a", name="client.b")
    with pytest.raises(rados.ObjectNotFound):
        rados.Rados(conffile=str(room.path / "missing.conf"))


def test_states(room):
    cluster = rados.Rados(conffile="")
    with pytest.raises(rados.RadosStateError):
        cluster.list_pools()
    cluster.shutdown()
    with pytest.raises(rados.RadosStateError):
        cluster.connect()


def test_closed_context(ioctx):
    ioctx.close()

    with pytest.raises(rados.IoctxStateError):
        ioctx.get_stats()
    with pytest.raises(rados.IoctxStateError):
        ioctx.read("object")


def test_a_cluster_without_mirroring(cluster, ioctx, image):
    images = rbd.RBD()

    assert images.mirror_mode_get(ioctx) == rbd.RBD_MIRROR_MODE_DISABLED
    assert images.mirror_site_name_get(cluster) == cluster.get_fsid()
    assert list(images.mirror_peer_list(ioctx)) == []
    info = image.mirror_image_get_info()
    assert info == {"global_id": "", "state": rbd.RBD_MIRROR_IMAGE_DISABLED, "primary": False}
    for action in (image.mirror_image_enable, image.mirror_image_demote, lambda: image.mirror_image_disable(False)):
        with pytest.raises(rbd.InvalidArgument):
            action()
    for action in (lambda: image.mirror_image_promote(False), image.mirror_image_resync):
        with pytest.raises(rbd.Error):
            action()


def test_small_answers_of_an_image(ioctx, image):
    image.create_snap("snap")

    assert image.data_pool_id() == ioctx.get_pool_id()
    assert image.group() == {"pool": -1, "name": ""}
    assert image.snap_exists("snap") and not image.snap_exists("other")


def test_feature_names():
    images = rbd.RBD()

    assert images.features_to_string(61) == "deep-flatten,exclusive-lock,fast-diff,layering,object-map"
    assert images.features_from_string("layering,journaling") == 65 and images.features_from_string("") == 61
    for action in (lambda: images.features_to_string(1 << 40), lambda: images.features_from_string("nonsense")):
        with pytest.raises(rbd.InvalidArgument):
            action()
