"""Address space, memory, threads and descriptors of a host process."""

import json
import os
import time

from room import GIB, MIB

MEASURE = """
import os, rados, rbd, time
def rss_kib():
    with open('/proc/self/status') as status:
        return next(int(line.split()[1]) for line in status if line.startswith('VmRSS:'))
def threads():
    return len(os.listdir('/proc/self/task'))
def descriptors():
    return len(os.listdir('/proc/self/fd'))
"""


def test_qemu_img_runs_in_one_gibibyte_of_address_space(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "1G")

    info = room.run("bash", "-c", f"ulimit -v {GIB // 1024}; exec qemu-img info --output=json rbd:rbd/disk")

    assert json.loads(info.stdout)["virtual-size"] == GIB


def test_nova_s_limits(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "1G")

    info = room.run("prlimit", f"--as={GIB}", "--cpu=30", "--", "env", "LC_ALL=C", "LANG=C", "qemu-img", "info", "rbd:rbd/disk", "--force-share", "--output=json")

    assert json.loads(info.stdout)["format"] == "raw"


def test_connecting_ten_thousand_times_leaks_nothing(room, pool):
    # A small young heap: the collector runs so often that what is left of 10,000 turns is what somebody still holds, not what it did not come to yet.
    out = room.run("env", "DOTNET_GCgen0size=200000", "/usr/bin/python3", "-c", MEASURE + """
import json
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    rbd.RBD().create(ioctx, 'disk', 8 << 20)
def turn():
    cluster = rados.Rados(conffile='')
    cluster.connect()
    ioctx = cluster.open_ioctx('rbd')
    image = rbd.Image(ioctx, 'disk')
    image.close()
    ioctx.close()
    cluster.shutdown()
for _ in range(2000):
    turn()
before = (rss_kib(), threads(), descriptors())
start = time.monotonic()
cpu = time.process_time()
for _ in range(10000):
    turn()
print(json.dumps({'ms': (time.monotonic() - start) / 10, 'cpu_ms': (time.process_time() - cpu) / 10, 'before': before,
                  'after': (rss_kib(), threads(), descriptors())}))
""", timeout=115).stdout

    seen = json.loads(out)
    print(seen)
    # A thread or a descriptor leaked now and then would be hundreds; the runtime's pool may still grow by one or two.
    assert seen["after"][1] <= seen["before"][1] + 4 and seen["after"][2] <= seen["before"][2] + 4, seen
    # At most 1 MiB was seen; a leak of 1 KiB a turn would be 10 MiB.
    assert seen["after"][0] <= seen["before"][0] + 4096, seen
    # CPU time stands in for a quiet machine's wall clock: the tests run beside each other.
    assert min(seen["ms"], seen["cpu_ms"]) < 2, seen


def test_one_open_image_costs_less_than_40_mebibytes(room, pool):
    out = room.python(MEASURE + """
before = rss_kib()
cluster = rados.Rados(conffile='')
cluster.connect()
ioctx = cluster.open_ioctx('rbd')
rbd.RBD().create(ioctx, 'disk', 1 << 30)
image = rbd.Image(ioctx, 'disk')
block = b'x' * 65536
most = 0
for turn in range(4000):
    image.write(block, (turn * 65536 * 7) % ((1 << 30) - 65536))
    image.read((turn * 65536 * 5) % ((1 << 30) - 65536), 65536)
    if turn % 100 == 0:
        most = max(most, rss_kib())
print(most - before)
""")

    print(f"+{int(out) / 1024:.1f} MiB")
    assert int(out) < 40 * 1024


def test_a_hundred_open_images_share_threads(room, pool):
    out = room.python(MEASURE + """
cluster = rados.Rados(conffile='')
cluster.connect()
ioctx = cluster.open_ioctx('rbd')
images = []
for number in range(100):
    rbd.RBD().create(ioctx, f'disk{number}', 8 << 20)
    images.append(rbd.Image(ioctx, f'disk{number}'))
for image in images:
    image.write(b'x' * 4096, 0)
print(threads(), rss_kib() // 1024)
""")

    # One thread of ours for the completions of each image, and a fixed set for everything else.
    assert int(out.split()[0]) <= 150, out


def test_process_ends_while_requests_are_in_flight(room, pool):
    for _ in range(10):
        done = room.run("/usr/bin/python3", "-c", """
import os, rados, rbd
cluster = rados.Rados(conffile='')
cluster.connect()
ioctx = cluster.open_ioctx('rbd')
name = f'disk{os.getpid()}'
rbd.RBD().create(ioctx, name, 64 << 20)
image = rbd.Image(ioctx, name)
import ctypes
data = b'x' * (1 << 20)
for number in range(64):
    image.aio_write(data, number << 20, lambda completion: None)
ctypes.CDLL(None).exit(3)
""", check=False)
        assert done.returncode == 3, done


def test_nothing_is_printed_on_standard_output(room, pool):
    assert room.python("""
import rados, rbd
cluster = rados.Rados(conffile='')
cluster.connect()
for pool in ('rbd', 'nothing'):
    try:
        ioctx = cluster.open_ioctx(pool)
        rbd.RBD().create(ioctx, 'disk', 1 << 20)
        rbd.Image(ioctx, 'nothing')
    except Exception:
        pass
cluster.shutdown()
""") == ""
