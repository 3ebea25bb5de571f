"""Nothing that C still uses is freed, and the process ends whatever is in flight."""

START = """
import gc, rados, rbd, sys
cluster = rados.Rados(conffile="")
cluster.connect()
ioctx = cluster.open_ioctx("rbd")
rbd.RBD().create(ioctx, "disk", 256 << 20)
image = rbd.Image(ioctx, "disk")
"""


def run(room, own, code):
    """Runs code and returns what it printed; it must end by itself, with nothing to complain about."""
    done = room.run("/usr/bin/python3", "-X", "dev", "-c", START + code)
    assert done.stderr == ""
    return done.stdout


def test_operations_that_nobody_keeps_finish(room, pool, own):
    printed = run(room, own, """
finished = []
for number in range(64):
    image.aio_write(bytes([number]) * 65536, number * 65536, lambda completion: finished.append(completion.get_return_value()))
    gc.collect()
image.aio_flush(None).wait_for_complete_and_cb()
read = {}
for number in range(64):
    image.aio_read(number * 65536, 65536, lambda completion, data, number=number: read.update({number: data}))
    gc.collect()
image.close()
print(finished == [0] * 64, all(read[number] == bytes([number]) * 65536 for number in range(64)))
from rados import _pending
print(len(_pending._operations))
""")

    assert printed.split() == ["True", "True", "0"]


def test_objects_dropped_in_any_order(room, pool, own):
    printed = run(room, own, """
del cluster, ioctx
gc.collect()
image.write(b"still here", 0)
print(image.read(0, 10))
del image
gc.collect()
with rados.Rados(conffile="") as again, again.open_ioctx("rbd") as pool:
    rbd.RBD().remove(pool, "disk")
    print(rbd.RBD().list(pool))
""")

    assert printed.splitlines() == ["b'still here'", "[]"]


def test_process_ends_with_operations_in_flight(room, pool, own):
    printed = run(room, own, """
finished = []
for number in range(256):
    image.aio_write(b"x" * (1 << 20), number << 20, lambda completion: finished.append(completion))
print("end")
""")

    assert printed == "end\n"


def test_process_ends_with_everything_open(room, pool, own):
    assert run(room, own, "image.write(b'x', 0); print('end')") == "end\n"


def test_process_ends_from_a_thread_that_is_inside_a_call(room, pool, own):
    printed = run(room, own, """
import threading
def write():
    while True:
        image.write(b"x" * (1 << 20), 0)
threading.Thread(target=write, daemon=True).start()
import time
time.sleep(0.1)
print("end")
""")

    assert printed == "end\n"


def test_several_threads_close_one_image(room, pool, own):
    printed = run(room, own, """
import threading
for turn in range(20):
    image = rbd.Image(ioctx, "disk")
    threads = [threading.Thread(target=image.close) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
print("end")
""")

    assert printed == "end\n"


def test_errors_travel_between_processes(room, pool, own):
    printed = run(room, own, """
import pickle
for error in (rbd.ImageBusy("text", 16), rados.ObjectNotFound("text", 2), rados.ExtendMismatch("text", 4097, 2)):
    copy = pickle.loads(pickle.dumps(error))
    print(type(copy).__module__, type(copy).__name__, str(copy) == str(error), copy.errno == error.errno)
""")

    assert printed.splitlines() == ["rbd ImageBusy True True", "rados ObjectNotFound True True", "rados ExtendMismatch True True"]


def test_names_that_are_no_text(room, pool, own):
    printed = run(room, own, r"""
rbd.RBD().create(ioctx, b"\xff\xfe", 1 << 20)
name = next(name for name in rbd.RBD().list(ioctx) if name != "disk")
with rbd.Image(ioctx, name) as strange:
    print(strange.get_name() == name, name.encode("utf-8", "surrogateescape"))
""")

    assert printed.strip() == r"True b'\xff\xfe'"


def test_importing_starts_no_thread_and_opens_no_file(room, own):
    printed = own("""
import os
before = len(os.listdir("/proc/self/fd"))
import rados, rbd
print(len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")) == before)
""")

    assert printed.split() == ["1", "True"]
