"""Names and values: text in Python, bytes in C."""

from typing import Optional, Union

import rados
from rados.text import decode_cstr  # noqa: F401

from .errors import InvalidArgument


def cstr(val: Union[str, bytes, None], name: str, encoding: str = "utf-8", opt: bool = False) -> Optional[bytes]:
    """The bytes of a text that is called `name` in errors; None stays None if `opt` allows it."""
    try:
        return rados.cstr(val, name, encoding, opt)
    except TypeError as error:
        raise InvalidArgument(str(error)) from None
