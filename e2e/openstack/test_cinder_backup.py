"""Cinder's backup service, from the pool of volumes to a pool of its own."""

import json

import pytest
from room import MIB
from test_cinder import rbd_of

pytestmark = pytest.mark.xdist_group("cinder")
PYTHON_MODULES = ["ceph", "own"]


def restored(volumes, backup, volume):
    volumes.request("POST", f"backups/{backup}/restore", {"restore": {"volume_id": volume}})
    volumes.wait("backup", backup)
    volumes.wait("volume", volume)


def test_backups_full_and_incremental(host, volumes):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 1 0 4M", "write -P 1 512M 1M")
    full = volumes.backup(volume)
    with host.holding(rbd_of(volume)) as guest:
        guest("write -P 2 1M 1M")
        guest("discard 512M 1M")
        increment = volumes.backup(volume, incremental=True, force=True)
        guest("write -P 3 0 4M")

    base = f"backups/volume-{volume}.backup.{full}"
    assert len(host.snapshots(base)) == 2
    assert sum(extent["length"] for extent in json.loads(host.rbd("diff", base, "--format", "json")) if extent["exists"] == "true") <= 8 * MIB
    assert volumes.get("backup", increment)["is_incremental"]
    for backup, middle, far in ((full, 1, 1), (increment, 2, 0)):
        target = volumes.volume(1)
        restored(volumes, backup, target)
        for byte, offset in ((1, 0), (middle, "1M"), (1, "2M"), (far, "512M")):
            host.reads(rbd_of(target), byte, offset, "1M")
        volumes.delete("volume", target)
    volumes.delete("backup", increment)
    assert len(host.snapshots(base)) == 1
    volumes.delete("backup", full)
    assert host.images("backups") == []
    volumes.delete("volume", volume)


def test_backup_of_a_snapshot_restored_over_other_data(host, volumes):
    volume = volumes.volume(1)
    host.write(rbd_of(volume), "write -P 1 0 1M")
    snapshot = volumes.snapshot(volume)
    backup = volumes.backup(volume, snapshot_id=snapshot, force=True)
    host.write(rbd_of(volume), "write -P 2 0 8M")

    restored(volumes, backup, volume)

    host.reads(rbd_of(volume), 1, 0, "1M")
    host.reads(rbd_of(volume), 0, "1M", "7M")
    volumes.delete("backup", backup)
    volumes.delete("snapshot", snapshot)
    volumes.delete("volume", volume)
