"""The life of a host that has these packages instead of Ceph's: install, use, upgrade."""

import contextlib
import pathlib
import shutil
import subprocess
import time

import pytest

OURS = ["curverbd-librbd1", "curverbd-ceph-common", "python3-curverbd"]

CEPHS = {"librados2", "librbd1", "libcephfs2", "ceph-common", "python3-ceph", "python3-rados", "python3-rbd"}

CONSUMERS = ["qemu-utils", "qemu-block-extra", "libvirt-daemon", "libvirt-clients", "libvirt-daemon-driver-storage-rbd", "python3-glance",
             "python3-cinder", "python3-nova", "fio"]

ROUND_TRIP = """
import rados, rbd
with rados.Rados(conffile="") as cluster, cluster.open_ioctx("rbd") as ioctx:
    rbd.RBD().create(ioctx, "from-python", 1 << 20)
    with rbd.Image(ioctx, "from-python") as image:
        image.write(b"kept", 4096)
    with rbd.Image(ioctx, "from-python", read_only=True) as image:
        print(image.read(4096, 4).decode(), image.size())
    rbd.RBD().remove(ioctx, "from-python")
"""

LIBVIRT = """
getent group kvm || groupadd --system kvm
getent passwd libvirt-qemu || useradd --system libvirt-qemu
libvirtd -p /run/scratch-libvirtd.pid &
until [ -S /run/libvirt/libvirt-sock ]; do kill -0 $!; sleep 0.1; done
virsh() { command virsh -q -c storage:///system "$@"; }
virsh pool-create /root/pool.xml
virsh vol-create-as rbd from-libvirt 64M
virsh vol-list rbd
virsh vol-delete from-libvirt --pool rbd
virsh pool-destroy rbd
kill $!
"""

POOL = """<pool type='rbd'><name>rbd</name><source><name>rbd</name><host name='127.0.0.1' port='6789'/></source></pool>"""


def test_apt_takes_ours_where_others_depend_on_cephs(host):
    host.apt("install", *OURS, *CONSUMERS)

    installed = host.installed()
    assert set(OURS) <= set(installed)
    assert not CEPHS & set(installed)
    host.run("apt-get", "check")
    simulated = host.run("apt-get", "-s", "dist-upgrade").stdout
    assert "curverbd" not in simulated, "an upgrade of the host would touch them"


def test_debians_python_modules_accept_our_libraries(host):
    simulated = host.run("apt-get", "-s", "--no-install-recommends", "install", "python3-rados", "python3-rbd", "python3-curverbd-").stdout

    assert "Inst python3-rados" in simulated and "Remv python3-curverbd" in simulated
    assert "curverbd-librbd1" not in simulated


def test_every_function_that_consumers_need_is_there(host):
    for consumer in ("qemu/block-rbd.so", "libvirt/storage-backend/libvirt_storage_backend_rbd.so"):
        resolved = host.shell(f"ldd -r /usr/lib/x86_64-linux-gnu/{consumer} 2>&1 || true")

        assert "librbd.so.1 => /lib/x86_64-linux-gnu/librbd.so.1" in resolved
        assert not [line for line in resolved.splitlines() if "undefined symbol: r" in line and ("rbd_" in line or "rados_" in line)]
    assert host.shell("realpath /usr/lib/x86_64-linux-gnu/librbd.so.1").strip() == "/usr/lib/curverbd/librbd.so.1"


def test_commands_and_qemu_work(host):
    host.write("etc/ceph/curverbd.conf", "[cluster]\nrbd_store = local:/var/lib/curverbd\n")
    host.write("etc/ceph/ceph.conf", "[global]\nmon_host = 127.0.0.1:6789\n")

    host.shell("ceph osd pool create rbd; rbd create --size 64 rbd/disk; qemu-io -f raw -c 'write -P 7 1M 64k' rbd:rbd/disk")
    read = host.shell("qemu-io -f raw -c 'read -P 7 1M 64k' rbd:rbd/disk; rbd export --no-progress rbd/disk - | sha256sum; ceph health; rbd ls")

    assert "read 65536/65536 bytes" in read and "Pattern verification failed" not in read
    assert "HEALTH_OK" in read and "disk" in read.split()
    assert host.shell("curverbd version").startswith("curverbd 0.")
    assert host.shell("rbd showmapped; rbd-nbd list-mapped --format json").strip() == "[]"


