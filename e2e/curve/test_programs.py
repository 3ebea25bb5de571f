"""What users do, on a CurveBS cluster, by both ways of the bytes."""

import json

import pytest
from room import GIB, MIB, pattern


def test_qemu_img_converts_and_compares(room, pool):
    source = room.file("disk.img", pattern(20 * MIB + 512))

    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk")
    info = json.loads(room.run("qemu-img", "info", "--output=json", "rbd:rbd/disk").stdout)
    assert info["virtual-size"] == 20 * MIB + 512


def test_rbd_imports_lists_tells_and_exports(room, pool):
    source = room.file("disk.img", pattern(9 * MIB))

    room.run("rbd", "import", "--no-progress", source, "rbd/disk")
    room.run("rbd", "mv", "rbd/disk", "rbd/renamed")
    room.run("rbd", "resize", "--no-progress", "rbd/renamed", "--size", "16M")
    room.run("rbd", "export", "--no-progress", "rbd/renamed", room.path / "back.img")

    assert room.run("rbd", "ls").stdout == "renamed\n"
    assert json.loads(room.run("rbd", "info", "renamed", "--format", "json").stdout)["size"] == 16 * MIB
    assert (room.path / "back.img").read_bytes() == source.read_bytes() + bytes(7 * MIB)
    room.run("rbd", "rm", "--no-progress", "rbd/renamed")
    assert room.run("rbd", "ls").stdout == ""


def test_python_creates_resizes_and_lists(room, pool):
    out = room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    rbd.RBD().create(ioctx, 'disk', 1 << 30)
    with rbd.Image(ioctx, 'disk') as image:
        image.write(b'first', 0)
        image.resize(12 << 30)
        image.write(b'last', (12 << 30) - 4)
        print(image.size(), image.read(0, 5), image.read((12 << 30) - 4, 4))
        image.resize(1 << 20)
        image.resize(12 << 30)
        print(image.read((12 << 30) - 4, 4), rbd.RBD().list(ioctx))
""")

    assert out == f"{12 * GIB} b'first' b'last'\nb'\\x00\\x00\\x00\\x00' ['disk']\n"


@pytest.mark.parametrize("options", [
    ("--rw=randrw", "--bs=4k", "--iodepth=32"),
    ("--rw=randwrite", "--bsrange=512-128k", "--bs_unaligned=1", "--blockalign=512", "--iodepth=16"),
    ("--rw=write", "--bs=1M", "--iodepth=8"),
], ids=["randrw", "mixed sizes", "sequential"])
def test_fio_verifies_what_it_wrote(room, pool, options):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")

    out = room.run("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--output-format=json",
                   "--verify_state_save=0", "--size=32M", "--verify=crc32c", "--verify_fatal=1", *options).stdout

    assert json.loads(out[out.index("{"):])["jobs"][0]["error"] == 0


def test_a_deep_queue_of_reads_lives(room, pool):
    # It grows the heap of .NET beyond 96 MiB, where the collector crashed in a range of 128 MiB.
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")
    job = ("fio", "--name=job", "--ioengine=rbd", "--clientname=admin", "--pool=rbd", "--rbdname=disk", "--output-format=json", "--size=64M")
    room.run(*job, "--rw=write", "--bs=1M", "--iodepth=8")

    out = room.run(*job, "--rw=randread", "--bs=4k", "--iodepth=128", "--time_based", "--runtime=2").stdout

    assert json.loads(out[out.index("{"):])["jobs"][0]["error"] == 0


def test_two_processes_share_an_image(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")
    writer = room.start("/usr/bin/python3", "-c", """
import rados, rbd, sys
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    image.write(b'from the first', 4096)
    image.flush()
    print('written', flush=True)
    sys.stdin.readline()
""", stdin=-1, stdout=-1, text=True)
    assert writer.stdout.readline() == "written\n"

    seen = room.python("""
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    with rbd.Image(ioctx, 'disk', read_only=True) as image:
        print(image.read(4096, 14).decode())
    try:
        rbd.RBD().remove(ioctx, 'disk')
    except rbd.ImageBusy:
        print('busy')
""")
    status = json.loads(room.run("rbd", "status", "disk", "--format", "json").stdout)
    writer.communicate("end\n", timeout=30)

    assert seen == "from the first\nbusy\n"
    assert len(status["watchers"]) == 1
    assert writer.returncode == 0
    room.run("rbd", "rm", "--no-progress", "disk")


def test_the_other_way_reads_the_same_bytes(room, pool, io):
    source = room.file("disk.img", pattern(8 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")

    room.use("nebd" if io == "direct" else "direct")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk")


def test_a_volume_made_by_curve_s_tools_is_an_image(room, pool, curve):
    data = room.file("data", pattern(MIB))
    curve.tell("create", "/rbd/foreign", "admin", 10)
    curve.tell("write", "/rbd/foreign", "admin", 5 * GIB, data)

    out = room.python("""
import rados, rbd, sys
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    print(rbd.RBD().list(ioctx))
    with rbd.Image(ioctx, 'foreign') as image:
        print(image.size(), image.read(5 << 30, 1 << 20) == open(sys.argv[1], 'rb').read())
""", data)

    assert out == f"['foreign']\n{10 * GIB} True\n"


def test_an_image_is_readable_by_curve_s_tools(room, pool, curve):
    source = room.file("disk.img", pattern(4 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")

    curve.tell("read", "/rbd/disk", "admin", 0, 4 * MIB, room.path / "read.img")

    assert (room.path / "read.img").read_bytes() == source.read_bytes()


def test_images_are_there_after_the_cluster_was_started_anew(room, pool, curve, io):
    source = room.file("disk.img", pattern(8 * MIB))
    room.run("qemu-img", "convert", "-O", "raw", source, "rbd:rbd/disk")
    curve.stop()

    curve.start()

    room.use(io)
    assert room.run("rbd", "ls").stdout == "disk\n"
    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk")
