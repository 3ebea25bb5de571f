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
    """Median microseconds of a bare round trip, and of one to the cluster's own server: a WriteChunk that it refuses, as an MDS must."""
    program = directory / "pingpong"
    frame = directory / "frame"
    subprocess.run(["gcc", "-O2", "-o", program, ROOT / "bench/pingpong.c"], check=True)
    frame.write_bytes(write_chunk_frame())
    mds = next(line for line in (directory / "curverbd.conf").read_text().splitlines() if line.strip().startswith("curve_mds"))
    ports = [address.rpartition(":")[2].strip() for address in mds.partition("=")[2].split(",")]
    return measure_round_trip([program, "20000"]), min(filter(None, (measure_round_trip([program, "20000", port, frame]) for port in ports)))


def measure_round_trip(command):
    """None: nobody listens (an MDS that stands by)."""
    run = subprocess.run(command, capture_output=True, text=True)
    return float(run.stdout) if run.returncode == 0 and run.stdout else None


def write_chunk_frame():
    def number(value):
        return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + number(value >> 7)

    def text(field, value):
        return number(field << 3 | 2) + number(len(value)) + value

    data = bytes(4096)
    # opType, logicPoolId, copysetId, chunkId, offset, size, sn
    message = b"".join(number(field << 3) + number(value) for field, value in ((1, 2), (2, 1), (3, 1), (4, 1), (6, 0), (7, len(data)), (9, 1)))
    method = text(1, b"curve.chunkserver.ChunkService") + text(2, b"WriteChunk")
    meta = text(1, method) + number(4 << 3) + number(1) + number(5 << 3) + number(len(data))
    return b"PRPC" + (len(meta) + len(message) + len(data)).to_bytes(4) + len(meta).to_bytes(4) + meta + message + data


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
    bare, served = bare
    lines += ["", f"A bare round trip of that size over loopback TCP (`bench/pingpong.c`) takes {bare:.1f} us; one that a C program makes to a server of the test cluster, which "
              f"refuses the write, {served:.1f} us. A 4 KiB write at depth 1 takes {alone['direct']:.1f} us directly, {alone['direct'] - served:.1f} us more than that: fio, the client, and "
              f"the chunkservers' work on three replicas. Through nebd it takes {alone['nebd']:.1f} us.",
              "In steady state a request allocates nothing in the client at any depth (`tests/Curve.Tests`, AllocationTests)."]
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
