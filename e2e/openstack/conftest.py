import pathlib

import pytest
from _pytest.runner import runtestprotocol
from cinder_services import cinder
from glance_api import glance
from openstack_host import OpenStackHost

HERE = pathlib.Path(__file__).parent


def pytest_collection_modifyitems(items):
    """A test that hangs fails, and what it started is ended: the other way of pytest-timeout would end this process."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.timeout(300, method="signal"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Not in a forked child: the tests of a module share its services, and the library is loaded in those only."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    runtestprotocol(item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    made = OpenStackHost(tmp_path_factory.mktemp("host")).set_up()
    yield made
    made.check()


@pytest.fixture(scope="module")
def images(host):
    with glance(host) as running:
        yield running


@pytest.fixture(scope="module")
def volumes(host, images):
    with cinder(host, images.port) as running:
        yield running
