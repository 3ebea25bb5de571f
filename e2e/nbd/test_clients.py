"""NBD's own clients on 'curverbd nbd serve'."""

import contextlib
import json
import os
import signal
import subprocess

import nbd
import pytest
from room import MIB, pattern


@contextlib.contextmanager
def served(room, *words):
    """Serves an image on a Unix socket; yields its URI and the process."""
    server = room.start("curverbd", "nbd", "serve", *words, "--socket", room.path / "nbd.sock", stdout=subprocess.PIPE, text=True)
    try:
        uri = server.stdout.readline().strip()
        assert uri == f"nbd+unix:///?socket={room.path}/nbd.sock"
        yield uri, server
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


@pytest.fixture
def disk(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "64M")
    return "rbd/disk"


def export(room, spec):
    return room.run("rbd", "export", "--no-progress", spec, room.path / "exported") and (room.path / "exported").read_bytes()


def test_image_is_described(room, disk):
    with served(room, disk) as (uri, _):
        described = json.loads(room.run("nbdinfo", "--json", uri).stdout)
        listed = room.run("nbdinfo", "--list", uri).stdout

    assert described["protocol"] == "newstyle-fixed"
    [exported] = described["exports"]
    assert exported["export-size"] == 64 * MIB
    assert [exported[name] for name in ("can_flush", "can_fua", "can_trim", "can_zero", "can_multi_conn", "is_read_only")] == [True] * 5 + [False]
    assert 'export="rbd/disk"' in listed


def test_what_nbdcopy_writes_is_in_the_image(room, disk):
    content = os.urandom(20 * MIB + 512)
    source = room.file("source", content)
    with served(room, disk) as (uri, _):
        room.run("nbdcopy", "--flush", source, uri)
        room.run("nbdcopy", uri, room.path / "copied")

    assert (room.path / "copied").read_bytes() == content + bytes(64 * MIB - len(content))
    assert export(room, disk) == content + bytes(64 * MIB - len(content))


def test_zeroes_trims_and_unaligned_writes_read_back(room, disk):
    with served(room, disk) as (uri, _):
        room.run("qemu-io", "-f", "raw", "-c", "write -P 7 0 4M", "-c", "write -z 1M 1M", "-c", "discard 2M 512k", "-c", "write -P 9 3000003 77",
                 "-c", "read -P 7 0 1M", "-c", "read -P 0 1M 1M", "-c", "read -P 0 2M 512k", "-c", "read -P 9 3000003 77", uri)

    content = export(room, disk)
    expected = bytearray(b"\7" * (4 * MIB))
    expected[MIB:2 * MIB] = bytes(MIB)
    expected[2 * MIB:2 * MIB + (512 << 10)] = bytes(512 << 10)
    expected[3000003:3000080] = b"\x09" * 77
    assert content[:4 * MIB] == bytes(expected)


def test_fio_verifies_what_it_wrote(room, disk):
    with served(room, disk) as (uri, _):
        room.run("fio", "--name=verify", "--ioengine=nbd", f"--uri={uri}", "--rw=randwrite", "--bsrange=512-256k", "--iodepth=32", "--size=64M",
                 "--io_size=32M", "--verify=crc32c", "--verify_fatal=1", "--verify_state_save=0")


@pytest.mark.parametrize("how", ["flush", "fua"])
def test_killed_server_loses_nothing_acknowledged_as_durable(room, disk, how):
    content = pattern(3 * MIB)
    with served(room, disk) as (uri, server):
        client = nbd.NBD()
        client.connect_uri(uri)
        for offset in range(0, len(content), MIB):
            client.pwrite(content[offset:offset + MIB], offset, nbd.CMD_FLAG_FUA if how == "fua" else 0)
        if how == "flush":
            client.flush()
        server.send_signal(signal.SIGKILL)
        server.wait(30)

    assert export(room, disk)[:len(content)] == content


