import pytest
from curve_cluster import CurveCluster, CurveRoom


@pytest.fixture
def curve(request):
    """A running cluster; 'cluster_options' of a test are its arguments. Ends with the cluster's own checks."""
    marker = request.node.get_closest_marker("cluster_options")
    made = CurveCluster(*(marker.args if marker else ()))
    made.start()
    yield made
    if made.process.poll() is None:
        made.tell("verify")
    made.remove()


@pytest.fixture(params=["direct", "nebd"])
def io(request):
    return request.param


@pytest.fixture
def room(tmp_path, curve, io, monkeypatch):
    made = CurveRoom(tmp_path, curve, io)
    for name, value in made.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CEPH_ARGS", raising=False)
    yield made
    made.end()


@pytest.fixture
def pool(room):
    room.run("ceph", "osd", "pool", "create", "rbd")
    return "rbd"
