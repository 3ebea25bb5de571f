"""Cinder with the rbd driver, the real services over HTTP: the life of volumes, snapshots, images and backups."""

import base64
import json

import pytest
from cinder_services import FIXED_KEY
from openstack_host import Refused, wait_until
from room import GIB, MIB, pattern

pytestmark = pytest.mark.xdist_group("cinder")

EXCLUSIVE_LOCK_AND_WHAT_NEEDS_IT = {"exclusive-lock", "object-map", "fast-diff"}


def rbd_of(volume, pool="volumes"):
    return f"{pool}/volume-{volume}"


def parent(host, image):
    found = host.info(image).get("parent")
    return found and (found["pool"], found["image"], found["snapshot"])


def trash(host, pool):
    return [entry["name"] for entry in json.loads(host.rbd("trash", "ls", pool, "--format", "json"))]


def test_create_extend_delete(host, volumes):
    volume = volumes.volume(1)
    info = host.info(rbd_of(volume))
    assert (info["size"], info["order"]) == (GIB, 22)
    assert host.run("rbd", "diff", rbd_of(volume)).stdout == ""

    with host.holding(rbd_of(volume)) as guest:
        guest("write -P 1 0 64k")
        volumes.act(volume, "os-extend", new_size=2)
        # As QEMU does when libvirt tells it the new size.
        guest("truncate 2G")
        guest("write -P 2 1536M 64k")

    assert host.info(rbd_of(volume))["size"] == 2 * GIB
    host.reads(rbd_of(volume), 1, 0, "64k")
    host.reads(rbd_of(volume), 2, "1536M", "64k")
    volumes.delete("volume", volume)
    assert host.images("volumes") == []


def test_from_image_by_clone(host, volumes, images):
    content = pattern(10 * MIB)
    image = images.upload(content)

    volume = volumes.volume(1, imageRef=image)

    assert parent(host, rbd_of(volume)) == ("images", image, "snap")
    assert host.info(rbd_of(volume))["size"] == GIB
    assert volumes.get("volume", volume)["bootable"] == "true"
    assert host.content(rbd_of(volume))[:12 * MIB] == content + bytes(2 * MIB)
    assert images.refusal("delete", image) == 409
    volumes.delete("volume", volume)
    images.delete(image)


def test_from_qcow2_image_by_conversion(host, volumes, images):
    path = host.path / "disk.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", path, "64M")
    host.run("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 3M", path)
    image = images.upload(path.read_bytes(), "qcow2")

    volume = volumes.volume(1, imageRef=image)

    assert parent(host, rbd_of(volume)) is None and host.info(rbd_of(volume))["size"] == GIB
    for byte, offset, length in ((0, 0, "1M"), (7, "1M", "3M"), (0, "4M", "60M")):
        host.reads(rbd_of(volume), byte, offset, length)
    volumes.delete("volume", volume)
    images.delete(image)


def test_qcow2_image_with_a_backing_file_is_refused(host, volumes, images):
    base, top = host.path / "base.qcow2", host.path / "top.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", base, "64M")
    host.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", top)
    image = images.upload(top.read_bytes(), "qcow2")

    volume = volumes.volume(1, imageRef=image, wanted=None)

    wait_until(lambda: volumes.get("volume", volume)["status"] == "error")
    volumes.delete("volume", volume)
    assert host.images("volumes") == []
    images.delete(image)


def test_snapshot_clone_and_their_deletion(host, volumes):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 1 0 1M")
    snapshot = volumes.snapshot(volume)
    host.write(rbd_of(volume), "write -P 2 0 1M")
    assert host.snapshots(rbd_of(volume)) == {f"snapshot-{snapshot}": True}

    copy = volumes.volume(2, snapshot_id=snapshot)

    assert parent(host, rbd_of(copy)) == ("volumes", f"volume-{volume}", f"snapshot-{snapshot}")
    host.reads(rbd_of(copy), 1, 0, "1M")
    host.reads(rbd_of(copy), 0, "1M", "63M")
    volumes.request("DELETE", f"snapshots/{snapshot}")
    wait_until(lambda: volumes.get("snapshot", snapshot)["status"] == "available")
    assert host.snapshots(rbd_of(volume)) == {f"snapshot-{snapshot}": True}
    volumes.delete("volume", copy)
    volumes.delete("snapshot", snapshot)
    volumes.delete("volume", volume)
    assert host.images("volumes") == []


