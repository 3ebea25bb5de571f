"""The Python modules: synchronous and asynchronous I/O of one image."""

import threading

import pytest
import rbd
from room import KIB, MIB, pattern


@pytest.mark.parametrize("offset,length", [(0, 1), (1, 511), (4095, 2), (4 * MIB - 3, 7), (65537, 3 * MIB), (64 * MIB - 1, 1)])
def test_write_and_read_at_any_offset(image, offset, length):
    assert image.write(pattern(length), offset) == length

    assert image.read(offset, length) == pattern(length)
    if offset:
        assert image.read(offset - 1, 1) == b"\0"


def test_read_is_cut_at_the_end(image):
    assert image.read(64 * MIB - 10, 100) == bytes(10)


def test_write_across_the_end_is_incomplete(image):
    with pytest.raises(rbd.IncompleteWriteError, match="Wrote only 10 out of 4096 bytes"):
        image.write(bytes(4096), 64 * MIB - 10)


def test_read_and_write_past_the_end_are_invalid(image):
    for offset in (64 * MIB, 2**63, 2**64 - 4096):
        with pytest.raises(rbd.InvalidArgument):
            image.read(offset, 4096)
        with pytest.raises(rbd.InvalidArgument):
            image.write(b"x", offset)
        with pytest.raises(rbd.InvalidArgument):
            image.discard(offset, 4096)


def test_nothing_at_any_offset_is_nothing(image):
    assert image.read(2**40, 0) == b""
    assert image.write(b"", 2**40) == 0
    image.discard(2**40, 0)


@pytest.mark.parametrize("offset,length", [(0, 64 * MIB), (4 * MIB, 4 * MIB), (4 * MIB + 1000, 9 * MIB)])
def test_write_zeroes_leaves_zeros_and_nothing_else(image, offset, length):
    for start in range(0, 64, 8):
        image.write(b"\xaa" * (8 * MIB), start * MIB)

    image.write_zeroes(offset, length)

    whole = image.read(0, 64 * MIB)
    assert whole[:offset].count(b"\xaa") == offset
    assert not any(whole[offset:offset + length])
    assert whole[offset + length:].count(b"\xaa") == 64 * MIB - offset - length


def test_discard_of_whole_objects_reads_as_zeros(image):
    image.write(b"\xaa" * (12 * MIB), 0)

    image.discard(4 * MIB, 4 * MIB)

    assert image.read(0, 12 * MIB) == b"\xaa" * (4 * MIB) + bytes(4 * MIB) + b"\xaa" * (4 * MIB)


def test_flush_and_invalidate_cache(image):
    image.write(b"kept", 0)

    image.flush()
    image.invalidate_cache()

    assert image.read(0, 4) == b"kept"


def test_read_only_handle_refuses_changes(ioctx, image):
    with rbd.Image(ioctx, "disk", read_only=True) as reader:
        for change in (lambda: reader.write(b"x", 0), lambda: reader.discard(0, 512), lambda: reader.resize(0), lambda: reader.metadata_set("a", "b"),
                       lambda: reader.update_features(rbd.RBD_FEATURE_OBJECT_MAP, False), lambda: reader.write_zeroes(0, 512)):
            with pytest.raises(rbd.ReadOnlyImage):
                change()
        reader.flush()
        reader.invalidate_cache()


def extents(image, **arguments):
    found = []
    image.diff_iterate(0, image.size(), None, lambda offset, length, exists: found.append((offset, length, exists)), **arguments)
    return found


def test_diff_of_a_fresh_image_is_empty(image):
    assert extents(image) == []


@pytest.mark.parametrize("whole_object", [False, True])
def test_diff_covers_what_was_written_in_order(image, whole_object):
    for offset in (20 * MIB, 5 * MIB, 60 * MIB):
        image.write(pattern(64 * KIB), offset)

    found = extents(image, whole_object=whole_object)

    ends = [0] + [offset + length for offset, length, _ in found]
    assert all(offset >= end for (offset, _, _), end in zip(found, ends))
    for written in (5 * MIB, 20 * MIB, 60 * MIB):
        assert any(offset <= written and written + 64 * KIB <= offset + length and exists for offset, length, exists in found)
    assert sum(length for _, length, _ in found) <= 12 * MIB


def test_diff_is_cut_to_the_window(image):
    image.write(pattern(8 * MIB), 0)
    found = []

    image.diff_iterate(MIB + 5, 2 * MIB, None, lambda offset, length, exists: found.append((offset, length)), whole_object=True)

    assert found[0][0] == MIB + 5 and sum(length for _, length in found) == 2 * MIB


def test_diff_ends_with_the_callback_s_exception(image):
    image.write(b"x", 0)

    def stop(offset, length, exists):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        image.diff_iterate(0, image.size(), None, stop)


