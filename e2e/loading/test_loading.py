import re
import subprocess

from room import LIBRARIES


def mapped_libraries():
    with open("/proc/self/maps") as maps:
        return {line.split(maxsplit=5)[5].strip() for line in maps if len(line.split(maxsplit=5)) == 6 and ".so" in line}


def threads():
    with open("/proc/self/status") as status:
        return int(re.search(r"Threads:\s+(\d+)", status.read())[1])


def test_python_modules_load_our_libraries(room):
    import rados  # noqa: F401
    import rbd  # noqa: F401

    loaded = mapped_libraries()

    assert str(LIBRARIES / "librbd.so.1") in loaded and str(LIBRARIES / "librados.so.2") in loaded


def test_import_loads_no_runtime_and_starts_no_thread(room):
    before = threads()

    import rados  # noqa: F401
    import rbd  # noqa: F401

    assert threads() == before
    assert not any("libcurverbd" in name for name in mapped_libraries())


def test_qemu_block_driver_resolves_to_our_libraries(room):
    linked = room.run("ldd", "-r", "/usr/lib/x86_64-linux-gnu/qemu/block-rbd.so").stdout

    assert f"{LIBRARIES}/librbd.so.1" in linked and f"{LIBRARIES}/librados.so.2" in linked
    assert "not found" not in linked and not re.search(r"undefined symbol: (rbd|rados)_", linked)


def test_libvirt_storage_driver_resolves_to_our_libraries(room):
    linked = room.run("ldd", "-r", "/usr/lib/x86_64-linux-gnu/libvirt/storage-backend/libvirt_storage_backend_rbd.so").stdout

    assert f"{LIBRARIES}/librbd.so.1" in linked and f"{LIBRARIES}/librados.so.2" in linked
    assert "not found" not in linked and not re.search(r"undefined symbol: (rbd|rados)_", linked)


def test_libraries_need_nothing_but_libc_and_each_other():
    for library in LIBRARIES.glob("*.so*"):
        dynamic = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout

        needed = set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))

        assert needed <= {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "librados.so.2"}, f"{library.name} needs {needed}"


def test_libraries_run_with_glibc_2_34():
    for library in LIBRARIES.glob("*.so*"):
        versions = subprocess.run(["readelf", "-V", library], capture_output=True, text=True, check=True).stdout

        newest = max((tuple(map(int, version.split("."))) for version in re.findall(r"GLIBC_([\d.]+)", versions)), default=(0,))

        assert newest <= (2, 34), f"{library.name} asks for glibc {newest}"
