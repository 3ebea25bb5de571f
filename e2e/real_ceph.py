"""A Ceph cluster of Debian's own programs: one monitor and one storage daemon, on 127.0.0.1."""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import uuid

# Ceph's programs run on Ceph's libraries.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("LD_", "CEPH_", "CURVERBD_", "PYTHONPATH"))}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RealCeph:
    """Its objects are in memory; with bluestore, Ceph's usual store, in a file."""

    def __init__(self, directory="/tmp", store="memstore"):
        self._directory = tempfile.TemporaryDirectory(prefix="ceph-", dir=directory)
        self._store = store
        self.path = pathlib.Path(self._directory.name)
        self.mon = f"127.0.0.1:{free_port()}"
        self.conf = self.path / "ceph.conf"
        self._daemons = []

    def start(self):
        fsid = str(uuid.uuid4())
        self.conf.write_text(f"""[global]
fsid = {fsid}
mon_host = v1:{self.mon}
ms_bind_msgr2 = false
keyring = {self.path}/client.admin.keyring
osd_pool_default_size = 1
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
run_dir = {self.path}
log_file = {self.path}/$name.log
mon_cluster_log_file = {self.path}/cluster.log
admin_socket = {self.path}/$name.$pid.asok

[mon]
mon_data = {self.path}/mon
keyring = {self.path}/mon/keyring
auth_allow_insecure_global_id_reclaim = false
mon_data_avail_crit = 1

[mon.a]
public_addr = 127.0.0.1

[osd]
osd_data = {self.path}/osd
keyring = {self.path}/osd/keyring
osd_objectstore = {self._store}
memstore_device_bytes = 2147483648
bluestore_block_size = 17179869184
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
""")
        monmap = self.path / "monmap"
        self._tool("monmaptool", "--create", "--addv", "a", f"[v1:{self.mon}]", "--fsid", fsid, monmap)
        self._make_keys()
        self._tool("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", self.path / "mon.keyring")
        self._daemon("ceph-mon", "-i", "a", "-f")
        osd, key = str(uuid.uuid4()), self._tool("ceph-authtool", "--gen-print-key").strip()
        secrets = self.path / "secrets.json"
        secrets.write_text(json.dumps({"cephx_secret": key}))
        assert self.ceph("osd", "new", osd, "-i", secrets, timeout=60).strip() == "0"
        (self.path / "osd").mkdir()
        self._tool("ceph-authtool", "--create-keyring", self.path / "osd/keyring", "--name", "osd.0", "--add-key", key)
        self._tool("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        self._daemon("ceph-osd", "-i", "0", "-f")
        self._wait_until_up()
        for pool in ("rbd", "backup", "data"):
            self.ceph("osd", "pool", "create", pool, "8")

    def stop(self):
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._directory.cleanup()

    def ceph(self, *words, timeout=30):
        return self._run("/usr/bin/ceph", "--conf", self.conf, "--connect-timeout", str(timeout), *words, timeout=timeout + 10)

    def rbd(self, *words):
        return self._run("/usr/bin/rbd", "--conf", self.conf, *words)

    def _wait_until_up(self):
        deadline = time.monotonic() + 180
        while '"num_up_osds":1' not in self._status_of_osds():
            assert time.monotonic() < deadline, "Ceph's storage daemon does not come up"
            time.sleep(0.2)

    def _status_of_osds(self):
        try:
            return self.ceph("osd", "stat", "--format", "json")
        except AssertionError:  # the monitor of a busy machine does not answer in time
            return ""

    def _make_keys(self):
        admin, mon = self.path / "client.admin.keyring", self.path / "mon.keyring"
        self._tool("ceph-authtool", "--create-keyring", admin, "--gen-key", "-n", "client.admin",
                   "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
        self._tool("ceph-authtool", "--create-keyring", mon, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        self._tool("ceph-authtool", mon, "--import-keyring", admin)

    def _tool(self, program, *words):
        return self._run(program, "--conf", self.conf, *words)

    def _daemon(self, program, *words):
        with open(self.path / f"{program}.out", "wb") as out:
            self._daemons.append(subprocess.Popen([program, "--conf", self.conf, *words], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                                  stdout=out, stderr=subprocess.STDOUT))

    @staticmethod
    def _run(*command, timeout=60):
        done = subprocess.run([str(word) for word in command], env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout
