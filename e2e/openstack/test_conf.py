"""A ceph.conf that is missing, unreadable or contradictory, pools that do not exist, keys that are needed: clear errors, no hangs."""

import os

import pytest
from cinder_services import cinder
from glance_api import glance
from openstack_host import OpenStackHost

pytestmark = pytest.mark.xdist_group("conf")

CONNECT = """
import rados, sys
cluster = None
try:
    cluster = rados.Rados(rados_id='cinder', conffile=sys.argv[1])
    cluster.connect()
    cluster.open_ioctx(sys.argv[2]).close()
    print('connected')
except rados.Error as error:
    print(type(error).__name__, error.errno)
finally:
    if cluster:
        cluster.shutdown()
"""


def connect(host, conf="/etc/ceph/ceph.conf", pool="volumes", user=()):
    return host.run(*user, "/usr/bin/python3", "-c", CONNECT, conf, pool, timeout=30).stdout.strip()


@pytest.fixture
def conf(host):
    """Writes another ceph.conf for one test."""
    usual = (host.etc / "ceph.conf").read_text()
    yield (host.etc / "ceph.conf").write_text
    (host.etc / "ceph.conf").write_text(usual)


def test_conf_that_is_missing(host):
    assert connect(host, "/etc/ceph/missing.conf") == "ObjectNotFound 2"
    told = host.run("rbd", "ls", "volumes", "--conf", "/etc/ceph/missing.conf", check=False)
    assert told.returncode != 0 and "missing.conf" in told.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
def test_conf_that_may_not_be_read(host):
    path = host.etc / "private.conf"
    path.write_text("[global]\nmon_host = 127.0.0.1:6789\n")
    path.chmod(0o600)

    assert connect(host, "/etc/ceph/private.conf", user=("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")) != "connected"


def test_monitors_of_another_cluster(host, conf):
    conf("[global]\nmon_host = 192.0.2.1:6789\n")

    assert connect(host) == "ObjectNotFound 2"
    told = host.run("rbd", "ls", "volumes", check=False)
    assert told.returncode != 0 and "192.0.2.1" in told.stderr


def test_fsid_that_is_not_this_cluster_s(host, conf):
    conf("[global]\nfsid = 00000000-0000-0000-0000-000000000001\nmon_host = 192.0.2.1:6789\n")

    assert connect(host) == "ObjectNotFound 2"


def test_pool_that_does_not_exist(host):
    assert connect(host, pool="missing") == "ObjectNotFound 2"


def test_keyring_that_is_needed_and_missing(host, conf):
    conf("[global]\nmon_host = 127.0.0.1:6789\nauth_client_required = cephx\n")
    assert connect(host) == "connected"
    keyring = host.etc / "ceph.client.cinder.keyring"
    text = keyring.read_text()
    keyring.unlink()

    try:
        assert connect(host) == "ObjectNotFound 2"
    finally:
        keyring.write_text(text)


def test_services_start_without_their_pools_and_work_when_these_are_there(tmp_path_factory):
    host = OpenStackHost(tmp_path_factory.mktemp("host")).set_up(pools=("backups",))
    with glance(host) as images, cinder(host, images.port) as volumes:
        image = images.create()
        assert images.refusal("put", image, b"content") >= 400
        host.run("ceph", "osd", "pool", "create", "images")
        images.put(image, b"content")
        assert images.download(image) == b"content"
        volume = volumes.volume(1, wanted="error")
        volumes.delete("volume", volume)
    host.check()
