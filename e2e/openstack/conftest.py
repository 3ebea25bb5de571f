import pytest
from _pytest.runner import runtestprotocol
from glance_api import glance
from openstack_host import OpenStackHost


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
