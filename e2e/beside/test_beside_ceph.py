"""One process, CurveBS's images and a real Ceph cluster's."""

import json
import os

import pytest


# One cluster for all of them.
pytestmark = [pytest.mark.xdist_group("ceph"), pytest.mark.in_worker, pytest.mark.timeout(300, method="signal")]

CLIENTS = """
import json, os, sys
import rados, rbd
def ours():
    return rados.Rados(conffile='')
def theirs():
    return rados.Rados(conffile=os.environ['REAL_CONF'])
"""


@pytest.fixture
def beside(room, pool, ceph, library):
    room.settings["LD_LIBRARY_PATH"] = str(library)
    room.settings["REAL_CONF"] = str(ceph.conf)
    return room


def test_each_configuration_leads_to_its_cluster(beside, ceph):
    out = beside.python(CLIENTS + """
with ours() as a, theirs() as b:
    print(a.get_fsid() != b.get_fsid(), b.get_fsid())
    print(sorted(b.list_pools()))
""").split("\n")

    assert out[0] == f"True {ceph.ceph('fsid').strip()}"
    assert out[1] == "['backup', 'data', 'rbd']"


def test_images_of_both_hold_their_own_data(beside, ceph):
    beside.python(CLIENTS + """
with ours() as a, theirs() as b, a.open_ioctx('rbd') as x, b.open_ioctx('rbd') as y:
    for ioctx, byte in ((x, b'o'), (y, b'c')):
        rbd.RBD().create(ioctx, 'both', 8 << 20)
        with rbd.Image(ioctx, 'both') as image:
            image.write(byte * 5000, 3)
            image.create_snap('s')
            image.protect_snap('s')
        rbd.RBD().clone(ioctx, 'both', 's', ioctx, 'clone', features=rbd.RBD_FEATURE_LAYERING)
    for ioctx, byte in ((x, b'o'), (y, b'c')):
        with rbd.Image(ioctx, 'clone') as image:
            assert image.read(0, 5010) == bytes(3) + byte * 5000 + bytes(7)
            assert image.parent_info() == ('rbd', 'both', 's')
""")

    assert ceph.rbd("ls", "rbd").split() == ["both", "clone"]
    assert "both" in beside.python(CLIENTS + "with ours() as a, a.open_ioctx('rbd') as x: print(rbd.RBD().list(x))")


def test_asynchronous_io_ends_in_our_completions(beside, ceph):
    beside.python(CLIENTS + """
import threading
with theirs() as b, b.open_ioctx('rbd') as y:
    rbd.RBD().create(y, 'aio', 64 << 20)
    with rbd.Image(y, 'aio') as image:
        done, seen = threading.Semaphore(0), []
        def over(completion, data=None):
            seen.append((completion.get_return_value(), data))
            done.release()
        for number in range(200):
            image.aio_write(bytes([number]) * 4096, number * 4096, over)
        for number in range(200):
            assert done.acquire(timeout=30)
        assert {value for value, _ in seen} == {0}, seen
        seen.clear()
        completions = [image.aio_read(number * 4096, 4096, over) for number in range(200)]
        for completion in completions:
            completion.wait_for_complete_and_cb()
        assert {value for value, _ in seen} == {4096}, {value for value, _ in seen}
        assert sorted(data for _, data in seen) == [bytes([number]) * 4096 for number in range(200)]
        image.aio_flush(over).wait_for_complete_and_cb()
""")


def test_image_options_reach_ceph(beside, ceph):
    beside.python(CLIENTS + """
with theirs() as b, b.open_ioctx('rbd') as y:
    rbd.RBD().create(y, 'options', 1 << 30, order=23, stripe_unit=65536, stripe_count=4, data_pool='data', features=rbd.RBD_FEATURE_LAYERING | rbd.RBD_FEATURE_STRIPINGV2)
""")

    info = ceph.rbd("info", "rbd/options")
    assert "order 23" in info and "stripe count: 4" in info and "data_pool: data" in info


def test_objects_and_their_operations_reach_ceph(beside, ceph):
    beside.python(CLIENTS + """
with theirs() as b, b.open_ioctx('backup') as y:
    y.write_full('object', b'content')
    with rados.WriteOpCtx() as op:
        y.set_omap(op, ('k1', 'k2'), (b'v1', b'v2'))
        y.operate_write_op(op, 'object')
    with rados.ReadOpCtx() as op:
        iterator, _ = y.get_omap_vals(op, '', '', 10)
        y.operate_read_op(op, 'object')
        assert dict(iterator) == {'k1': b'v1', 'k2': b'v2'}
    assert y.read('object') == b'content'
    assert [o.key for o in y.list_objects()] == ['object']
    y.set_xattr('object', 'a', b'x')
    assert dict(y.get_xattrs('object')) == {'a': b'x'}
    y.remove_object('object')
""")


