import pytest
from guest import Guest, GuestError
from room import GUEST_IMAGE


@pytest.fixture
def disk(room, pool):
    room.run("qemu-img", "convert", "-f", "raw", "-O", "raw", GUEST_IMAGE, "rbd:rbd/guest")
    return "rbd:rbd/guest"


def test_guest_keeps_its_files_over_a_power_cycle(room, disk):
    with Guest.of_drive(disk, env=room.env) as guest:
        first = guest.log_in()
        guest.run("dd if=/dev/urandom of=/root/data bs=1M count=8 && sync")
        checksum = guest.run("sha256sum /root/data").split()[0]
        guest.power_off()

    with Guest.of_drive(disk, env=room.env) as guest:
        second = guest.log_in()
        again = guest.run("sha256sum /root/data").split()[0]
        guest.power_off()

    assert "boot number 1" in first and "boot number 2" in second
    assert len(checksum) == 64 and again == checksum


def test_killed_qemu_loses_nothing_that_the_guest_synced(room, disk):
    with Guest.of_drive(disk, env=room.env) as guest:
        guest.log_in()
        guest.run("echo precious > /root/kept && sync")
    # Leaving the block killed QEMU.

    with Guest.of_drive(disk, env=room.env) as guest:
        guest.log_in()
        kept = guest.run("cat /root/kept")
        guest.power_off()

    assert kept.strip() == "precious"


def test_missing_disk_is_reported_at_start(room, pool):
    with Guest.of_drive("rbd:rbd/nothing", env=room.env) as guest:
        with pytest.raises(GuestError, match="No such file or directory"):
            guest.expect("login:", 30)
