#!/usr/bin/env python3
"""Makes a wheel of the modules rados and rbd with the C libraries inside: wheel.py VERSION LIBRARIES DIRECTORY prints the path of what it made.

No build tool is needed: a wheel is a zip file with a list of what is in it."""

import base64
import hashlib
import pathlib
import sys
import zipfile

NAME = "curverbd"
PLATFORM = "linux_x86_64"
# Fixed, so that the same sources make the same file.
TIME = (2026, 1, 1, 0, 0, 0)
SOURCES = pathlib.Path(__file__).resolve().parent

METADATA = """Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: The Python modules rados and rbd with the libraries of CurveRbd
License: Apache-2.0
Requires-Python: >=3.9
Provides: rados
Provides: rbd
"""

WHEEL = """Wheel-Version: 1.0
Generator: curverbd
Root-Is-Purelib: false
Tag: py3-none-{platform}
"""


def contents(version, libraries):
    """Path in the wheel and content of each file."""
    for module in ("rados", "rbd"):
        for path in sorted((SOURCES / module).glob("*.py")) + [SOURCES / module / "py.typed"]:
            yield f"{module}/{path.name}", path.read_bytes()
    for path in sorted(libraries.iterdir()):
        yield f"rados/lib/{path.name}", path.read_bytes()
    info = f"{NAME}-{version}.dist-info"
    yield f"{info}/METADATA", METADATA.format(name=NAME, version=version).encode()
    yield f"{info}/WHEEL", WHEEL.format(platform=PLATFORM).encode()
    yield f"{info}/top_level.txt", b"rados\nrbd\n"


def digest(content):
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def add(archive, name, content):
    entry = zipfile.ZipInfo(name, TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (0o755 if ".so" in name else 0o644) << 16
    archive.writestr(entry, content)


def make(version, libraries, directory):
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{NAME}-{version}-py3-none-{PLATFORM}.whl"
    record = f"{NAME}-{version}.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents(version, libraries):
            add(archive, name, content)
            lines.append(f"{name},{digest(content)},{len(content)}\n")
        add(archive, record, "".join([*lines, f"{record},,\n"]).encode())
    return path


if __name__ == "__main__":
    print(make(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])))
