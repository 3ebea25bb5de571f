import os
import subprocess

from room import ROOT


def test_demonstration_ends_well_and_leaves_nothing(tmp_path):
    env = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "CEPH_CONF", "CURVERBD_CONF")}

    done = subprocess.run([ROOT / "build.sh", "demo"], env={**env, "TMPDIR": str(tmp_path)}, capture_output=True, text=True, timeout=110, stdin=subprocess.DEVNULL)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "boot number 1 of this disk" in done.stdout
    assert list(tmp_path.iterdir()) == []
    processes = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert str(tmp_path) not in processes
