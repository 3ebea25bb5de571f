"""Ceph's packages come back: beside ours, and instead of them."""

LIBRARY_OF_QEMU = "ldd /usr/lib/x86_64-linux-gnu/qemu/block-rbd.so | sed -n 's/.*librbd.so.1 => \\(.*\\) (.*/\\1/p'"

CEPHS_LIBRARY = "/usr/lib/x86_64-linux-gnu/librbd.so.1.16.0"


def test_beside_ceph_ours_come_first_and_cephs_stay_findable(host):
    host.apt("install", "curverbd-beside-ceph", "python3-rbd", "python3-rados")

    installed = host.installed()
    assert {"librbd1", "librados2", "ceph-common", "curverbd", "curverbd-beside-ceph"} <= set(installed)
    assert not {"curverbd-librbd1", "curverbd-ceph-common", "python3-curverbd"} & set(installed)
    assert host.shell(LIBRARY_OF_QEMU).strip() == "/usr/lib/curverbd/librbd.so.1"
    assert host.shell("realpath /usr/lib/curverbd/ceph/librbd.so.1").strip() == CEPHS_LIBRARY
    assert "/65536" in host.shell("qemu-io -f raw -c 'read -P 9 3M 64k' rbd:rbd/disk")
    assert host.python("import rados, rbd\nwith rados.Rados(conffile='') as c, c.open_ioctx('rbd') as i: print(*rbd.RBD().list(i))").split() == ["disk"]
    assert "disk" in host.shell("rbd ls").split() and host.shell("realpath /usr/bin/rbd").strip() == "/usr/lib/curverbd/bin/curverbd"
    assert "16.2.15" in host.shell("LD_LIBRARY_PATH=/usr/lib/curverbd/ceph /usr/lib/curverbd/ceph/bin/rbd --version")
    # Of a Ceph cluster's configuration our command makes Ceph's, which here finds nobody.
    host.write("root/away.conf", "[global]\nmon_host = v1:127.0.0.1:1\nclient_mount_timeout = 1\nauth_client_required = none\n")
    assert "monclient(hunting): authenticate timed out" in host.shell("rbd --conf /root/away.conf ls 2>&1 || true")


def test_removal_gives_ceph_back(host):
    host.apt("remove", "curverbd-beside-ceph")

    assert host.shell(LIBRARY_OF_QEMU).strip() == "/lib/x86_64-linux-gnu/librbd.so.1"
    assert host.shell("dpkg-divert --list '*curverbd*'") == ""
    assert host.shell("dpkg -S /usr/bin/rbd /usr/bin/ceph").split() == ["ceph-common:", "/usr/bin/rbd", "ceph-common:", "/usr/bin/ceph"]
    assert host.shell("rbd --version").startswith("ceph version 16.2.15")


def test_replacement_gives_way_to_ceph(host):
    host.apt("install", "curverbd-librbd1", "curverbd-ceph-common")
    assert "ceph-common" not in host.installed()

    host.apt("install", "librbd1", "ceph-common", "python3-rbd", "python3-rados")

    assert {"curverbd-librbd1", "curverbd-ceph-common"}.isdisjoint(host.installed())
    assert host.shell("realpath /lib/x86_64-linux-gnu/librbd.so.1").strip() == CEPHS_LIBRARY
    assert host.shell("rbd --version").startswith("ceph version 16.2.15")
    host.python("import rbd, rados; rbd.RBD().version()")
    host.run("apt-get", "check")


def test_one_service_uses_ours_on_a_host_of_cephs(host):
    settings = host.shell("sed -n 's/^Environment=//p' /usr/share/doc/curverbd/examples/systemd/curverbd.conf").split()
    host.write("etc/ceph/curve.conf", "[global]\nmon_host = 127.0.0.1:6789\n")

    listed = host.run("env", *settings, "rbd", "--cluster", "curve", "ls").stdout
    read = host.run("env", *settings, "qemu-io", "-f", "raw", "-c", "read -P 9 3M 64k", "rbd:rbd/disk:conf=/etc/ceph/curve.conf").stdout

    assert "disk" in listed.split()
    assert "/65536" in read and "failed" not in read
    assert host.shell("realpath $(command -v rbd)").strip() == "/usr/bin/rbd"


def test_purge_leaves_data_and_configuration_alone(host):
    host.apt("purge", "curverbd")

    assert not (host.root / "usr/lib/curverbd").exists()
    assert "# mine" in (host.root / "etc/ceph/curverbd.conf").read_text()
    assert (host.root / "var/lib/curverbd/records.db").is_file()