def test_errors_are_ceph_s_own(beside, ceph):
    beside.python(CLIENTS + """
with theirs() as b, b.open_ioctx('rbd') as y:
    for wrong, error in ((lambda: rbd.Image(y, 'none'), rbd.ImageNotFound), (lambda: b.open_ioctx('none'), rados.ObjectNotFound)):
        try:
            wrong()
            sys.exit('no error')
        except error:
            pass
""")


def test_one_call_cannot_use_both(beside, ceph):
    beside.python(CLIENTS + """
with ours() as a, theirs() as b, a.open_ioctx('rbd') as x, b.open_ioctx('rbd') as y:
    rbd.RBD().create(x, 'across', 8 << 20)
    with rbd.Image(x, 'across') as image:
        try:
            image.copy(y, 'across')
            sys.exit('no error')
        except rbd.OSError as error:
            assert error.errno == 18, error
""")


def test_qemu_copies_from_ceph_to_curvebs(beside, ceph):
    source = beside.file("source.raw", os.urandom(3 << 20))
    beside.run("qemu-img", "convert", "-O", "raw", source, f"rbd:rbd/moving:conf={ceph.conf}")

    beside.run("qemu-img", "convert", "-p", "-O", "raw", f"rbd:rbd/moving:conf={ceph.conf}", "rbd:rbd/moved")

    assert beside.run("qemu-img", "compare", source, "rbd:rbd/moved", "-f", "raw", "-F", "raw").stdout.strip() == "Images are identical."
    assert "moving" in ceph.rbd("ls", "rbd").split()


def test_a_forked_child_uses_both(beside, ceph):
    beside.python(CLIENTS + """
with ours() as a, theirs() as b:
    assert a.get_fsid() != b.get_fsid()
child = os.fork()
if child == 0:
    with ours() as a, theirs() as b, b.open_ioctx('rbd') as y, a.open_ioctx('rbd') as x:
        rbd.RBD().list(x), rbd.RBD().list(y)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
""")


def test_connecting_and_leaving_leaks_nothing(beside, ceph):
    out = beside.python(CLIENTS + """
def turn():
    with theirs() as b, b.open_ioctx('rbd') as y:
        rbd.RBD().list(y)
for _ in range(5):
    turn()
before = len(os.listdir('/proc/self/fd')), len(os.listdir('/proc/self/task'))
for _ in range(30):
    turn()
print(json.dumps([before, (len(os.listdir('/proc/self/fd')), len(os.listdir('/proc/self/task')))]))
""")

    before, after = json.loads(out)
    assert after[0] <= before[0] + 2 and after[1] <= before[1] + 2, out


def test_a_monitor_that_is_away_is_an_error_in_time(beside, ceph):
    conf = beside.file("away.conf", b"[global]\nmon_host = v1:127.0.0.1:1\nclient_mount_timeout = 2\nauth_client_required = none\n")
    beside.settings["REAL_CONF"] = str(conf)

    beside.python(CLIENTS + """
try:
    theirs().connect()
    sys.exit('no error')
except rados.Error as error:
    print(error)
""", timeout=30)


def test_commands_are_handed_on_to_ceph_s_own(beside, ceph, library):
    commands = library / "bin"

    assert beside.run(commands / "ceph", "--conf", ceph.conf, "fsid").stdout == ceph.ceph("fsid")
    beside.run(commands / "rbd", "--conf", ceph.conf, "create", "rbd/by-command", "--size", "8M")
    content = beside.file("content", os.urandom(100_000))
    piped = content.read_bytes()
    beside.run(commands / "rbd", "-c", ceph.conf, "import", content, "rbd/imported")
    beside.run("sh", "-c", f"{commands}/rbd -c {ceph.conf} export rbd/imported - > {beside.path}/exported")
    refused = beside.run(commands / "rbd", "--conf", ceph.conf, "info", "rbd/none", check=False)

    assert {"by-command", "imported"} <= set(ceph.rbd("ls", "rbd").split())
    assert (beside.path / "exported").read_bytes() == piped
    assert refused.returncode == 2 and "rbd: error opening image none: (2) No such file or directory" in refused.stderr
    # Of our own cluster they are ours.
    assert "by-command" not in beside.run(commands / "rbd", "ls", "rbd").stdout


def test_environment_chooses_the_cluster_of_a_command_too(beside, ceph, library):
    beside.settings["CEPH_CONF"] = str(ceph.conf)

    assert beside.run(library / "bin/ceph", "osd", "pool", "ls").stdout.split() == ["rbd", "backup", "data"]
