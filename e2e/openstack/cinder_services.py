"""Cinder over HTTP: Debian's unmodified services with the rbd driver, without keystone, message broker and database server."""

import contextlib
import http.client
import json
import pathlib
import time

from openstack_host import Refused, Service, free_port

CONFIGURATION = """
[DEFAULT]
host = node
my_ip = 127.0.0.1
state_path = {path}/cinder
log_file = {path}/cinder.log
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = {port}
osapi_volume_workers = 1
auth_strategy = noauth
api_paste_config = {path}/cinder-paste.ini
transport_url = fake:/
enabled_backends = ceph,trash
glance_api_servers = http://127.0.0.1:{glance}
# Services that share a process share the id under which they report; so nobody may ask when one last did.
service_down_time = 1000000
scheduler_driver_init_wait_time = 1
periodic_interval = 2
periodic_fuzzy_delay = 0
backup_driver_status_check_interval = 10
backup_driver = cinder.backup.drivers.ceph.CephBackupDriver
backup_ceph_conf = /etc/ceph/ceph.conf
backup_ceph_user = cinder-backup
backup_ceph_pool = backups
quota_volumes = -1
quota_snapshots = -1
quota_gigabytes = -1
quota_backups = -1
quota_backup_gigabytes = -1
[database]
connection = sqlite:///{path}/cinder.sqlite
[coordination]
backend_url = file://{path}/cinder
[oslo_concurrency]
lock_path = {path}/cinder
[key_manager]
backend = cinder.keymgr.conf_key_mgr.ConfKeyManager
fixed_key = {key}
[ceph]
volume_backend_name = ceph
volume_driver = cinder.volume.drivers.rbd.RBDDriver
rbd_cluster_name = ceph
rbd_pool = volumes
rbd_user = cinder
rbd_ceph_conf = /etc/ceph/ceph.conf
rbd_max_clone_depth = 2
[trash]
volume_backend_name = trash
volume_driver = cinder.volume.drivers.rbd.RBDDriver
rbd_cluster_name = ceph
rbd_pool = archive
rbd_user = cinder
rbd_ceph_conf = /etc/ceph/ceph.conf
rbd_flatten_volume_from_snapshot = True
enable_deferred_deletion = True
deferred_deletion_delay = 1
deferred_deletion_purge_interval = 2
"""

# The part of Cinder's own pipelines that a deployment without keystone goes through.
PASTE = """
[composite:osapi_volume]
use = call:cinder.api:root_app_factory
/v3: openstack_volume_api_v3

[composite:openstack_volume_api_v3]
use = call:cinder.api.middleware.auth:pipeline_factory
noauth = request_id faultwrap sizelimit noauth apiv3

[filter:request_id]
paste.filter_factory = cinder.api.middleware.request_id:RequestId.factory
[filter:faultwrap]
paste.filter_factory = cinder.api.middleware.fault:FaultWrapper.factory
[filter:sizelimit]
paste.filter_factory = oslo_middleware.sizelimit:RequestBodySizeLimiter.factory
[filter:noauth]
paste.filter_factory = cinder.api.middleware.auth:NoAuthMiddleware.factory
[app:apiv3]
paste.app_factory = cinder.api.v3.router:APIRouter.factory
"""

MANAGE = """
import sys
from cinder import objects
objects.register_all()
from oslo_config import cfg
from cinder.common import config
from cinder.db import migration
cfg.CONF(sys.argv[1:], project='cinder')
migration.db_sync()
"""

ALL = pathlib.Path(__file__).with_name("cinder_all.py")
HEADERS = {"X-Auth-Token": "admin:probe", "Content-Type": "application/json", "OpenStack-API-Version": "volume 3.70"}
FIXED_KEY = "0123456789abcdef" * 4


class Cinder(Service):
    def __init__(self, host, glance_port):
        self.conf = host.path / "cinder.conf"
        super().__init__(host, "cinder", ("/usr/bin/python3", ALL, "--config-file", self.conf), free_port())
        self.conf.write_text(CONFIGURATION.format(port=self.port, path=host.path, glance=glance_port, key=FIXED_KEY))
        (host.path / "cinder-paste.ini").write_text(PASTE)
        (host.path / "cinder/conversion").mkdir(parents=True, exist_ok=True)

    def make_database(self):
        self.host.run("/usr/bin/python3", "-c", MANAGE, "--config-file", self.conf)
        return self

    def tail(self, length=6000):
        log = self.host.path / "cinder.log"
        told = log.read_text(errors="replace").splitlines() if log.exists() else []
        return super().tail(length) + "\n".join(line for line in told if " ERROR " in line or " WARNING " in line)[-length:]

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, f"/v3/{path}", json.dumps(body) if body is not None else None, HEADERS)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 300:
            raise Refused(answer.status, f"{method} {path}: {content.decode(errors='replace')}")
        return json.loads(content) if content else None

    def get(self, kind, item):
        return self.request("GET", f"{kind}s/{item}")[kind]

    def wait(self, kind, item, wanted="available", seconds=90):
        """Waits until an item has that status, or, for None, is gone; any other final status is an error."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                found = self.get(kind, item)
            except Refused as refused:
                if wanted is None and refused.args[0] == 404:
                    return None
                raise
            if found["status"] == wanted:
                return found
            failed = found["status"].startswith("error") or (found["status"] == "available" and wanted is None)
            assert not failed and time.monotonic() < deadline, \
                f"{kind} {item} is {found['status']}, not {wanted}\n{self.tail()}"
            time.sleep(0.1)

    def make(self, kind, wanted="available", path=None, **properties):
        made = self.request("POST", path or f"{kind}s", {kind: properties})[kind]
        if wanted:
            self.wait(kind, made["id"], wanted)
        return made["id"]

    def volume(self, size=1, wanted="available", **properties):
        properties.setdefault("volume_type", "ceph")
        return self.make("volume", wanted, size=size, **properties)

    def snapshot(self, volume, **properties):
        return self.make("snapshot", volume_id=volume, force=True, **properties)

    def backup(self, volume, **properties):
        """Makes a backup; again while the scheduler has not heard of the backup service yet, which reports every few seconds."""
        deadline = time.monotonic() + 90
        while True:
            made = self.make("backup", None, volume_id=volume, **properties)
            while (found := self.get("backup", made))["status"] == "creating":
                assert time.monotonic() < deadline, self.tail()
                time.sleep(0.1)
            if found["status"] == "available":
                return made
            assert "Service not found" in found["fail_reason"] and time.monotonic() < deadline, f"{found['fail_reason']}\n{self.tail()}"
            self.delete("backup", made)
            time.sleep(1)

    def act(self, volume, action, wanted="available", **arguments):
        """Asks for an action on a volume and waits for the status after it."""
        answer = self.request("POST", f"volumes/{volume}/action", {action: arguments})
        if wanted:
            self.wait("volume", volume, wanted)
        return answer

    def delete(self, kind, item):
        self.request("DELETE", f"{kind}s/{item}")
        self.wait(kind, item, None)

    def make_type(self, name, **extra_specs):
        made = self.request("POST", "types", {"volume_type": {"name": name, "extra_specs": extra_specs}})
        return made["volume_type"]["id"]


@contextlib.contextmanager
def cinder(host, glance_port=9):
    service = Cinder(host, glance_port).make_database()
    try:
        service.start()
        service.make_type("ceph", volume_backend_name="ceph")
        service.make_type("trash", volume_backend_name="trash")
        yield service
    finally:
        service.stop()
