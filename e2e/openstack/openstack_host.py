"""A host as a deployer of OpenStack sets it up: /etc/ceph with ceph.conf, keyrings and curverbd.conf, pools, a user for each service."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from room import Room

POOLS = ("images", "volumes", "archive", "vms", "backups")
USERS = ("glance", "cinder", "cinder-backup", "nova")

# os-brick reads keyrings from /etc/ceph and nowhere else, so each program has a /etc/ceph of its own: this host's.
ENTER = 'mount --bind "$0" /etc/ceph && exec "$@"'


class OpenStackHost(Room):
    """A room whose programs find everything in /etc/ceph, as on a real host, and nothing in their environment."""

    def __init__(self, path, host_conf=None, monitors="127.0.0.1:6789"):
        pathlib.Path(path).mkdir(parents=True, exist_ok=True)
        super().__init__(path)
        self.etc = self.path / "etc-ceph"
        self.etc.mkdir()
        pathlib.Path("/etc/ceph").mkdir(exist_ok=True)
        (self.etc / "curverbd.conf").write_text(host_conf or self.host_conf.read_text())
        (self.etc / "ceph.conf").write_text(f"[global]\nmon_host = {monitors}\n")
        for name in ("CEPH_CONF", "CURVERBD_CONF"):
            del self.settings[name]

    @property
    def env(self):
        return {name: value for name, value in super().env.items() if name not in ("CEPH_ARGS", "CEPH_CONF", "CURVERBD_CONF")}

    def inside(self, *command):
        return ["unshare", "--mount", "bash", "-c", ENTER, str(self.etc), *map(str, command)]

    def run(self, *command, **more):
        return super().run(*self.inside(*command), **more)

    def start(self, *command, **more):
        return super().start(*self.inside(*command), **more)

    def set_up(self, pools=POOLS):
        """Pools and users, with the commands that devstack and kolla-ansible use."""
        for pool in pools:
            self.run("ceph", "osd", "pool", "create", pool, "8")
            self.run("rbd", "pool", "init", pool)
        for user in USERS:
            keyring = self.run("ceph", "auth", "get-or-create", f"client.{user}", "mon", "profile rbd", "osd", "profile rbd").stdout
            (self.etc / f"ceph.client.{user}.keyring").write_text(keyring)
        return self

    def rbd(self, *words, **more):
        return self.run("rbd", *words, **more).stdout

    def images(self, pool):
        return self.rbd("ls", pool).split()

    def snapshots(self, image):
        """Names of an image's snapshots, with whether each is protected."""
        return {line.split()[1]: line.split()[4:5] == ["yes"] for line in self.rbd("snap", "ls", image).splitlines()[1:]}

    def content(self, image):
        path = self.path / "exported"
        path.unlink(missing_ok=True)
        self.rbd("export", "--no-progress", image, path)
        return path.read_bytes()

    def write(self, image, *commands):
        """Writes into an image by QEMU, as a guest would."""
        self.run("qemu-io", "-f", "raw", *(word for command in commands for word in ("-c", command)), f"rbd:{image}")

    def reads(self, image, byte, offset, length, user="admin"):
        """Fails unless that range of an image, or of image@snapshot, holds nothing but that byte."""
        told = self.run("qemu-io", "-r", "-f", "raw", "-c", f"read -P {byte} {offset} {length}", f"rbd:{image}:id={user}").stdout
        assert "verification failed" not in told, f"{image} {offset} {length}: not {byte}"

    def info(self, image):
        return json.loads(self.rbd("info", image, "--format", "json"))

    @contextlib.contextmanager
    def holding(self, image, user="admin"):
        """A guest's stand-in that has the image open; gives a function that lets it do one command of qemu-io and returns the answer."""
        holder = self.start("qemu-io", "-f", "raw", "-t", "writeback", f"rbd:{image}:id={user}", stdin=-1, stdout=-1, stderr=-2)

        def answer():
            told = b""
            # It shows its prompt, and only then, when it has nothing more to say.
            while not told.endswith(b"qemu-io> "):
                read = os.read(holder.stdout.fileno(), 65536)
                assert read, f"qemu-io of {image} ended: {told}"
                told += read
            assert b"failed" not in told and b"error" not in told, told
            return told.decode()

        def do(command):
            holder.stdin.write(command.encode() + b"\n")
            holder.stdin.flush()
            return answer()

        try:
            answer()
            yield do
        finally:
            holder.communicate(b"quit\n", timeout=60)

    def check(self):
        """Nothing is left over in the store: records and volumes fit together."""
        self.run("curverbd", "check")


class Service:
    """A service in a process of its own that listens on a port of loopback."""

    def __init__(self, host, name, command, port):
        self.host, self.name, self.command, self.port = host, name, command, port
        self.log = host.path / f"{name}.log"
        self.process = None

    def start(self):
        with self.log.open("ab") as log:
            # A group of its own: a service's workers end with it, whatever happens to their parent. And it ends with this process.
            self.process = self.host.start("setpriv", "--pdeathsig", "KILL", *self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 60
        while not self.listens():
            assert self.process.poll() is None and time.monotonic() < deadline, f"{self.name} did not start:\n{self.tail()}"
            time.sleep(0.1)
        return self

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def tail(self, length=6000):
        return self.log.read_text(errors="replace")[-length:] if self.log.exists() else "no log"

    def kill(self):
        """Ends it without a chance to clean up."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                pass
        try:
            self.kill()
        except ProcessLookupError:
            pass


class Refused(Exception):
    """A service's answer that is not 2xx; the arguments are its status and its text."""


def wait_until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
