"""The Python modules: connecting, configuration, pools, statistics and monitor commands."""

import json
import re

import pytest
import rados
import rbd
from room import MIB


def ask(cluster, prefix, **arguments):
    code, out, status = cluster.mon_command(json.dumps({"prefix": prefix, "format": "json", **arguments}), b"")
    assert code == 0, status
    return json.loads(out)


def test_fsid_is_the_same_for_everybody(room, cluster):
    fsid = cluster.get_fsid()

    again = room.python("import rados\nwith rados.Rados(conffile='') as c: print(c.get_fsid())").strip()

    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", fsid) and again == fsid


def test_connecting_twice(cluster):
    with pytest.raises(rados.Error):
        cluster.connect()


def test_versions(cluster):
    version = cluster.version()

    assert (version.major, version.minor, version.extra) == (3, 0, 0)


def test_default_features_are_digits(cluster):
    assert cluster.conf_get("rbd_default_features") == "61"

    cluster.conf_set("rbd_default_features", "layering,exclusive-lock")

    assert cluster.conf_get("rbd_default_features") == "5"


def test_options_that_services_set(room):
    cluster = rados.Rados(rados_id="cinder", conffile="")
    for option, value in (("rados_osd_op_timeout", "5"), ("rados_mon_op_timeout", "5"), ("client_mount_timeout", "5"), ("rbd_cache", "true")):
        cluster.conf_set(option, value)

    cluster.connect()

    assert cluster.conf_get("client_mount_timeout") == "5" and cluster.conf_get("rbd_cache") == "true"
    cluster.shutdown()


def test_pools(cluster):
    cluster.create_pool("b")
    cluster.create_pool("a")

    assert set(cluster.list_pools()) >= {"a", "b"}
    assert cluster.pool_exists("a") and not cluster.pool_exists("c")
    number = cluster.pool_lookup("a")
    assert number > 0 and cluster.pool_reverse_lookup(number) == "a"
    cluster.delete_pool("a")
    assert not cluster.pool_exists("a")
    cluster.create_pool("a")
    assert cluster.pool_lookup("a") > number


def test_list_of_many_pools(cluster):
    names = {f"a-pool-with-a-long-name-{number}" for number in range(40)}
    for name in names:
        cluster.create_pool(name)

    assert set(cluster.list_pools()) == names


def test_cluster_statistics(cluster):
    stats = cluster.get_cluster_stats()

    assert stats["kb"] > 0 and stats["kb_avail"] > 0 and stats["kb_used"] + stats["kb_avail"] <= stats["kb"] * 1.001


def test_pool_statistics_grow_with_what_is_written(ioctx, image):
    before = ioctx.get_stats()["num_bytes"]

    image.write(b"x" * (8 * MIB), 0)
    image.flush()

    assert ioctx.get_stats()["num_bytes"] >= before + 8 * MIB


def test_addresses(cluster):
    assert re.search(r":0/\d+", cluster.get_addrs())
    assert cluster.get_instance_id() > 0


def test_df_has_the_keys_of_the_drivers(cluster, ioctx, image):
    image.write(b"x" * MIB, 0)

    df = ask(cluster, "df")

    pool = next(pool for pool in df["pools"] if pool["name"] == "rbd")
    assert df["stats"]["total_bytes"] > 0 and df["stats"]["total_avail_bytes"] > 0
    assert pool["id"] == ioctx.get_pool_id()
    assert pool["stats"]["max_avail"] > 0 and pool["stats"]["stored"] >= MIB and pool["stats"]["bytes_used"] >= MIB


def test_pool_quota(cluster, ioctx):
    quota = ask(cluster, "osd pool get-quota", pool="rbd")

    assert quota["pool_name"] == "rbd" and quota["quota_max_bytes"] == 0 and quota["quota_max_objects"] == 0


def test_mon_dump_leads_back(room, cluster):
    dump = ask(cluster, "mon dump")

    assert dump["fsid"] == cluster.get_fsid()
    for mon in dump["mons"]:
        assert re.fullmatch(r".+:\d+/\d+", mon["addr"])


def test_status_and_health(cluster):
    status = ask(cluster, "status")

    assert status["fsid"] == cluster.get_fsid() and status["health"]["status"] == "HEALTH_OK"
    assert ask(cluster, "health")["status"] == "HEALTH_OK"


def test_pool_commands(cluster, ioctx):
    assert ask(cluster, "osd pool ls") == ["rbd"]
    assert ask(cluster, "osd lspools") == [{"poolnum": ioctx.get_pool_id(), "poolname": "rbd"}]
    assert ask(cluster, "osd pool get", pool="rbd", var="size")["size"] >= 1


def test_refused_commands(cluster):
    code, out, status = cluster.mon_command(json.dumps({"prefix": "no such command"}), b"")
    assert (code, out, status) == (-22, b"", "command not known")

    code, _, _ = cluster.mon_command("not json", b"")
    assert code == -22

    code, _, status = cluster.mon_command(json.dumps({"prefix": "osd pool get", "pool": "x", "var": "size"}), b"")
    assert code == -2 and status == "unrecognized pool 'x'"


def test_keyring_in_a_throw_away_configuration(room):
    # os-brick writes such a file: monitor addresses and the text of the keyring, nothing else.
    brick = room.path / "brickrbd"
    brick.write_text("[global]\nmon_host = 127.0.0.1:6789\n[client.cinder]\n\tkey = AQBPmLJlAAAAABAAqJ5M0cXx0tq3yT2Nq8Yw2A==\n\tcaps mon = \"profile rbd\"\n")
    cluster = rados.Rados(rados_id="cinder", clustername="ceph", conffile=str(brick))

    cluster.connect()
    cluster.create_pool("volumes")
    with cluster.open_ioctx("volumes") as ioctx:
        rbd.RBD().create(ioctx, "volume", MIB)
    cluster.shutdown()

    assert (room.store).is_dir() and any(room.store.iterdir())
