"""The whole cluster is gone, all at once: timeouts are honoured, and every program comes to its end."""

import errno
import signal
import time

import pytest
from room import MIB, pattern

TIMEOUTS = ("rados_osd_op_timeout = 2", "client_mount_timeout = 3")

OPEN = """
import rados, rbd, sys, time
cluster = rados.Rados(conffile=''); cluster.connect()
ioctx = cluster.open_ioctx('rbd')
image = rbd.Image(ioctx, 'disk')
image.write(b'x' * 4096, 0)
print('open', flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def disk(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")


def kill(curve):
    curve.process.kill()
    curve.process.wait()


def start_python(room, code):
    process = room.start("/usr/bin/python3", "-c", OPEN + code, stdin=-1, stdout=-1, stderr=-2, text=True)
    assert process.stdout.readline() == "open\n"
    return process


def start_fio(room):
    return room.start("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--verify_state_save=0", "--size=16M",
                      "--rw=randwrite", "--bs=4k", "--iodepth=16", "--time_based", "--runtime=60", stdout=-1, stderr=-2, text=True)


def test_python_gets_timeouts_and_closes(room, disk, curve):
    room.set(*TIMEOUTS)
    process = start_python(room, """
try:
    image.write(b'y' * 4096, 0)
except rbd.OSError as error:
    print(error.errno, flush=True)
start = time.monotonic()
try:
    image.close()
except rbd.Timeout:
    pass
ioctx.close(); cluster.shutdown()
print(time.monotonic() - start < 20)
""")
    kill(curve)

    out = process.communicate("go on\n", timeout=40)[0]

    assert (out, process.returncode) == ("110\nTrue\n", 0)


def test_python_exits_without_closing_anything(room, disk, curve):
    process = start_python(room, "pending = image.aio_write(b'y' * 4096, 0, lambda completion: None)")
    kill(curve)

    process.communicate("go on\n", timeout=40)

    assert process.returncode == 0


# rados_osd_op_timeout ends the write itself; without it closing gives the write up.
@pytest.mark.parametrize("io, has_snapshots, timeouts, errno", [
    ("direct", False, (), errno.ESHUTDOWN),
    ("nebd", True, (), errno.ESHUTDOWN),
    ("direct", True, TIMEOUTS, errno.ETIMEDOUT),
    ("nebd", False, TIMEOUTS, errno.ETIMEDOUT),
], indirect=["io"], ids=["direct-plain", "nebd-layers", "direct-layers-timeouts", "nebd-plain-timeouts"])
def test_closing_over_a_waiting_write_ends(room, disk, curve, has_snapshots, timeouts, errno):
    room.set("rbd_request_timed_out_seconds = 3", *timeouts)
    if has_snapshots:
        room.run("rbd", "snap", "create", "--no-progress", "rbd/disk@before")
    process = start_python(room, """
ended = []
pending = image.aio_write(b'y' * 4096, 8192, lambda completion: ended.append(completion.get_return_value()))
start = time.monotonic()
try:
    image.close()
    print('closed')
except rbd.Error as error:
    print('refused')
print(len(ended), ended[0] if ended else None, time.monotonic() - start < 40)
ioctx.close(); cluster.shutdown()
print(time.monotonic() - start < 55)
""")
    kill(curve)

    out = process.communicate("go on\n", timeout=90)[0]

    assert (out, process.returncode) == (f"refused\n1 {-errno} True\nTrue\n", 0)


def test_connecting_ends_at_its_timeout(room, disk, curve):
    room.set(*TIMEOUTS)
    kill(curve)

    for command in (["rbd", "ls"], ["qemu-img", "info", "rbd:rbd/disk"], ["ceph", "-s"],
                    ["/usr/bin/python3", "-c", "import rados; rados.Rados(conffile='').connect()"]):
        start = time.monotonic()
        done = room.run(*command, check=False, timeout=30)
        assert done.returncode != 0, command
        assert time.monotonic() - start < 10, command


def test_qemu_img_in_the_middle_of_a_copy_ends(room, disk, curve):
    room.set(*TIMEOUTS)
    source = room.file("disk.img", pattern(32 * MIB))
    for number in (1, 2, 3):
        curve.tell("stop-chunkserver", number)
    process = room.start("qemu-img", "convert", "-n", "-O", "raw", source, "rbd:rbd/disk", stdout=-1, stderr=-2, text=True)
    time.sleep(0.5)
    kill(curve)

    out = process.communicate(timeout=60)[0]

    assert process.returncode == 1 and "Connection timed out" in out, out


def test_fio_ends_at_its_timeout(room, disk, curve):
    room.set(*TIMEOUTS)
    process = start_fio(room)
    time.sleep(1.5)
    kill(curve)

    out = process.communicate(timeout=45)[0]

    assert process.returncode != 0 and "Connection timed out" in out, out


def test_a_program_that_waits_without_timeouts_ends_at_a_signal(room, disk, curve):
    process = room.start("qemu-io", "-f", "raw", "-c", "write 0 4k", "-c", "sleep 3000", "-c", "write 0 4k", "rbd:rbd/disk", stdout=-1, stderr=-2)
    time.sleep(1.5)
    kill(curve)
    time.sleep(2)

    process.send_signal(signal.SIGTERM)

    process.communicate(timeout=40)
    assert process.returncode == -signal.SIGTERM
