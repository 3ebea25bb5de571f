"""What Debian's own checker says of the packages, and whether they ask for no more than they need."""

import subprocess

from scratch_host import PACKAGES

# Who builds the packages puts an own address into packaging/debian/control.
SUPPRESSED = "bogus-mail-host,bogus-mail-host-in-debian-changelog,initial-upload-closes-no-bugs"


def test_lintian_finds_nothing():
    found = subprocess.run(["lintian", "--allow-root", "--suppress-tags", SUPPRESSED, "--fail-on", "error,warning", *sorted(PACKAGES.glob("*.deb"))],
                           capture_output=True, text=True)

    assert found.returncode == 0, found.stdout + found.stderr


def test_libraries_need_the_c_library_alone():
    (package,) = PACKAGES.glob("curverbd_*.deb")

    depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], capture_output=True, text=True, check=True).stdout

    assert depends.strip() == "libc6 (>= 2.34)"
