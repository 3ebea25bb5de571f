"""Images whose data is encrypted with LUKS."""

import errno
from ctypes import addressof, byref, sizeof
from typing import Sequence, Tuple, Union

from rados._memory import sized_array
from rados._numbers import int32

from ._c import librbd
from ._structs import AnyLuksFormatOptions, EncryptionSpec, LuksFormatOptions
from .constants import RBD_ENCRYPTION_ALGORITHM_AES256, RBD_ENCRYPTION_FORMAT_LUKS, RBD_ENCRYPTION_FORMAT_LUKS1, RBD_ENCRYPTION_FORMAT_LUKS2
from .errors import error_of
from .text import cstr

NAMES = {RBD_ENCRYPTION_FORMAT_LUKS1: "luks1", RBD_ENCRYPTION_FORMAT_LUKS2: "luks2", RBD_ENCRYPTION_FORMAT_LUKS: "luks"}


class Encryption:
    """The part of an image that encrypts it."""

    def encryption_format(self, format: int, passphrase: Union[str, bytes], cipher_alg: int = RBD_ENCRYPTION_ALGORITHM_AES256) -> None:
        """Writes a new LUKS header; what was in the image is lost. `format` is RBD_ENCRYPTION_FORMAT_LUKS1 or 2."""
        secret = cstr(passphrase, "passphrase")
        if format not in (RBD_ENCRYPTION_FORMAT_LUKS1, RBD_ENCRYPTION_FORMAT_LUKS2):
            raise error_of(-errno.ENOTSUP, "Unsupported encryption format")
        options = LuksFormatOptions(int32(cipher_alg), secret, len(secret))
        self._encrypt("formatting", "with format " + NAMES[format], librbd.rbd_encryption_format, format, byref(options), sizeof(options))

    def encryption_load(self, format: int, passphrase: Union[str, bytes]) -> None:
        """Reads and writes what is encrypted from now on. RBD_ENCRYPTION_FORMAT_LUKS takes the version from the header."""
        options = _options(format, cstr(passphrase, "passphrase"), "Unsupported encryption format")
        self._encrypt("loading encryption on", "with format " + NAMES[format], librbd.rbd_encryption_load, format, byref(options), sizeof(options))

    def encryption_load2(self, specs: Sequence[Tuple[int, Union[str, bytes]]]) -> None:
        """As `encryption_load`, with formats and passphrases for the image and then for its parents."""
        options = [_options(format, cstr(passphrase, f"specs[{index}][1]"), f"specs[{index}][1]: Unsupported encryption format")
                   for index, (format, passphrase) in enumerate(specs)]
        array = sized_array(EncryptionSpec, len(options))
        for entry, (format, _), option in zip(array, specs, options):
            entry.format, entry.opts, entry.opts_size = format, addressof(option), sizeof(option)
        self._encrypt("loading encryption on", "", librbd.rbd_encryption_load2, array, len(options))

    def _encrypt(self, what, how, call, *arguments):
        result = call(self._open_handle(), *arguments)
        if result != 0:
            raise error_of(result, f"error {what} image {self.name} {how}".rstrip())


def _options(format, secret, refusal):
    if format == RBD_ENCRYPTION_FORMAT_LUKS:
        return AnyLuksFormatOptions(secret, len(secret))
    if format in NAMES:
        return LuksFormatOptions(RBD_ENCRYPTION_ALGORITHM_AES256, secret, len(secret))
    raise error_of(-errno.ENOTSUP, refusal)
