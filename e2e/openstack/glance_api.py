"""Debian's glance-api with the rbd store: the unmodified program, without keystone, on SQLite."""

import contextlib
import http.client
import json
import uuid

from openstack_host import Refused, Service, free_port

CONFIGURATION = """
[DEFAULT]
bind_host = 127.0.0.1
bind_port = {port}
# Two workers: Glance uses the library in the parent and then forks.
workers = 2
log_file = {path}/glance-api.log
transport_url = fake:/
enabled_backends = fast:rbd
show_image_direct_url = True
show_multiple_locations = True
enforce_secure_rbac = False
[database]
connection = sqlite:///{path}/glance.sqlite
[oslo_policy]
enforce_new_defaults = False
enforce_scope = False
[oslo_concurrency]
lock_path = {path}/locks
[paste_deploy]
config_file = {path}/glance-paste.ini
[glance_store]
default_backend = fast
[os_glance_staging_store]
filesystem_store_datadir = {path}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {path}/tasks
[fast]
rbd_store_pool = images
rbd_store_user = glance
rbd_store_ceph_conf = /etc/ceph/ceph.conf
rbd_store_chunk_size = {chunk}
"""

# Glance's own pipeline for a deployment without keystone.
PASTE = """
[composite:glance-api]
paste.composite_factory = glance.api:root_app_factory
/: apiversions
/v2: api

[pipeline:apiversions]
pipeline = versions

[pipeline:api]
pipeline = unauthenticated-context v2

[app:versions]
paste.app_factory = glance.api.versions:create_resource

[app:v2]
paste.app_factory = glance.api.v2.router:API.factory

[filter:unauthenticated-context]
paste.filter_factory = glance.api.middleware.context:UnauthenticatedContextMiddleware.factory
"""

API = "from glance.cmd.api import main; main()"
MANAGE = "from glance.cmd.manage import main; main()"


class Glance(Service):
    def __init__(self, host, chunk=8):
        self.conf = host.path / "glance-api.conf"
        super().__init__(host, "glance-api", ("/usr/bin/python3", "-c", API, "--config-file", self.conf), free_port())
        self.conf.write_text(CONFIGURATION.format(port=self.port, path=host.path, chunk=chunk))
        (host.path / "glance-paste.ini").write_text(PASTE)
        for directory in ("staging", "tasks", "locks"):
            (host.path / directory).mkdir(exist_ok=True)

    def make_database(self):
        self.host.run("/usr/bin/python3", "-c", MANAGE, "--config-file", self.conf, "db_sync")
        return self

    def request(self, method, path, body=None, headers=None, chunked=False):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            if isinstance(body, dict | list):
                body, headers = json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})}
            connection.request(method, path, body, headers or {}, encode_chunked=chunked)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status >= 300:
            raise Refused(answer.status, f"{method} {path}: {content.decode(errors='replace')}\n{self.tail(3000)}")
        return content

    def create(self, disk_format="raw", name="image"):
        made = {"id": str(uuid.uuid4()), "name": name, "disk_format": disk_format, "container_format": "bare"}
        return json.loads(self.request("POST", "/v2/images", made))["id"]

    def put(self, image, content):
        """Uploads bytes, or, as an upload of unknown size, what an iterator gives."""
        known = isinstance(content, bytes)
        headers = {"Content-Type": "application/octet-stream", **({} if known else {"Transfer-Encoding": "chunked"})}
        self.request("PUT", f"/v2/images/{image}/file", content, headers, chunked=not known)

    def upload(self, content, disk_format="raw"):
        image = self.create(disk_format)
        self.put(image, content)
        return image

    def download(self, image):
        return self.request("GET", f"/v2/images/{image}/file")

    def show(self, image):
        return json.loads(self.request("GET", f"/v2/images/{image}"))

    def delete(self, image):
        self.request("DELETE", f"/v2/images/{image}")

    def refusal(self, method, *arguments):
        """The status of a request that must be refused."""
        try:
            getattr(self, method)(*arguments)
        except Refused as refused:
            return refused.args[0]
        raise AssertionError(f"{method}{arguments} was not refused")


@contextlib.contextmanager
def glance(host, **options):
    service = Glance(host, **options).make_database()
    try:
        yield service.start()
    finally:
        service.stop()
