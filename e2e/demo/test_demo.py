import os
import subprocess

import pytest
from room import ROOT


@pytest.mark.timeout(250)
def test_demonstration_ends_well_and_leaves_nothing(tmp_path):
    env = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "CEPH_CONF", "CURVERBD_CONF")}

    done = subprocess.run([ROOT / "build.sh", "demo"], env={**env, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "guests/first: boot number 1 of this disk; after the rollback: boot number 2 of this disk" in done.stdout
    assert "guests/first@live" in done.stdout and "images/debian-mini@ready" in done.stdout
    assert list(tmp_path.iterdir()) == []
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in processes
