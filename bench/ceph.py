#!/usr/bin/python3
"""Measures OpenStack's work with images on Ceph's own librbd and a real Ceph cluster, and on ours and the embedded store, and prints a section for RESULTS.md.

The cluster is Debian's Ceph on this machine: one monitor and one storage daemon with BlueStore in a file, one replica. Both sides run the same Python
code on Ceph's own binding, and take turns.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "e2e"))

from real_ceph import ENVIRONMENT, RealCeph  # noqa: E402

POOLS = ("images", "vms")
CLONES = 5

UPLOAD = "upload"
BOOT = "clone and resize"
FIRST_READ = "first reads"
IMPORT = "rbd import"
EXPORT = "rbd export"

# What it is, and the least that theirs may take beside ours; None: stated only.
ROWS = {
    UPLOAD: ("Glance's upload: create, write chunks of 8 MiB, snapshot, protect", 1.5),
    BOOT: ("Nova's boot from image: clone it, resize the clone to twice the size, close", 1.0),
    FIRST_READ: ("the first MiB of such a clone, opened anew, in reads of 64 KiB", None),
    IMPORT: ("`rbd import` of the same bytes from a file", None),
    EXPORT: ("`rbd export` of them to a file", None),
}

# The calls of glance_store's rbd driver and of Nova's, as a process makes them: connecting for each step.
FLOW = """
import json, sys, time
import rados, rbd
size, clones, order = int(sys.argv[1]), int(sys.argv[2]), 23
with open('/dev/urandom', 'rb') as random:
    chunk = bytearray(random.read(8 << 20))

def connected():
    return rados.Rados(conffile='', rados_id='admin')

begun = time.monotonic()
with connected() as cluster, cluster.open_ioctx('images') as ioctx:
    features = int(cluster.conf_get('rbd_default_features'))
    rbd.RBD().create(ioctx, 'image', size, order, old_format=False, features=features)
    with rbd.Image(ioctx, 'image') as image:
        for offset in range(0, size, len(chunk)):
            chunk[:8] = offset.to_bytes(8, 'big')
            image.write(bytes(chunk), offset)
        image.create_snap('snap')
        image.protect_snap('snap')
times = {'upload': [time.monotonic() - begun], 'clone and resize': [], 'first reads': []}

for number in range(clones):
    name = f'disk-{number}'
    begun = time.monotonic()
    with connected() as cluster, cluster.open_ioctx('images') as source, cluster.open_ioctx('vms') as target:
        rbd.RBD().clone(source, 'image', 'snap', target, name, features=features)
        with rbd.Image(target, name) as image:
            image.resize(2 * size)
    times['clone and resize'].append(time.monotonic() - begun)
    begun = time.monotonic()
    with connected() as cluster, cluster.open_ioctx('vms') as target, rbd.Image(target, name, read_only=True) as image:
        for offset in range(0, 1 << 20, 64 << 10):
            piece = image.read(offset, 64 << 10)
        assert image.read(0, 8) == bytes(8) and image.read(len(chunk), 8) == len(chunk).to_bytes(8, 'big') and image.size() == 2 * size
    times['first reads'].append(time.monotonic() - begun)
print(json.dumps(times))

with connected() as cluster, cluster.open_ioctx('images') as source, cluster.open_ioctx('vms') as target:
    for number in range(clones):
        rbd.RBD().remove(target, f'disk-{number}')
    with rbd.Image(source, 'image') as image:
        image.unprotect_snap('snap')
        image.remove_snap('snap')
    rbd.RBD().remove(source, 'image')
