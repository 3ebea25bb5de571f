"""Starts nova_disks.py on a host, and libvirt with what Nova's disks need."""

import base64
import contextlib
import json
import pathlib

from libvirt_daemon import libvirt

PROGRAM = pathlib.Path(__file__).with_name("nova_disks.py")
SECRET = "2a5b08e4-3dca-4ff9-9a1d-40389758d081"
SECRET_XML = f"<secret ephemeral='no' private='no'><uuid>{SECRET}</uuid><usage type='ceph'><name>nova</name></usage></secret>"
DOMAIN = """<domain type='qemu'><name>instance</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>{disk}<memballoon model='none'/></devices></domain>"""


@contextlib.contextmanager
def nova(host):
    """Gives a function that runs code with Nova's classes, all in one process as in one nova-compute, and returns what it printed."""
    with (host.path / "nova.log").open("w") as log:
        process = host.start("/usr/bin/python3", PROGRAM, host.path, stdin=-1, stdout=-1, stderr=log, text=True)

    def run(code):
        process.stdin.write(json.dumps(code) + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer["error"] is None, answer["error"]
        return answer["printed"]

    try:
        yield run
    finally:
        process.communicate(timeout=30)
    assert process.returncode == 0


@contextlib.contextmanager
def running_domain(host, disk):
    """A real libvirtd that runs a domain, named instance, with the disk that this XML tells; gives the daemon."""
    with libvirt(host) as daemon:
        daemon.define("secret", SECRET_XML, driver="qemu")
        daemon.virsh("secret-set-value", SECRET, base64.b64encode(b"\1\0" + bytes(26)).decode(), driver="qemu")
        daemon.virsh("create", host.file("domain.xml", DOMAIN.format(disk=disk).encode()), driver="qemu")
        yield daemon
        daemon.virsh("destroy", "instance", driver="qemu")
