#!/usr/bin/env python3
"""A guest under stock QEMU (TCG), driven over its serial console.

As a program: guest.py DRIVE [MORE QEMU ARGUMENTS] boots from DRIVE to the login prompt, logs in, powers the guest off and exits 0.
"""

import os
import select
import subprocess
import sys
import time


class GuestError(Exception):
    pass


class Guest:
    """A running guest. Use it in a with statement: its QEMU never outlives that."""

    def __init__(self, *qemu_arguments, env=None):
        self.console = ""
        self._process = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "pc,accel=tcg", "-m", "256", "-display", "none", "-nodefaults", "-no-reboot",
             "-serial", "stdio", *qemu_arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
        self.pid = self._process.pid

    @classmethod
    def of_drive(cls, drive, *qemu_arguments, env=None):
        return cls("-drive", f"file={drive},format=raw,if=virtio,cache=writeback", *qemu_arguments, env=env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def expect(self, text, timeout_seconds):
        """Reads the console until it shows text; returns what came before it."""
        deadline = time.monotonic() + timeout_seconds
        while text not in self.console:
            self._read(deadline, f'"{text}"')
        before, self.console = self.console.split(text, 1)
        return before

    def send(self, line):
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def run(self, command, timeout_seconds=60):
        """Runs a shell command in the guest, after log_in; returns its output."""
        self.send(f"{command}; echo end-of-'command' $?")
        output = self.expect("end-of-command ", timeout_seconds)
        self.expect("# ", timeout_seconds)
        return output.partition("\n")[2].replace("\r", "")

    def log_in(self, timeout_seconds=120):
        """Waits for the login prompt and logs in as root; returns what the guest said until the prompt."""
        before = self.expect("login:", timeout_seconds)
        self.send("root")
        self.expect("# ", timeout_seconds)
        return before

    def power_off(self, timeout_seconds=60):
        self.send("poweroff")
        deadline = time.monotonic() + timeout_seconds
        while self._read(deadline, "the end of QEMU", may_end=True):
            pass
        status = self._process.wait()
        if status != 0:
            raise GuestError(f"QEMU ended with status {status} after the guest powered off")

    def _read(self, deadline, awaited, may_end=False):
        readable, _, _ = select.select([self._process.stdout], [], [], max(0, deadline - time.monotonic()))
        if not readable:
            raise GuestError(f"the guest did not show {awaited} in time; its console ends with:\n{self.console[-2000:]}")
        data = os.read(self._process.stdout.fileno(), 65536)
        if not data and not may_end:
            status = self._process.wait()
            raise GuestError(f"QEMU ended with status {status} before the guest showed {awaited}:\n{self.console[-2000:]}")
        self.console += data.decode(errors="replace")
        return data


def main(drive, *qemu_arguments):
    with Guest.of_drive(drive, *qemu_arguments) as guest:
        try:
            console = guest.log_in()
            kernel = guest.run("uname -sr").strip()
            guest.power_off()
        except GuestError as error:
            sys.exit(f"guest.py: {error}")
    boot = [line for line in console.splitlines() if "boot number" in line]
    print(f"{kernel}: {boot[0].strip() if boot else 'login prompt reached'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
