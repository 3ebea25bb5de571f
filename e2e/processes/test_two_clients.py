"""Two processes with one image: who may write, who sees what, and what is left of one that was killed."""

import random
import time

import pytest
import rbd
from partner import partner, write_when_possible
from room import KIB, MIB, pattern

OPEN = "image = rbd.Image(ioctx, 'disk')"


@pytest.fixture
def other(room, image):
    with partner(room) as started:
        started.do(OPEN)
        yield started


def test_turns_of_two_writers(image, other):
    for turn in range(10):
        image.write(bytes([turn]) * 4096, turn * 8192)
        other.do(f"image.write(bytes([100 + {turn}]) * 4096, {turn} * 8192 + 4096)")

    expected = b"".join(bytes([turn]) * 4096 + bytes([100 + turn]) * 4096 for turn in range(10))
    assert image.read(0, 10 * 8192) == expected
    assert other.do("result = list(image.read(0, 81920))") == list(expected)


def test_both_at_once_on_an_image_with_snapshots(image, other):
    image.write(pattern(8 * MIB), 0)
    image.create_snap("before")

    other.begin("for turn in range(200): image.write(bytes([turn % 250 + 1]) * 4096, (2 * turn + 1) * 4096)")
    for turn in range(200):
        image.write(bytes([turn % 250 + 1]) * 4096, 2 * turn * 4096)
    other.get()

    image.flush()
    expected = b"".join(bytes([turn % 250 + 1]) * 8192 for turn in range(200))
    assert image.read(0, 200 * 8192) == expected
    assert other.do("result = list(image.read(0, 200 * 8192))") == list(expected)
    image.set_snap("before")
    assert image.read(0, 8 * MIB) == pattern(8 * MIB)


def test_reader_sees_what_was_acknowledged(ioctx, image, other):
    image.create_snap("before")
    with rbd.Image(ioctx, "disk", read_only=True) as reader:
        for turn in range(100):
            other.do(f"image.write(bytes([{turn}]) * 700, {turn} * 32768 + 100)")
            assert reader.read(turn * 32768 + 100, 700) == bytes([turn]) * 700


def test_snapshots_taken_by_others_are_exact(ioctx, image, other):
    chance = random.Random(3)
    content = bytearray(image.size())
    states = []
    for number in range(12):
        for _ in range(15):
            offset, length = chance.randrange(60 * MIB), chance.randrange(1, 200 * KIB)
            data = pattern(length, chance.randrange(1, 1000))
            image.write(data, offset)
            content[offset:offset + length] = data
        other.do(f"image.create_snap('snap{number}')")
        states.append(bytes(content))

    for number, state in enumerate(states):
        with rbd.Image(ioctx, "disk", snapshot=f"snap{number}", read_only=True) as snapshot:
            assert snapshot.read(0, snapshot.size()) == state, number
    for number in range(0, 12, 2):
        other.do(f"image.remove_snap('snap{number}')")
    assert image.read(0, image.size()) == states[-1]
    for number in range(1, 12, 2):
        with rbd.Image(ioctx, "disk", snapshot=f"snap{number}", read_only=True) as snapshot:
            assert snapshot.read(0, snapshot.size()) == states[number], number


def test_killed_owner_leaves_everything_it_was_told(image, other):
    image.create_snap("before")
    other.do("for turn in range(300): image.write(bytes([turn % 250 + 1]) * 4096, turn * 8192)")
    assert other.do("result = image.is_exclusive_lock_owner()") is True
    other.kill()

    write_when_possible(image, b"mine", 60 * MIB)

    assert image.is_exclusive_lock_owner()
    for turn in range(300):
        assert image.read(turn * 8192, 4096) == bytes([turn % 250 + 1]) * 4096, turn
    image.create_snap("after")
    image.set_snap("before")
    assert not any(image.read(0, 64 * MIB))


def test_killed_owner_in_the_middle_of_a_write(image, other):
    image.write(b"\x01" * (8 * MIB), 0)
    image.create_snap("before")
    other.begin("while True:\n for turn in range(8): image.write(bytes([turn + 2]) * 1048576, turn * 1048576)")
    time.sleep(0.3)
    other.kill()

    write_when_possible(image, b"mine", 60 * MIB)

    for turn in range(8):
        block = image.read(turn * MIB, MIB)
        assert set(block) <= {1, turn + 2}, turn
    image.set_snap("before")
    assert image.read(0, 8 * MIB) == b"\x01" * (8 * MIB)


def test_killed_holder_of_the_explicit_lock(image, other):
    other.do("image.lock_acquire(0); image.write(b'theirs', 0)")
    with pytest.raises(rbd.ReadOnlyImage):
        image.write(b"x", 0)
    other.kill()

    write_when_possible(image, b"mine", MIB)

    assert image.read(0, 6) == b"theirs"


def test_killed_process_in_the_middle_of_a_snapshot_stops_nobody(image, other):
    other.begin("for number in range(1000): image.create_snap(f'snap{number}'); image.write(b'x' * 4096, number * 4096)")
    time.sleep(0.4)
    other.kill()

    write_when_possible(image, b"mine", 60 * MIB)

    image.create_snap("mine")
    names = [snapshot["name"] for snapshot in image.list_snaps()]
    assert names == [f"snap{number}" for number in range(len(names) - 1)] + ["mine"]
