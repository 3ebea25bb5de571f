"""Several processes on the same names and the same image."""

from room import MIB

CREATE = """
import rados, rbd, sys
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    mine = 0
    for number in range(40):
        try:
            rbd.RBD().create(ioctx, f'disk{number}', 1 << 20)
            mine += 1
        except rbd.ImageExists:
            pass
    print(mine)
"""

REMOVE = """
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    mine = 0
    for number in range(40):
        try:
            rbd.RBD().remove(ioctx, f'disk{number}')
            mine += 1
        except (rbd.ImageNotFound, rbd.ImageBusy):
            pass
    print(mine)
"""

CREATE_AND_REMOVE = """
import rados, rbd
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx:
    for turn in range(60):
        try:
            rbd.RBD().create(ioctx, 'fought-over', 1 << 20)
        except rbd.ImageExists:
            pass
        try:
            with rbd.Image(ioctx, 'fought-over') as image:
                image.write(b'x' * 4096, 0)
                assert image.read(0, 1) in (b'x', b'\\0')
        except (rbd.ImageNotFound, rbd.IOError):
            pass
        try:
            rbd.RBD().remove(ioctx, 'fought-over')
        except (rbd.ImageNotFound, rbd.ImageBusy):
            pass
"""

WRITE_OWN_BLOCKS = """
import rados, rbd, sys
me = int(sys.argv[1])
with rados.Rados(conffile='') as cluster, cluster.open_ioctx('rbd') as ioctx, rbd.Image(ioctx, 'disk') as image:
    for turn in range(500):
        image.write(bytes([me]) * 512, (turn * 4 + me) * 512)
"""


def run_together(room, code, count=4):
    started = [room.start("/usr/bin/python3", "-c", code, str(number), stdout=-1, stderr=-1, text=True) for number in range(count)]
    done = [(process.communicate(timeout=100), process.returncode) for process in started]
    assert all(status == 0 for _, status in done), done
    return [out for (out, _), _ in done]


def test_each_name_is_created_by_exactly_one_process(room, pool):
    created = run_together(room, CREATE)

    assert sum(int(count) for count in created) == 40
    assert len(room.run("rbd", "ls", "rbd").stdout.split()) == 40


def test_each_image_is_removed_by_exactly_one_process(room, pool):
    run_together(room, CREATE, count=1)

    removed = run_together(room, REMOVE)

    assert sum(int(count) for count in removed) == 40
    assert room.run("rbd", "ls", "rbd").stdout == ""


def test_creating_writing_and_removing_one_image_at_once(room, pool):
    run_together(room, CREATE_AND_REMOVE)

    left = room.run("rbd", "ls", "rbd").stdout.split()
    assert left in ([], ["fought-over"])
    for name in left:
        room.run("rbd", "rm", "--no-progress", f"rbd/{name}")


def test_writers_of_neighbouring_sectors_keep_out_of_each_other_s_way(room, pool):
    room.run("rbd", "create", "rbd/disk", "--size", "4M")

    run_together(room, WRITE_OWN_BLOCKS)

    room.run("rbd", "export", "--no-progress", "rbd/disk", room.path / "out")
    expected = b"".join(bytes([sector % 4]) * 512 for sector in range(2000))
    assert (room.path / "out").read_bytes() == expected + bytes(4 * MIB - len(expected))


def test_pools_created_at_once(room):
    run_together(room, """
import rados
with rados.Rados(conffile='') as cluster:
    for number in range(20):
        try:
            cluster.create_pool(f'pool{number}')
        except rados.ObjectExists:
            pass
""")

    assert len(room.run("ceph", "osd", "pool", "ls").stdout.split()) == 20


def test_first_use_of_a_new_store_by_many(room):
    run_together(room, "import rados\nwith rados.Rados(conffile='') as cluster: print(cluster.get_fsid())", count=8)
    fsids = run_together(room, "import rados\nwith rados.Rados(conffile='') as cluster: print(cluster.get_fsid())", count=8)

    assert len(set(fsids)) == 1