def test_chain_of_clones_is_flattened_at_its_depth_and_deleted_in_any_order(host, volumes):
    chain = [volumes.volume(1)]
    host.write(rbd_of(chain[0]), "write -P 1 0 1M")
    for number in (2, 3, 4):
        with host.holding(rbd_of(chain[-1])):
            chain.append(volumes.volume(1, source_volid=chain[-1]))
        host.write(rbd_of(chain[-1]), f"write -P {number} {number}M 1M")

    # rbd_max_clone_depth is 2: the third clone stands on its own.
    assert [parent(host, rbd_of(volume)) is not None for volume in chain] == [False, True, True, False]
    for byte, offset in ((1, 0), (2, "2M"), (3, "3M"), (4, "4M")):
        host.reads(rbd_of(chain[-1]), byte, offset, "1M")
    volumes.delete("volume", chain[0])
    assert f"volume-{chain[0]}.deleted" in host.images("volumes")
    volumes.delete("volume", chain[1])
    host.reads(rbd_of(chain[2]), 1, 0, "1M")
    volumes.delete("volume", chain[2])
    assert host.images("volumes") == [f"volume-{chain[3]}"]
    volumes.delete("volume", chain[3])
    assert host.images("volumes") == []


def test_revert_to_snapshot(host, volumes):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 1 0 1M")
    snapshot = volumes.snapshot(volume)
    host.write(rbd_of(volume), "write -P 2 0 2M")

    volumes.act(volume, "revert", snapshot_id=snapshot)

    host.reads(rbd_of(volume), 1, 0, "1M")
    host.reads(rbd_of(volume), 0, "1M", "1M")
    volumes.request("DELETE", f"volumes/{volume}?cascade=True")
    volumes.wait("volume", volume, None)
    assert host.images("volumes") == []


def test_volume_that_is_open_elsewhere_goes_to_the_trash_and_is_not_lost(host, volumes):
    volume = volumes.volume(1)

    with host.holding(rbd_of(volume)) as guest:
        volumes.delete("volume", volume)
        assert host.images("volumes") == [] and trash(host, "volumes") == [f"volume-{volume}"]
        guest("write -P 1 0 64k")

    entry, = json.loads(host.rbd("trash", "ls", "volumes", "--format", "json"))
    host.rbd("trash", "rm", "--no-progress", f"volumes/{entry['id']}")


def test_deferred_deletion_purges_what_is_due(host, volumes):
    source = volumes.volume(1, volume_type="trash")
    snapshot = volumes.snapshot(source)
    copy = volumes.volume(1, snapshot_id=snapshot, volume_type="trash")
    assert parent(host, rbd_of(copy, "archive")) is None

    volumes.delete("snapshot", snapshot)
    volumes.delete("volume", source)
    volumes.delete("volume", copy)

    assert host.images("archive") == []
    wait_until(lambda: trash(host, "archive") == [])


