"""What services do with the modules that other programs do not: forking, native threads under eventlet, a connection for each operation, closed handles."""

import os
import threading

import pytest
import rados
import rbd
from room import GIB, KIB, MIB

FORKING = """
import os, rados, rbd, sys
{before}
def work(number):
    with rados.Rados(conffile="") as cluster, cluster.open_ioctx("rbd") as ioctx:
        rbd.RBD().create(ioctx, f"image-{{number}}", 1 << 20)
        with rbd.Image(ioctx, f"image-{{number}}") as image:
            image.write(bytes([number]) * 4096, 0)
            assert image.read(0, 4096) == bytes([number]) * 4096
children = []
for number in range(1, 4):
    child = os.fork()
    if child == 0:
        try:
            work(number)
            {inside}
            os._exit(0)
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
    children.append(child)
print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
{after}
"""

CONNECTED = """
with rados.Rados(conffile="") as first:
    first.get_fsid()
"""

IN_USE = """
cluster = rados.Rados(conffile="")
cluster.connect()
ioctx = cluster.open_ioctx("rbd")
rbd.RBD().create(ioctx, "parents", 1 << 20)
image = rbd.Image(ioctx, "parents")
image.write(b"before", 0)
"""

GREEN = """
{first}
import eventlet
eventlet.monkey_patch()
import gc, rados, rbd
from eventlet import tpool
cluster = tpool.Proxy(rados.Rados(conffile=""))
cluster.connect()
ioctx = cluster.open_ioctx("rbd")
tpool.Proxy(rbd.RBD()).create(ioctx, "disk", 64 << 20)
image = tpool.Proxy(rbd.Image(ioctx, "disk"))
ticks = 0
def tick():
    global ticks
    while True:
        eventlet.sleep(0.001)
        ticks += 1
eventlet.spawn(tick)
def work(number):
    image.write(bytes([number]) * 65536, number * 65536)
    image.create_snap(f"snap-{{number}}")
    extents = []
    image.diff_iterate(number * 65536, 65536, None, lambda *extent: extents.append(extent))
    return image.read(number * 65536, 65536) == bytes([number]) * 65536 and sum(length for _, length, _ in extents) == 65536
pool = eventlet.GreenPool(16)
print(all(pool.imap(work, range(1, 25))), ticks > 0, len(list(image.list_snaps())))
image.close()
ioctx.close()
cluster.shutdown()
"""


@pytest.mark.parametrize("before,inside,after", [
    ("", "", ""), (CONNECTED, "", ""),
    (IN_USE, "image.close(); ioctx.close(); cluster.shutdown()", "print(image.read(0, 6)); image.close(); ioctx.close(); cluster.shutdown()")],
    ids=["imported only", "connected and shut down", "in use"])
def test_children_of_a_process_that_used_it_work(room, pool, bindings, before, inside, after):
    if bindings == "ceph":
        # Ceph's module closes what belongs to the parent.
        inside = ""

    printed = room.python(FORKING.format(before=before, inside=inside or "pass", after=after), timeout=100)

    assert printed.splitlines()[0] == "[0, 0, 0]"
    assert not after or printed.splitlines()[1] == "b'before'"


@pytest.mark.parametrize("first", ["", "import rados, rbd"], ids=["imported after eventlet", "imported before eventlet"])
def test_native_threads_of_eventlet(room, pool, first):
    pytest.importorskip("eventlet")

    printed = room.python(GREEN.format(first=first), timeout=100)

    assert printed.split() == ["True", "True", "24"]


def test_other_threads_run_during_a_call(ioctx):
    rbd.RBD().create(ioctx, "disk", 512 * MIB)
    data = bytes(range(256)) * (256 * KIB)
    turns, over = [0], threading.Event()

    def turn():
        while not over.is_set():
            turns[0] += 1

    with rbd.Image(ioctx, "disk") as image:
        counting = threading.Thread(target=turn)
        counting.start()
        before = turns[0]
        image.write(data, 0)
        during = turns[0] - before
        over.set()
        counting.join()

    assert during > 0


def test_a_connection_for_each_operation_leaves_nothing(room, pool):
    def operate():
        cluster = rados.Rados(rados_id="cinder", clustername="ceph", conffile="")
        cluster.connect()
        ioctx = cluster.open_ioctx("rbd")
        assert rbd.RBD().list(ioctx) == []
        for _ in range(2):
            ioctx.close()
        for _ in range(2):
            cluster.shutdown()

    def held():
        return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    for _ in range(3):
        operate()
    before = held()
    for _ in range(40):
        operate()

    assert held() <= (before[0] + 1, before[1] + 1)


