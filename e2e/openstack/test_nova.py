"""Nova's disks on rbd: rbd_utils and imagebackend, unmodified (see nova_disks.py)."""

import json
import threading
import uuid

import pytest
from nova_process import nova, running_domain
from room import GIB, KIB, MIB, pattern

pytestmark = pytest.mark.xdist_group("nova")
PYTHON_MODULES = ["ceph", "own"]


@pytest.fixture(scope="module")
def compute(host):
    with nova(host) as run:
        yield run


@pytest.fixture
def instance():
    return str(uuid.uuid4())


@pytest.fixture(scope="module")
def image(host):
    """A raw image as Glance leaves it, in Glance's pool and by Glance's user."""
    name = str(uuid.uuid4())
    host.rbd("import", "--no-progress", host.file("content", pattern(10 * MIB)), f"images/{name}", "--id", "glance")
    host.rbd("snap", "create", "--no-progress", f"images/{name}@snap", "--id", "glance")
    host.rbd("snap", "protect", f"images/{name}@snap", "--id", "glance")
    return name


def destroy(compute, instance):
    compute(f"driver.cleanup_volumes(lambda name: name.startswith({instance!r}))")


def test_boot_disk_is_a_clone_of_the_image_with_the_flavor_s_size(host, compute, image, instance):
    told = compute(f"""
image_in_rbd({image!r})
boot = disk({instance!r})
print(boot.exists())
boot.clone(None, {image!r})
print(boot.exists(), boot.get_disk_size(None))
boot.create_image(lambda target: None, "/nowhere", {GIB})
print(boot.get_disk_size(None), raised(boot.create_image, lambda target: None, "/nowhere", {MIB}))
print(json.dumps(driver.parent_info({instance + "_disk"!r})))
""")

    assert told.splitlines() == ["False", f"True {10 * MIB}", f"{GIB} FlavorDiskSmallerThanImage", json.dumps(["images", image, "snap"])]
    assert host.content(f"vms/{instance}_disk")[:11 * MIB] == pattern(10 * MIB) + bytes(MIB)
    compute(f"disk({instance!r}).flatten(); disk({instance!r}).flatten()")
    assert "parent" not in host.info(f"vms/{instance}_disk")
    destroy(compute, instance)
    assert host.images("vms") == []


def test_image_that_is_no_raw_image_of_this_cluster_is_not_cloned(compute, image, instance):
    told = compute(f"""
image_in_rbd({image!r}, disk_format="qcow2")
print(raised(disk({instance!r}).clone, None, {image!r}))
image_in_rbd({image!r})
IMAGES[{image!r}]["locations"] = [{{"url": "rbd://another/images/{image}/snap"}}, {{"url": "file:///images/{image}"}},
                                  {{"url": "rbd://" + driver.get_fsid() + "/images/{image}/missing"}}]
print(raised(disk({instance!r}).clone, None, {image!r}))
print(driver.exists("missing"), driver.exists({image!r}, pool="images", snapshot="missing"), raised(driver.parent_info, {image!r}, pool="images"))
""")

    assert told.split() == ["ImageUnacceptable", "ImageUnacceptable", "False", "False", "ImageUnacceptable"]


def test_downloaded_image_and_config_drive_are_imported(host, compute, instance):
    host.file("config-drive", pattern(475136, seed=5))
    host.file("second-drive", pattern(475136 + 512, seed=6))

    compute(f"""
def fetch(target):
    with open(target, "wb") as file:
        file.write(b"downloaded" + bytes({3 * MIB}))
boot = disk({instance!r})
boot.cache(fetch_func=fetch, filename="base", size={64 * MIB})
drive = disk({instance!r}, "disk.config")
for name in ("config-drive", "second-drive"):
    drive.import_file(types.SimpleNamespace(uuid={instance!r}), {str(host.path)!r} + "/" + name, "disk.config")
""")

    assert host.content(f"vms/{instance}_disk") == b"downloaded" + bytes(64 * MIB - 10)
    assert host.content(f"vms/{instance}_disk.config") == pattern(475136 + 512, seed=6)
    destroy(compute, instance)


def test_cold_resize_is_reverted_or_confirmed(host, compute, image, instance):
    compute(f"""
image_in_rbd({image!r})
boot = disk({instance!r})
boot.clone(None, {image!r})
boot.create_snap("nova-resize")
boot.resize_image({64 * MIB})
boot.rollback_to_snap("nova-resize")
boot.remove_snap("nova-resize")
assert boot.get_disk_size(None) == {10 * MIB} and raised(boot.rollback_to_snap, "nova-resize") == "SnapshotNotFound"
boot.create_snap("nova-resize")
boot.resize_image({64 * MIB})
""")

    # Confirmed only by the deletion of the instance: Nova removes the snapshot that is in the way.
    assert host.snapshots(f"vms/{instance}_disk") == {"nova-resize": False}
    destroy(compute, instance)
    assert host.images("vms") == []


