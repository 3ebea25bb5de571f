import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
from room import ROOT


@pytest.fixture
def short_path():
    # Not pytest's directory: the name of a Unix socket has at most 107 bytes.
    made = pathlib.Path(tempfile.mkdtemp(prefix="demo"))
    yield made
    shutil.rmtree(made)


@pytest.mark.timeout(400)
@pytest.mark.parametrize("store", [[], ["--cluster"], ["--nebd"]], ids=["embedded", "cluster", "nebd"])
def test_demonstration_ends_well_and_leaves_nothing(short_path, store):
    env = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "CEPH_CONF", "CURVERBD_CONF")}

    done = subprocess.run([ROOT / "build.sh", "demo", *store], env={**env, "TMPDIR": str(short_path)}, capture_output=True, text=True, timeout=390, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "guests/first: boot number 1 of this disk; after the rollback: boot number 2 of this disk" in done.stdout
    assert "guests/first@live" in done.stdout and "images/debian-mini@ready" in done.stdout
    assert list(short_path.iterdir()) == []
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(short_path) not in processes
