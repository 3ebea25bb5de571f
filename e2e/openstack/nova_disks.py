"""nova-compute's own code for disks on rbd - rbd_utils and imagebackend of Debian's python3-nova - in a process of its own.

Nova itself would need a message broker, a database, placement, keystone and a hypervisor; what it does on rbd is all in these classes. In place of
its image service stands IMAGES, which answers with the locations of images; all else is as nova-compute has it, eventlet's patches included.
"""

import contextlib
import io
import json
import os  # noqa: F401
import sys
import traceback
import types

# It patches the threads of Python, so it comes first.
import nova.monkey_patch  # noqa: F401
import nova.conf
from nova.privsep import sys_admin_pctxt
from nova.storage import rbd_utils
from nova.virt import images  # noqa: F401
from nova.virt.libvirt import imagebackend

CONF = nova.conf.CONF
SECRET = "2a5b08e4-3dca-4ff9-9a1d-40389758d081"
IMAGES = {}


def set_up(state):
    CONF([], project="nova")
    CONF.set_override("instances_path", state)
    CONF.set_override("state_path", state)
    CONF.set_override("lock_path", state, group="oslo_concurrency")
    for name, value in {"images_type": "rbd", "images_rbd_pool": "vms", "images_rbd_ceph_conf": "/etc/ceph/ceph.conf", "rbd_user": "nova",
                        "rbd_secret_uuid": SECRET, "hw_disk_discard": "unmap", "rbd_destroy_volume_retries": 5,
                        "rbd_destroy_volume_retry_interval": 1}.items():
        CONF.set_override(name, value, group="libvirt")
    CONF.set_override("force_raw_images", True)
    # This process is root's: it needs no helper with more rights.
    sys_admin_pctxt.set_client_mode(False)
    imagebackend.IMAGE_API = types.SimpleNamespace(get=lambda context, image, **more: IMAGES[image])


def disk(instance, name="disk"):
    return imagebackend.Rbd(instance=types.SimpleNamespace(uuid=instance), disk_name=name, disk_info_mapping={"bus": "virtio", "dev": "vda", "type": "disk"})


def image_in_rbd(image, disk_format="raw", pool="images"):
    """Lets Nova's image service know an image, as Glance would."""
    url = f"rbd://{driver.get_fsid()}/{pool}/{image}/snap"
    IMAGES[image] = {"id": image, "disk_format": disk_format, "locations": [{"url": url, "metadata": {}}]}
    return image


def raised(call, *arguments, **more):
    """The name of the exception that a call ends with."""
    try:
        call(*arguments, **more)
    except Exception as error:
        return type(error).__name__
    return None


def answer(code):
    """Runs code; what it printed and, if it failed, how."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "test", "exec"), globals())
    except Exception:
        return {"printed": printed.getvalue(), "error": traceback.format_exc()}
    return {"printed": printed.getvalue(), "error": None}


if __name__ == "__main__":
    set_up(sys.argv[1])
    driver = rbd_utils.RBDDriver()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
