"""rbd and ceph as OpenStack, ceph-csi and operators call them; and Ceph's own ceph script on our librados."""

import json
import os

import pytest
from room import COMMANDS, MIB, pattern

# The script that Debian's ceph-common installs. It is Python on python3-rados, so our librados serves it.
STOCK_CEPH = "/usr/bin/ceph"


@pytest.fixture
def volumes(room):
    room.run("ceph", "osd", "pool", "create", "volumes")
    return room


def test_pool_commands(room):
    created = room.run("ceph", "osd", "pool", "create", "volumes", "8")
    again = room.run("ceph", "osd", "pool", "create", "volumes", "8")

    assert created.stderr.strip() == "pool 'volumes' created" and created.stdout == ""
    assert again.stderr.strip() == "pool 'volumes' already exists"
    assert room.run("ceph", "osd", "pool", "ls").stdout == "volumes\n"
    refused = room.run("ceph", "osd", "pool", "delete", "volumes", check=False)
    assert refused.returncode == 1 and refused.stderr.startswith("Error EPERM")
    room.run("ceph", "osd", "pool", "delete", "volumes", "volumes", "--yes-i-really-really-mean-it")
    assert room.run("ceph", "osd", "pool", "ls", "--format", "json").stdout.strip() == "[]"


def test_cluster_commands_in_json(volumes):
    for command, key in ((("-s",), "health"), (("df",), "pools"), (("mon", "dump"), "mons"), (("health",), "status")):
        assert key in json.loads(volumes.run("ceph", *command, "--format=json").stdout)


def test_commands_take_the_options_that_openstack_gives(volumes):
    for command in (("mon", "dump"), ("df",)):
        json.loads(volumes.run("ceph", *command, "--format=json", "--id", "cinder", "--conf", volumes.conf).stdout)


def test_version(room):
    assert room.run("ceph", "--version").stdout.startswith("ceph version 16.2.15")


def test_nova_imports_and_exports(volumes):
    source = volumes.file("source", pattern(5 * MIB + 123))

    volumes.run("rbd", "import", "--pool", "volumes", source, "disk", "--image-format=2", "--id", "nova", "--conf", volumes.conf)
    volumes.run("rbd", "export", "--pool", "volumes", "--image", "disk", "--path", volumes.path / "out", "--id", "nova", "--conf", volumes.conf)

    assert (volumes.path / "out").read_bytes() == pattern(5 * MIB + 123)


def test_import_and_export_through_pipes(volumes):
    script = "rbd import - volumes/piped < source && rbd export volumes/piped - > back && cmp source back"
    volumes.file("source", pattern(3 * MIB + 3))

    volumes.run("bash", "-c", f"cd {volumes.path} && {script}")


def test_import_keeps_holes(volumes):
    source = volumes.path / "sparse"
    with open(source, "wb") as file:
        file.truncate(256 * MIB)
        file.seek(100 * MIB)
        file.write(b"x" * MIB)

    volumes.run("rbd", "import", "--no-progress", source, "volumes/sparse")

    usage = json.loads(volumes.run("rbd", "du", "--format", "json", "volumes/sparse").stdout)
    assert usage["images"][0]["provisioned_size"] == 256 * MIB and MIB <= usage["images"][0]["used_size"] <= 8 * MIB
    volumes.run("rbd", "export", "--no-progress", "volumes/sparse", volumes.path / "out")
    assert os.stat(volumes.path / "out").st_blocks * 512 < 16 * MIB
    volumes.run("cmp", source, volumes.path / "out")


def test_export_never_overwrites_a_file(volumes):
    volumes.run("rbd", "create", "volumes/disk", "--size", "1M")
    volumes.file("out", b"precious")

    refused = volumes.run("rbd", "export", "volumes/disk", volumes.path / "out", check=False)

    assert refused.returncode == 17 and (volumes.path / "out").read_bytes() == b"precious"


def test_status_tells_the_watchers(volumes):
    volumes.run("rbd", "create", "volumes/disk", "--size", "16M")
    idle = json.loads(volumes.run("rbd", "status", "--pool", "volumes", "--format=json", "disk").stdout)
    user = volumes.start("qemu-io", "-f", "raw", "rbd:volumes/disk", stdin=-1, stdout=-1, text=True)
    user.stdin.write("write 0 512\n")
    user.stdin.flush()
    while "wrote" not in user.stdout.readline():
        assert user.poll() is None

    busy = json.loads(volumes.run("rbd", "status", "--pool", "volumes", "--format=json", "disk").stdout)
    refused = volumes.run("rbd", "rm", "--no-progress", "volumes/disk", check=False)
    user.communicate("quit\n")

    assert idle["watchers"] == [] and len(busy["watchers"]) == 1
    assert refused.returncode == 16 and "image still has watchers" in refused.stderr
    volumes.run("rbd", "rm", "--no-progress", "volumes/disk")


