import os
import pathlib
import tempfile

import pytest
from scratch_host import PACKAGES, ScratchHost


@pytest.fixture(scope="session")
def host():
    assert os.geteuid() == 0, "a scratch host needs root: debootstrap and chroot do"
    assert list(PACKAGES.glob("*.deb")), "there are no packages: run ./build.sh deb first"
    made = ScratchHost(pathlib.Path(tempfile.mkdtemp(prefix="curverbd-packages.")).resolve())
    try:
        made.make()
        yield made
    finally:
        made.remove()
