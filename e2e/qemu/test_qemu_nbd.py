import contextlib
import time

import pytest
from room import MIB, pattern


@contextlib.contextmanager
def exported(room, *options):
    socket = room.path / "nbd.sock"
    server = room.start("qemu-nbd", "-f", "raw", "-t", "-e", "8", "-k", socket, *options, "rbd:rbd/disk")
    try:
        deadline = time.monotonic() + 20
        while not socket.exists() and server.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert socket.exists(), f"qemu-nbd made no socket; status {server.poll()}"
        yield f"nbd+unix:///?socket={socket}"
    finally:
        server.terminate()
        assert server.wait(30) == 0


@pytest.fixture
def disk(room, pool):
    room.run("qemu-img", "create", "-f", "raw", "rbd:rbd/disk", "32M")


def test_copy_in_and_out(room, disk):
    source = room.file("source", pattern(32 * MIB))

    with exported(room) as uri:
        room.run("nbdcopy", source, uri)
        room.run("nbdcopy", uri, room.path / "back")

    assert (room.path / "back").read_bytes() == pattern(32 * MIB)
    room.run("qemu-img", "compare", "-f", "raw", "-F", "raw", source, "rbd:rbd/disk")


def test_info_tells_size_and_abilities(room, disk):
    with exported(room) as uri:
        info = room.run("nbdinfo", uri).stdout

    assert "export-size: 33554432" in info and "can_flush: true" in info and "can_trim: true" in info


def test_fork_to_the_background(room, disk):
    # qemu-nbd --fork opens the image in the child.
    socket, pidfile = room.path / "nbd.sock", room.path / "pid"
    room.run("qemu-nbd", "--fork", "-t", "-f", "raw", "-k", socket, "--pid-file", pidfile, "rbd:rbd/disk")

    try:
        info = room.run("nbdinfo", "--size", f"nbd+unix:///?socket={socket}").stdout
    finally:
        room.run("kill", pidfile.read_text().strip())

    assert info.strip() == str(32 * MIB)


def test_many_clients_in_flight(room, disk):
    import nbd

    with exported(room) as uri:
        clients = [nbd.NBD() for _ in range(4)]
        for client in clients:
            client.connect_uri(uri)
        buffers = [nbd.Buffer.from_bytearray(bytearray(pattern(65536, seed))) for seed in range(4)]
        cookies = [[client.aio_pwrite(buffers[seed], (seed * 64 + slot) * 65536) for slot in range(64)] for seed, client in enumerate(clients)]
        for client, pending in zip(clients, cookies):
            for cookie in pending:
                while not client.aio_command_completed(cookie):
                    client.poll(-1)
            client.flush()
        for seed, client in enumerate(clients):
            assert client.pread(65536, (seed * 64 + 63) * 65536) == pattern(65536, seed)
            client.shutdown()
