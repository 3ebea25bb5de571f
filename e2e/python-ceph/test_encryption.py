"""Images encrypted with LUKS, and the programs that know that format without us."""

import subprocess

import pytest
import rbd
from room import MIB

HEADERS = {rbd.RBD_ENCRYPTION_FORMAT_LUKS1: 4 * MIB, rbd.RBD_ENCRYPTION_FORMAT_LUKS2: 16 * MIB}
PASSPHRASE = "open sesame"


@pytest.fixture(params=sorted(HEADERS), ids=["luks1", "luks2"])
def luks(request):
    return request.param


@pytest.fixture
def formatted(luks, ioctx):
    """The format of a closed image rbd/secret of 64 MiB with the text 'hidden' in it."""
    rbd.RBD().create(ioctx, "secret", 64 * MIB)
    with rbd.Image(ioctx, "secret") as image:
        image.encryption_format(luks, PASSPHRASE)
        image.write(b"hidden", 0)
        image.write(b"\x07" * MIB, 3 * MIB + 100)
    return luks


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, timeout=120, **options).stdout


def write_passphrase(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE)
    return path


def export(ioctx, path):
    with rbd.Image(ioctx, "secret", read_only=True) as image:
        path.write_bytes(image.read(0, image.size()))


def test_data_is_read_with_the_passphrase_and_not_without(ioctx, formatted):
    with rbd.Image(ioctx, "secret") as image:
        assert image.size() == 64 * MIB and image.read(0, 4) == b"LUKS" and b"hidden" not in image.read(0, 64 * MIB)

        with pytest.raises(rbd.PermissionError):
            image.encryption_load(formatted, "wrong")
        with pytest.raises(rbd.InvalidArgument):
            image.encryption_load(1 - formatted, PASSPHRASE)
        image.encryption_load(formatted, PASSPHRASE)

        assert image.size() == 64 * MIB - HEADERS[formatted] and image.read(0, 6) == b"hidden"
        with pytest.raises(rbd.ImageExists):
            image.encryption_load(formatted, PASSPHRASE)
        image.resize(20 * MIB)
        assert image.size() == 20 * MIB and image.read(3 * MIB, 101) == bytes(100) + b"\x07"


def test_plain_image_and_unknown_format(image):
    image.write(b"plain", 0)
    with pytest.raises(rbd.InvalidArgument):
        image.encryption_load(rbd.RBD_ENCRYPTION_FORMAT_LUKS1, PASSPHRASE)
    with pytest.raises(rbd.OperationNotSupported):
        image.encryption_format(99, PASSPHRASE)
    assert image.read(0, 5) == b"plain"


def test_versions_taken_from_the_headers_of_a_clone_and_its_parent(ioctx, formatted, bindings):
    if bindings == "ceph":
        return  # Debian's modules are older than these calls
    with rbd.Image(ioctx, "secret") as parent:
        parent.create_snap("snap")
    rbd.RBD().clone(ioctx, "secret", "snap", ioctx, "clone", clone_format=2)
    with rbd.Image(ioctx, "clone") as clone:
        clone.encryption_format(rbd.RBD_ENCRYPTION_FORMAT_LUKS1, "own", rbd.RBD_ENCRYPTION_ALGORITHM_AES128)
    with rbd.Image(ioctx, "clone") as clone:
        assert clone.read(0, 4) == b"RBDL"
        clone.encryption_load2([(rbd.RBD_ENCRYPTION_FORMAT_LUKS, b"own"), (formatted, PASSPHRASE)])
        assert clone.read(0, 6) == b"hidden" and clone.read(4 * MIB, 1) == b"\x07"
        clone.flatten()
    with rbd.Image(ioctx, "clone") as clone:
        clone.encryption_load(rbd.RBD_ENCRYPTION_FORMAT_LUKS, b"own")
        assert clone.read(0, 6) == b"hidden" and clone.read(4 * MIB, 1) == b"\x07"


def test_cryptsetup_knows_our_header(ioctx, formatted, tmp_path):
    path = tmp_path / "exported"
    export(ioctx, path)
    dump = run("/usr/sbin/cryptsetup", "luksDump", path).decode()
    assert f"Version:       \t{formatted + 1}" in dump and "aes" in dump and "xts-plain64" in dump
    run("/usr/sbin/cryptsetup", "open", "--test-passphrase", "--disable-locks", "--key-file", write_passphrase(tmp_path), path)


def test_qemu_decrypts_what_was_exported(ioctx, formatted, tmp_path):
    if formatted != rbd.RBD_ENCRYPTION_FORMAT_LUKS1:
        return  # its driver knows the first version only
    path, plain = tmp_path / "exported", tmp_path / "plain"
    export(ioctx, path)
    run("qemu-img", "convert", "--object", f"secret,id=pass,file={write_passphrase(tmp_path)}",
        "--image-opts", f"driver=luks,key-secret=pass,file.driver=file,file.filename={path}", "-O", "raw", plain)
    text = plain.read_bytes()
    assert len(text) == 60 * MIB and text[:6] == b"hidden" and text[3 * MIB + 100:4 * MIB + 100] == b"\x07" * MIB


@pytest.mark.parametrize("key_size", ["256", "512"])
def test_header_made_by_cryptsetup_is_loaded(ioctx, luks, key_size, tmp_path):
    path = tmp_path / "formatted"
    with open(path, "wb") as file:
        file.truncate(40 * MIB)
    run("/usr/sbin/cryptsetup", "luksFormat", "--batch-mode", "--disable-locks", "--type", f"luks{luks + 1}", "--cipher", "aes-xts-plain64", "--key-size", key_size,
        "--pbkdf-force-iterations", "1000" if luks == 0 else "4", *(["--pbkdf-memory", "32768"] if luks == 1 else []),
        "--align-payload", "8192", path, write_passphrase(tmp_path))
    rbd.RBD().create(ioctx, "imported", 40 * MIB)
    with rbd.Image(ioctx, "imported") as image:
        image.write(path.read_bytes()[:16 * MIB], 0)
        image.encryption_load(luks, PASSPHRASE)
        image.write(b"text", 5000)
        assert image.read(4999, 6) == b"\0text\0"
    if luks == 0:
        with rbd.Image(ioctx, "imported", read_only=True) as image:
            path.write_bytes(image.read(0, 40 * MIB))
        found = run("qemu-io", "-r", "--object", f"secret,id=pass,file={write_passphrase(tmp_path)}", "--image-opts",
                    f"driver=luks,key-secret=pass,file.driver=file,file.filename={path}", "-c", "read -v 5000 4").decode()
        assert "74 65 78 74" in found


def test_qemu_opens_encrypted_images_by_itself(ioctx, formatted, tmp_path):
    secret = f"secret,id=pass,file={write_passphrase(tmp_path)}"
    options = f"driver=rbd,pool=rbd,image=secret,encrypt.format={('luks', 'luks2')[formatted]},encrypt.key-secret=pass"
    plain = tmp_path / "plain"

    run("qemu-img", "convert", "--object", secret, "--image-opts", options, "-O", "raw", plain)

    text = plain.read_bytes()
    assert len(text) == 64 * MIB - HEADERS[formatted] and text[:6] == b"hidden"
