"""A connection to a cluster."""

import errno
import os
from ctypes import byref, c_char_p, c_int, c_size_t, c_void_p, py_object, pythonapi, PYFUNCTYPE
from typing import Any, Dict, List, Optional, Sequence, Union

from ._c import librados
from ._memory import read_growing, take_bytes
from ._numbers import int64, uint32
from ._structs import ClusterStat
from .commands import Commands
from .errors import Error, RadosStateError, check, error_of
from .ioctx import Ioctx
from .monitor_log import MonitorLogging
from .pools import Pools
from .text import cstr, cstr_list, decode_cstr, flatten_dict

_pointer_of_capsule = PYFUNCTYPE(c_void_p, py_object, c_char_p)(("PyCapsule_GetPointer", pythonapi))


class Version:
    """The version of librados."""

    def __init__(self, major: int, minor: int, extra: int):
        self.major = major
        self.minor = minor
        self.extra = extra

    def __str__(self):
        return f"{self.major}.{self.minor}.{self.extra}"


class Rados(Pools, Commands, MonitorLogging):
    """A connection to a cluster: first configured, then connected, in the end shut down.

    Every method may be called from every thread. In a process forked from the one that connected it is of no use; connect anew there."""

    NO_CONF_FILE = -1
    "no configuration file is read"
    DEFAULT_CONF_FILES = -2
    "the configuration file is looked for in the usual places"

    _handle = None
    _log_line = None

    def __init__(self, rados_id: Optional[str] = None, name: Optional[str] = None, clustername: Optional[str] = None,
                 conf_defaults: Optional[Dict[str, str]] = None, conffile: Union[str, int, None] = NO_CONF_FILE,
                 conf: Optional[Dict[str, str]] = None, flags: int = 0, context: Any = None):
        """`rados_id` is the user without 'client.', `name` the user with it; conffile '' looks for a file in the usual places."""
        self.monitor_callback = None
        self.monitor_callback2 = None
        self.parsed_args: List[str] = []
        self.conf_defaults = conf_defaults
        self.conffile = conffile
        self.rados_id = rados_id
        self.state = "shutdown"
        self._create(rados_id, name, clustername, flags, context)
        self.state = "configuring"
        self._configure(conf_defaults, conffile, conf)

    def _create(self, rados_id, name, clustername, flags, context):
        if rados_id and name:
            raise Error("Rados(): can't supply both rados_id and name")
        entity = "client." + rados_id if rados_id else "client.admin" if name is None else name
        handle = c_void_p()
        if context:
            result = librados.rados_create_with_context(byref(handle), _pointer_of_capsule(context, None))
        else:
            result = librados.rados_create2(byref(handle), cstr(clustername or "", "clustername"), cstr(entity, "name"), flags)
        if result != 0:
            raise Error(f"rados_initialize failed with error code: {result}")
        self._handle = handle.value
        self._process = os.getpid()

    def _configure(self, conf_defaults, conffile, conf):
        for option, value in (conf_defaults or {}).items():
            self.conf_set(option, value)
        if conffile in (self.DEFAULT_CONF_FILES, ""):
            self.conf_read_file(None)
        elif conffile not in (self.NO_CONF_FILE, None):
            self.conf_read_file(conffile)
        for option, value in (conf or {}).items():
            self.conf_set(option, value)

    def require_state(self, *args: str) -> None:
        """Raises `RadosStateError` unless the connection is in one of these states."""
        if self.state not in args:
            raise RadosStateError(f"You cannot perform that operation on a Rados object in state {self.state}.")

    def connect(self, timeout: int = 0) -> None:
        """Connects. How long that may take is the option client_mount_timeout; `timeout` is ignored."""
        self.require_state("configuring")
        result = librados.rados_connect(self._handle)
        if result != 0:
            raise error_of(result, "error connecting to the cluster")
        self.state = "connected"

    def shutdown(self) -> None:
        """Ends the connection; a second time does nothing."""
        self.state = "shutdown"
        # Taken in one step: of several threads that end the connection one does it.
        handle = vars(self).pop("_handle", None)
        if handle is not None and self._process == os.getpid():
            librados.rados_shutdown(handle)

    def __enter__(self) -> "Rados":
        self.connect()
        return self

    def __exit__(self, type_, value, traceback) -> bool:
        self.shutdown()
        return False

    def __del__(self):
        self.shutdown()

    def version(self) -> Version:
        """The version of librados."""
        numbers = [c_int(), c_int(), c_int()]
        librados.rados_version(*map(byref, numbers))
        return Version(*(number.value for number in numbers))

    def conf_read_file(self, path: Optional[str] = None) -> None:
        """Reads a configuration file; None looks for one in the usual places."""
        self.require_state("configuring", "connected")
        result = librados.rados_conf_read_file(self._handle, cstr(path, "path", opt=True))
        if result != 0:
            raise error_of(result, "error calling conf_read_file")

    def conf_parse_argv(self, args: Sequence[str]) -> Optional[List[str]]:
        """Takes the options it knows out of a command line and returns the rest."""
        self.require_state("configuring", "connected")
        if not args:
            return None
        given = (c_char_p * len(args))(*cstr_list(args, "args"))
        rest = (c_char_p * len(args))()
        result = librados.rados_conf_parse_argv_remainder(self._handle, len(args), given, rest)
        if result:
            raise error_of(result, "error calling conf_parse_argv_remainder")
        self.parsed_args = list(args)
        return [decode_cstr(word) for word in rest if word is not None]

    def conf_parse_env(self, var: Optional[str] = "CEPH_ARGS") -> None:
        """Takes options from an environment variable."""
        self.require_state("configuring", "connected")
        if not var:
            return
        result = librados.rados_conf_parse_env(self._handle, cstr(var, "var"))
        if result != 0:
            raise error_of(result, "error calling conf_parse_env")

    def conf_get(self, option: str) -> Optional[str]:
        """The value of an option; None if there is no such option."""
        self.require_state("configuring", "connected")
        name = cstr(option, "option")

        def read(buffer, size):
            result = librados.rados_conf_get(self._handle, name, buffer, size)
            return -errno.ERANGE if result == -errno.ENAMETOOLONG else result

        result, value, _ = read_growing(read, 128)
        if result == -errno.ENOENT:
            return None
        check(result, "error calling conf_get")
        return decode_cstr(value.value)

    def conf_set(self, option: str, val: str) -> None:
        """Sets an option. An unknown one raises `ObjectNotFound`, a bad value `InvalidArgumentError`."""
        self.require_state("configuring", "connected")
        result = librados.rados_conf_set(self._handle, cstr(option, "option"), cstr(val, "val"))
        if result != 0:
            raise error_of(result, "error calling conf_set")

    def get_fsid(self) -> str:
        """The identity of the cluster."""
        self.require_state("connected")
        result, text, _ = read_growing(lambda buffer, size: librados.rados_cluster_fsid(self._handle, buffer, size), 64)
        check(result, "error getting cluster fsid")
        return decode_cstr(text.value)

    def get_instance_id(self) -> int:
        """The number of this client in the cluster."""
        self.require_state("connected")
        return librados.rados_get_instance_id(self._handle)

    def get_addrs(self) -> Optional[str]:
        """The addresses of this client."""
        self.require_state("configuring", "connected")
        text = c_char_p()
        result = librados.rados_getaddrs(self._handle, byref(text))
        if result:
            raise error_of(result, "error calling getaddrs")
        try:
            return decode_cstr(text.value)
        finally:
            librados.rados_buffer_free(text)

    def get_cluster_stats(self) -> Dict[str, int]:
        """Space of the cluster in KiB (kb, kb_used, kb_avail) and the number of objects (num_objects)."""
        stats = ClusterStat()
        check(librados.rados_cluster_stat(self._handle, byref(stats)), f"Rados.get_cluster_stats({self.rados_id}): get_stats failed")
        return {name: getattr(stats, name) for name, _ in ClusterStat._fields_}

    def open_ioctx(self, ioctx_name: str) -> Ioctx:
        """Opens a pool."""
        self.require_state("connected")
        if not isinstance(ioctx_name, str):
            raise TypeError(f"Argument 'ioctx_name' has incorrect type (expected str, got {type(ioctx_name).__name__})")
        handle = c_void_p()
        check(librados.rados_ioctx_create(self._handle, cstr(ioctx_name, "ioctx_name"), byref(handle)), f"error opening pool '{ioctx_name}'")
        return Ioctx(self, ioctx_name, handle.value)

    def open_ioctx2(self, pool_id: int) -> Ioctx:
        """Opens a pool by its number."""
        self.require_state("connected")
        handle = c_void_p()
        check(librados.rados_ioctx_create2(self._handle, int64(pool_id), byref(handle)), f"error opening pool id '{pool_id}'")
        return Ioctx(self, str(pool_id), handle.value)

    def ping_monitor(self, mon_id: str) -> Optional[str]:
        """Asks a monitor whether it is alive; returns what it says."""
        self.require_state("configuring", "connected")
        text, size = c_void_p(), c_size_t()
        result = librados.rados_ping_monitor(self._handle, cstr(mon_id, "mon_id"), byref(text), byref(size))
        if result != 0:
            raise error_of(result, "error calling ping_monitor")
        return decode_cstr(take_bytes(text.value, size.value, librados.rados_buffer_free)) or None

    def wait_for_latest_osdmap(self) -> int:
        """Waits until everything that was decided in the cluster so far, fenced clients included, is known here."""
        self.require_state("connected")
        return librados.rados_wait_for_latest_osdmap(self._handle)

    def blocklist_add(self, client_address: str, expire_seconds: int = 0) -> None:
        """Fences a client for some seconds; 0 is the cluster's default."""
        self.require_state("connected")
        check(librados.rados_blocklist_add(self._handle, cstr(client_address, "client_address"), uint32(expire_seconds)),
              f"error blocklisting client '{client_address}'")

    def service_daemon_register(self, service: str, daemon: str, metadata: Dict[str, str]) -> None:
        """Makes a daemon known to the cluster."""
        result = librados.rados_service_register(self._handle, cstr(service, "service"), cstr(daemon, "daemon"), flatten_dict(metadata, "metadata"))
        if result != 0:
            raise error_of(result, "error calling service_register()")

    def service_daemon_update(self, status: Dict[str, str]) -> None:
        """Tells the cluster how a registered daemon is."""
        result = librados.rados_service_update_status(self._handle, flatten_dict(status, "status"))
        if result != 0:
            raise error_of(result, "error calling service_daemon_update()")
