"""Names and values: text in Python, bytes in C."""

from itertools import chain
from typing import Dict, List, Optional, Sequence, Union


def cstr(val: Union[str, bytes, None], name: str, encoding: str = "utf-8", opt: bool = False) -> Optional[bytes]:
    """The bytes of a text that is called `name` in errors; None stays None if `opt` allows it.

    Names in a pool are bytes. Those that are no UTF-8 are listed with surrogate escapes, and such a text leads back to them."""
    if val is None and opt:
        return None
    if isinstance(val, bytes):
        return val
    if isinstance(val, str):
        return val.encode(encoding, "surrogateescape")
    raise TypeError(f"{name} must be a string")


def cstr_list(list_str: Sequence[Union[str, bytes]], name: str, encoding: str = "utf-8") -> List[bytes]:
    """The bytes of several texts."""
    return [cstr(text, name, encoding) for text in list_str]


def decode_cstr(val: Optional[bytes], encoding: str = "utf-8") -> Optional[str]:
    """The text of some bytes; None stays None."""
    return None if val is None else val.decode(encoding, "surrogateescape")


def flatten_dict(d: Dict[str, str], name: str) -> bytes:
    """Keys and values one after the other, each ended by a NUL."""
    return cstr("".join(text + "\0" for text in chain.from_iterable(d.items())), name)
