"""The real libvirtd with Debian's rbd storage driver, and a guest that it starts. Both know monitor addresses and a secret only."""

import base64
import time

import pytest
from libvirt_daemon import libvirt
from room import GUEST_IMAGE, MIB

SECRET = "2a5b08e4-3dca-4ff9-9a1d-40389758d081"

SECRET_XML = f"<secret ephemeral='no' private='no'><uuid>{SECRET}</uuid><usage type='ceph'><name>client.cinder secret</name></usage></secret>"

POOL_XML = f"""
<pool type='rbd'>
  <name>images</name>
  <source>
    <name>rbd</name>
    <host name='127.0.0.1' port='6789'/>
    <host name='127.0.0.2' port='6789'/>
    <auth username='cinder' type='ceph'><secret uuid='{SECRET}'/></auth>
  </source>
</pool>"""

DOMAIN_XML = f"""
<domain type='qemu'>
  <name>guest</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='network' device='disk'>
      <driver name='qemu' type='raw' cache='writeback' discard='unmap'/>
      <source protocol='rbd' name='rbd/guest'><host name='127.0.0.1' port='6789'/></source>
      <auth username='cinder'><secret type='ceph' uuid='{SECRET}'/></auth>
      <target dev='vda' bus='virtio'/>
    </disk>
    <serial type='file'><source path='CONSOLE'/><target port='0'/></serial>
    <memballoon model='none'/>
  </devices>
</domain>"""


@pytest.fixture
def daemon(room, pool):
    with libvirt(room) as running:
        running.define("secret", SECRET_XML, driver="qemu")
        running.virsh("secret-set-value", SECRET, base64.b64encode(b"\1\0" + bytes(26)).decode(), driver="qemu")
        yield running


def test_life_of_a_storage_pool(room, daemon):
    daemon.define("pool", POOL_XML)
    daemon.virsh("pool-start", "images")

    info = daemon.virsh("pool-info", "--bytes", "images").stdout
    assert "State:          running" in info
    assert all(int(line.split()[1]) > 0 for line in info.splitlines() if line.startswith(("Capacity", "Available")))

    daemon.virsh("vol-create-as", "images", "disk", str(40 * MIB + 512))
    assert room.run("rbd", "ls", "rbd").stdout == "disk\n"
    assert f"Capacity:       {40 * MIB + 512}" in daemon.virsh("vol-info", "--bytes", "--pool", "images", "disk").stdout

    daemon.virsh("vol-resize", "--pool", "images", "disk", str(64 * MIB))
    daemon.virsh("vol-wipe", "--pool", "images", "disk")
    room.run("rbd", "create", "rbd/other", "--size", "8M")
    daemon.virsh("pool-refresh", "images")
    listed = daemon.virsh("vol-list", "images").stdout
    assert "rbd/disk" in listed and "rbd/other" in listed

    daemon.virsh("vol-delete", "--pool", "images", "disk")
    assert room.run("rbd", "ls", "rbd").stdout == "other\n"
    daemon.virsh("pool-destroy", "images")


def test_refresh_after_an_image_vanished(room, daemon):
    daemon.define("pool", POOL_XML)
    daemon.virsh("pool-start", "images")
    for number in range(10):
        room.run("rbd", "create", f"rbd/disk{number}", "--size", "8M")

    daemon.virsh("pool-refresh", "images")
    room.run("rbd", "rm", "--no-progress", "rbd/disk3")
    daemon.virsh("pool-refresh", "images")

    listed = daemon.virsh("vol-list", "images").stdout
    assert [f"disk{number}" in listed for number in range(10)] == [number != 3 for number in range(10)]


