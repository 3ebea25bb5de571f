"""Running fio and reading what it measured."""

import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile


@dataclasses.dataclass
class Run:
    """One run of fio: requests, seconds they took, CPU seconds of client and server together, peak memory of the client in KiB."""

    requests: int
    seconds: float
    cpu_seconds: float
    peak_kib: int

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def cpu_us(self):
        return self.cpu_seconds / self.requests * 1e6


def fio(options, env, server_pid=None):
    """Runs fio to its end and returns what it and the server used."""
    before = cpu_of(server_pid)
    with tempfile.TemporaryFile("w+") as out:
        # Without invalidate=0 fio drops the page cache of the plain file before each run, and of that one only.
        process = subprocess.Popen(["fio", "--name=job", "--output-format=json", "--randrepeat=0", "--invalidate=0", *options], env=env, stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        text = out.read()
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"bench: fio {' '.join(options)} ended with status {os.waitstatus_to_exitcode(status)}:\n{text}")
    job = json.loads(text[text.index("{"):])["jobs"][0]
    sides = [job["read"], job["write"]]
    return Run(sum(side["total_ios"] for side in sides), max(side["runtime"] for side in sides) / 1000,
               usage.ru_utime + usage.ru_stime + cpu_of(server_pid) - before, usage.ru_maxrss)


def cpu_of(pid):
    if pid is None:
        return 0.0
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def median(runs, value):
    return statistics.median(value(run) for run in runs)
