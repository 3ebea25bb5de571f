"""What the library does not do is refused in plain terms, and nothing is changed."""

import pytest
import rbd
from room import MIB


@pytest.mark.parametrize("luks", ["RBD_ENCRYPTION_FORMAT_LUKS1", "RBD_ENCRYPTION_FORMAT_LUKS2"])
def test_encryption(image, luks):
    image.write(b"plain", 0)

    with pytest.raises(rbd.OperationNotSupported):
        image.encryption_format(getattr(rbd, luks), "open sesame")

    assert image.read(0, 5) == b"plain"


def test_migration(ioctx, image):
    image.write(b"here", 0)

    with pytest.raises(rbd.OperationNotSupported):
        rbd.RBD().migration_prepare(ioctx, "disk", ioctx, "moved")

    assert list(rbd.RBD().list(ioctx)) == ["disk"] and image.size() == 64 * MIB and image.read(0, 4) == b"here"
