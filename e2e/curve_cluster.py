"""A CurveBS test cluster with a real etcd, which lives as long as the test that started it."""

import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from room import ROOT, Room

PROGRAM = ROOT / "out/cluster/CurveRbd.TestCluster"


class CurveCluster:
    def __init__(self, *options):
        # Not pytest's directory: the name of a Unix socket has at most 107 bytes.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="curve"))
        self.options = options
        self.process = None

    def conf(self, io):
        return self.directory / {"direct": "curverbd.conf", "nebd": "curverbd-nebd.conf"}[io]

    def start(self):
        # It ends when its input does: with this process, however that ends.
        log = (self.directory / "log").open("ab")
        self.process = subprocess.Popen([PROGRAM, self.directory, "--until-eof", *self.options], stdin=subprocess.PIPE, stdout=log, stderr=log)
        log.close()
        end = time.monotonic() + 60
        while not self.conf("direct").exists():
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the test cluster did not start: {(self.directory / 'log').read_text()}")
            time.sleep(0.05)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)

    def tell(self, *order):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.directory / "control"))
            control.sendall((" ".join(map(str, order)) + "\n").encode())
            answer = control.makefile().readline().rstrip()
        assert answer.split(" ")[0] == "ok", f"{order}: {answer}"
        return answer[3:]

    def remove(self):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.directory)


class CurveRoom(Room):
    """A room whose programs find the cluster, by one of the two ways of its bytes."""

    def __init__(self, path, cluster, io):
        super().__init__(path)
        self.cluster = cluster
        self.use(io)

    def use(self, io):
        self.settings["CURVERBD_CONF"] = str(self.cluster.conf(io))

    def set(self, *lines):
        self.conf.write_text("\n".join(["[global]", *lines, ""]))

    def conf_of_host(self):
        return pathlib.Path(self.settings["CURVERBD_CONF"]).read_text()

    def set_on_host(self, key, value):
        """Gives one key of the cluster's section another value, for this room alone."""
        kept = [line for line in self.conf_of_host().splitlines() if not line.startswith(f"{key} = ")]
        self.host_conf.write_text("\n".join([*kept, f"{key} = {value}", ""]))
        self.settings["CURVERBD_CONF"] = str(self.host_conf)
