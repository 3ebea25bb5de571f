#!/usr/bin/env python3
"""clones.py POOL/IMAGE CLONE-POOL: what snapshots and clones of a bootable image do for running guests, each step with its time."""

import contextlib
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest import Guest, GuestError

KEPT = "/root/kept"
PATIENCE_SECONDS = 30


class DemonstrationError(Exception):
    pass


@contextlib.contextmanager
def step(text):
    """Says what is being done and, when it is done, how long it took."""
    start = time.monotonic()
    print(f"{text + ' ...':<72}", end="", flush=True)
    yield
    print(f"{time.monotonic() - start:6.1f} s", flush=True)


def rbd(*arguments):
    done = subprocess.run(["rbd", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise DemonstrationError(f"rbd {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def drive(image):
    return Guest.of_drive(f"rbd:{image}")


def require(holds, claim):
    if not holds:
        raise DemonstrationError(f"expected: {claim}")


def count_writes(guest):
    return int(guest.run("wc -l < /root/busy"))


def boots(console):
    return next((line.strip() for line in console.splitlines() if "boot number" in line), "login prompt reached")


def demonstrate(image, pool):
    first, sibling = f"{pool}/first", f"{pool}/sibling"
    with step("Taking the snapshot 'ready' of it"):
        rbd("snap", "create", "--no-progress", f"{image}@ready")
    with step("Protecting the snapshot, so that it can have clones"):
        rbd("snap", "protect", f"{image}@ready")
    with step(f"Cloning it twice: {first} and {sibling}"):
        rbd("clone", f"{image}@ready", first)
        rbd("clone", f"{image}@ready", sibling)
    with drive(first) as guest:
        with step(f"Booting stock QEMU from {first} to the login prompt"):
            booted = boots(guest.log_in())
        with step("Saving a file in the guest, which goes on writing"):
            guest.run(f"echo precious > {KEPT} && sync")
            guest.run("{ while :; do echo more >> /root/busy; sync; done & }")
        with step(f"Taking the snapshot {first}@live under the running guest"):
            rbd("snap", "create", "--no-progress", f"{first}@live")
        with step("Seeing that the guest still writes"):
            before = count_writes(guest)
            end = time.monotonic() + PATIENCE_SECONDS
            while count_writes(guest) == before:
                require(time.monotonic() < end, "the guest writes on after the snapshot")
        with step(f"Booting {sibling} beside it, and powering it off"), drive(sibling) as other:
            other.log_in()
            require("No such file" in other.run(f"cat {KEPT}"), "the sibling has nothing of what its brother wrote")
            other.power_off()
        with step("Deleting the file in the first guest, and powering it off"):
            guest.run(f"rm {KEPT} && sync")
            guest.power_off()
    with step(f"Rolling {first} back to what it was at 'live'"):
        rbd("snap", "rollback", "--no-progress", f"{first}@live")
    with step("Booting it again, finding the file, powering it off"), drive(first) as guest:
        again = boots(guest.log_in())
        require(guest.run(f"cat {KEPT}").strip() == "precious", "the file is back after the rollback")
        guest.power_off()
    print(f"{first}: {booted}; after the rollback: {again}")


def main(image, pool):
    try:
        demonstrate(image, pool)
    except (GuestError, DemonstrationError) as error:
        print("FAILED")
        sys.exit(f"clones.py: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
