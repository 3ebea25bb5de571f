"""Commands to the monitors and daemons: JSON in, JSON out."""

from ctypes import byref, c_size_t, c_void_p
from typing import Optional, Tuple, Union

from ._c import librados
from ._memory import pointers, take_bytes
from ._numbers import int32
from .text import cstr, decode_cstr


class Commands:
    """The part of a connection that sends commands. An errno comes as the first value of the answer, not as an exception."""

    def mon_command(self, cmd: str, inbuf: bytes, timeout: int = 0, target: Optional[Union[str, int]] = None) -> Tuple[int, bytes, str]:
        """Sends a command to the monitors, or to one of them; `timeout` is ignored. The answer: errno or 0, output, status."""
        name = cstr(str(target) if isinstance(target, int) else target, "target", opt=True)
        if name:
            return self._command(cmd, inbuf, librados.rados_mon_command_target, name)
        return self._command(cmd, inbuf, librados.rados_mon_command)

    def mgr_command(self, cmd: str, inbuf: bytes, timeout: int = 0, target: Optional[str] = None) -> Tuple[int, bytes, str]:
        """Sends a command to the manager, or to one of them."""
        name = cstr(target, "target", opt=True)
        if name is not None:
            return self._command(cmd, inbuf, librados.rados_mgr_command_target, name)
        return self._command(cmd, inbuf, librados.rados_mgr_command)

    def osd_command(self, osdid: int, cmd: str, inbuf: bytes, timeout: int = 0) -> Tuple[int, bytes, str]:
        """Sends a command to an OSD."""
        return self._command(cmd, inbuf, librados.rados_osd_command, int32(osdid))

    def pg_command(self, pgid: str, cmd: str, inbuf: bytes, timeout: int = 0) -> Tuple[int, bytes, str]:
        """Sends a command to the OSD of a placement group."""
        return self._command(cmd, inbuf, librados.rados_pg_command, cstr(pgid, "pgid"))

    def _command(self, cmd, inbuf, send, *receiver):
        self.require_state("connected")
        if not isinstance(inbuf, bytes):
            raise TypeError("inbuf must be bytes")
        output, output_size, status, status_size = c_void_p(), c_size_t(), c_void_p(), c_size_t()
        result = send(self._handle, *receiver, pointers([cstr(cmd, "cmd")]), 1, inbuf, len(inbuf),
                      byref(output), byref(output_size), byref(status), byref(status_size))
        text = take_bytes(status.value, status_size.value, librados.rados_buffer_free)
        data = take_bytes(output.value, output_size.value, librados.rados_buffer_free)
        return result, data, decode_cstr(text)
