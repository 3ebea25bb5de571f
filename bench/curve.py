#!/usr/bin/python3
"""Measures our library on a CurveBS test cluster, straight to the chunkservers and through nebd, and prints a section for RESULTS.md.

The cluster is this project's own, in another process on the same machine: its time is in the rates and the latencies, but not in
the CPU time, which is the client's alone.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from fio import fio, median

ROOT = pathlib.Path(__file__).resolve().parent.parent

WORKLOADS = {f"{size} {name}, depth {depth}": (kind, block, depth)
             for size, block, kinds in (("4 KiB", "4k", (("random read", "randread"), ("random write", "randwrite"))),
                                        ("64 KiB", "64k", (("random read", "randread"), ("random write", "randwrite"))),
                                        ("1 MiB", "1M", (("sequential read", "read"), ("sequential write", "write"))))
             for name, kind in kinds
             for depth in (1, 32, 128)}


class TestCluster:
    """A cluster that ends with this process."""

    def __init__(self, directory):
        self.directory = directory
        self._process = subprocess.Popen([ROOT / "out/cluster/CurveRbd.TestCluster", directory, "--until-eof"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while not (directory / "curverbd.conf").exists():
            if self._process.poll() is not None:
                sys.exit("bench: the test cluster did not start")
            time.sleep(0.05)

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Way:
    def __init__(self, title, conf, room, size):
        self.title = title
        self._disk = f"disk-{title}"
        ceph_conf = room / "ceph.conf"
        ceph_conf.write_text("[global]\n")
        self.env = {**os.environ, "CEPH_CONF": str(ceph_conf), "CURVERBD_CONF": str(conf), "LD_LIBRARY_PATH": str(ROOT / "out/lib")}
        self.command("rbd", "create", f"bench/{self._disk}", "--size", f"{size}M")

    def command(self, name, *words):
        subprocess.run([ROOT / "out/bin" / name, *words], env=self.env, check=True, capture_output=True)

    def run(self, options):
        return fio(["--ioengine=rbd", "--clientname=admin", "--pool=bench", f"--rbdname={self._disk}", *options], self.env)


def measure(ways, arguments):
    size = f"--size={arguments.size}M"
    for way in ways:
        way.run([size, "--rw=write", "--bs=1M", "--iodepth=8"])
    runs = {name: {way.title: [] for way in ways} for name in WORKLOADS}
    for repetition in range(arguments.repeats):
        for name, (kind, block, depth) in WORKLOADS.items():
            for way in ways:
                run = way.run([size, f"--rw={kind}", f"--bs={block}", f"--iodepth={depth}", f"--runtime={arguments.seconds}", "--time_based"])
                runs[name][way.title].append(run)
                print(f"{repetition + 1}/{arguments.repeats} {name:36} {way.title:7} {run.rate:10.0f} per s  {run.cpu_us:8.2f} us CPU", file=sys.stderr, flush=True)
    return runs


def ping_pong(directory):
    program = directory / "pingpong"
    subprocess.run(["gcc", "-O2", "-o", program, ROOT / "bench/pingpong.c"], check=True)
    return float(subprocess.run([program, "20000"], check=True, capture_output=True, text=True).stdout)


def section(runs, bare):
    lines = ["## On a CurveBS test cluster", "",
             "fio `ioengine=rbd` on this project's test cluster (three replicas, files in the page cache) and a real etcd, on the same machine. Rates and latencies contain the",
             "cluster's own time; CPU is microseconds of the client per request.", "",
             "| Workload | direct /s | nebd /s | nebd : direct | CPU direct | CPU nebd |", "|---|" + "--:|" * 5]
    for name, ways in runs.items():
        rate = {way: median(taken, lambda run: run.rate) for way, taken in ways.items()}
        cpu = {way: median(taken, lambda run: run.cpu_us) for way, taken in ways.items()}
        lines.append(f"| {name} | {rate['direct']:.0f} | {rate['nebd']:.0f} | {rate['nebd'] / rate['direct']:.2f} | {cpu['direct']:.1f} | {cpu['nebd']:.1f} |")
    alone = {way: 1e6 / median(taken, lambda run: run.rate) for way, taken in runs["4 KiB random write, depth 1"].items()}
    lines += ["", f"A bare round trip of that size over loopback TCP (`bench/pingpong.c`) takes {bare:.1f} us; a 4 KiB write at depth 1 takes {alone['direct']:.1f} us directly and "
              f"{alone['nebd']:.1f} us through nebd, the cluster's work included.",
              "In steady state a request allocates nothing in the client (`tests/Curve.Tests`, AllocationTests)."]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=2, help="length of one run (default 2)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each workload and way (default 1)")
    parser.add_argument("--size", type=int, default=256, help="size of the image in MiB (default 256)")
    arguments = parser.parse_args()
    # Not in out/: the name of a Unix socket has at most 107 bytes.
    directory = pathlib.Path(tempfile.mkdtemp(prefix="curve-bench."))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        cluster = TestCluster(directory)
        stack.callback(cluster.close)
        first = {**os.environ, "CEPH_CONF": "/dev/null", "CURVERBD_CONF": str(directory / "curverbd.conf")}
        subprocess.run([ROOT / "out/bin/ceph", "osd", "pool", "create", "bench"], env=first, check=True, capture_output=True)
        ways = [Way("direct", directory / "curverbd.conf", directory, arguments.size), Way("nebd", directory / "curverbd-nebd.conf", directory, arguments.size)]
        print(section(measure(ways, arguments), ping_pong(directory)))


if __name__ == "__main__":
    main()