@pytest.mark.parametrize("command,status,message", [
    (("info", "volumes/nothing"), 2, "rbd: error opening image nothing: (2) No such file or directory"),
    (("info", "nothing/disk"), 2, "rbd: error opening pool 'nothing': (2) No such file or directory"),
    (("create", "volumes/disk", "--size", "1M"), 17, "rbd: create error: (17) File exists"),
    (("resize", "volumes/disk", "--size", "1M"), 22, "rbd: shrinking an image is only allowed with the --allow-shrink flag"),
    (("rm", "volumes/nothing"), 2, "(2) No such file or directory"),
    (("create", "volumes/other"), 22, ""),
    (("nonsense",), 1, ""),
    (("create", "volumes/other", "--size", "1M", "--order", "5"), 1, "rbd: the argument for option '--order' is invalid"),
])
def test_refusals_have_ceph_s_words_and_status(volumes, command, status, message):
    volumes.run("rbd", "create", "volumes/disk", "--size", "16M")

    refused = volumes.run("rbd", *command, check=False)

    assert refused.returncode == status and message in refused.stderr, refused


def test_all_commands_of_a_volume_s_life(volumes):
    volumes.run("rbd", "create", "--size", "16M", "volumes/disk", "--image-feature", "layering")
    volumes.run("rbd", "image-meta", "set", "volumes/disk", "key", "value")
    assert volumes.run("rbd", "image-meta", "get", "volumes/disk", "key").stdout == "value\n"
    volumes.run("rbd", "resize", "--no-progress", "volumes/disk", "--size", "32M")
    volumes.run("rbd", "mv", "volumes/disk", "volumes/renamed")
    volumes.run("rbd", "cp", "--no-progress", "volumes/renamed", "volumes/copy")
    info = json.loads(volumes.run("rbd", "info", "--format", "json", "volumes/copy").stdout)
    assert (info["name"], info["size"], info["features"]) == ("copy", 32 * MIB, ["layering"])
    assert json.loads(volumes.run("rbd", "ls", "volumes", "--format", "json").stdout) == ["copy", "renamed"]
    volumes.run("rbd", "rm", "--no-progress", "volumes/copy")
    assert volumes.run("rbd", "ls", "volumes").stdout == "renamed\n"


def test_iotests_remove_images_with_it(volumes):
    volumes.run("rbd", "create", "volumes/t.raw", "--size", "1M")

    volumes.run("rbd", "--no-progress", "rm", "volumes/t.raw")


def test_python_module_and_commands_see_the_same_images(volumes):
    volumes.run("rbd", "create", "volumes/disk", "--size", "1M")

    assert volumes.python("""
import rados, rbd
with rados.Rados(conffile='') as c, c.open_ioctx('volumes') as i: print(rbd.RBD().list(i))
""").strip() == "['disk']"


def test_stock_ceph_script_runs_on_our_librados(room):
    created = room.run(STOCK_CEPH, "osd", "pool", "create", "volumes", "8")
    assert "pool 'volumes' created" in created.stderr

    assert room.run(STOCK_CEPH, "osd", "pool", "ls").stdout.split() == ["volumes"]
    assert "mons" in json.loads(room.run(STOCK_CEPH, "mon", "dump", "--format=json").stdout)
    assert json.loads(room.run(STOCK_CEPH, "df", "--format=json").stdout)["pools"][0]["name"] == "volumes"
    assert "health:" in room.run(STOCK_CEPH, "-s").stdout
    missing = room.run(STOCK_CEPH, "osd", "pool", "get", "nothing", "size", check=False)
    assert missing.returncode == 2 and "Error ENOENT: unrecognized pool 'nothing'" in missing.stderr


@pytest.mark.parametrize("arguments", [("fsid",), ("health",), ("osd", "pool", "ls"), ("osd", "lspools"), ("mon", "dump", "--format=json")])
def test_own_command_prints_what_the_stock_script_prints(volumes, arguments):
    def said(program):
        done = volumes.run(program, *arguments)
        return done.stdout.strip()

    stock, own = said(STOCK_CEPH), said(COMMANDS / "ceph")

    assert own == stock
