"""Options of images that are to be made."""

from contextlib import contextmanager
from ctypes import byref, c_void_p

from rados._numbers import uint64

from ._c import librbd
from .constants import (
    RBD_IMAGE_OPTION_CLONE_FORMAT, RBD_IMAGE_OPTION_DATA_POOL, RBD_IMAGE_OPTION_FEATURES, RBD_IMAGE_OPTION_FLATTEN, RBD_IMAGE_OPTION_FORMAT,
    RBD_IMAGE_OPTION_ORDER, RBD_IMAGE_OPTION_STRIPE_COUNT, RBD_IMAGE_OPTION_STRIPE_UNIT)
from .text import cstr

NUMBERS = {
    "format": RBD_IMAGE_OPTION_FORMAT, "features": RBD_IMAGE_OPTION_FEATURES, "order": RBD_IMAGE_OPTION_ORDER,
    "stripe_unit": RBD_IMAGE_OPTION_STRIPE_UNIT, "stripe_count": RBD_IMAGE_OPTION_STRIPE_COUNT, "clone_format": RBD_IMAGE_OPTION_CLONE_FORMAT,
    "flatten": RBD_IMAGE_OPTION_FLATTEN,
}


@contextmanager
def image_options(data_pool=None, **numbers):
    """The C options with what is not None set in them."""
    pool = cstr(data_pool, "data_pool", opt=True)
    given = [(NUMBERS[name], uint64(value)) for name, value in numbers.items() if value is not None]
    handle = c_void_p()
    librbd.rbd_image_options_create(byref(handle))
    try:
        for option, value in given:
            librbd.rbd_image_options_set_uint64(handle, option, value)
        if pool is not None:
            librbd.rbd_image_options_set_string(handle, RBD_IMAGE_OPTION_DATA_POOL, pool)
        yield handle
    finally:
        librbd.rbd_image_options_destroy(handle)