"""


class Side:
    def __init__(self, title, rbd, env, files):
        self.title = title
        self._rbd = rbd
        self._env = env
        self._source, self._target = files / "source", files / "target"
        self.times = {row: [] for row in ROWS}

    def run(self, size):
        self.run_flow(size)
        self._time(IMPORT, "import", "--no-progress", self._source, "images/imported")
        self._time(EXPORT, "export", "--no-progress", "images/imported", self._target)
        if self._target.stat().st_size != self._source.stat().st_size:
            sys.exit(f"bench: the export of {self.title} has another length than what was imported")
        self._target.unlink()
        self._run(self._rbd, "rm", "--no-progress", "images/imported")

    def run_flow(self, size):
        os.sync()
        for row, times in json.loads(self._run("/usr/bin/python3", "-c", FLOW, size, CLONES)).items():
            self.times[row] += times

    def forget(self):
        self.times = {row: [] for row in ROWS}

    def _time(self, row, *words):
        os.sync()
        begun = time.monotonic()
        self._run(self._rbd, *words)
        self.times[row].append(time.monotonic() - begun)

    def _run(self, *command):
        done = subprocess.run([str(word) for word in command], env=self._env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"bench: {self.title}: {command[:4]} ended with {done.returncode}\n{done.stderr}")
        return done.stdout


def ours(room):
    (room / "store").mkdir()
    conf = room / "ceph.conf"
    conf.write_text(f"[global]\nrbd_store = local:{room}/store\n")
    env = {**ENVIRONMENT, "CEPH_CONF": str(conf), "CURVERBD_CONF": "/dev/null", "LD_LIBRARY_PATH": str(ROOT / "out/lib")}
    for pool in POOLS:
        subprocess.run([ROOT / "out/bin/ceph", "osd", "pool", "create", pool], env=env, check=True, capture_output=True)
    return Side("CurveRbd", ROOT / "out/bin/rbd", env, room)


def theirs(cluster, room):
    for pool in POOLS:
        cluster.ceph("osd", "pool", "create", pool, "8")
    return Side("Ceph", "/usr/bin/rbd", {**ENVIRONMENT, "CEPH_CONF": str(cluster.conf)}, room)


def measure(sides, arguments):
    for side in sides:
        # Neither is to pay for what only the first image of a cluster costs.
        side.run_flow(32 << 20)
        side.forget()
    for repetition in range(arguments.repeats):
        for side in sides if repetition % 2 == 0 else reversed(sides):
            side.run(arguments.size << 20)
            for row, times in side.times.items():
                print(f"{repetition + 1}/{arguments.repeats} {side.title:8} {row:16} {times[-1] * 1e3:10.1f} ms", file=sys.stderr, flush=True)


def section(mine, other, size):
    lines = ["## OpenStack's work beside a real Ceph", "",
             f"`bench/ceph.py`, {size} MiB, on the embedded store and on Debian's Ceph 16.2.15 on the same machine: one monitor, one storage daemon with BlueStore in a file on the same",
             "disk, one replica, cephx on. Each step connects anew, as OpenStack's services do, through Ceph's own Python binding; both sides take turns; medians. Ceph's daemons run on the",
             "same cores as its client, and the embedded store has no network under it: the ratios are those of single machines and say nothing of clusters.", "",
             "| | CurveRbd ms | Ceph ms | Ceph : CurveRbd | Aim | |", "|---|--:|--:|--:|---|---|"]
    for row, (text, aim) in ROWS.items():
        ms = {side: statistics.median(side.times[row]) * 1e3 for side in (mine, other)}
        ratio = ms[other] / ms[mine]
        verdict = "stated" if aim is None else f"at least {aim}"
        lines.append(f"| {text} | {ms[mine]:.1f} | {ms[other]:.1f} | {ratio:.2f} | {verdict} | {'' if aim is None else 'met' if ratio >= aim else 'missed'} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="how often each side does everything (default 3)")
    parser.add_argument("--size", type=int, default=1024, help="size of the image in MiB (default 1024)")
    parser.add_argument("--directory", default=str(ROOT / "out"), help="where both keep their data (default out/)")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        room = pathlib.Path(tempfile.mkdtemp(prefix="ceph-bench.", dir=arguments.directory))
        stack.callback(shutil.rmtree, room, ignore_errors=True)
        subprocess.run(["dd", "if=/dev/urandom", f"of={room}/source", "bs=1M", f"count={arguments.size}", "status=none"], check=True)
        cluster = RealCeph(directory=room, store="bluestore")
        stack.callback(cluster.stop)
        cluster.start()
        sides = [ours(room), theirs(cluster, room)]
        measure(sides, arguments)
        print(section(*sides, arguments.size))


if __name__ == "__main__":
    main()
