"""The Python modules: what changed between two states of an image."""

import random

import pytest
import rbd
from room import KIB, MIB, pattern

OBJECT = 4 * MIB


def differences(image, since=None, offset=0, length=None, **options):
    """The reported extents, checked to be ascending, disjoint and inside of the window."""
    length = image.size() - offset if length is None else length
    found = []
    image.diff_iterate(offset, length, since, lambda start, size, exists: found.append((start, size, exists)) or 0, **options)
    ends = [offset] + [start + size for start, size, _ in found]
    assert all(start >= end for (start, _, _), end in zip(found, ends)) and ends[-1] <= offset + length
    return found


def test_nothing_written_nothing_reported(image):
    assert differences(image) == []
    image.create_snap("snap")
    assert differences(image, "snap") == []


def test_changes_since_a_snapshot(image):
    image.write(pattern(2 * OBJECT), 0)
    image.create_snap("snap")
    image.write(b"x", 5 * OBJECT + 1000)

    (change,) = differences(image, "snap", whole_object=True)

    assert change == (5 * OBJECT, OBJECT, True)


def test_discarded_data_is_reported_as_gone(image):
    image.write(pattern(3 * OBJECT), 0)
    image.create_snap("snap")
    image.discard(OBJECT, OBJECT)

    assert differences(image, "snap") == [(OBJECT, OBJECT, False)]
    assert differences(image, "snap", whole_object=True) == [(OBJECT, OBJECT, False)]


def test_window_is_kept_to_the_byte(image):
    image.write(pattern(4 * OBJECT), 0)

    assert differences(image, offset=OBJECT + 17, length=1001) == [(OBJECT + 17, 1001, True)]
    assert differences(image, offset=OBJECT + 17, length=1001, whole_object=True) == [(OBJECT + 17, 1001, True)]


def test_extents_cover_every_change_of_a_random_history(ioctx, image):
    chance = random.Random(7)
    states = []
    for number in range(6):
        for _ in range(20):
            offset, length = chance.randrange(60 * MIB), chance.randrange(1, 300 * KIB)
            if chance.random() < 0.2:
                image.write_zeroes(offset, length)
            else:
                image.write(pattern(length, chance.randrange(1, 255)), offset)
        image.create_snap(f"snap{number}")
        states.append(image.read(0, image.size()))

    for first in range(6):
        for second in range(first, 6):
            with rbd.Image(ioctx, "disk", snapshot=f"snap{second}", read_only=True) as later:
                content = bytearray(states[first])
                for start, size, exists in differences(later, f"snap{first}"):
                    content[start:start + size] = states[second][start:start + size] if exists else bytes(size)
                assert content == states[second], (first, second)


def test_parent_shows_or_not(cluster, ioctx, image):
    cluster.conf_set("rbd_default_clone_format", "2")
    image.write(pattern(OBJECT), 0)
    image.create_snap("base")
    rbd.RBD().clone(ioctx, "disk", "base", ioctx, "child")
    with rbd.Image(ioctx, "child") as child:
        child.write(b"x" * OBJECT, 2 * OBJECT)

        assert differences(child, include_parent=True, whole_object=True) == [(0, OBJECT, True), (2 * OBJECT, OBJECT, True)]
        assert differences(child, include_parent=False, whole_object=True) == [(2 * OBJECT, OBJECT, True)]


def test_callback_s_error_ends_the_walk(image):
    image.write(pattern(OBJECT), 0)
    image.write(pattern(OBJECT), 3 * OBJECT)
    calls = []

    def fail(start, size, exists):
        calls.append(start)
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        image.diff_iterate(0, image.size(), None, fail)
    assert len(calls) == 1


def test_refusals(ioctx, image):
    image.create_snap("old")
    image.create_snap("new")

    with pytest.raises(rbd.ImageNotFound):
        differences(image, "nothing")
    with pytest.raises(rbd.InvalidArgument):
        image.diff_iterate(image.size(), 1, None, lambda *extent: 0)
    with rbd.Image(ioctx, "disk", snapshot="old") as old:
        with pytest.raises(rbd.InvalidArgument):
            differences(old, "new")
        assert differences(old, "old") == []