def test_termination_answers_what_was_sent_and_closes_the_image(room, disk):
    with served(room, disk) as (uri, server):
        client = nbd.NBD()
        client.connect_uri(uri)
        buffers = [nbd.Buffer.from_bytearray(bytearray(pattern(MIB, number))) for number in range(16)]
        cookies = [client.aio_pwrite(buffer, number * MIB) for number, buffer in enumerate(buffers)]
        while client.aio_in_flight() > 0 and not client.aio_command_completed(cookies[0]):
            client.poll(-1)
        server.send_signal(signal.SIGTERM)
        answered = 1
        with contextlib.suppress(nbd.Error):
            for cookie in cookies[1:]:
                while not client.aio_command_completed(cookie):
                    client.poll(1000)
                answered += 1
        assert server.wait(30) == 128 + signal.SIGTERM

    content = export(room, disk)
    assert all(content[number * MIB:(number + 1) * MIB] == pattern(MIB, number) for number in range(answered))
    assert not (room.path / "nbd.sock").exists()
    assert "Watchers: none" in room.run("rbd", "status", disk).stdout


def test_snapshot_is_read_only(room, disk):
    room.run("rbd", "bench", "--io-type", "write", "--io-total", "4M", "--io-size", "64K", disk)
    before = export(room, disk)
    room.run("rbd", "snap", "create", "--no-progress", f"{disk}@s")
    room.run("rbd", "bench", "--io-type", "write", "--io-total", "4M", "--io-size", "64K", disk)
    with served(room, f"{disk}@s") as (uri, _):
        client = nbd.NBD()
        client.set_strict_mode(0)  # the refusal is to be the server's
        client.connect_uri(uri)
        assert client.is_read_only()
        with pytest.raises(nbd.Error) as refused:
            client.pwrite(b"x" * 512, 0)
        assert refused.value.errnum == 1
        assert client.pread(4 * MIB, 0) == before[:4 * MIB]


def test_requests_outside_the_image_are_refused_and_others_go_on(room, disk):
    with served(room, disk) as (uri, _):
        client = nbd.NBD()
        client.set_strict_mode(0)
        client.connect_uri(uri)
        for wrong in (lambda: client.pread(512, 64 * MIB - 100), lambda: client.pwrite(b"x" * 512, 64 * MIB), lambda: client.zero(MIB, 2**63 - 1)):
            with pytest.raises(nbd.Error):
                wrong()
        client.pwrite(b"fine", 0)
        assert client.pread(4, 0) == b"fine"


def test_clients_of_one_export_see_each_other(room, disk):
    with served(room, disk) as (uri, _):
        first, second = nbd.NBD(), nbd.NBD()
        for client in (first, second):
            client.connect_uri(uri)
        first.pwrite(b"seen", 4096)
        assert second.pread(4, 4096) == b"seen"


def test_unknown_export_is_refused(room, disk):
    with served(room, disk) as (uri, _):
        client = nbd.NBD()
        client.set_export_name("rbd/other")
        with pytest.raises(nbd.Error):
            client.connect_uri(uri.replace(":///", ":///rbd/other"))
        assert room.run("nbdinfo", "--size", uri.replace(":///", ":///rbd/disk")).stdout.strip() == str(64 * MIB)


def test_loopback_is_served_and_a_port_in_use_is_told(room, disk):
    server = room.start("curverbd", "nbd", "serve", disk, "--listen", "0", stdout=subprocess.PIPE, text=True)
    try:
        uri = server.stdout.readline().strip()
        assert uri.startswith("nbd://127.0.0.1:")
        assert room.run("nbdinfo", "--size", uri).stdout.strip() == str(64 * MIB)
        refused = room.run("curverbd", "nbd", "serve", disk, "--listen", uri.removeprefix("nbd://"), check=False)
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()

    assert refused.returncode == 98
    assert "nbd serve failed: (98)" in refused.stderr
