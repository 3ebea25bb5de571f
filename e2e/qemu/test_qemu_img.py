import json

import pytest
from room import GIB, KIB, MIB, pattern


def test_create_and_info_agree_on_the_size(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "1G")

    info = json.loads(room.run("qemu-img", "info", "--output=json", "rbd:rbd/disk").stdout)

    assert info["virtual-size"] == GIB and info["format"] == "raw"


def test_create_with_object_size_sets_the_order(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "-o", "cluster_size=1M", "rbd:rbd/disk", "64M")

    info = json.loads(room.run("qemu-img", "info", "--output=json", "rbd:rbd/disk").stdout)

    assert info["cluster-size"] == MIB


def test_create_of_an_existing_image_says_that_it_exists(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "1M")

    again = room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "1M", check=False)

    assert again.returncode == 1 and "File exists" in again.stderr


def test_info_of_a_missing_image_says_so(room, pool):
    info = room.run("qemu-img", "info", "rbd:rbd/nothing", check=False)

    assert info.returncode == 1 and "error reading header from nothing: No such file or directory" in info.stderr


def test_info_in_a_missing_pool_says_so(room):
    info = room.run("qemu-img", "info", "rbd:nothing/disk", check=False)

    assert info.returncode == 1 and "No such file or directory" in info.stderr


@pytest.mark.parametrize("size", [0, 1, 511, 1234567, 40 * MIB + 512])
def test_convert_and_compare_keep_every_byte(room, pool, size):
    # qemu-img sees a file in sectors: it rounds up what is not a multiple of 512 and pads with zeros.
    source = room.file("source", pattern(size))

    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", source, "rbd:rbd/disk")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk")
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", "rbd:rbd/disk", room.path / "back")
    back = (room.path / "back").read_bytes()
    assert back[:size] == pattern(size) and not any(back[size:]) and len(back) - size < 512


def test_qcow2_on_an_image(room, pool):
    # qcow2 grows its file by writing past the end, which makes QEMU resize the image.
    source = room.file("source", pattern(8 * MIB) + bytes(8 * MIB))

    room.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", source, "rbd:rbd/disk")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", source, "rbd:rbd/disk")
    room.run("qemu-img", "check", "-f", "qcow2", "rbd:rbd/disk")


def test_compare_of_different_content_tells_the_offset(room, pool):
    first = room.file("first", bytes(MIB))
    second = room.file("second", bytes(512 * KIB) + b"x" + bytes(512 * KIB - 1))
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", second, "rbd:rbd/disk")

    compared = room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", first, "rbd:rbd/disk", check=False)

    assert compared.returncode == 1 and "Content mismatch at offset 524288" in compared.stdout


def test_copy_between_two_images(room, pool):
    source = room.file("source", pattern(5 * MIB))
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", source, "rbd:rbd/one")

    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", "-m", "16", "-W", "rbd:rbd/one", "rbd:rbd/two")

    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/two")


@pytest.mark.parametrize("size", ["2M", "9M", "1000000"])
def test_resize_up_and_down(room, pool, size):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "4M")

    room.run("qemu-img", "resize", "--shrink", "-f", "raw", "rbd:rbd/disk", size)

    info = json.loads(room.run("qemu-img", "info", "--output=json", "rbd:rbd/disk").stdout)
    expected = int(size) if size.isdigit() else int(size[:-1]) * MIB
    assert info["virtual-size"] == -(-expected // 512) * 512


def test_shrinking_and_growing_again_shows_zeros(room, pool):
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", room.file("source", pattern(8 * MIB)), "rbd:rbd/disk")

    room.run("qemu-img", "resize", "--shrink", "-f", "raw", "rbd:rbd/disk", str(3 * MIB + 512))
    room.run("qemu-img", "resize", "-f", "raw", "rbd:rbd/disk", "8M")

    expected = room.file("expected", pattern(8 * MIB)[:3 * MIB + 512] + bytes(5 * MIB - 512))
    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", expected, "rbd:rbd/disk")


def test_map_reports_what_was_written_and_nothing_of_a_fresh_image(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")

    fresh = json.loads(room.run("qemu-img", "map", "--output=json", "-f", "raw", "rbd:rbd/disk").stdout)
    room.run("qemu-io", "-f", "raw", "-c", "write -P 7 20M 1M", "rbd:rbd/disk")
    written = json.loads(room.run("qemu-img", "map", "--output=json", "-f", "raw", "rbd:rbd/disk").stdout)

    assert not any(extent["data"] for extent in fresh)
    data = [extent for extent in written if extent["data"]]
    assert data[0]["start"] <= 20 * MIB and data[-1]["start"] + data[-1]["length"] >= 21 * MIB
    assert sum(extent["length"] for extent in data) <= 8 * MIB
    assert sum(extent["length"] for extent in written) == 64 * MIB


@pytest.mark.parametrize("arguments", [("-w",), ("-w", "--flush-interval=64"), ()])
def test_bench_completes(room, pool, arguments):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "64M")

    bench = room.run("qemu-img", "bench", "-f", "raw", "-c", "4096", "-d", "32", "-s", "4096", *arguments, "rbd:rbd/disk")

    assert "Run completed in" in bench.stdout


def test_dd_copies_in_odd_blocks(room, pool):
    source = room.file("source", pattern(3 * MIB))
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", source, "rbd:rbd/disk")

    room.run("qemu-img", "dd", "-f", "raw", "-O", "raw", "bs=1000", "if=rbd:rbd/disk", f"of={room.path / 'copy'}")

    assert (room.path / "copy").read_bytes()[:3 * MIB] == pattern(3 * MIB)


def test_unknown_option_in_the_uri_is_refused(room, pool):
    info = room.run("qemu-img", "info", "rbd:rbd/disk:no_such_option=1", check=False)

    assert info.returncode == 1 and "invalid conf option no_such_option: No such file or directory" in info.stderr


def test_conf_named_in_the_uri_is_read(room, pool):
    other = room.path / "other.conf"
    other.write_text(f"[global]\nrbd_store = local:{room.path}/elsewhere\n")
    (room.path / "elsewhere").mkdir()

    info = room.run("qemu-img", "info", f"rbd:rbd/disk:conf={other}", check=False)
    missing = room.run("qemu-img", "info", f"rbd:rbd/disk:conf={room.path}/none.conf", check=False)

    assert "error reading conf file" not in info.stderr
    assert "error reading conf file" in missing.stderr
