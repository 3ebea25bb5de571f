#!/usr/bin/python3
"""Measures what snapshots and clones cost on the embedded store; prints a section of Markdown, and on stderr what is being done.

Volumes of a TiB are sparse files. "10 GiB written" is done without writing 10 GiB: the plain layer gets 10 GiB of the disk in pieces of
4 MiB all over the image (fallocate); the overlay above it gets 163840 table entries all over the image and the length that holds their
places, which are holes. So allocation, tables and lengths are those of an image with 10 GiB in each layer.
"""

import argparse
import array
import contextlib
import os
import pathlib
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import rados
import rbd
from fio import fio, median

ROOT = pathlib.Path(__file__).resolve().parent.parent
KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40

# docs/format.md
CLUSTER = 64 * KIB
TABLE_OFFSET = BLOCK = 4 * KIB
COVERED_BY_TABLE_BLOCK = 64 * MIB

WRITTEN = 10 * GIB
PIECE = 4 * MIB
TOUCHES = 2000
SCATTERED = 4096
SNAPSHOTS = 30
CHAIN_SIZE = GIB
TOUCHED_SIZE = 512 * MIB


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


class Store:
    """An embedded store in a directory of its own, and its files as they are on the disk."""

    def __init__(self, directory):
        self.path = pathlib.Path(directory) / "store"
        self.path.mkdir()
        self.conf = pathlib.Path(directory) / "ceph.conf"
        self.conf.write_text(f"[global]\nrbd_store = local:{self.path}\n")
        # As the other measurements have it: write-back from the first request on.
        self.fio_conf = pathlib.Path(directory) / "fio.conf"
        self.fio_conf.write_text(self.conf.read_text() + "rbd_cache_writethrough_until_flush = false\n")

    def volumes(self):
        return {path for path in self.path.glob("**/*") if path.is_file() and "sqlite" not in path.name}

    def allocated(self):
        return sum(path.stat().st_blocks * 512 for path in self.volumes())

    def new_volume(self, known):
        """The largest volume that was not known before."""
        return max(self.volumes() - known, key=lambda path: path.stat().st_size)

    def fio(self, image, kind, block, depth, size, seconds):
        env = {**os.environ, "CEPH_CONF": str(self.fio_conf)}
        os.sync()
        return fio(["--ioengine=rbd", "--clientname=admin", "--pool=bench", f"--rbdname={image}", f"--size={size}", f"--rw={kind}", f"--bs={block}",
                    f"--iodepth={depth}", f"--runtime={seconds}", "--time_based"], env)


def written_bytes():
    """What this process, library included, has handed to the kernel for writing."""
    with open("/proc/self/io") as counters:
        return next(int(line.split()[1]) for line in counters if line.startswith("wchar:"))


def timed(operation):
    start = time.perf_counter()
    operation()
    return (time.perf_counter() - start) * 1000


def fill(image, size, block=4 * MIB):
    data = random.randbytes(block)
    for offset in range(0, size, block):
        image.write(data, offset)
    image.flush()


