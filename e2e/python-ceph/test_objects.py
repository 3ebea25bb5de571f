"""Small objects of a pool: content, attributes, keys and values, operations of several steps, locks, watches."""

import errno
import threading

import pytest
import rados


@pytest.fixture
def objects(ioctx):
    """A pool that can keep objects."""
    try:
        ioctx.write_full("probe", b"")
    except rados.OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        pytest.skip("the library does not keep objects")
    ioctx.remove_object("probe")
    return ioctx


def test_content(objects):
    assert objects.write("object", b"0123456789") == 0
    assert objects.write("object", b"ab", 12) == 0
    assert objects.append("object", b"cd") == 0

    assert objects.read("object") == b"0123456789\0\0abcd" and objects.read("object", 4, 8) == b"89\0\0" and objects.read("object", 4, 100) == b""
    assert objects.stat("object")[0] == 16
    objects.trunc("object", 3)
    assert objects.read("object") == b"012"
    objects.write_full("object", b"new")
    assert objects.read("object") == b"new"
    assert objects.remove_object("object") is True
    for action in (objects.read, objects.stat, objects.remove_object):
        with pytest.raises(rados.ObjectNotFound):
            action("object")


def test_object_like_a_file(objects):
    # Cinder's backup driver keeps its metadata like this.
    meta = rados.Object(objects, "backup.1.meta")
    with pytest.raises(rados.ObjectNotFound):
        meta.stat()

    assert meta.write(b"{}" * 3000) == 0

    again = rados.Object(objects, "backup.1.meta")
    assert again.stat()[0] == 6000 and again.read() == b"{}" * 3000 and again.read() == b""
    again.seek(5998)
    assert again.read(10) == b"{}"
    again.remove()
    with pytest.raises(rados.ObjectStateError):
        again.read()
    with pytest.raises(rados.ObjectNotFound):
        meta.remove()


def test_attributes(objects):
    objects.write_full("object", b"x")
    assert objects.set_xattr("object", "one", b"\0\1") is True
    objects.set_xattr("object", "two", b"2" * 5000)

    assert objects.get_xattr("object", "one") == b"\0\1" and objects.get_xattr("object", "two") == b"2" * 5000
    assert dict(objects.get_xattrs("object")) == {"one": b"\0\1", "two": b"2" * 5000}
    objects.rm_xattr("object", "one")
    with pytest.raises(rados.NoData):
        objects.get_xattr("object", "one")


def test_listing_and_namespaces(objects):
    for name in ("b", "a", "c"):
        objects.write_full(name, b"x")
    objects.set_namespace("other")
    objects.write_full("a", b"y")

    assert [entry.key for entry in objects.list_objects()] == ["a"] and objects.read("a") == b"y"
    objects.set_namespace("")
    assert sorted(entry.key for entry in objects.list_objects()) == ["a", "b", "c"] and objects.read("a") == b"x"
    objects.set_namespace(rados.LIBRADOS_ALL_NSPACES)
    assert sorted((entry.nspace, entry.key) for entry in objects.list_objects()) == [("", "a"), ("", "b"), ("", "c"), ("other", "a")]


def test_keys_and_values(objects):
    with rados.WriteOpCtx() as change:
        objects.set_omap(change, ("a1", "a2", "b1"), (b"1", b"2\0", b""))
        objects.operate_write_op(change, "object")

    with rados.ReadOpCtx() as question:
        found, _ = objects.get_omap_vals(question, "", "", 10)
        some, _ = objects.get_omap_vals(question, "a1", "a", 10)
        keys, _ = objects.get_omap_keys(question, "", 2)
        chosen, _ = objects.get_omap_vals_by_keys(question, ("b1", "a1", "none"))
        objects.operate_read_op(question, "object")
        assert [(key, value or b"") for key, value in found] == [("a1", b"1"), ("a2", b"2\0"), ("b1", b"")]
        assert list(some) == [("a2", b"2\0")]
        assert [key for key, _ in keys] == ["a1", "a2"]
        assert [key for key, _ in chosen] == ["a1", "b1"]

    with rados.WriteOpCtx() as change:
        objects.remove_omap_keys(change, ("a1", "none"))
        objects.operate_write_op(change, "object")
    with rados.WriteOpCtx() as change:
        change.omap_cmp("a2", "other", rados.LIBRADOS_CMPXATTR_OP_EQ)
        objects.clear_omap(change)
        with pytest.raises(rados.Error):
            objects.operate_write_op(change, "object")
    assert names(objects) == ["a2", "b1"]
    with rados.WriteOpCtx() as change:
        objects.clear_omap(change)
        objects.operate_write_op(change, "object")
    assert names(objects) == []


