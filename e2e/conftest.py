import os

import pytest
from _pytest.runner import runtestprotocol
from room import LIBRARIES, Room


def pytest_sessionstart():
    # Set at process start or not at all: without it the stock libraries would be tested.
    if os.environ.get("LD_LIBRARY_PATH", "").split(":")[0] == "" or not LIBRARIES.is_dir():
        pytest.exit("start these tests with e2e/run, after ./build.sh all", returncode=4)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Tests that share services of theirs run in this process and load the library in others only; all others in a forked child each."""
    if not item.get_closest_marker("in_worker"):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    runtestprotocol(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture
def room(tmp_path, monkeypatch):
    made = Room(tmp_path)
    for name, value in made.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CEPH_ARGS", raising=False)
    return made


@pytest.fixture
def cluster(room):
    import rados

    with rados.Rados(conffile="") as connected:
        yield connected


@pytest.fixture
def ioctx(cluster):
    cluster.create_pool("rbd")
    with cluster.open_ioctx("rbd") as opened:
        yield opened


@pytest.fixture
def pool(room):
    """A pool named rbd, made by another process."""
    room.python("import rados\nwith rados.Rados(conffile='') as c: c.create_pool('rbd')")
    return "rbd"


@pytest.fixture
def image(ioctx):
    """An open image rbd/disk of 64 MiB."""
    import rbd

    rbd.RBD().create(ioctx, "disk", 64 << 20)
    with rbd.Image(ioctx, "disk") as opened:
        yield opened
