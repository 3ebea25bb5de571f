"""A room of its own for a test: a directory with a ceph.conf and an embedded store, and the environment that leads there."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARIES = ROOT / "out/lib"
COMMANDS = ROOT / "out/bin"
MODULES = ROOT / "out/python"
GUEST_IMAGE = ROOT / "out/image/debian-mini.img"

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40


class Room:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.store = self.path / "store"
        self.conf = self.path / "ceph.conf"
        self.host_conf = self.path / "curverbd.conf"
        self.started = []
        self.store.mkdir()
        self.host_conf.write_text(f"[cluster]\nrbd_store = local:{self.store}\n")
        self.conf.write_text("[global]\n")
        self.settings = {
            "CEPH_CONF": str(self.conf),
            "CURVERBD_CONF": str(self.host_conf),
            "LD_LIBRARY_PATH": str(LIBRARIES),
            "PATH": f"{COMMANDS}:{os.environ['PATH']}",
        }

    @property
    def env(self):
        return {**os.environ, **self.settings}

    def run(self, *command, check=True, timeout=60, **more):
        """Runs a program in this room; what it printed is in the result, and in the failure."""
        done = subprocess.run([str(word) for word in command], env=self.env, capture_output=True, text=True, errors="surrogateescape",
                              timeout=timeout, stdin=None if "input" in more else subprocess.DEVNULL, **more)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def python(self, code, *arguments, **more):
        """Runs Python code with Ceph's bindings in a fresh process; returns what it printed."""
        return self.run("/usr/bin/python3", "-c", code, *arguments, **more).stdout

    def start(self, *command, **more):
        self.started.append(subprocess.Popen([str(word) for word in command], env=self.env, **more))
        return self.started[-1]

    def end(self):
        """Ends what is left of a test that failed: a program that waits for a store that is gone would wait for ever."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()

    def file(self, name, content=b""):
        path = self.path / name
        path.write_bytes(content)
        return path


def pattern(length, seed=1):
    """Bytes that differ at every offset, so that misplaced data shows."""
    block = b"".join((seed * 0x9E3779B97F4A7C15 + 8 * index & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big") for index in range(min(length // 8 + 1, 8192)))
    return (block * (length // len(block) + 1))[:length]
