"""Images encrypted with LUKS."""

import pytest
import rbd
from room import MIB

HEADERS = {rbd.RBD_ENCRYPTION_FORMAT_LUKS1: 4 * MIB, rbd.RBD_ENCRYPTION_FORMAT_LUKS2: 16 * MIB}


@pytest.fixture(params=sorted(HEADERS), ids=["luks1", "luks2"])
def formatted(request, ioctx):
    """The format of a closed image rbd/secret of 64 MiB with the passphrase 'open sesame' and the text 'hidden' in it."""
    rbd.RBD().create(ioctx, "secret", 64 * MIB)
    with rbd.Image(ioctx, "secret") as image:
        try:
            image.encryption_format(request.param, "open sesame")
        except rbd.OperationNotSupported:
            pytest.skip("the library does not encrypt")
        image.write(b"hidden", 0)
    return request.param


def test_data_is_read_with_the_passphrase_and_not_without(ioctx, formatted):
    with rbd.Image(ioctx, "secret") as image:
        assert image.size() == 64 * MIB and image.read(0, 4) == b"LUKS" and b"hidden" not in image.read(0, 64 * MIB)

        image.encryption_load(formatted, "open sesame")

        assert image.size() == 64 * MIB - HEADERS[formatted] and image.read(0, 6) == b"hidden"


def test_wrong_passphrase_and_wrong_version(ioctx, formatted):
    other = rbd.RBD_ENCRYPTION_FORMAT_LUKS1 + rbd.RBD_ENCRYPTION_FORMAT_LUKS2 - formatted
    with rbd.Image(ioctx, "secret") as image:
        with pytest.raises(rbd.PermissionError):
            image.encryption_load(formatted, "wrong")
        with pytest.raises(rbd.InvalidArgument):
            image.encryption_load(other, "open sesame")


def test_loading_twice(ioctx, formatted):
    with rbd.Image(ioctx, "secret") as image:
        image.encryption_load(formatted, "open sesame")
        with pytest.raises(rbd.ImageExists):
            image.encryption_load(formatted, "open sesame")


def test_unknown_format(image):
    with pytest.raises(rbd.OperationNotSupported):
        image.encryption_format(99, "open sesame")


def test_version_taken_from_the_header(ioctx, formatted, bindings):
    if bindings == "ceph":
        pytest.skip("since Ceph 18")
    with rbd.Image(ioctx, "secret") as image:
        image.encryption_load(rbd.RBD_ENCRYPTION_FORMAT_LUKS, b"open sesame")
        assert image.read(0, 6) == b"hidden"
    with rbd.Image(ioctx, "secret") as image:
        image.encryption_load2([(formatted, "open sesame")])
        assert image.read(0, 6) == b"hidden"
