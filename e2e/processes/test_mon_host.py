"""Connecting by monitor addresses alone: no readable ceph.conf, only the host's own file."""

import base64
import json

import pytest
from room import MIB


@pytest.fixture
def bare(room, pool):
    """A room whose ceph.conf can't be read: CEPH_CONF names nothing."""
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")
    room.conf.unlink()
    return room


def blockdev(**more):
    return json.dumps({"driver": "rbd", "pool": "rbd", "image": "disk", "server": [{"host": "127.0.0.1", "port": "6789"}], "user": "cinder",
                       "auth-client-required": ["cephx", "none"], "key-secret": "secret0", "node-name": "libvirt-1-storage",
                       "cache": {"direct": False, "no-flush": False}, "auto-read-only": True, "discard": "unmap", **more})


def secret():
    key = base64.b64encode(b"\x01\x00" + bytes(range(26))).decode()
    return f"secret,id=secret0,data={key}"


def test_qemu_img_with_servers_user_and_secret(bare):
    spec = "json:" + blockdev()

    info = bare.run("qemu-img", "info", "--output=json", "--object", secret(), spec)

    assert json.loads(info.stdout)["virtual-size"] == 64 * MIB


def test_qemu_as_libvirt_starts_it(bare):
    # The sandbox is libvirt's. The monitor writes and reads through the guest's device.
    device = "qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend"
    commands = "".join(json.dumps(command) + "\n" for command in (
        {"execute": "qmp_capabilities"},
        {"execute": "human-monitor-command", "arguments": {"command-line": f'{device} "write -P 3 0 1M"'}},
        {"execute": "human-monitor-command", "arguments": {"command-line": f'{device} "read -P 3 0 1M"'}},
        {"execute": "quit"}))

    done = bare.run(
        "qemu-system-x86_64", "-machine", "pc,accel=tcg", "-m", "64", "-display", "none", "-nodefaults", "-S", "-qmp", "stdio",
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-object", secret(), "-blockdev", blockdev(),
        "-blockdev", json.dumps({"node-name": "libvirt-1-format", "read-only": False, "driver": "raw", "file": "libvirt-1-storage"}),
        "-device", "virtio-blk-pci,drive=libvirt-1-format,id=virtio-disk0", input=commands)

    assert "wrote 1048576/1048576" in done.stdout and "read 1048576/1048576" in done.stdout, done
    verified = bare.run("qemu-io", "--object", secret(), "-c", "read -P 3 0 1M", "--image-opts",
                        "driver=rbd,pool=rbd,image=disk,server.0.host=127.0.0.1,server.0.port=6789,user=cinder,key-secret=secret0")
    assert "Pattern verification failed" not in verified.stdout


def test_python_with_nothing_but_mon_host(bare):
    out = bare.python("""
import rados, rbd
cluster = rados.Rados(rados_id='cinder', conf={'mon_host': '127.0.0.1:6789,127.0.0.2:6789,', 'key': 'AQBPmLJlAAAAABAAqJ5M0cXx0tq3yT2Nq8Yw2A=='})
cluster.connect()
with cluster.open_ioctx('rbd') as ioctx:
    print(rbd.RBD().list(ioctx))
cluster.shutdown()
""")

    assert out.strip() == "['disk']"


def test_mon_dump_s_addresses_lead_to_the_same_cluster(bare):
    out = bare.python("""
import json, rados
with rados.Rados(rados_id='admin', conf={'mon_host': '127.0.0.1:6789'}) as cluster:
    code, dump, status = cluster.mon_command(json.dumps({'prefix': 'mon dump', 'format': 'json'}), b'')
    mons = json.loads(dump)['mons']
    addresses = ','.join(mon['addr'].split('/')[0] for mon in mons)
    fsid = cluster.get_fsid()
with rados.Rados(rados_id='admin', conf={'mon_host': addresses}) as again:
    print(again.get_fsid() == fsid)
""")

    assert out.strip() == "True"


def test_section_is_chosen_by_mon_host(room):
    for name in ("one", "two"):
        (room.path / name).mkdir()
    room.host_conf.write_text(
        f"[cluster]\nrbd_store = local:{room.path}/one\nmon_host = 10.0.0.1:6789\n"
        f"[cluster]\nrbd_store = local:{room.path}/two\nmon_host = 10.0.0.2:6789\n")
    room.conf.unlink()

    out = room.python("""
import rados
for host in ('10.0.0.1:6789', '10.0.0.2:6789'):
    with rados.Rados(rados_id='admin', conf={'mon_host': host}) as cluster:
        cluster.create_pool('pool-of-' + host[:8])
for host in ('10.0.0.1:6789', '10.0.0.2:6789'):
    with rados.Rados(rados_id='admin', conf={'mon_host': host}) as cluster:
        print(cluster.list_pools())
""")

    assert out.splitlines() == ["['pool-of-10.0.0.1']", "['pool-of-10.0.0.2']"]
