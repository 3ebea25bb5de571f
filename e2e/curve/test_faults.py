"""fio with verify while parts of the cluster fail: I/O pauses and goes on, and nothing is lost."""

import json
import random
import time

import pytest

FAULTS = {
    "leaders change": [["move-leaders"]],
    "redirects": [["fault", "WriteChunk", "redirected", 20], ["fault", "ReadChunk", "redirected", 20]],
    "copysets not there": [["fault", "WriteChunk", "copyset_notexist", 5]],
    "overload": [["fault", "WriteChunk", "overload", 10]],
    "an unknown failure that passes": [["fault", "WriteChunk", "failureunknown", 5]],
    "lost answers": [["fault", "WriteChunk", "reply-dropped", 2]],
    "lost requests": [["fault", "ReadChunk", "dropped", 2]],
    "resets": [["reset-connections"], ["fault", "*", "reset", 5]],
    "a chunkserver restarts": [["stop-chunkserver", 1], ["start-chunkserver", 1]],
    "the MDS fails over": [["fail-over"]],
    "no MDS for a while": [["stop-mds"], ["start-mds"]],
    "etcd gone for a while": [["stop-etcd"], ["start-etcd"]],
}
ONLY_NEBD = {
    "nebd restarts": [["stop-nebd"], ["start-nebd"]],
    "nebd forgets what was open": [["stop-nebd"], ["forget-nebd"], ["start-nebd"]],
    "nebd resets": [["fault", "Write", "reset", 3]],
}


def start_fio(room, seconds):
    return room.start("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--output-format=json",
                      "--verify_state_save=0", "--size=16M", "--verify=crc32c", "--verify_fatal=1", "--rw=randrw", "--bsrange=4k-64k", "--blockalign=4k",
                      "--iodepth=16", "--time_based", f"--runtime={seconds}", stdout=-1, text=True)


@pytest.fixture
def disk(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")


def faults_of(io):
    return {**FAULTS, **(ONLY_NEBD if io == "nebd" else {})}


def run_with(room, curve, orders, what, pause=0.3):
    process = start_fio(room, seconds=1 + round(pause * len(orders)))
    time.sleep(0.5)
    for order in orders:
        curve.tell(*order)
        time.sleep(pause)
    out = process.communicate(timeout=90)[0]
    job = json.loads(out[out.index("{"):])["jobs"][0]
    assert process.returncode == 0 and job["error"] == 0, f"{what}: {out}"
    assert job["read"]["total_ios"] > 0 and job["write"]["total_ios"] > 0, what


def test_verify_is_clean_through_each_fault(room, disk, curve, io):
    for what, orders in faults_of(io).items():
        run_with(room, curve, orders, what)
        curve.tell("clear")


def test_verify_is_clean_with_everything_at_random(room, disk, curve, io):
    faults = list(faults_of(io).values())
    chosen = random.Random(7).sample(faults, len(faults))

    run_with(room, curve, [order for orders in chosen for order in orders], "everything at random")


def test_a_taken_over_volume_is_an_error_and_no_hang(room, disk, curve):
    curve.tell("fault", "WriteChunk", "epochtooold", 1000)

    done = room.run("qemu-io", "-f", "raw", "-c", "write -P 1 0 64k", "rbd:rbd/disk", check=False, timeout=90)

    assert "write failed" in done.stdout + done.stderr


def test_records_without_etcd_are_a_clear_error(room, disk, curve):
    curve.tell("stop-etcd")

    done = room.run("rbd", "create", "rbd/other", "--size", "1G", check=False, timeout=60)

    assert done.returncode != 0 and "etcd" in done.stderr, done.stderr


def test_the_whole_cluster_gone_ends_at_the_timeouts(room, disk, curve):
    room.set("rados_osd_op_timeout = 2", "client_mount_timeout = 3")
    process = room.start("/usr/bin/python3", "-c", """
import rados, rbd, sys
cluster = rados.Rados(conffile=''); cluster.connect()
ioctx = cluster.open_ioctx('rbd')
image = rbd.Image(ioctx, 'disk')
image.write(b'x' * 4096, 0)
print('open', flush=True)
sys.stdin.readline()
try:
    image.write(b'y' * 4096, 0)
except rbd.OSError as error:
    print(error.errno, flush=True)
try:
    image.close()
except rbd.Timeout:
    pass
ioctx.close(); cluster.shutdown()
""", stdin=-1, stdout=-1, text=True)
    assert process.stdout.readline() == "open\n"
    curve.process.kill()
    curve.process.wait()

    out = process.communicate("go on\n", timeout=60)[0]

    assert (out, process.returncode) == ("110\n", 0)
    connecting = room.run("rbd", "ls", check=False, timeout=60)
    assert connecting.returncode != 0
