"""The wheel works in a virtual environment that has nothing of Ceph's and nothing of ours."""

import subprocess
import sys

import pytest
from room import LIBRARIES, ROOT

WORK = """
import rados, rbd, sys
assert rados.__file__.startswith(sys.prefix) and rbd.__file__.startswith(sys.prefix)
with rados.Rados(conffile="") as cluster:
    cluster.create_pool("rbd")
    with cluster.open_ioctx("rbd") as ioctx:
        rbd.RBD().create(ioctx, "disk", 1 << 20)
        with rbd.Image(ioctx, "disk") as image:
            print(image.write(b"in a wheel", 0), image.read(0, 10))
for line in open("/proc/self/maps"):
    assert "librbd" not in line or sys.prefix in line, line
"""


@pytest.fixture
def wheel(tmp_path):
    made = subprocess.run([sys.executable, ROOT / "python/wheel.py", "0.1.0", LIBRARIES, tmp_path / "wheel"], check=True, capture_output=True, text=True)
    return made.stdout.strip()


@pytest.fixture
def environment(tmp_path, wheel):
    subprocess.run(["/usr/bin/python3", "-m", "venv", tmp_path / "venv"], check=True, capture_output=True)
    subprocess.run([tmp_path / "venv/bin/pip", "install", "--no-index", "--disable-pip-version-check", wheel], check=True, capture_output=True)
    return tmp_path / "venv"


def test_wheel_in_a_virtual_environment(room, environment, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    room.settings["LD_LIBRARY_PATH"] = ""

    printed = room.run(environment / "bin/python", "-c", WORK).stdout

    assert printed.strip() == "10 b'in a wheel'"


def test_wheels_of_the_same_sources_are_the_same_file(wheel, tmp_path):
    again = subprocess.run([sys.executable, ROOT / "python/wheel.py", "0.1.0", LIBRARIES, tmp_path / "again"], check=True, capture_output=True, text=True)

    with open(wheel, "rb") as first, open(again.stdout.strip(), "rb") as second:
        assert first.read() == second.read()
