"""os-brick's RBDConnector, unmodified, as cinder-volume and cinder-backup use it: it knows monitors and the text of a keyring only."""

import pytest
from room import MIB

pytestmark = pytest.mark.xdist_group("nova")
PYTHON_MODULES = ["ceph", "own"]

PRELUDE = """
import glob, subprocess, tempfile
from os_brick import exception
from os_brick.initiator.connectors.rbd import RBDConnector
import rbd
tempfile.tempdir = {directory!r}
connector = RBDConnector(None, do_local_attach=False)
properties = {{"name": "volumes/attached", "hosts": ["127.0.0.1"], "ports": ["6789"], "auth_username": "cinder", "cluster_name": "ceph"}}
def raised(call, *arguments):
    try:
        call(*arguments)
    except (exception.BrickException, rbd.Error) as error:
        return type(error).__name__
"""


@pytest.fixture
def volume(host):
    host.rbd("create", "volumes/attached", "--size", "16M")
    yield
    host.rbd("rm", "--no-progress", "volumes/attached")


def brick(host, code):
    return host.run("/usr/bin/python3", "-c", PRELUDE.format(directory=str(host.path)) + code).stdout


def test_attached_volume_is_read_written_and_seen_growing(host, volume):
    told = brick(host, """
handle = connector.connect_volume(properties)["path"]
print(connector.check_valid_device(handle))
handle.write(b"first" + bytes(507)); handle.seek(1 << 20); handle.write(b"second"); handle.flush()
handle.seek(0)
print(handle.read(5), handle.tell())
handle.seek(-16, 2)
print(handle.tell(), handle.read(100) == bytes(16))
subprocess.run(["rbd", "resize", "--no-progress", "volumes/attached", "--size", "24M"], check=True)
print(connector.extend_volume(properties))
handle.seek(0, 2)
print(handle.tell())
connector.disconnect_volume(properties, {"path": handle})
print(glob.glob(tempfile.tempdir + "/brickrbd_*"))
""")

    assert told.splitlines() == ["True", "b'first' 5", f"{16 * MIB - 16} True", str(24 * MIB), str(24 * MIB), "[]"]
    assert host.content("volumes/attached")[MIB:MIB + 6] == b"second"


def test_what_is_missing_is_told_and_leaves_no_file(host, volume):
    told = brick(host, """
for change in {"name": "volumes/missing"}, {"auth_username": "nobody"}, {"name": "missing/attached"}, {"name": "malformed"}:
    print(raised(connector.connect_volume, {**properties, **change}))
print(glob.glob(tempfile.tempdir + "/brickrbd_*"))
""")

    assert told.splitlines() == ["ImageNotFound", "BrickException", "BrickException", "BrickException", "[]"]