def test_clone_of_a_volume(room, daemon):
    room.file("content", bytes(range(256)) * (16 * 1024))
    room.run("rbd", "import", "--no-progress", room.path / "content", "rbd/disk")
    daemon.define("pool", POOL_XML)
    daemon.virsh("pool-start", "images")

    daemon.virsh("vol-clone", "--pool", "images", "disk", "clone")
    daemon.virsh("vol-clone", "--pool", "images", "disk", "again")

    # libvirt takes a snapshot for the first clone, and finds that it serves the second too.
    relatives = room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    with rbd.Image(ioctx, 'disk') as disk:
        (snapshot,) = disk.list_snaps()
        assert disk.is_protected_snap(snapshot['name'])
        print(sorted(name for _, name in disk.list_children()))
    with rbd.Image(ioctx, 'clone') as clone:
        assert clone.read(0, clone.size()) == bytes(range(256)) * (16 * 1024)
        clone.write(b'own', 0)
""")
    assert relatives == "['again', 'clone']\n"
    assert "rbd/clone" in daemon.virsh("vol-list", "images").stdout
    refused = daemon.virsh("vol-delete", "--pool", "images", "disk", check=False)
    assert refused.returncode == 1

    daemon.virsh("vol-delete", "--pool", "images", "clone")
    daemon.virsh("vol-delete", "--pool", "images", "again")
    daemon.virsh("vol-delete", "--pool", "images", "--delete-snapshots", "disk")
    assert room.run("rbd", "ls", "rbd").stdout == ""


def test_missing_pool_is_reported_with_its_errno(daemon):
    daemon.define("pool", POOL_XML.replace("<name>rbd</name>", "<name>nothing</name>"))

    refused = daemon.virsh("pool-start", "images", check=False)

    assert refused.returncode == 1 and "No such file or directory" in refused.stderr, refused


def test_guest_boots_from_an_image(room, daemon):
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", GUEST_IMAGE, "rbd:rbd/guest")
    console = room.path / "console"
    path = room.file("domain.xml", DOMAIN_XML.replace("CONSOLE", str(console)).encode())

    daemon.virsh("create", path, driver="qemu")

    deadline = time.monotonic() + 90
    while "login:" not in (console.read_text(errors="replace") if console.exists() else ""):
        assert time.monotonic() < deadline, console.read_text(errors="replace")[-2000:] if console.exists() else "no console"
        time.sleep(0.2)
    daemon.virsh("destroy", "guest", driver="qemu")
    assert "Watchers: none" in room.run("rbd", "status", "rbd/guest").stdout


def test_running_guest_sees_its_disk_grow_and_is_snapshotted(room, daemon):
    room.run("rbd", "create", "rbd/guest", "--size", "64M")
    daemon.virsh("create", room.file("domain.xml", DOMAIN_XML.replace("CONSOLE", str(room.path / "console")).encode()), driver="qemu")

    def qemu_io(command):
        # What it read or wrote it tells QEMU's log; here it tells only what was wrong.
        told = daemon.virsh("qemu-monitor-command", "guest", "--hmp", f'qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend "{command}"', driver="qemu").stdout
        assert not told.strip(), told

    def reads(image, byte, offset):
        return "verification failed" not in room.run("qemu-io", "-r", "-f", "raw", "-c", f"read -P {byte} {offset} 64k", f"rbd:{image}").stdout

    qemu_io("write -P 1 0 64k")
    room.run("rbd", "snap", "create", "--no-progress", "rbd/guest@live")
    daemon.virsh("blockresize", "guest", "vda", "128M", driver="qemu")
    qemu_io("write -P 2 0 64k")
    qemu_io("write -P 3 100M 64k")
    assert f"Capacity:       {128 * MIB}" in daemon.virsh("domblkinfo", "guest", "vda", driver="qemu").stdout
    daemon.virsh("snapshot-create-as", "guest", "outside", "--disk-only", "--atomic", "--no-metadata", "--diskspec",
                 f"vda,snapshot=external,file={room.path / 'overlay.qcow2'}", driver="qemu")
    daemon.virsh("blockcommit", "guest", "vda", "--active", "--pivot", "--wait", driver="qemu")
    daemon.virsh("destroy", "guest", driver="qemu")

    assert reads("rbd/guest@live", 1, 0) and reads("rbd/guest", 2, 0) and reads("rbd/guest", 3, "100M")
    assert "Watchers: none" in room.run("rbd", "status", "rbd/guest").stdout
