"""Glance with the rbd store: images over HTTP."""

import hashlib
import pathlib
import socket
import threading

import pytest
from openstack_host import wait_until
from room import KIB, LIBRARIES, MIB, pattern

pytestmark = pytest.mark.xdist_group("glance")
PYTHON_MODULES = ["ceph", "own"]


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def chunks(content, size):
    return (content[start:start + size] for start in range(0, len(content), size))


def qcow2(host, name, size="12M", *options):
    path = host.path / name
    host.run("qemu-img", "create", "-q", "-f", "qcow2", *options, path, size)
    host.run("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 3M", path)
    return path


def test_the_services_run_on_our_library(host, images):
    children = pathlib.Path(f"/proc/{images.process.pid}/task/{images.process.pid}/children")

    images.delete(images.upload(b"makes a worker load the library"))

    wait_until(lambda: len(children.read_text().split()) == 2)
    maps = [pathlib.Path(f"/proc/{worker}/maps").read_text() for worker in children.read_text().split()]
    assert any(str(LIBRARIES / "libcurverbd.so") in mapped for mapped in maps)
    # Ceph's Python modules are libraries themselves.
    assert any("/rbd.cpython-" in mapped for mapped in maps) == ("PYTHONPATH" not in host.settings)


def test_raw_image_of_known_size(host, images):
    content = pattern(21 * MIB + 77)

    image = images.upload(content)

    assert sha256(images.download(image)) == sha256(content)
    told = images.show(image)
    fsid = host.run("ceph", "fsid").stdout.strip()
    assert told["status"] == "active" and told["size"] == len(content)
    assert told["os_hash_value"] == hashlib.sha512(content).hexdigest()
    assert told["direct_url"] == f"rbd://{fsid}/images/{image}/snap"
    info = host.info(f"images/{image}")
    assert (info["size"], info["order"]) == (len(content), 23)
    assert host.snapshots(f"images/{image}") == {"snap": True}
    assert host.content(f"images/{image}") == host.content(f"images/{image}@snap") == content
    images.delete(image)
    assert image not in host.images("images")


@pytest.mark.parametrize("length", [0, 1, 8 * MIB, 21 * MIB + 77])
def test_raw_image_of_unknown_size(host, images, length):
    content = pattern(length)

    image = images.upload(chunks(content, 300 * KIB))

    assert images.download(image) == content
    assert host.info(f"images/{image}")["size"] == length
    images.delete(image)


def test_qcow2_is_kept_as_the_bytes_of_its_file(host, images):
    content = qcow2(host, "disk.qcow2").read_bytes()

    image = images.upload(content, "qcow2")

    assert images.download(image) == content
    assert images.show(image)["disk_format"] == "qcow2"
    images.delete(image)


def test_qcow2_with_a_backing_file_is_flattened_by_conversion(host, images):
    base = qcow2(host, "base.qcow2")
    top = host.path / "top.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", top)
    host.run("qemu-io", "-f", "qcow2", "-c", "write -P 9 2M 64k", top)

    host.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", top, "rbd:images/flattened:id=glance")

    assert host.content("images/flattened") == bytes(MIB) + b"\7" * MIB + b"\x09" * 65536 + b"\7" * (2 * MIB - 65536) + bytes(8 * MIB)
    host.rbd("rm", "--no-progress", "images/flattened")


def test_qcow2_on_a_backing_file_that_is_missing_is_refused(host):
    base = qcow2(host, "lost.qcow2")
    top = host.path / "orphan.qcow2"
    host.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", top)
    base.unlink()

    refused = host.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", top, "rbd:images/orphan:id=glance", check=False)

    assert refused.returncode == 1 and "lost.qcow2" in refused.stderr
    assert "orphan" not in host.images("images")


def test_interrupted_upload_leaves_nothing_and_can_be_repeated(host, images):
    image = images.create()
    with socket.create_connection(("127.0.0.1", images.port)) as connection:
        connection.sendall(f"PUT /v2/images/{image}/file HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
                           f"Content-Length: {64 * MIB}\r\n\r\n".encode())
        connection.sendall(pattern(20 * MIB))
        wait_until(lambda: image in host.images("images"))

    wait_until(lambda: image not in host.images("images") and images.show(image)["status"] == "queued")
    host.check()
    content = pattern(MIB, seed=3)
    images.put(image, content)
    assert images.download(image) == content
    images.delete(image)


def test_upload_to_an_image_that_has_data_is_refused(images):
    image = images.upload(b"first")

    assert images.refusal("put", image, b"second") == 409

    assert images.download(image) == b"first"
    images.delete(image)


def test_image_with_a_clone_is_in_use_until_the_clone_is_flattened(host, images):
    content = pattern(9 * MIB)
    image = images.upload(content)
    host.rbd("clone", f"images/{image}@snap", "volumes/clone", "--id", "cinder")

    assert images.refusal("delete", image) == 409

    assert images.show(image)["status"] == "active" and host.snapshots(f"images/{image}") == {"snap": True}
    host.rbd("flatten", "--no-progress", "volumes/clone", "--id", "cinder")
    images.delete(image)
    assert image not in host.images("images")
    assert host.content("volumes/clone") == content
    host.rbd("rm", "--no-progress", "volumes/clone")


def test_image_that_is_open_elsewhere_is_in_use(host, images):
    image = images.upload(pattern(MIB))
    with host.holding(f"images/{image}"):
        assert images.refusal("delete", image) == 409

    images.delete(image)
    assert image not in host.images("images")


def test_many_downloads_at_once(images):
    # Uploads follow one another: SQLite lets one request at a time write, and Glance does not wait.
    contents = {images.upload(content): content for content in (pattern(5 * MIB + number, seed=number) for number in range(6))}
    right = []

    threads = [threading.Thread(target=lambda image=image: right.append(images.download(image) == contents[image])) for image in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert right == [True] * 6
    for image in contents:
        images.delete(image)


def test_download_of_an_image_whose_rbd_image_is_gone(host, images):
    image = images.upload(b"something")
    host.rbd("snap", "unprotect", f"images/{image}@snap")
    host.rbd("snap", "purge", "--no-progress", f"images/{image}")
    host.rbd("rm", "--no-progress", f"images/{image}")

    # Glance's way to say so is 204 No Content.
    assert images.download(image) == b""

    images.delete(image)


def test_foreign_snapshot_keeps_the_image(host, images):
    image = images.upload(pattern(MIB))
    host.rbd("snap", "create", "--no-progress", f"images/{image}@foreign")

    assert images.refusal("delete", image) == 409

    assert host.snapshots(f"images/{image}") == {"foreign": False}
    host.rbd("snap", "rm", "--no-progress", f"images/{image}@foreign")
    images.delete(image)
    assert image not in host.images("images")