def test_manage_and_unmanage_a_volume_and_its_snapshot(host, volumes):
    host.rbd("create", "volumes/old disk", "--size", str(GIB + MIB) + "B")
    host.rbd("snap", "create", "--no-progress", "volumes/old disk@old")
    listed = volumes.request("GET", "manageable_volumes/detail?host=node@ceph%23ceph")["manageable-volumes"]
    assert [(entry["reference"], entry["size"], entry["safe_to_manage"]) for entry in listed] == [({"source-name": "old disk"}, 2, True)]

    volume = volumes.make("volume", path="manageable_volumes", host="node@ceph#ceph", ref={"source-name": "old disk"}, volume_type="ceph")
    snapshot = volumes.make("snapshot", path="manageable_snapshots", volume_id=volume, ref={"source-name": "old"})

    assert host.images("volumes") == [f"volume-{volume}"]
    assert host.snapshots(rbd_of(volume)) == {f"snapshot-{snapshot}": True}
    volumes.request("POST", f"snapshots/{snapshot}/action", {"os-unmanage": {}})
    volumes.wait("snapshot", snapshot, None)
    assert host.snapshots(rbd_of(volume)) == {f"snapshot-{snapshot}": False}
    volumes.act(volume, "os-unmanage", wanted=None)
    volumes.wait("volume", volume, None)
    assert host.images("volumes") == [f"volume-{volume}"]
    host.rbd("snap", "purge", "--no-progress", rbd_of(volume))
    host.rbd("rm", "--no-progress", rbd_of(volume))


def attach(volumes, volume, node):
    connector = {"initiator": f"iqn.2026-01.org:{node}", "ip": "127.0.0.1", "platform": "x86_64", "os_type": "linux", "host": node, "multipath": False}
    made = volumes.request("POST", "attachments", {"attachment": {"volume_uuid": volume, "connector": connector}})["attachment"]
    volumes.request("POST", f"attachments/{made['id']}/action", {"os-complete": {}})
    return made


def test_multi_attach(host, volumes):
    volumes.make_type("shared", volume_backend_name="ceph", multiattach="<is> True")
    volume = volumes.volume(1, volume_type="shared")

    attachments = [attach(volumes, volume, node) for node in ("one", "two")]

    told = attachments[0]["connection_info"]
    assert (told["name"], told["auth_username"], told["cluster_name"]) == (rbd_of(volume), "cinder", "ceph")
    assert (told["hosts"], told["ports"], told["discard"]) == (["127.0.0.1"], ["6789"], True)
    assert told["secret_uuid"] == host.run("ceph", "fsid").stdout.strip()
    assert not EXCLUSIVE_LOCK_AND_WHAT_NEEDS_IT & set(host.info(rbd_of(volume))["features"])
    with host.holding(rbd_of(volume), "cinder") as one, host.holding(rbd_of(volume), "cinder") as two:
        one("write -P 1 0 64k")
        two("write -P 2 64k 64k")
        one("read -P 2 64k 64k")
        two("read -P 1 0 64k")
    for attachment in attachments:
        volumes.request("DELETE", f"attachments/{attachment['id']}")
    volumes.wait("volume", volume)
    volumes.delete("volume", volume)


def test_retype_switches_features_and_limits(host, volumes):
    volumes.make_type("shareable", volume_backend_name="ceph", multiattach="<is> True")
    limited = volumes.make_type("limited", volume_backend_name="ceph")
    limits = volumes.request("POST", "qos-specs", {"qos_specs": {"name": "slow", "consumer": "back-end", "total_iops_sec": "500"}})["qos_specs"]
    volumes.request("GET", f"qos-specs/{limits['id']}/associate?vol_type_id={limited}")
    volume = volumes.volume(1)
    features = host.info(rbd_of(volume))["features"]

    def retype(name):
        volumes.act(volume, "os-retype", new_type=name, migration_policy="never", wanted=None)
        wait_until(lambda: volumes.get("volume", volume)["status"] == "available")
        assert volumes.get("volume", volume)["volume_type"] == name, volumes.tail()

    retype("shareable")
    assert not EXCLUSIVE_LOCK_AND_WHAT_NEEDS_IT & set(host.info(rbd_of(volume))["features"])
    retype("ceph")
    assert host.info(rbd_of(volume))["features"] == features
    retype("limited")
    assert host.rbd("config", "image", "get", rbd_of(volume), "rbd_qos_iops_limit") == "500\n"
    retype("ceph")
    assert "is not set" in host.run("rbd", "config", "image", "get", rbd_of(volume), "rbd_qos_iops_limit", check=False).stderr
    volumes.delete("volume", volume)


