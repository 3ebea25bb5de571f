import pathlib

import pytest
from cinder_services import cinder
from glance_api import glance
from openstack_host import OpenStackHost

HERE = pathlib.Path(__file__).parent
OWN_MODULES = HERE.parent.parent / "out/python"


def pytest_collection_modifyitems(items):
    """The tests of a module share its services."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.in_worker)
            item.add_marker(pytest.mark.timeout(300, method="signal"))


def pytest_generate_tests(metafunc):
    """Modules that ask for it run their tests with Ceph's Python modules and with our own."""
    if "host" in metafunc.fixturenames:
        metafunc.parametrize("host", getattr(metafunc.module, "PYTHON_MODULES", ["ceph"]), indirect=True, scope="module")


@pytest.fixture(scope="module")
def host(request, tmp_path_factory):
    made = OpenStackHost(tmp_path_factory.mktemp("host"))
    if request.param == "own":
        made.settings["PYTHONPATH"] = str(OWN_MODULES)
    made.set_up()
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
