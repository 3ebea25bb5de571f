import pytest
from room import MIB


@pytest.fixture
def disk(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "16M")

    def qemu_io(*commands, options=()):
        words = [word for command in commands for word in ("-c", command)]
        done = room.run("qemu-io", "-f", "raw", *options, *words, "rbd:rbd/disk")
        assert "Pattern verification failed" not in done.stdout, done.stdout
        assert "failed" not in done.stdout, done.stdout
        return done.stdout

    return qemu_io


def test_requests_of_512_bytes(disk):
    writes = [f"write -P {index} {index * 512} 512" for index in range(1, 40)]
    reads = [f"read -P {index} {index * 512} 512" for index in range(1, 40)]

    disk(*writes)

    disk("read -P 0 0 512", *reads, "read -P 0 20480 512")


@pytest.mark.parametrize("offset,length", [(1, 1), (511, 2), (4095, 2), (4096, 4097), (65535, 131073), (4194303, 2), (4194000, 4194304 + 777), (16777215, 1)])
def test_unaligned_writes_touch_nothing_around_them(disk, offset, length):
    disk("write -P 170 0 16M")

    disk(f"write -P 85 {offset} {length}")

    around = [f"read -P 170 0 {offset}"]
    if offset + length < 16 * MIB:
        around.append(f"read -P 170 {offset + length} {16 * MIB - offset - length}")
    disk(f"read -P 85 {offset} {length}", *around)


def test_vectors(disk):
    disk("writev -P 5 1536 512 1024 4096 1 511 70000")

    disk("readv -P 5 1536 70000 512 1024 4096 1 511", "read -P 0 0 1536", "read -P 0 77680 512")


def test_many_requests_in_flight(disk):
    writes = [f"aio_write -P {index} {index * 100000} 65536" for index in range(1, 128)]
    reads = [f"aio_read -P {index} {index * 100000} 65536" for index in range(1, 128)]

    disk(*writes, "aio_flush", *reads, "aio_flush")


@pytest.mark.parametrize("command", ["write -z", "write -z -u", "discard"])
def test_zeroed_and_discarded_ranges_read_as_zeros(disk, command):
    disk("write -P 170 0 16M")

    disk(f"{command} 4M 4M")

    disk("read -P 170 0 4M", "read -P 0 4M 4M", "read -P 170 8M 8M")


@pytest.mark.parametrize("offset,length", [(1000, 3000), (4095, 4098), (65536, 4096), (4 * MIB - 1, 2)])
def test_zeroing_touches_nothing_around_it(disk, offset, length):
    disk("write -P 170 0 16M")

    disk(f"write -z {offset} {length}")

    disk(f"read -P 170 0 {offset}", f"read -P 0 {offset} {length}", f"read -P 170 {offset + length} {16 * MIB - offset - length}")


def test_written_data_survives_the_process(disk):
    disk("write -P 33 1M 1M", "flush")

    disk("read -P 33 1M 1M")


@pytest.mark.parametrize("cache", ["none", "writethrough", "writeback", "directsync", "unsafe"])
def test_every_cache_mode(disk, cache):
    disk("write -P 9 0 1M", "read -P 9 0 1M", options=("-t", cache))

    disk("read -P 9 0 1M")


def test_truncate_grows_the_image(disk):
    out = disk("truncate 20M", "write -P 1 18M 1M", "read -P 1 18M 1M", "length")

    assert "20 MiB" in out


def test_two_programs_see_each_other_s_writes(room, disk):
    reader = room.start("qemu-io", "-f", "raw", "-r", "rbd:rbd/disk", stdin=-1, stdout=-1, stderr=-1, text=True)

    disk("write -P 77 2M 64k", "flush")
    out, _ = reader.communicate("read -P 77 2M 64k\nquit\n", timeout=30)

    assert reader.returncode == 0 and "failed" not in out, out
