"""What the library does not do is refused in plain terms, and nothing is changed."""

import pytest
import rbd


@pytest.mark.parametrize("luks", ["RBD_ENCRYPTION_FORMAT_LUKS1", "RBD_ENCRYPTION_FORMAT_LUKS2"])
def test_encryption(image, luks):
    image.write(b"plain", 0)

    with pytest.raises(rbd.OperationNotSupported):
        image.encryption_format(getattr(rbd, luks), "open sesame")

    assert image.read(0, 5) == b"plain"