def names(objects):
    with rados.ReadOpCtx() as question:
        keys, _ = objects.get_omap_keys(question, "", 100)
        objects.operate_read_op(question, "object")
        return [key for key, _ in keys]


def test_operation_of_several_steps_happens_as_a_whole(objects):
    with rados.WriteOpCtx() as change:
        change.new(rados.LIBRADOS_CREATE_EXCLUSIVE)
        change.write_full(b"0123456789")
        change.write(b"ab", 2)
        change.append(b"end")
        change.set_xattr("name", b"value")
        objects.operate_write_op(change, "object")

    assert objects.read("object") == b"01ab456789end" and objects.get_xattr("object", "name") == b"value"
    with rados.WriteOpCtx() as change:
        change.write_full(b"lost")
        change.new(rados.LIBRADOS_CREATE_EXCLUSIVE)
        with pytest.raises(rados.ObjectExists):
            objects.operate_write_op(change, "object")
    assert objects.read("object") == b"01ab456789end"
    with rados.WriteOpCtx() as change:
        change.remove()
        objects.operate_write_op(change, "object")
    with pytest.raises(rados.ObjectNotFound):
        objects.stat("object")


def test_without_waiting(objects):
    seen = []
    written = [objects.aio_write_full(f"object-{number}", bytes([number]) * 70000, oncomplete=seen.append) for number in range(16)]
    for completion in written:
        completion.wait_for_complete_and_cb()
        assert completion.is_complete() and completion.get_return_value() == 0
    assert len(seen) == 16

    read = {}
    reading = [objects.aio_read(f"object-{number}", 80000, 0, lambda _, data, number=number: read.update({number: data})) for number in range(16)]
    for completion in reading:
        completion.wait_for_complete_and_cb()
    assert all(read[number] == bytes([number]) * 70000 for number in range(16))

    sizes = []
    objects.aio_stat("object-3", lambda _, size, time: sizes.append(size)).wait_for_complete_and_cb()
    objects.aio_stat("nothing", lambda _, size, time: sizes.append(size)).wait_for_complete_and_cb()
    assert sizes == [70000, None]
    removed = objects.aio_remove("object-3", oncomplete=seen.append)
    removed.wait_for_complete_and_cb()
    assert removed.get_return_value() == 0 and len(seen) == 17


def test_locks(objects, bindings):
    objects.lock_exclusive("object", "lock", "cookie", "why", 60)

    with pytest.raises(rados.ObjectExists):
        objects.lock_exclusive("object", "lock", "cookie")
    with pytest.raises(rados.ObjectBusy):
        objects.lock_shared("object", "lock", "other", "tag")
    objects.unlock("object", "lock", "cookie")
    with pytest.raises(rados.ObjectNotFound):
        objects.unlock("object", "lock", "cookie")
    objects.lock_shared("object", "lock", "one", "tag")
    objects.lock_shared("object", "lock", "two", "tag")
    if bindings == "own":
        found = objects.list_lockers("object", "lock")
        assert found["tag"] == "tag" and not found["exclusive"] and sorted(cookie for _, cookie, _ in found["lockers"]) == ["one", "two"]
        objects.break_lock("object", "lock", found["lockers"][0][0], "one")
        assert len(objects.list_lockers("object", "lock")["lockers"]) == 1
        assert objects.list_lockers("object", "other") == {"tag": "", "exclusive": False, "lockers": []}


def test_watching(objects):
    objects.write_full("object", b"")
    told = threading.Event()
    seen = []

    def notified(notify_id, notifier_id, watch_id, data):
        seen.append(data)
        told.set()
        return b"answer"

    with objects.watch("object", notified) as watch:
        assert watch.get_id() > 0 and watch.check().total_seconds() >= 0
        assert objects.notify("object", "hello") is True
        assert told.wait(10) and seen == [b"hello"]

        answers = []
        objects.aio_notify("object", lambda *answer: answers.append(answer[1:]), "again").wait_for_complete_and_cb()
        result, acks, timeouts = answers[0]
        assert result == 0 and [ack[2] for ack in acks] == [b"answer"] and timeouts == []