def test_diff_against_a_missing_snapshot(image):
    with pytest.raises(rbd.ImageNotFound):
        image.diff_iterate(0, image.size(), "nothing", lambda *_: None)


def test_aio_write_then_read(image):
    results = []
    done = threading.Event()

    def written(completion):
        results.append(completion.get_return_value())

    def read(completion, data):
        results.append(data)
        done.set()

    write = image.aio_write(pattern(100000), 12345, written)
    write.wait_for_complete_and_cb()
    image.aio_read(12345, 100000, read).wait_for_complete_and_cb()

    assert done.is_set() and results == [0, pattern(100000)]


def test_aio_of_every_kind(image):
    values = {}
    # The module keeps no reference to the data of a request: its caller must.
    data = b"\xff" * (8 * MIB)

    def keep(kind):
        return lambda completion, *data: values.__setitem__(kind, completion.get_return_value())

    image.aio_write(data, 0, keep("write")).wait_for_complete_and_cb()
    image.aio_write_zeroes(4 * MIB, MIB, keep("write_zeroes")).wait_for_complete_and_cb()
    image.aio_discard(0, 4 * MIB, keep("discard")).wait_for_complete_and_cb()
    image.aio_flush(keep("flush")).wait_for_complete_and_cb()
    image.aio_read(0, 8 * MIB, keep("read")).wait_for_complete_and_cb()

    assert values == {"write": 0, "write_zeroes": 0, "discard": 0, "flush": 0, "read": 8 * MIB}
    assert image.read(0, 8 * MIB) == bytes(5 * MIB) + b"\xff" * (3 * MIB)


def test_aio_past_the_end_fails_in_the_completion(image):
    seen = []

    image.aio_read(64 * MIB, 10, lambda completion, data: seen.append((completion.get_return_value(), data))).wait_for_complete_and_cb()

    assert seen == [(-22, None)]


def write_all(image, requests, finished):
    """Has all of [(data, offset)] in flight at once."""
    completions = [image.aio_write(data, offset, finished) for data, offset in requests]
    for completion in completions:
        completion.wait_for_complete_and_cb()


def test_aio_hundreds_in_flight_call_back_one_at_a_time(image):
    running, most, done = [0], [0], []
    requests = [(pattern(4096, number), number * 4096) for number in range(1, 500)]

    def finished(completion):
        running[0] += 1
        most[0] = max(most[0], running[0])
        done.append(completion.get_return_value())
        running[0] -= 1

    write_all(image, requests, finished)

    assert done == [0] * 499 and most[0] == 1
    for data, offset in requests:
        assert image.read(offset, 4096) == data


def test_close_waits_for_requests_in_flight(ioctx, image):
    done = []
    requests = [(pattern(MIB, number), number * MIB) for number in range(16)]

    with rbd.Image(ioctx, "disk") as other:
        for data, offset in requests:
            other.aio_write(data, offset, lambda completion: done.append(completion.get_return_value()))

    assert done == [0] * 16
    for data, offset in requests:
        assert image.read(offset, MIB) == data


def test_overlapping_writes_keep_their_order(image):
    requests = [(bytes([number]) * 8192, 1000 + number * 100) for number in range(20)]

    for turn in range(50):
        write_all(image, requests, lambda completion: None)

        assert image.read(1000 + 1900, 8192) == bytes([19]) * 8192
        assert image.read(1000, 200) == bytes(100) + b"\x01" * 100


def test_many_threads_on_one_handle(image):
    errors = []

    def work(number):
        for turn in range(50):
            data = pattern(5000, number * 100 + turn)
            image.write(data, number * MIB + 17)
            if image.read(number * MIB + 17, 5000) != data:
                errors.append((number, turn))

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert errors == []


def test_aio_open_and_close(ioctx, image):
    opened = []
    rbd.RBD().aio_open_image(lambda completion, result: opened.append(result), ioctx, "disk").wait_for_complete_and_cb()

    other = opened[0]
    assert other.size() == 64 * MIB
    closed = []
    other.aio_close(lambda completion: closed.append(completion.get_return_value())).wait_for_complete_and_cb()
    assert closed == [0]


def test_aio_open_of_a_missing_image(ioctx):
    seen = []

    rbd.RBD().aio_open_image(lambda completion, result: seen.append((completion.get_return_value(), result)), ioctx, "nothing").wait_for_complete_and_cb()

    assert seen[0][0] == -2


def test_asynchronous_writes_of_data_that_nobody_keeps(image):
    # Ceph's module holds no reference to the data, so the library must have taken it when the call returns.
    block = 1 * MIB
    completions = [image.aio_write(bytes([number]) * block, number * block, None) for number in range(1, 48)]
    for completion in completions:
        completion.wait_for_complete_and_cb()

    for number in range(1, 48):
        assert image.read(number * block, block) == bytes([number]) * block, number
