import os
import pathlib
import tempfile

import pytest
from scratch_host import PACKAGES, ScratchHost


@pytest.fixture(scope="session")
def host():
    """A new host, deleted at the end; or the one in CURVERBD_SCRATCH_HOST, which is made when it is missing and stays as the tests left it."""
    assert os.geteuid() == 0, "a scratch host needs root: debootstrap and chroot do"
    assert list(PACKAGES.glob("*.deb")), "there are no packages: run ./build.sh deb first"
    kept = os.environ.get("CURVERBD_SCRATCH_HOST")
    made = ScratchHost(pathlib.Path(kept or tempfile.mkdtemp(prefix="curverbd-packages.")).resolve())
    try:
        if not (made.root / "srv/curverbd").exists():
            made.make()
        yield made
    finally:
        if not kept:
            made.remove()
