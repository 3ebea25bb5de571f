import pathlib
import shutil

import pytest

import real_ceph

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEBIAN = pathlib.Path("/usr/lib/x86_64-linux-gnu")


@pytest.fixture(scope="session")
def ceph():
    cluster = real_ceph.RealCeph()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """Our libraries and commands as they are installed on a host that keeps Ceph: Ceph's in ceph/ beside them."""
    path = tmp_path_factory.mktemp("lib")
    shutil.copytree(ROOT / "out/lib", path, dirs_exist_ok=True)
    (path / "ceph").mkdir()
    for soname in ("librados.so.2", "librbd.so.1"):
        (path / "ceph" / soname).symlink_to(DEBIAN / soname)
    shutil.copytree(ROOT / "out/bin", path / "bin", symlinks=True)
    (path / "ceph/bin").mkdir()
    for command in ("rbd", "ceph"):
        (path / "ceph/bin" / command).symlink_to(f"/usr/bin/{command}")
    return path
