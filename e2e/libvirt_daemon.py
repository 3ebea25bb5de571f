"""A real libvirtd of its own: in a mount namespace in which its directories, and /etc/ceph, are the test's."""

import contextlib
import os
import signal
import subprocess
import time

SETUP = """
set -eu
for directory in etc/libvirt var/lib/libvirt var/cache/libvirt var/log/libvirt etc/ceph; do
    mkdir -p "$1/$directory" "/$directory"
    mount --bind "$1/$directory" "/$directory"
done
mkdir -p "$1/run" && mount --bind "$1/run" /run
# Debian's libvirtd looks these two up before it reads qemu.conf; the package that makes them would start a daemon of the host's.
for line in "passwd libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin" "group libvirt-qemu:x:64055:" "group kvm:x:64056:"; do
    database=${line%% *} entry=${line#* }
    getent "$database" "${entry%%:*}" >/dev/null && continue
    [ -f "$1/$database" ] || { cp "/etc/$database" "$1/$database" && mount --bind "$1/$database" "/etc/$database"; }
    echo "$entry" >> "$1/$database"
done
exec libvirtd -f "$1/libvirtd.conf" -p "$1/libvirtd.pid"
"""

CONFIGURATION = """
auth_unix_rw = "none"
log_filters = "1:storage 3:qemu 4:util 4:rpc 4:event 4:json"
log_outputs = "1:file:{room}/libvirtd.log"
"""

# QEMU as it is, without what needs a whole host around it: another user, cgroups, AppArmor.
QEMU_CONFIGURATION = """
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
"""


class Libvirt:
    def __init__(self, room, pid):
        self._room = room
        self._pid = pid

    def virsh(self, *words, driver="storage", check=True):
        return self._room.run("nsenter", "--mount", "--target", self._pid, "virsh", "-q", "-c", f"{driver}:///system", *words, check=check)

    def define(self, kind, xml, driver="storage"):
        path = self._room.file(f"{kind}.xml", xml.encode())
        return self.virsh(f"{kind}-define", path, driver=driver)


@contextlib.contextmanager
def libvirt(room):
    """Starts libvirtd in room, whose host file becomes /etc/ceph/curverbd.conf; there is no /etc/ceph/ceph.conf."""
    (room.path / "libvirtd.conf").write_text(CONFIGURATION.format(room=room.path))
    for directory in ("etc/libvirt", "etc/ceph", "run"):
        (room.path / directory).mkdir(parents=True)
    (room.path / "etc/libvirt/qemu.conf").write_text(QEMU_CONFIGURATION)
    (room.path / "etc/ceph/curverbd.conf").write_text(room.host_conf.read_text())
    env = {name: value for name, value in room.env.items() if name not in ("CEPH_CONF", "CURVERBD_CONF")}
    daemon = subprocess.Popen(["unshare", "--mount", "bash", "-c", SETUP, "bash", str(room.path)], env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        socket = room.path / "run/libvirt/libvirt-sock"
        deadline = time.monotonic() + 20
        while not socket.exists() and daemon.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert socket.exists(), "libvirtd did not start: " + log_of(room)
        yield Libvirt(room, daemon.pid)
        assert daemon.poll() is None, "libvirtd died: " + log_of(room)
    finally:
        # Guests outlive libvirtd, on purpose; a failed test must not leave one behind.
        for pidfile in (room.path / "run").glob("libvirt/qemu/*.pid"):
            with contextlib.suppress(ProcessLookupError, ValueError):
                os.kill(int(pidfile.read_text()), signal.SIGKILL)
        daemon.terminate()
        daemon.wait(20)


def log_of(room):
    log = room.path / "libvirtd.log"
    return log.read_text()[-3000:] if log.exists() else "no log"