def test_eight_threads_with_connections_of_their_own(room, pool):
    failures = []

    def work(number):
        try:
            with rados.Rados(conffile="") as cluster, cluster.open_ioctx("rbd") as ioctx:
                for turn in range(4):
                    name = f"image-{number}-{turn}"
                    rbd.RBD().create(ioctx, name, MIB)
                    with rbd.Image(ioctx, name) as image:
                        image.write(name.encode(), 0)
                        assert image.read(0, len(name)) == name.encode()
                    rbd.RBD().remove(ioctx, name)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_address_space_of_one_gibibyte(room, pool):
    code = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
import rados, rbd
with rados.Rados(conffile="") as cluster, cluster.open_ioctx("rbd") as ioctx:
    rbd.RBD().create(ioctx, "disk", 1 << 30)
    with rbd.Image(ioctx, "disk") as image:
        print(image.write(b"x" * (8 << 20), 0), image.size())
"""
    assert room.python(code).split() == [str(8 * MIB), str(GIB)]


def test_many_may_have_an_image_open_and_all_see_its_size(ioctx, image):
    with rbd.Image(ioctx, "disk") as second, rbd.Image(ioctx, "disk", read_only=True) as third:
        image.resize(96 * MIB + 513)

        assert second.size() == third.size() == 96 * MIB + 513
        assert second.write(b"end", 96 * MIB + 510) == 3
        assert third.read(96 * MIB + 510, 512) == b"end"
        assert len(list(image.watchers_list())) == 2


@pytest.mark.parametrize("size", [0, 1, 475136, 40 * MIB + 512, GIB + 2 * MIB])
def test_sizes_are_exact_and_a_fresh_image_has_no_extent(ioctx, size):
    rbd.RBD().create(ioctx, "disk", size)
    extents = []

    with rbd.Image(ioctx, "disk") as image:
        if size:
            image.diff_iterate(0, size, None, lambda *extent: extents.append(extent))

        assert image.size() == image.stat()["size"] == size and extents == []


def test_what_is_cut_off_is_zero_when_the_image_grows_again(image):
    image.write(b"x" * MIB, 63 * MIB)

    image.resize(63 * MIB + 100)
    image.resize(64 * MIB)

    assert image.read(63 * MIB, MIB) == b"x" * 100 + bytes(MIB - 100)


@pytest.mark.parametrize("name", ["volume-" + "1" * 36 + ".backup." + "2" * 36, "Grüße 你好", "with space\nand line", "a" * 200])
def test_names_of_images_and_snapshots(ioctx, name):
    rbd.RBD().create(ioctx, name, MIB)
    with rbd.Image(ioctx, name) as image:
        image.create_snap(name)
        assert [snap["name"] for snap in image.list_snaps()] == [name] and image.get_name() == name

    assert rbd.RBD().list(ioctx) == [name]


def test_a_renamed_parent_is_the_parent_still(ioctx, image):
    image.create_snap("snap")
    image.protect_snap("snap")
    rbd.RBD().clone(ioctx, "disk", "snap", ioctx, "clone", features=rbd.RBD_FEATURE_LAYERING)

    rbd.RBD().rename(ioctx, "disk", "disk.deleted")

    with rbd.Image(ioctx, "clone") as clone:
        assert clone.parent_info() == ("rbd", "disk.deleted", "snap")
    with rbd.Image(ioctx, "disk.deleted") as parent:
        assert parent.is_protected_snap("snap") and parent.list_children() == [("rbd", "clone")]


def test_default_features_as_services_take_them(cluster, ioctx):
    features = int(cluster.conf_get("rbd_default_features"))

    rbd.RBD().create(ioctx, "volume", MIB, 22, old_format=False, features=features)
    rbd.RBD().create(ioctx=ioctx, name="backup", size=MIB, old_format=False, features=31, stripe_unit=0, stripe_count=0)

    with rbd.Image(ioctx, "volume") as volume, rbd.Image(ioctx, "backup") as backup:
        assert volume.features() == 61 and backup.features() == 29


def test_quality_of_service_options_are_listed_and_kept(image):
    options = {option["name"]: option for option in image.config_list()}
    assert all(options[f"rbd_qos_{name}"]["value"].isdigit() for name in ("iops_limit", "read_bps_limit", "write_bps_burst", "read_iops_burst"))

    image.config_set("rbd_qos_iops_limit", "100")
    assert image.config_get("rbd_qos_iops_limit") == "100"
    assert {option["name"]: option["source"] for option in image.config_list()}["rbd_qos_iops_limit"] == rbd.RBD_CONFIG_SOURCE_IMAGE

    image.config_remove("rbd_qos_iops_limit")
    with pytest.raises(KeyError):
        image.config_get("rbd_qos_iops_limit")


def test_removing_through_a_closed_pool_is_an_error(cluster):
    cluster.create_pool("rbd")
    ioctx = cluster.open_ioctx("rbd")
    rbd.RBD().create(ioctx, "disk", MIB)
    ioctx.close()

    for action in (lambda: rbd.RBD().remove(ioctx, "disk"), lambda: rbd.RBD().list(ioctx), lambda: rbd.Image(ioctx, "disk")):
        with pytest.raises(rbd.Error):
            action()


@pytest.mark.parametrize("method", [
    "size", "features", "flags", "stat", "id", "parent_info", "list_children", "list_snaps", "flush", "metadata_list", "watchers_list", "list_lockers",
    "config_list", "require_not_closed"])
def test_every_method_of_a_closed_image_is_refused(ioctx, image, method):
    image.close()

    with pytest.raises(rbd.InvalidArgument, match="image is closed"):
        getattr(image, method)()


def test_errors_are_a_family_of_their_own():
    assert issubclass(rbd.ImageBusy, rbd.OSError) and issubclass(rbd.OSError, rbd.Error) and not issubclass(rbd.OSError, OSError)
    assert issubclass(rados.ObjectNotFound, rados.OSError) and issubclass(rados.OSError, rados.Error) and not issubclass(rados.OSError, OSError)

    assert str(rbd.ImageBusy("text")) == "RBD image is busy (text)" and rbd.ImageBusy("text").errno is None
    assert str(rbd.ImageNotFound("text", errno=2)) == "[errno 2] RBD image not found (text)"
    assert str(rados.ObjectNotFound("text", 2)) == "[errno 2] RADOS object not found (text)"


def test_arguments_of_the_wrong_kind(ioctx, image):
    for action in (lambda: image.write("text", 0), lambda: image.read("0", 1), lambda: image.resize("big"), lambda: rbd.RBD().list("rbd")):
        with pytest.raises(TypeError):
            action()
    for action in (lambda: image.read(-1, 1), lambda: image.resize(-1), lambda: image.write(b"x", 2**64)):
        with pytest.raises(OverflowError):
            action()
    for action in (lambda: rbd.RBD().create(ioctx, 1, MIB), lambda: image.create_snap(None)):
        with pytest.raises(rbd.InvalidArgument, match="must be a string"):
            action()


def test_names_may_be_bytes(ioctx):
    rbd.RBD().create(ioctx, b"disk", MIB)

    with rbd.Image(ioctx, b"disk") as image:
        image.create_snap(b"snap")
        assert image.is_protected_snap(b"snap") is False
    assert rbd.RBD().list(ioctx) == ["disk"]


def test_a_raising_callback_of_an_asynchronous_operation(image):
    def raising(*_):
        raise ZeroDivisionError

    for completion in (image.aio_write(b"x", 0, raising), image.aio_read(0, 1, raising), image.aio_flush(raising)):
        with pytest.raises(ZeroDivisionError):
            completion.wait_for_complete_and_cb()


def test_a_raising_callback_ends_a_comparison(image):
    for number in range(8):
        image.write(b"x", number * 8 * MIB)
    seen = []

    def raising(*extent):
        seen.append(extent)
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        image.diff_iterate(0, image.size(), None, raising)

    assert len(seen) == 1


def test_a_raising_progress_callback_stops_nothing(ioctx):
    rbd.RBD().create(ioctx, "disk", 64 * MIB)
    with rbd.Image(ioctx, "disk") as image:
        image.write(b"x", 0)

    rbd.RBD().remove(ioctx, "disk", on_progress=lambda *_: 1 // 0)

    assert rbd.RBD().list(ioctx) == []
