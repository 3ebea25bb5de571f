"""Names are bytes. The library takes what Ceph's takes and gives it back unchanged."""

import ctypes

import pytest
from room import LIBRARIES, MIB

EEXIST, EINVAL, ENAMETOOLONG = 17, 22, 36


class Library:
    """The C interface itself: Ceph's Python modules take text, so they can't say every name."""

    def __init__(self):
        self.rados = ctypes.CDLL(str(LIBRARIES / "librados.so.2"))
        self.rbd = ctypes.CDLL(str(LIBRARIES / "librbd.so.1"))
        self.cluster = ctypes.c_void_p()
        self.ioctx = ctypes.c_void_p()
        assert self.rados.rados_create(ctypes.byref(self.cluster), None) == 0
        assert self.rados.rados_conf_read_file(self.cluster, None) == 0
        assert self.rados.rados_connect(self.cluster) == 0

    def use_pool(self, name):
        created = self.rados.rados_pool_create(self.cluster, name)
        if created == 0:
            assert self.rados.rados_ioctx_create(self.cluster, name, ctypes.byref(self.ioctx)) == 0
        return created

    def create(self, name, size=MIB):
        order = ctypes.c_int(0)
        return self.rbd.rbd_create(self.ioctx, name, ctypes.c_uint64(size), ctypes.byref(order))

    def list(self):
        size = ctypes.c_size_t(1 << 20)
        buffer = ctypes.create_string_buffer(size.value)
        used = self.rbd.rbd_list(self.ioctx, buffer, ctypes.byref(size))
        assert used >= 0, used
        return buffer.raw[:used].split(b"\0")[:-1]

    def write_and_read_back(self, name):
        image = ctypes.c_void_p()
        assert self.rbd.rbd_open(self.ioctx, name, ctypes.byref(image), None) == 0
        assert self.rbd.rbd_write(image, ctypes.c_uint64(7), ctypes.c_size_t(len(name)), name) == len(name)
        back = ctypes.create_string_buffer(len(name))
        assert self.rbd.rbd_read(image, ctypes.c_uint64(7), ctypes.c_size_t(len(name)), back) == len(name)
        assert self.rbd.rbd_close(image) == 0
        return back.raw


@pytest.fixture
def library(room):
    made = Library()
    assert made.use_pool(b"rbd") == 0
    return made


@pytest.mark.parametrize("name", [b"a/b", b"a@b", b"/", b"//", b".", b"..", b"../../escape", b"a b\tc\nd", b"\xff\xfe", b"\xe4\xb8\xad\xe6\x96\x87", b"-rf", b"%s%n",
                                  b"con:aux", b"a\\b", b"'; drop table records; --", b"x" * 255, b"x" * 256, b"\x01", b"A", b"*"], ids=repr)
def test_name_comes_back_unchanged(room, library, name):
    assert library.create(name) == 0

    assert library.list() == [name]
    assert library.write_and_read_back(name) == name
    assert library.create(name) == -EEXIST
    assert library.rbd.rbd_rename(library.ioctx, name, b"plain") == 0
    assert library.rbd.rbd_rename(library.ioctx, b"plain", name) == 0
    assert library.write_and_read_back(name) == name
    assert library.rbd.rbd_remove(library.ioctx, name) == 0
    assert library.list() == []
    assert {path.name for path in room.path.iterdir()} <= {"store", "ceph.conf", "curverbd.conf"}


def test_names_that_differ_in_one_byte_are_different_images(library):
    names = sorted([b"a", b"A", b"a ", b"a\n", b"a/", b"a%2F", b"\xff", b"\xfe", b"%FF", b"a.", b".a"])
    for name in names:
        assert library.create(name) == 0

    assert library.list() == names
    for name in names:
        library.write_and_read_back(name)
    for name in names:
        assert library.rbd.rbd_remove(library.ioctx, name) == 0


def test_name_of_four_kibibytes_is_too_long(library):
    assert library.create(b"x" * 4096) == -ENAMETOOLONG
    assert library.list() == []


def test_longest_names(library):
    name = b"\xff" * 900

    created = library.create(name)

    assert created in (0, -ENAMETOOLONG)
    assert library.list() == ([name] if created == 0 else [])


def test_empty_names(library):
    assert library.create(b"") == -EINVAL
    assert library.rados.rados_pool_create(library.cluster, b"") == -EINVAL


@pytest.mark.parametrize("name", [b"a/b", b"..", b"\xff\xfe", b"a b", b"x" * 200, b"."], ids=repr)
def test_pool_names_are_bytes_too(room, name):
    library = Library()
    assert library.use_pool(name) == 0

    assert library.create(b"disk") == 0
    assert library.write_and_read_back(b"disk") == b"disk"
    buffer = ctypes.create_string_buffer(4096)
    library.rados.rados_pool_list(library.cluster, buffer, ctypes.c_size_t(4096))
    assert buffer.raw.split(b"\0")[0] == name
    assert {path.name for path in room.path.iterdir()} <= {"store", "ceph.conf", "curverbd.conf"}


@pytest.mark.parametrize("call", [
    lambda library: library.rbd.rbd_open(library.ioctx, None, ctypes.byref(ctypes.c_void_p()), None),
    lambda library: library.rbd.rbd_create(library.ioctx, None, ctypes.c_uint64(1), ctypes.byref(ctypes.c_int(0))),
    lambda library: library.rbd.rbd_create(None, b"x", ctypes.c_uint64(1), ctypes.byref(ctypes.c_int(0))),
    lambda library: library.rbd.rbd_remove(library.ioctx, None),
    lambda library: library.rbd.rbd_rename(library.ioctx, b"x", None),
    lambda library: library.rbd.rbd_close(None),
    lambda library: library.rbd.rbd_close(ctypes.c_void_p(0x12345670)),
    lambda library: library.rbd.rbd_stat(ctypes.c_void_p(1), ctypes.create_string_buffer(160), ctypes.c_size_t(160)),
    lambda library: library.rbd.rbd_flush(library.ioctx),
    lambda library: library.rados.rados_connect(None),
    lambda library: library.rados.rados_ioctx_create(library.cluster, None, ctypes.byref(ctypes.c_void_p())),
    lambda library: library.rados.rados_conf_set(library.cluster, None, b"1"),
], ids=range(12))
def test_null_and_made_up_handles_are_refused(library, call):
    assert call(library) < 0
