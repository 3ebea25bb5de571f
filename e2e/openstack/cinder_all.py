"""Debian's cinder-api, cinder-scheduler, cinder-volume and cinder-backup in one process, which a fake message bus asks for."""

import shlex
import sys

# They patch the threads of Python, so they come first.
from cinder.cmd import backup as backup_command
from cinder.cmd import volume as volume_command

import os_brick
import os_brick.privileged
from cinder import coordination, objects, privsep, rpc, service, utils, version
from cinder.common import config
from oslo_config import cfg
from oslo_log import log as logging
from oslo_privsep import priv_context
from oslo_service import service as oslo_service

CONF = cfg.CONF


def backup_service():
    return service.Service.create(binary="cinder-backup", coordination=True, service_name="backup", process_number=1,
                                  semaphore=utils.semaphore_factory(CONF.backup_max_operations, CONF.backup_workers))


def main():
    objects.register_all()
    CONF(sys.argv[1:], project="cinder", version=version.version_string())
    config.set_middleware_defaults()
    logging.setup(CONF, "cinder")
    priv_context.init(root_helper=shlex.split(utils.get_root_helper()))
    # This process is root's: it needs no helper with more rights.
    for context in (privsep.sys_admin_pctxt, os_brick.privileged.default):
        context.set_client_mode(False)
    utils.monkey_patch()
    os_brick.setup(CONF)
    volume_command.LOG = backup_command.LOG = logging.getLogger(__name__)
    coordination.COORDINATOR.start()
    rpc.init(CONF)
    launcher = oslo_service.ServiceLauncher(CONF)
    launcher.launch_service(service.Service.create(binary="cinder-scheduler"))
    for backend in CONF.enabled_backends:
        volume_command._launch_service(launcher, backend)
    launcher.launch_service(backup_service())
    launcher.launch_service(service.WSGIService("osapi_volume"))
    launcher.wait()


main()
