"""The core flows of Glance, Cinder, Nova and libvirt on a CurveBS cluster with etcd, each service with a user and a pool of its own."""

import re
import uuid

import pytest
from cinder_services import cinder
from glance_api import glance
from nova_process import nova, running_domain
from openstack_host import OpenStackHost
from room import GIB, MIB, pattern

OWNERS = {"images": "glance", "volumes": "cinder", "archive": "cinder", "vms": "nova", "backups": "cinder-backup"}


@pytest.fixture(params=["direct", "nebd"])
def host(request, curve, tmp_path):
    conf = curve.conf(request.param).read_text()
    monitors = re.search(r"curve_mds\s*=\s*(\S+)", conf)[1]
    made = OpenStackHost(tmp_path / "host", conf, monitors)
    made.host_conf.write_text(conf)
    for pool, owner in OWNERS.items():
        made.run("ceph", "--id", owner, "osd", "pool", "create", pool)
    return made.set_up(pools=())


@pytest.mark.timeout(300)
def test_image_volume_and_instance(host):
    content = pattern(9 * MIB + 512)
    with glance(host) as images, cinder(host, images.port) as volumes:
        image = images.upload(content)
        assert images.download(image) == content
        volume = volumes.volume(1, imageRef=image)
        rbd = f"volumes/volume-{volume}"
        assert host.info(rbd)["parent"]["image"] == image
        volumes.act(volume, "os-extend", new_size=2)
        snapshot = volumes.snapshot(volume)
        host.write(f"{rbd}:id=cinder", "write -P 1 0 1M")
        copy = volumes.volume(2, snapshot_id=snapshot)
        backup = volumes.backup(volume, force=True)
        host.reads(rbd, 1, 0, "1M", "cinder")
        host.reads(f"volumes/volume-{copy}", 0, "16M", "1M", "cinder")
        instance_of(host, images, image)
        assert images.refusal("delete", image) == 409
        volumes.delete("backup", backup)
        for kind, item in (("volume", copy), ("snapshot", snapshot), ("volume", volume)):
            volumes.delete(kind, item)
        images.delete(image)
    assert [host.images(pool) for pool in OWNERS] == [[]] * len(OWNERS)
    host.check()


def instance_of(host, images, image):
    """Boots an instance from an image with Nova's code, in libvirt, and destroys it."""
    instance = str(uuid.uuid4())
    with nova(host) as run:
        disk = run(f"""
image_in_rbd({image!r})
boot = disk({instance!r})
boot.clone(None, {image!r})
boot.resize_image({GIB})
print(boot.libvirt_info("writeback", {{}}).to_xml())
""")
        with running_domain(host, disk):
            # Glance's pool is not Nova's: the direct way is refused, and Nova takes the slow one.
            assert run(f"print(raised(disk({instance!r}).direct_snapshot, None, 'temporary', 'raw', 'made', {image!r}))") == "Forbidden\n"
            run(f"disk({instance!r}).snapshot_extract({str(host.path / 'extracted')!r}, 'raw')")
        run(f"driver.cleanup_volumes(lambda name: name.startswith({instance!r}))")
    assert (host.path / "extracted").read_bytes()[:10 * MIB] == images.download(image) + bytes(MIB - 512)