def test_python_modules_work(host):
    assert host.python(ROUND_TRIP).split() == ["kept", str(1 << 20)]


def test_libvirt_loads_its_driver(host):
    host.write("root/pool.xml", POOL)

    assert "from-libvirt" in host.shell(LIBVIRT)


@pytest.mark.parametrize("driver", ["glance_store._drivers.rbd", "cinder.volume.drivers.rbd", "cinder.backup.drivers.ceph",
                                    "os_brick.initiator.linuxrbd", "nova.storage.rbd_utils"])
def test_openstack_drivers_find_the_modules(host, driver):
    printed = host.python(f"import {driver} as driver; print(driver.rbd.__file__, driver.rados.__file__)")

    assert printed.split() == [f"/usr/lib/python3/dist-packages/{name}/__init__.py" for name in ("rbd", "rados")]


def test_bash_completes_commands(host):
    printed = host.shell("source /usr/share/bash-completion/completions/rbd; COMP_WORDS=(rbd snap pr); COMP_CWORD=2; _rbd; echo ${COMPREPLY[*]}")

    assert printed.strip() == "protect"


def newer_packages(host):
    """The same packages once more, as a later version."""
    repository = host.root / "srv/curverbd"
    for package in list(repository.glob("*.deb")):
        content = host.root / "srv/newer"
        subprocess.run(["dpkg-deb", "-R", package, content], check=True)
        control = content / "DEBIAN/control"
        version = next(line for line in control.read_text().splitlines() if line.startswith("Version: ")).removeprefix("Version: ")
        control.write_text(control.read_text().replace(f"= {version})", "= 1:9-1)").replace(f"Version: {version}\n", "Version: 1:9-1\n"))
        subprocess.run(["dpkg-deb", "-Znone", "-b", content, repository / f"newer-{package.name}"], check=True, stdout=subprocess.DEVNULL)
        shutil.rmtree(content)
    (repository / "Packages.gz").unlink()
    listed = subprocess.run(["dpkg-scanpackages", "--multiversion", "."], cwd=repository, capture_output=True, text=True, check=True).stdout
    (repository / "Packages").write_text(listed)


def users_of_the_old_library(host):
    """The processes that the guide's line finds."""
    old = f"{host.root}/usr/lib/curverbd/libcurverbd.so (deleted)"
    found = []
    for maps in pathlib.Path("/proc").glob("[0-9]*/maps"):
        with contextlib.suppress(OSError):
            found += [maps] if old in maps.read_text() else []
    return found


def test_upgrade_keeps_configuration_and_running_programs(host):
    host.write("etc/ceph/curverbd.conf", "[cluster]  # mine\nrbd_store = local:/var/lib/curverbd\n")
    guest = subprocess.Popen(host.command("qemu-io", "-f", "raw", "rbd:rbd/disk"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    guest.stdin.write("write -P 8 2M 64k\n")
    guest.stdin.flush()
    deadline = time.monotonic() + 60
    while "Watchers: none" in host.shell("rbd status rbd/disk"):
        assert time.monotonic() < deadline, "the program never opened its image"
        time.sleep(0.2)
    newer_packages(host)

    host.apt("update")
    host.apt("upgrade")

    assert {host.installed()[name] for name in ["curverbd", *OURS]} == {"1:9-1"}
    assert users_of_the_old_library(host), "the running program should keep the file that it has loaded"
    guest_said, _ = guest.communicate("write -P 9 3M 64k\nread -P 8 2M 64k\nread -P 9 3M 64k\nquit\n", timeout=60)
    assert guest.returncode == 0 and guest_said.count("/65536 bytes at") == 4 and "failed" not in guest_said
    assert "# mine" in (host.root / "etc/ceph/curverbd.conf").read_text()
    assert "/65536" in host.shell("qemu-io -f raw -c 'read -P 9 3M 64k' rbd:rbd/disk")
