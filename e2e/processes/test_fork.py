"""Forking before and after the library was used."""

import json

WORKER = """
import os, rados, rbd
def work(number):
    with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
        name = f'image-{number}'
        rbd.RBD().create(ioctx, name, 8 << 20)
        with rbd.Image(ioctx, name) as image:
            for turn in range(200):
                image.write(bytes([number]) * 10000, turn * 10000 + number)
            return image.read(number, 2000000) == bytes([number]) * 2000000
"""


def test_four_children_and_their_parent_all_work(room, pool):
    out = room.python(WORKER + """
assert work(1)
children = []
for number in range(2, 6):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if work(number) else 9)
    children.append(pid)
print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children], work(6))
""")

    assert out.strip() == "[0, 0, 0, 0] True"


def test_children_work_at_the_same_time_as_a_busy_parent(room, pool):
    out = room.python(WORKER + """
import threading
stop = threading.Event()
def busy():
    with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
        rbd.RBD().create(ioctx, 'busy', 8 << 20)
        with rbd.Image(ioctx, 'busy') as image:
            while not stop.is_set():
                image.write(b'x' * 4096, 0)
threads = [threading.Thread(target=busy) for _ in range(1)]
[thread.start() for thread in threads]
children = []
for number in range(4):
    pid = os.fork()
    if pid == 0:
        os._exit(0 if work(number) else 9)
    children.append(pid)
codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
stop.set()
[thread.join() for thread in threads]
print(codes)
""")

    assert out.strip() == "[0, 0, 0, 0]"


def test_multiprocessing_pool(room, pool):
    out = room.python(WORKER + """
import multiprocessing
assert work(0)
with multiprocessing.get_context('fork').Pool(4) as workers:
    print(workers.map(work, range(1, 13)))
""")

    assert out.strip() == str([True] * 12)


def test_handles_inherited_from_the_parent_answer_within_a_second(room, pool):
    out = room.python(WORKER + """
import json, sys, time
cluster = rados.Rados(conffile='')
cluster.connect()
ioctx = cluster.open_ioctx('rbd')
rbd.RBD().create(ioctx, 'disk', 8 << 20)
image = rbd.Image(ioctx, 'disk')
image.write(b'parent', 0)
pid = os.fork()
if pid == 0:
    answers = []
    for use in (lambda: image.read(0, 6), lambda: image.write(b'x', 0), lambda: image.size(), lambda: image.flush(), lambda: cluster.get_fsid(),
                lambda: rbd.RBD().list(ioctx), lambda: rbd.Image(ioctx, 'disk'), lambda: cluster.open_ioctx('rbd')):
        start = time.monotonic()
        try:
            answer = repr(use())
        except Exception as error:
            answer = type(error).__name__
        answers.append((answer, time.monotonic() - start))
    # librados can't fail here, and Ceph's module would ask for ever if it did.
    assert cluster.list_pools() == []
    print(json.dumps(answers))
    sys.stdout.flush()
    os._exit(0)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
image.write(b'PARENT', 0)
assert image.read(0, 6) == b'PARENT'
image.close(); ioctx.close(); cluster.shutdown()
assert status == 0, status
""")

    answers = json.loads(out)
    assert all(seconds < 1 for _, seconds in answers), answers
    assert all(answer.endswith(("Error", "InvalidArgument", "NotConnected")) for answer, _ in answers), answers


def test_child_exits_normally_with_inherited_objects(room, pool):
    # The interpreter's exit closes what the child inherited: close and shutdown must return.
    out = room.python(WORKER + """
import sys
cluster = rados.Rados(conffile='')
cluster.connect()
ioctx = cluster.open_ioctx('rbd')
rbd.RBD().create(ioctx, 'disk', 8 << 20)
image = rbd.Image(ioctx, 'disk')
pid = os.fork()
if pid == 0:
    for close in (image.close, ioctx.close, cluster.shutdown):
        try:
            close()
        except Exception:
            pass
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
""")

    assert out.strip() == "7"


def test_grandchildren_work(room, pool):
    out = room.python(WORKER + """
assert work(1)
def descend(depth):
    pid = os.fork()
    if pid == 0:
        if not work(10 + depth):
            os._exit(9)
        os._exit(descend(depth - 1) if depth else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(descend(3))
""")

    assert out.strip() == "0"


def test_fork_of_a_thread_that_never_used_the_library(room, pool):
    out = room.python(WORKER + """
import subprocess
assert work(1)
for _ in range(20):
    subprocess.run(['true'], check=True)
print(work(2))
""")

    assert out.strip() == "True"
