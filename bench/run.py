#!/usr/bin/python3
"""Measures CurveRbd against qemu-nbd and the plain file, side by side in one run, then what snapshots and clones cost (layers.py), how a real Ceph
does OpenStack's work beside it (ceph.py) and what a CurveBS test cluster gives (curve.py), and writes bench/RESULTS.md.

  rbd   fio's rbd engine on our library and the embedded store
  nbd   fio's nbd engine on qemu-nbd, which exports a raw file on the same disk
  file  fio's libaio engine with direct=0 on a raw file on the same disk

All three go through the page cache. They take turns within each repetition, in rotating order; the medians are reported.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
import time

from fio import fio, median

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench/RESULTS.md"

WORKLOADS = {
    "4 KiB random read, depth 1": ("randread", "4k", 1),
    "4 KiB random write, depth 1": ("randwrite", "4k", 1),
    "4 KiB random read, depth 32": ("randread", "4k", 32),
    "4 KiB random write, depth 32": ("randwrite", "4k", 32),
    "1 MiB sequential read, depth 4": ("read", "1M", 4),
    "1 MiB sequential write, depth 4": ("write", "1M", 4),
}


class Rbd:
    title = "rbd"

    def __init__(self, room, size):
        store = room / "store"
        store.mkdir()
        conf = room / "ceph.conf"
        # Write-back from the first request on, as qemu-nbd and the page cache have it.
        conf.write_text(f"[global]\nrbd_store = local:{store}\nrbd_cache_writethrough_until_flush = false\n")
        self.env = {**os.environ, "CEPH_CONF": str(conf), "CURVERBD_CONF": "/dev/null", "LD_LIBRARY_PATH": str(ROOT / "out/lib")}
        for command in (["ceph", "osd", "pool", "create", "bench"], ["rbd", "create", "bench/disk", "--size", f"{size}M"]):
            subprocess.run([ROOT / "out/bin" / command[0], *command[1:]], env=self.env, check=True, capture_output=True)

    def run(self, options):
        return fio(["--ioengine=rbd", "--clientname=admin", "--pool=bench", "--rbdname=disk", *options], self.env)

    def close(self):
        pass


class Nbd:
    title = "nbd"

    def __init__(self, room, size):
        image, self._socket = room / "nbd.raw", room / "nbd.sock"
        with open(image, "wb") as file:
            file.truncate(size << 20)
        self._server = subprocess.Popen(["qemu-nbd", "-f", "raw", "--cache=writeback", "-t", "-k", self._socket, image], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            if time.monotonic() > deadline or self._server.poll() is not None:
                sys.exit("bench: qemu-nbd did not start")
            time.sleep(0.02)

    def run(self, options):
        return fio(["--ioengine=nbd", f"--uri=nbd+unix:///?socket={self._socket}", *options], os.environ, self._server.pid)

    def close(self):
        self._server.terminate()
        self._server.wait()


class File:
    title = "file"

    def __init__(self, room, size):
        self._path = room / "file.raw"
        with open(self._path, "wb") as file:
            file.truncate(size << 20)

    def run(self, options):
        return fio(["--ioengine=libaio", "--direct=0", f"--filename={self._path}", *options], os.environ)

    def close(self):
        pass


def measure(ways, arguments):
    """Returns {workload: {way: [Run, ...]}}."""
    size = f"--size={arguments.size}M"
    for way in ways:
        print(f"filling {way.title}", flush=True)
        way.run([size, "--rw=write", "--bs=1M", "--iodepth=4", "--end_fsync=1"])
        way.run([size, "--rw=read", "--bs=1M", "--iodepth=4"])
    runs = {name: {way.title: [] for way in ways} for name in WORKLOADS}
    for repetition in range(arguments.repeats):
        order = ways[repetition % len(ways):] + ways[:repetition % len(ways)]
        for name, (kind, block, depth) in WORKLOADS.items():
            for way in order:
                # What the run before left dirty is not this run's to write.
                os.sync()
                run = way.run([size, f"--rw={kind}", f"--bs={block}", f"--iodepth={depth}", f"--runtime={arguments.seconds}", "--time_based"])
                runs[name][way.title].append(run)
                print(f"{repetition + 1}/{arguments.repeats} {name:32} {way.title:5} {run.rate:10.0f} per s  {run.cpu_us:8.2f} us CPU", flush=True)
    return runs


def table(runs):
    lines = ["| Workload | rbd /s | nbd /s | file /s | rbd : nbd | rbd : file | CPU rbd | CPU nbd | CPU file | CPU rbd : nbd |", "|---|" + "--:|" * 9]
    for name, ways in runs.items():
        rate = {way: median(taken, lambda run: run.rate) for way, taken in ways.items()}
        cpu = {way: median(taken, lambda run: run.cpu_us) for way, taken in ways.items()}
        lines.append(f"| {name} | {rate['rbd']:.0f} | {rate['nbd']:.0f} | {rate['file']:.0f} | {rate['rbd'] / rate['nbd']:.2f} | {rate['rbd'] / rate['file']:.2f} "
                     f"| {cpu['rbd']:.1f} | {cpu['nbd']:.1f} | {cpu['file']:.1f} | {cpu['rbd'] / cpu['nbd']:.2f} |")
    return lines


def misses(runs):
    for name, ways in runs.items():
        rate = {way: median(taken, lambda run: run.rate) for way, taken in ways.items()}
        cpu = {way: median(taken, lambda run: run.cpu_us) for way, taken in ways.items()}
        if rate["rbd"] < rate["nbd"]:
            yield f"* {name}: {(1 - rate['rbd'] / rate['nbd']) * 100:.0f} % fewer requests per second than nbd."
        if cpu["rbd"] > cpu["nbd"]:
            yield f"* {name}: {(cpu['rbd'] / cpu['nbd'] - 1) * 100:.0f} % more CPU time per request than nbd's client and server together."


def memory():
    """What one open image adds to the memory of a host process that writes and reads it, in MiB."""
    return subprocess.run([ROOT / "bench/memory.py"], check=True, capture_output=True, text=True,
                          env={**os.environ, "LD_LIBRARY_PATH": str(ROOT / "out/lib")}).stdout.strip()


def layers(directory):
    """The section that tells what snapshots and clones cost."""
    print("measuring layers", flush=True)
    return subprocess.run([ROOT / "bench/layers.py", "--directory", directory], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "LD_LIBRARY_PATH": str(ROOT / "out/lib")}).stdout.strip()


def ceph(arguments):
    """The section about OpenStack's work beside a real Ceph cluster."""
    print("measuring beside a Ceph cluster", flush=True)
    return subprocess.run([ROOT / "bench/ceph.py", "--directory", arguments.directory, "--size", str(arguments.size), "--repeats", str(arguments.repeats)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def curve():
    """The section about the CurveBS test cluster."""
    print("measuring on a CurveBS test cluster", flush=True)
    return subprocess.run([ROOT / "bench/curve.py"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory_kib = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return f"{os.cpu_count()} cores of {model}, {memory_kib / 2**20:.0f} GiB of memory, Linux {platform.release()}"


def file_system(directory):
    return subprocess.run(["findmnt", "-n", "-o", "FSTYPE", "-T", directory], capture_output=True, text=True).stdout.strip()


def commit():
    described = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return described.stdout.strip() or "unknown"


def report(runs, arguments, directory, load):
    missed = list(misses(runs)) or ["None."]
    lines = [
        "# Measurements", "",
        "Written by `./build.sh bench`. Rates are requests per second, CPU is microseconds per request of client and server together; both are medians.", "",
        f"* Machine: {machine()}; {file_system(directory)}; load when it began {load:.1f}",
        f"* Commit: {commit()}, {datetime.date.today()}",
        f"* Command: `./build.sh bench --seconds {arguments.seconds} --repeats {arguments.repeats} --size {arguments.size}`",
        "* rbd: fio `ioengine=rbd` on `out/lib/librbd.so.1` and the embedded store. Its ceph.conf sets `rbd_cache_writethrough_until_flush = false`, so that it is",
        "  write-back from the first request on, as the other two are.",
        "* nbd: fio `ioengine=nbd` on `qemu-nbd --cache=writeback` over a Unix socket, exporting a raw file on the same disk.",
        "* file: fio `ioengine=libaio`, `direct=0`, on a raw file on the same disk.", "",
        *table(runs), "",
        "Aim: rbd at or above nbd in every row, at no more CPU time per request. Where it is missed:", "", *missed, "",
        "## Memory", "", memory(), "",
        layers(directory), "",
        ceph(arguments), "",
        curve(), ""]
    RESULTS.write_text("\n".join(lines))
    print("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(prog="./build.sh bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=5, help="length of one run (default 5)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each workload and way (default 3)")
    parser.add_argument("--size", type=int, default=1024, help="size of the image and of the files in MiB (default 1024)")
    parser.add_argument("--directory", default=str(ROOT / "out"), help="where the image and the files lie (default out/)")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    room = pathlib.Path(tempfile.mkdtemp(prefix="bench.", dir=arguments.directory))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, room, ignore_errors=True)
        ways = []
        for way in (Rbd, Nbd, File):
            ways.append(way(room, arguments.size))
            stack.callback(ways[-1].close)
        runs = measure(ways, arguments)
        report(runs, arguments, room, load)


if __name__ == "__main__":
    main()