def allocate_pieces(volume):
    """Gives a plain volume, whose bytes are the image's bytes, 10 GiB of the disk in pieces all over the image."""
    with open(volume, "r+b", buffering=0) as file:
        for piece in random.sample(range(TIB // PIECE), WRITTEN // PIECE):
            os.posix_fallocate(file.fileno(), piece * PIECE, PIECE)
        os.fsync(file.fileno())


def occupy(volume, entries):
    """Makes an overlay hold clusters: a table of these entries, and a place for each that is not 0."""
    with open(volume, "r+b", buffering=0) as file:
        data_offset = struct.unpack_from("<Q", os.pread(file.fileno(), 64, 0), 32)[0]
        os.pwrite(file.fileno(), entries.tobytes(), TABLE_OFFSET)
        file.truncate(data_offset + max(entries) * CLUSTER)
        os.fsync(file.fileno())


def scattered_entries():
    entries = array.array("I", bytes(4 * (TIB // CLUSTER)))
    for place, cluster in enumerate(random.sample(range(len(entries)), WRITTEN // CLUSTER)):
        entries[cluster] = place + 1
    return entries


def make_written(store, ioctx, name):
    """A TiB with 10 GiB in its plain layer, a snapshot, and 10 GiB in the overlay above it."""
    known = store.volumes()
    rbd.RBD().create(ioctx, name, TIB)
    allocate_pieces(store.new_volume(known))
    known = store.volumes()
    with rbd.Image(ioctx, name) as image:
        image.create_snap("base")
    occupy(store.new_volume(known), scattered_entries())


def operate(ioctx, image, name, round_number, times):
    """Takes a snapshot, clones it and rolls back to it, after a write, so that there is something to do."""
    snapshot, clone = f"s{round_number}", f"{name}-clone{round_number}"
    image.write(b"x" * BLOCK, random.randrange(TIB // BLOCK) * BLOCK)
    image.flush()
    times["snapshot"].append(timed(lambda: image.create_snap(snapshot)))
    image.protect_snap(snapshot)
    times["clone"].append(timed(lambda: rbd.RBD().clone(ioctx, name, snapshot, ioctx, clone)))
    image.write(b"y" * BLOCK, random.randrange(TIB // BLOCK) * BLOCK)
    image.flush()
    times["rollback"].append(timed(lambda: image.rollback_to_snap(snapshot)))


def operations(store, ioctx, rounds=10):
    say("snapshot, clone, rollback of a TiB, empty and with 10 GiB")
    names = ["empty", "written"]
    rbd.RBD().create(ioctx, "empty", TIB)
    with rbd.Image(ioctx, "empty") as image:
        image.create_snap("base")
    make_written(store, ioctx, "written")
    times = {name: {"snapshot": [], "clone": [], "rollback": []} for name in names}
    with rbd.Image(ioctx, "empty") as empty, rbd.Image(ioctx, "written") as written:
        os.sync()
        for round_number in range(rounds):
            for name, image in zip(names, (empty, written)):
                operate(ioctx, image, name, round_number, times[name])
    for kind in ("snapshot", "clone", "rollback"):
        usual = {name: statistics.median(times[name][kind]) for name in names}
        most = max(times["written"][kind])
        yield (f"{kind} of a 1 TiB image with 10 GiB written, beside an empty one",
               f"{usual['written']:.1f} ms (at most {most:.1f}) beside {usual['empty']:.1f} ms", "below 50 ms, as empty",
               max(usual.values()) < 50 and usual["written"] < 1.5 * usual["empty"] + 2)


def first_touch(ioctx):
    say("4 KiB random writes to a fresh clone of a full image")
    rbd.RBD().create(ioctx, "full", TOUCHED_SIZE)
    with rbd.Image(ioctx, "full") as image:
        fill(image, TOUCHED_SIZE)
        image.create_snap("s")
        image.protect_snap("s")
    rbd.RBD().clone(ioctx, "full", "s", ioctx, "child")
    clusters = random.sample(range(TOUCHED_SIZE // CLUSTER), TOUCHES)
    with rbd.Image(ioctx, "child") as image:
        # The first write takes the ownership, whose record is none of the cost of a touch.
        image.write(b"x" * BLOCK, clusters[0] * CLUSTER)
        before = written_bytes()
        for cluster in clusters[1:]:
            image.write(b"x" * BLOCK, cluster * CLUSTER + random.randrange(CLUSTER // BLOCK) * BLOCK)
        touched = (written_bytes() - before) / (TOUCHES - 1)
    yield (f"bytes written by each first 4 KiB write to a cluster of a fresh clone, {TOUCHES} of them",
           f"{touched / KIB:.2f} KiB", f"{(CLUSTER + BLOCK) // KIB} KiB: cluster and table block", touched <= 1.01 * (CLUSTER + BLOCK))


def second_touch(store, ioctx, arguments):
    say("4 KiB random writes to a clone whose clusters were all touched before")
    rbd.RBD().clone(ioctx, "full", "s", ioctx, "touched")
    rbd.RBD().create(ioctx, "plain", TOUCHED_SIZE)
    for name in ("touched", "plain"):
        with rbd.Image(ioctx, name) as image:
            fill(image, TOUCHED_SIZE)
    for depth in (1, 32):
        yield compare(store, arguments, f"4 KiB random writes, depth {depth}, second touch of a clone beside a plain image", ("touched", "plain"),
                      ("randwrite", "4k", depth, TOUCHED_SIZE), 0.9)


def compare(store, arguments, what, images, work, aim):
    """A row that tells how fast the first image is beside the second. They take turns."""
    runs = {image: [] for image in images}
    for repetition in range(arguments.repeats):
        for image in images if repetition % 2 == 0 else reversed(images):
            runs[image].append(store.fio(image, *work, arguments.seconds))
    first, second = (median(runs[image], lambda run: run.rate) for image in images)
    return (what, f"{first:.0f} beside {second:.0f} per s: {first / second:.2f}", f"at least {aim}", first >= aim * second)


def space(store, ioctx):
    say("scattered writes to a snapshotted TiB")
    known = store.volumes()
    rbd.RBD().create(ioctx, "scattered", TIB)
    offsets = [block * BLOCK for block in random.sample(range(TIB // BLOCK), SCATTERED)]
    with rbd.Image(ioctx, "scattered") as image:
        image.create_snap("s")
        volumes = store.volumes() - known
        before = sum(path.stat().st_blocks * 512 for path in volumes)
        for offset in offsets:
            image.write(b"x" * BLOCK, offset)
        image.flush()
    os.sync()
    grown = sum(path.stat().st_blocks * 512 for path in volumes) - before
    clusters = len({offset // CLUSTER for offset in offsets})
    tables = len({offset // COVERED_BY_TABLE_BLOCK for offset in offsets})
    aim = clusters * CLUSTER + tables * BLOCK
    # Beside data, ext4 counts the blocks of a file's extent tree.
    yield (f"space taken by {SCATTERED} scattered 4 KiB writes to a snapshotted 1 TiB image", f"{grown / MIB:.1f} MiB",
           f"{aim / MIB:.1f} MiB: clusters and table blocks, and one allocation unit", grown <= aim + MIB)


def make_chain(ioctx):
    say(f"a chain of {SNAPSHOTS} snapshots")
    for name in ("chain", "flat"):
        rbd.RBD().create(ioctx, name, CHAIN_SIZE)
        with rbd.Image(ioctx, name) as image:
            fill(image, CHAIN_SIZE)
    clusters = list(range(CHAIN_SIZE // CLUSTER))
    random.shuffle(clusters)
    share = len(clusters) // SNAPSHOTS
    with rbd.Image(ioctx, "chain") as image:
        for number in range(SNAPSHOTS):
            image.create_snap(f"s{number}")
            for cluster in clusters[number * share:(number + 1) * share]:
                image.write(random.randbytes(CLUSTER), cluster * CLUSTER)
            image.flush()
    return share


def chain(store, ioctx, arguments):
    share = make_chain(ioctx)
    for name, kind, block, depth in (("4 KiB random reads, depth 1", "randread", "4k", 1), ("4 KiB random reads, depth 32", "randread", "4k", 32),
                                     ("1 MiB sequential reads, depth 4", "read", "1M", 4)):
        yield compare(store, arguments, f"{name}, through a chain of {SNAPSHOTS} snapshots beside a plain image", ("chain", "flat"),
                      (kind, block, depth, CHAIN_SIZE), 0.8)
    yield removal(store, ioctx, share)


def removal(store, ioctx, share):
    say("removal of a snapshot in the middle of the chain")
    count = len(store.volumes())
    middle = SNAPSHOTS // 2
    with rbd.Image(ioctx, "chain") as image:
        before = written_bytes()
        image.remove_snap(f"s{middle}")
        wait_until(lambda: len(store.volumes()) < count, "its layer is merged and its volume removed")
        moved = written_bytes() - before
    between = share * CLUSTER
    return (f"bytes written until one of {SNAPSHOTS} snapshots is merged away", f"{moved / MIB:.1f} MiB",
            f"{between / MIB:.1f} MiB of data between its neighbours (the image has {CHAIN_SIZE // MIB} MiB), and table blocks", moved < 1.25 * between)


def wait_until(holds, what, seconds=120):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"layers.py: waited {seconds} s in vain until {what}")
        time.sleep(0.05)


def tables(store, ioctx):
    say("tables of a fully overwritten TiB")
    rbd.RBD().create(ioctx, "flat-tib", TIB)
    rbd.RBD().create(ioctx, "overwritten", TIB)
    known = store.volumes()
    with rbd.Image(ioctx, "overwritten") as image:
        image.create_snap("s")
    occupy(store.new_volume(known), array.array("I", range(1, TIB // CLUSTER + 1)))
    what = "memory that reading a fully overwritten 1 TiB overlay (64 MiB of tables) everywhere takes, beside a plain image"
    aim = "32 MiB more: the cache of the tables"
    (flat_grown, flat_rate), overlay = read_everywhere(store, "flat-tib"), read_everywhere(store, "overwritten")
    if overlay is None:
        yield (what, "the process died of it", aim, False)
        return
    grown, rate = overlay
    yield (what, f"{grown:.1f} MiB beside {flat_grown:.1f} MiB", aim, grown - flat_grown <= 32)
    yield ("4 KiB random reads, depth 1, that each need another table block: what the bounded cache costs",
           f"{rate:.0f} beside {flat_rate:.0f} per s: {rate / flat_rate:.2f}", "stated", True)


def read_everywhere(store, image):
    """(MiB that a process of its own grows by, reads per second); None if the process died."""
    done = subprocess.run([__file__, "--read-everywhere", image], stdout=subprocess.PIPE, text=True, env={**os.environ, "CEPH_CONF": str(store.conf)})
    if done.returncode != 0:
        say(f"reading {image} everywhere ended with {done.returncode}")
        return None
    grown, rate = done.stdout.split()
    return float(grown), float(rate)


def print_reads(name, passes=3):
    """Reads a block from each 64 MiB of the image, in random order, several times."""
    with rados.Rados(conffile="") as cluster, cluster.open_ioctx("bench") as ioctx, rbd.Image(ioctx, name, read_only=True) as image:
        for offset in range(0, GIB, BLOCK * 256):
            image.read(offset, BLOCK)
        before = resident_kib()
        start, count = time.monotonic(), 0
        for _ in range(passes):
            for part in random.sample(range(TIB // COVERED_BY_TABLE_BLOCK), TIB // COVERED_BY_TABLE_BLOCK):
                image.read(part * COVERED_BY_TABLE_BLOCK + random.randrange(COVERED_BY_TABLE_BLOCK // BLOCK) * BLOCK, BLOCK)
                count += 1
        print((resident_kib() - before) / KIB, count / (time.monotonic() - start))


def resident_kib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def measure(store, arguments):
    with rados.Rados(conffile="") as cluster:
        cluster.create_pool("bench")
        with cluster.open_ioctx("bench") as ioctx:
            yield from operations(store, ioctx)
            yield from first_touch(ioctx)
            yield from second_touch(store, ioctx, arguments)
            yield from space(store, ioctx)
            yield from chain(store, ioctx, arguments)
            yield from tables(store, ioctx)


def tell(rows):
    for row in rows:
        say(" | ".join(map(str, row)))
        yield row


def report(rows):
    rows = list(tell(rows))
    print("## Layers\n")
    print("`bench/layers.py`, on the embedded store, from a Python process on Ceph's binding; speeds by fio as above. \"10 GiB written\": in the plain layer and")
    print("again in the overlay above it, all over the image, as far as allocation, tables and lengths go (the script says how).\n")
    print("| | Measured | Aim | |\n|---|---|---|---|")
    for what, measured, aim, is_met in rows:
        print(f"| {what} | {measured} | {aim} | {'met' if is_met else '**missed**'} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=3, help="length of one run of fio (default 3)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of fio of each kind and image (default 3)")
    parser.add_argument("--directory", default=str(ROOT / "out"), help="where the images lie (default out/)")
    parser.add_argument("--read-everywhere", metavar="IMAGE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read_everywhere:
        print_reads(arguments.read_everywhere)
        return
    random.seed(1)
    with contextlib.ExitStack() as stack:
        room = tempfile.mkdtemp(prefix="layers.", dir=arguments.directory)
        stack.callback(shutil.rmtree, room, ignore_errors=True)
        store = Store(room)
        os.environ["CEPH_CONF"], os.environ["CURVERBD_CONF"] = str(store.conf), "/dev/null"
        report(measure(store, arguments))


if __name__ == "__main__":
    main()
