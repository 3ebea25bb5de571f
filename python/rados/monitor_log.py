"""The cluster log, as callbacks."""

from ctypes import CFUNCTYPE, c_char_p, c_uint64, c_void_p

from ._c import librados
from .constants import MONITOR_LEVELS
from .errors import LogicError, error_of
from .text import cstr

_Line = CFUNCTYPE(None, c_void_p, c_char_p, c_char_p, c_uint64, c_uint64, c_uint64, c_char_p, c_char_p)
_Line2 = CFUNCTYPE(None, c_void_p, c_char_p, c_char_p, c_char_p, c_char_p, c_uint64, c_uint64, c_uint64, c_char_p, c_char_p)


class MonitorLogging:
    """The part of a connection that follows the cluster log."""

    def monitor_log(self, level: str, callback=None, arg=None) -> None:
        """Calls callback(arg, line, who, seconds, nanoseconds, sequence, level, message) for each line of the log from a level on; None ends it."""
        _require_level(level, callback)

        def line(_, *what):
            callback(arg, *what)

        self.monitor_callback, self._log_line = self._follow(librados.rados_monitor_log, level, callback and _Line(line), callback, arg)
        self.monitor_callback2 = None

    def monitor_log2(self, level: str, callback=None, arg=None) -> None:
        """As `monitor_log`, with callback(arg, line, channel, name, who, seconds, nanoseconds, sequence, level, message)."""
        _require_level(level, callback)

        def line(_, text, channel, who, name, *what):
            callback(arg, text, channel, name, who, *what)

        self.monitor_callback2, self._log_line = self._follow(librados.rados_monitor_log2, level, callback and _Line2(line), callback, arg)
        self.monitor_callback = None

    def _follow(self, follow, level, line, callback, arg):
        result = follow(self._handle, cstr(level, "level"), line, None)
        if callback is None:
            return None, None
        if result:
            raise error_of(result, "error calling rados_monitor_log")
        return (callback, arg), line


def _require_level(level, callback):
    if level not in MONITOR_LEVELS:
        raise LogicError(f"invalid monitor level {level}")
    if callback is not None and not callable(callback):
        raise LogicError("callback must be a callable function or None")


class MonitorLog:
    """Follows the cluster log from a level on for as long as the connection lives; see `Rados.monitor_log`."""

    def __init__(self, cluster, level, callback, arg):
        self.level = level
        self.callback = callback
        self.arg = arg
        self.cluster = cluster
        self.cluster.monitor_log(level, callback, arg)
