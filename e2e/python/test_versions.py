"""The modules work with every release of CPython they are for; those that are on the PATH are tried."""

import shutil
import subprocess

import pytest
from room import MODULES



def works(version):
    path = shutil.which(f"python{version}")
    return path is not None and subprocess.run([path, "-c", "import ctypes"], capture_output=True).returncode == 0


VERSIONS = [version for version in ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14") if works(version)]

FLOW = """
import gc, rados, rbd, sys, warnings
warnings.simplefilter("error")
with rados.Rados(conffile="") as cluster:
    cluster.create_pool("rbd")
    assert cluster.list_pools() == ["rbd"] and cluster.mon_command('{"prefix": "fsid"}', b"")[1].decode().strip() == cluster.get_fsid()
    with cluster.open_ioctx("rbd") as ioctx:
        images = rbd.RBD()
        images.create(ioctx, "disk", 64 << 20)
        with rbd.Image(ioctx, "disk") as image:
            finished = []
            for number in range(16):
                image.aio_write(bytes([number]) * 65536, number * 65536, lambda completion: finished.append(completion.get_return_value()))
            image.aio_flush(None).wait_for_complete_and_cb()
            read = []
            image.aio_read(65536, 65536, lambda completion, data: read.append(data)).wait_for_complete_and_cb()
            assert finished == [0] * 16 and read == [b"\\1" * 65536] and image.read(63 << 20, 2 << 20) == bytes(1 << 20)
            image.create_snap("snap")
            image.protect_snap("snap")
            images.clone(ioctx, "disk", "snap", ioctx, "clone")
            extents = []
            image.diff_iterate(0, image.size(), None, lambda *extent: extents.append(extent))
            assert sum(length for _, length, _ in extents) == 1 << 20 and image.list_children() == [("rbd", "clone")]
            try:
                image.diff_iterate(0, image.size(), None, lambda *_: 1 // 0)
                raise AssertionError
            except ZeroDivisionError:
                pass
            image.metadata_set("key", "value")
            assert list(image.metadata_list()) == [("key", "value")] and len(list(image.config_list())) > 50 and len(list(image.watchers_list())) == 1
        with rbd.Image(ioctx, "clone") as clone:
            assert clone.parent_info() == ("rbd", "disk", "snap")
            clone.flatten(on_progress=lambda done, total: 0)
        images.trash_move(ioctx, "clone")
        entry, = images.trash_list(ioctx)
        images.trash_remove(ioctx, entry["id"])
        try:
            rbd.Image(ioctx, "clone")
        except rbd.ImageNotFound as error:
            print(error.errno, rados.Ioctx.__module__, "%d.%d" % sys.version_info[:2])
gc.collect()
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_release_of_python(room, version, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(MODULES))

    done = room.run(f"python{version}", "-X", "dev", "-c", FLOW)

    assert done.stdout.split() == ["2", "rados", version] and done.stderr == ""
