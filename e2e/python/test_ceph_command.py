"""Ceph's own command `ceph`, which is a Python program, works with our module `rados`."""

import json

import pytest

CEPH = "/usr/bin/ceph"


@pytest.fixture
def ceph(room, own):
    def run(*words, **more):
        return room.run("/usr/bin/python3", CEPH, *words, **more)

    return run


def test_pools_and_space(ceph):
    assert "pool 'volumes' created" in ceph("osd", "pool", "create", "volumes", "8").stderr

    assert ceph("osd", "pool", "ls").stdout.split() == ["volumes"]
    assert [pool["name"] for pool in json.loads(ceph("df", "--format=json").stdout)["pools"]] == ["volumes"]
    assert ceph("osd", "pool", "get", "volumes", "size").stdout.startswith("size: ")


def test_monitors_as_services_ask_for_them(ceph):
    dump = json.loads(ceph("mon", "dump", "--format=json", "--id", "cinder").stdout)

    assert dump["fsid"] == ceph("fsid").stdout.strip() and dump["mons"][0]["addr"].count("/") == 1


def test_an_unknown_command(ceph):
    refused = ceph("no", "such", check=False)

    assert refused.returncode == 22 and "no valid command found" in refused.stderr