def test_migration_to_another_pool(host, volumes):
    volumes.make_type("anywhere")
    volume = volumes.volume(1, volume_type="anywhere")
    pools = ["volumes", "archive"] if host.images("volumes") else ["archive", "volumes"]
    target = {"volumes": "node@ceph#ceph", "archive": "node@trash#trash"}[pools[1]]
    host.write(rbd_of(volume, pools[0]), "write -P 1 512M 1M")

    volumes.act(volume, "os-migrate_volume", host=target, wanted=None)

    wait_until(lambda: volumes.get("volume", volume)["os-vol-host-attr:host"] == target)
    volumes.wait("volume", volume)
    wait_until(lambda: host.images(pools[0]) == [])
    host.reads(rbd_of(volume, pools[1]), 1, "512M", "1M")
    host.reads(rbd_of(volume, pools[1]), 0, "448M", "64M")
    volumes.delete("volume", volume)


def test_encrypted_volume_and_its_clones(host, volumes):
    kind = volumes.make_type("luks", volume_backend_name="ceph")
    volumes.request("POST", f"types/{kind}/encryption", {"encryption": {
        "provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256, "control_location": "front-end"}})
    volume = volumes.volume(1, volume_type="luks")

    def inside(image, *commands):
        key = base64.b64encode(FIXED_KEY.encode()).decode()
        options = f"driver=luks,key-secret=key,file.driver=rbd,file.pool=volumes,file.image=volume-{image}"
        return host.run("qemu-io", "--object", f"secret,id=key,data={key},format=base64", "--image-opts", options,
                        *(word for command in commands for word in ("-c", command))).stdout

    header = host.info(rbd_of(volume))["size"] - GIB
    assert header > 0
    assert "wrote" in inside(volume, "write -P 5 0 1M", f"write -P 6 {GIB - MIB} 1M")
    snapshot = volumes.snapshot(volume)
    larger = volumes.volume(2, volume_type="luks", snapshot_id=snapshot)
    copy = volumes.volume(1, volume_type="luks", source_volid=volume)
    assert [host.info(rbd_of(made))["size"] - header for made in (larger, copy)] == [2 * GIB, GIB]
    assert "verification failed" not in inside(larger, "read -P 5 0 1M", f"read -P 6 {GIB - MIB} 1M", f"write -P 7 {2 * GIB - MIB} 1M")
    for made in (larger, copy):
        volumes.delete("volume", made)
    volumes.delete("snapshot", snapshot)
    volumes.delete("volume", volume)
    assert host.images("volumes") == []


def test_upload_to_an_image(host, volumes, images):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 9 700M 1M")

    image = volumes.act(volume, "os-volume_upload_image", image_name="made", disk_format="raw", container_format="bare")
    image = image["os-volume_upload_image"]["image_id"]

    assert images.show(image)["status"] == "active" and host.info(f"images/{image}")["size"] == GIB
    host.reads(f"images/{image}@snap", 9, "700M", "1M")
    volumes.delete("volume", volume)
    images.delete(image)


def test_capacity_of_pools(host, volumes):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 1 0 8M")

    def told():
        pools = volumes.request("GET", "scheduler-stats/get_pools?detail=true")["pools"]
        return {pool["name"]: pool["capabilities"] for pool in pools}["node@ceph#ceph"]

    assert told()["storage_protocol"] == "ceph" and told()["multiattach"] and told()["backend_state"] == "up"
    assert 0 < told()["free_capacity_gb"] <= told()["total_capacity_gb"]
    volumes.delete("volume", volume)


def test_missing_image_and_missing_volume(volumes):
    with pytest.raises(Refused):
        volumes.volume(1, imageRef="00000000-0000-0000-0000-000000000000")
    with pytest.raises(Refused):
        volumes.volume(1, source_volid="00000000-0000-0000-0000-000000000000")
