"""Ceph's own command `ceph`, a Python program, on both kinds of modules: it asks which commands there are, and checks its words against them."""

import json

import pytest
import rados  # noqa: F401  (its module is what the command loads)

CEPH = "/usr/bin/ceph"


@pytest.fixture
def ceph(room):
    def run(*words, **more):
        return room.run("/usr/bin/python3", CEPH, *words, **more)

    return run


def test_help_and_reads(ceph):
    shown = ceph("osd", "pool", "--help").stdout

    assert "osd pool set-quota" in shown and "osd pool application enable" in shown
    assert json.loads(ceph("osd", "dump", "--format", "json").stdout)["pools"] == []
    assert ceph("health").stdout.strip() == "HEALTH_OK"
    assert ceph("osd", "lspools", "-f", "xml").stdout.startswith("<lspools")
    assert ceph("crash", "ls").returncode == 0 and json.loads(ceph("fs", "ls", "-f", "json").stdout) == []
    assert "16.2.15" in ceph("tell", "osd.0", "version").stdout
    assert json.loads(ceph("ping", "mon.a").stdout)["mon_status"]["name"] == "a"


def test_users_and_configuration(ceph):
    made = ceph("auth", "get-or-create", "client.csi", "mon", "profile rbd", "osd", "profile rbd pool=a").stdout
    ceph("config", "set", "client", "rbd_cache", "false")

    assert made.startswith("[client.csi]") and ceph("auth", "print-key", "client.csi").stdout in made
    assert json.loads(ceph("auth", "get", "client.csi", "-f", "json").stdout)[0]["caps"] == {"mon": "profile rbd", "osd": "profile rbd pool=a"}
    assert ceph("config", "get", "client.csi", "rbd_cache").stdout.strip() == "false"
    ceph("auth", "del", "client.csi")
    assert ceph("auth", "get", "client.csi", check=False).returncode == 2
