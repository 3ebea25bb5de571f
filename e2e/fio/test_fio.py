import json

import pytest


def fio(room, *options):
    out = room.run("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--output-format=json",
                   "--group_reporting", "--verify_state_save=0", *options).stdout
    jobs = json.loads(out[out.index("{"):])["jobs"]
    assert all(job["error"] == 0 for job in jobs), out
    return jobs[0]


@pytest.fixture
def disk(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")


@pytest.mark.parametrize("options", [
    ("--rw=randrw", "--bs=4k", "--iodepth=32", "--direct=1"),
    ("--rw=randwrite", "--bs=4k", "--iodepth=1", "--direct=0"),
    ("--rw=randwrite", "--bsrange=512-128k", "--bs_unaligned=1", "--blockalign=512", "--iodepth=16"),
    ("--rw=write", "--bs=1M", "--iodepth=8"),
    ("--rw=randwrite", "--bs=16k", "--iodepth=16", "--fsync=32"),
], ids=["randrw", "depth 1", "mixed sizes", "sequential", "fsync"])
def test_verified_writes(room, disk, options):
    job = fio(room, "--size=32M", "--verify=crc32c", "--verify_fatal=1", *options)

    assert job["write"]["total_ios"] > 0 and job["read"]["total_ios"] > 0


def test_trim(room, disk):
    job = fio(room, "--rw=randtrim", "--bs=1M", "--iodepth=8", "--size=32M")

    assert job["trim"]["total_ios"] == 32


def test_polling_for_events(room, disk):
    job = fio(room, "--rw=randwrite", "--bs=4k", "--iodepth=32", "--iodepth_batch=8", "--iodepth_batch_complete_min=4", "--iodepth_batch_complete_max=16",
              "--size=8M")

    assert job["write"]["total_ios"] == 2048


def test_four_jobs_on_one_image(room, disk):
    job = fio(room, "--rw=randrw", "--bs=4k", "--iodepth=8", "--size=8M", "--numjobs=4", "--offset_increment=8M")

    assert job["read"]["total_ios"] + job["write"]["total_ios"] == 4 * 2048
