"""What operators see of a cluster in Ceph's words, and what 'curverbd check --cluster' says of one in trouble."""

import json

import pytest
from partner import partner
from room import GIB

pytestmark = pytest.mark.parametrize("io", ["direct"])


def told(room, *command):
    return json.loads(room.run(*command, "--format", "json").stdout)


def mds_of(room):
    settings = dict(line.split(" = ") for line in room.conf_of_host().splitlines() if " = " in line)
    return settings["curve_mds"].split(",")


def test_mds_are_monitors(room, pool, curve):
    dump = told(room, "ceph", "mon", "dump")

    assert [mon["public_addr"] for mon in dump["mons"]] == [f"{address}/0" for address in mds_of(room)]
    assert [mon["rank"] for mon in dump["mons"]] == [0, 1] and dump["quorum"] == [0, 1]
    first = told(room, "ceph", "status")
    curve.tell("kill-mds")
    assert told(room, "ceph", "status")["fsid"] == first["fsid"] == dump["fsid"]


def test_chunkservers_are_osds(room, pool, curve):
    tree = told(room, "ceph", "osd", "tree")["nodes"]
    assert [node["status"] for node in tree if node["type"] == "osd"] == ["up"] * 3
    assert [node["children"] for node in tree if node["type"] == "host"] == [[1, 2, 3]]

    curve.tell("stop-chunkserver", 2)

    down = [node["name"] for node in told(room, "ceph", "osd", "tree")["nodes"] if node.get("status") == "down"]
    assert down == ["osd.2"]
    status = told(room, "ceph", "-s")
    assert (status["health"]["status"], status["osdmap"]["num_osds"], status["osdmap"]["num_up_osds"]) == ("HEALTH_WARN", 3, 2)
    assert "OSD_DOWN" in status["health"]["checks"]


def test_capacity_is_that_of_the_cluster(room, pool, curve):
    room.run("rbd", "create", "rbd/disk", "--size", "1G")
    room.run("qemu-io", "-f", "raw", "-c", "write 0 1M", "rbd:rbd/disk")

    stats = told(room, "ceph", "df")
    usage = told(room, "ceph", "osd", "df")

    assert stats["stats"]["total_bytes"] == 1024 * GIB and stats["stats"]["total_used_bytes"] > 0
    assert stats["stats"]["total_avail_bytes"] == stats["stats"]["total_bytes"] - stats["stats"]["total_used_bytes"]
    (of_pool,) = stats["pools"]
    assert of_pool["name"] == "rbd" and of_pool["stats"]["max_avail"] == stats["stats"]["total_avail_bytes"]
    assert [(node["name"], node["status"], node["kb"]) for node in usage["nodes"]] == [(f"osd.{number}", "up", 1 << 30) for number in (1, 2, 3)]
    assert usage["summary"]["total_kb"] == 3 << 30
    assert told(room, "ceph", "osd", "pool", "ls") == ["rbd"]
    text = room.run("ceph", "osd", "df").stdout
    assert "osd" not in text and "MIN/MAX VAR" in text and "TOTAL" in text


def test_watchers_are_shown(room, pool, curve):
    room.run("rbd", "create", "rbd/disk", "--size", "1G")
    assert told(room, "rbd", "status", "rbd/disk")["watchers"] == []

    with partner(room) as other:
        other.do("image = rbd.Image(ioctx, 'disk')")
        (watcher,) = told(room, "rbd", "status", "rbd/disk")["watchers"]

    assert set(watcher) == {"address", "client", "cookie"} and watcher["address"].startswith("127.0.0.1:0/")
    assert told(room, "rbd", "status", "rbd/disk")["watchers"] == []


def check(room, *options):
    done = room.run("curverbd", "check", "--cluster", *options, check=False, timeout=60)
    findings = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    assert (done.returncode != 0) == bool(findings), done.stdout + done.stderr
    return findings


def test_check_of_a_cluster_that_is_well(room, pool, curve):
    assert check(room) == []


@pytest.mark.parametrize("orders, says", [
    ([["stop-mds"]], ["WRONG  MDS: none of those in curve_mds leads", "Are they running"]),
    ([["fault", "GetClusterInfo", "dropped", 100]], ["WRONG  MDS 127.0.0.1:", "can't be reached"]),
    ([["skew", 60]], ["WRONG  clock: this host's is about 60 s behind", "NTP"]),
    ([["skew", -120]], ["WRONG  clock: this host's is about 120 s ahead", "NTP"]),
    ([["stop-etcd"]], ["WRONG  etcd http://127.0.0.1:", "is it running"]),
    ([["stop-chunkserver", 2]], ["WRONG  chunkserver 2 (127.0.0.1:", "offline"]),
    ([["capacity", 0]], ["WRONG  space:", "/RecycleBin"]),
    ([["delete", "/rbd", "admin"]], ["WRONG  directory /rbd: is missing", "curve_mds and curve_etcd"]),
    ([["chown", "/rbd", "eve"]], ["WRONG  directory /rbd: belongs to eve, and this client is admin", "connect as the owner"]),
], ids=["no MDS", "MDS unreachable", "clock behind", "clock ahead", "no etcd", "chunkserver down", "no space", "no directory", "wrong owner"])
def test_check_names_what_is_wrong(room, pool, curve, orders, says):
    for order in orders:
        curve.tell(*order)

    findings = check(room)

    assert any(all(part in finding for part in says) for finding in findings), findings


@pytest.mark.parametrize("key, value, says", [
    ("curve_root_password", "wrong", ["WRONG  password of root: curve_root_password is wrong", "mds.auth.rootPassword"]),
    ("curve_mds", "127.0.0.1:1", ["WRONG  MDS: none of those in curve_mds leads", "is curve_mds right"]),
    ("curve_etcd", "http://127.0.0.1:1", ["WRONG  etcd http://127.0.0.1:1", "is curve_etcd right"]),
    ("curve_io", "nebd:/nowhere/nebd.sock", ["WRONG  nebd /nowhere/nebd.sock", "Is it running"]),
    ("curve_io", "nebd", ["WRONG  configuration: curve_io = nebd"]),
])
def test_check_names_the_wrong_setting(room, pool, curve, key, value, says):
    room.set_on_host(key, value)

    findings = check(room)

    assert any(all(part in finding for part in says) for finding in findings), findings


def test_check_as_somebody_else_names_the_owner(room, pool, curve):
    findings = check(room, "--id", "eve")

    assert len(findings) == 1 and "directory /rbd: belongs to admin, and this client is eve" in findings[0]


def test_check_names_a_nebd_server_that_is_gone(room, pool, curve):
    room.use("nebd")
    assert check(room) == []
    curve.tell("stop-nebd")

    (finding,) = check(room)

    assert f"nebd {curve.directory}/nebd.sock" in finding and "Is it running" in finding
