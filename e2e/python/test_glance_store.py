"""glance_store's unmodified rbd driver on our modules."""

import pytest
from room import MODULES

FLOW = """
import hashlib, io, sys
from oslo_config import cfg
import glance_store
from glance_store import multi_backend
import rados, rbd
assert rbd.__file__.startswith(sys.argv[2]), rbd.__file__
conf = cfg.CONF
conf.register_opts([cfg.DictOpt("enabled_backends")])
conf(["--config-file", sys.argv[1]], project="glance")
multi_backend.register_store_opts(conf)
multi_backend.create_multi_stores(conf)
data = bytes(range(256)) * (90 << 10) + b"end"
for image, size in (("11111111-1111-1111-1111-111111111111", len(data)), ("22222222-2222-2222-2222-222222222222", 0)):
    location, stored, _, digest, _ = multi_backend.add_with_multihash(conf, image, io.BytesIO(data), size, "fast", "sha512")
    assert stored == len(data) and digest == hashlib.sha512(data).hexdigest()
    chunks, length = multi_backend.get(location, "fast")
    assert length == len(data) and b"".join(chunks) == data
    try:
        multi_backend.add_with_multihash(conf, image, io.BytesIO(data), size, "fast", "sha512")
    except glance_store.Duplicate:
        pass
    if size:
        with rados.Rados(conffile="") as cluster, cluster.open_ioctx("images") as ioctx:
            rbd.RBD().clone(ioctx, image, "snap", ioctx, "clone", features=rbd.RBD_FEATURE_LAYERING)
            try:
                multi_backend.delete(location, "fast")
            except glance_store.InUseByStore:
                print("in use")
            rbd.RBD().remove(ioctx, "clone")
    multi_backend.delete(location, "fast")
with rados.Rados(conffile="") as cluster, cluster.open_ioctx("images") as ioctx:
    print(rbd.RBD().list(ioctx))
"""


def test_images_of_known_and_unknown_size(room, own):
    pytest.importorskip("glance_store")
    own("import rados\nwith rados.Rados(conffile='') as cluster: cluster.create_pool('images')")
    conf = room.file("glance.conf", f"""[DEFAULT]
enabled_backends = fast:rbd
[glance_store]
default_backend = fast
[fast]
rbd_store_pool = images
rbd_store_ceph_conf = {room.conf}
""".encode())

    printed = own(FLOW, conf, MODULES, timeout=100)

    assert printed.splitlines() == ["in use", "[]"]