def test_direct_snapshot_of_a_running_instance(host, compute, image, instance):
    made = str(uuid.uuid4())
    compute(f"image_in_rbd({image!r}); disk({instance!r}).clone(None, {image!r})")
    with host.holding(f"vms/{instance}_disk", "nova") as guest:
        guest("write -P 7 1M 64k")
        url = compute(f"print(disk({instance!r}).direct_snapshot(None, '0123456789abcdef0123456789abcdef', 'raw', {made!r}, {image!r}))").strip()
        guest("write -P 8 1M 64k")

    fsid = host.run("ceph", "fsid").stdout.strip()
    content = pattern(10 * MIB)
    assert url == f"rbd://{fsid}/images/{made}/snap"
    assert host.snapshots(f"images/{made}") == {"snap": True} and host.snapshots(f"vms/{instance}_disk") == {}
    assert "parent" not in host.info(f"images/{made}")
    assert host.content(f"images/{made}@snap") == content[:MIB] + b"\7" * 64 * KIB + content[MIB + 64 * KIB:]
    compute(f"disk({instance!r}).cleanup_direct_snapshot({{'url': {url!r}}}, also_destroy_volume=True)")
    assert made not in host.images("images")
    destroy(compute, instance)


def test_rescue_disk_goes_alone(host, compute, image, instance):
    compute(f"""
image_in_rbd({image!r})
for name in ("disk", "disk.rescue"):
    disk({instance!r}, name).clone(None, {image!r})
driver.cleanup_volumes(lambda name: name.startswith({instance!r}) and name.endswith(".rescue"))
""")

    assert host.images("vms") == [f"{instance}_disk"]
    destroy(compute, instance)


def test_destroy_waits_for_the_guest_that_still_has_the_disk(host, compute, image, instance):
    compute(f"image_in_rbd({image!r}); disk({instance!r}).clone(None, {image!r})")
    with host.holding(f"vms/{instance}_disk", "nova"):
        destroying = threading.Thread(target=destroy, args=(compute, instance))
        destroying.start()
        destroying.join(3)
        assert destroying.is_alive() and host.images("vms") == [f"{instance}_disk"]
    destroying.join(60)

    assert host.images("vms") == []


def test_cold_snapshot_and_download_of_a_snapshot(host, compute, image, instance):
    compute(f"""
image_in_rbd({image!r})
boot = disk({instance!r})
boot.clone(None, {image!r})
boot.snapshot_extract({str(host.path / "extracted.qcow2")!r}, "qcow2")
driver.export_image({str(host.path / "downloaded")!r}, {image!r}, "snap", pool="images")
info = images.qemu_img_info(boot.path)
assert (info.virtual_size, info.file_format) == ({10 * MIB}, "raw"), str(info)
assert raised(images.qemu_img_info, "rbd:vms/missing:id=nova:conf=/etc/ceph/ceph.conf") == "DiskNotFound"
""")

    assert (host.path / "downloaded").read_bytes() == pattern(10 * MIB)
    host.run("qemu-img", "compare", "-f", "qcow2", "-F", "raw", host.path / "extracted.qcow2", f"rbd:images/{image}:id=nova")
    destroy(compute, instance)


def test_capacity_and_monitors(compute):
    told = json.loads(compute("""
print(json.dumps([driver.get_pool_info(), driver.get_mon_addrs(), raised(rbd_utils.RBDDriver(pool="missing").get_pool_info)]))
"""))

    assert 0 < told[0]["free"] <= told[0]["total"] and told[0]["used"] >= 0
    assert told[1:] == [[["127.0.0.1"], ["6789"]], "NotFound"]


def test_disk_of_a_domain(host, compute, image, instance):
    xml = compute(f"""
image_in_rbd({image!r})
boot = disk({instance!r})
boot.clone(None, {image!r})
print(boot.libvirt_info("writeback", {{}}).to_xml())
""")
    with running_domain(host, xml) as daemon:
        compute(f"disk({instance!r}).resize_image({GIB})")
        daemon.virsh("blockresize", "instance", "vda", "1G", driver="qemu")
        assert f"Capacity:       {GIB}" in daemon.virsh("domblkinfo", "instance", "vda", driver="qemu").stdout

    destroy(compute, instance)
    assert host.images("vms") == []


def test_workers_forked_from_a_process_that_used_it(compute, image):
    told = compute(f"""
import eventlet.tpool
assert driver.size.__self__.exists({image!r}, pool="images")
eventlet.tpool.killall()
children = []
for number in range(3):
    child = os.fork()
    if not child:
        os._exit(0 if driver.exists({image!r}, pool="images", snapshot="snap") and not driver.exists("missing") else 1)
    children.append(child)
print([os.waitpid(child, 0)[1] for child in children], driver.exists({image!r}, pool="images"))
""")

    assert told == "[0, 0, 0] True\n"


def test_missing_pool_is_an_error_and_no_hang(compute):
    told = compute("""
print(raised(rbd_utils.RBDDriver(pool="missing").exists, "disk"))
""")

    assert told == "ObjectNotFound\n"
