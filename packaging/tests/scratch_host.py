"""A Debian of its own in a directory. Whatever is mounted for it is seen by the processes in it and by nobody else."""

import pathlib
import shutil
import subprocess

PACKAGES = pathlib.Path(__file__).resolve().parent.parent.parent / "out/deb"

# Nothing but this reaches a program: the tester's own libraries and configuration must not.
ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]

DPKG_SETTINGS = """force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
path-include=/usr/share/doc/curverbd/*
"""


def mirror():
    """Where this machine's apt takes Debian from."""
    for file in sorted(pathlib.Path("/etc/apt").glob("sources.list*/*.sources")) + [pathlib.Path("/etc/apt/sources.list")]:
        for line in file.read_text().splitlines() if file.exists() else []:
            words = line.split()
            address = next((word for word in words if "://" in word and word.rstrip("/").endswith("/debian")), None)
            if address and words[0] in ("URIs:", "deb"):
                return address
    return "http://deb.debian.org/debian"


class ScratchHost:
    def __init__(self, root):
        self.root = pathlib.Path(root)

    def make(self):
        address = mirror()
        self.root.mkdir(exist_ok=True)
        # apt downloads as a user of its own.
        self.root.chmod(0o755)
        subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", self.root, address], check=True,
                       stdout=subprocess.DEVNULL)
        self.write("etc/apt/sources.list", f"deb {address} bookworm main\ndeb {address} bookworm-updates main\n"
                   f"deb {address}-security bookworm-security main\ndeb [trusted=yes] file:/srv/curverbd ./\n")
        for settings in pathlib.Path("/etc/apt/apt.conf.d").glob("*proxy*"):
            shutil.copy(settings, self.root / "etc/apt/apt.conf.d")
        self.write("etc/dpkg/dpkg.cfg.d/scratch", DPKG_SETTINGS)
        self.write("usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n").chmod(0o755)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        shutil.copytree(PACKAGES, self.root / "srv/curverbd")
        self.run("apt-get", "-q", "update")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def command(self, *words):
        """The words that run a program there, as root, with a /proc that vanishes with it."""
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={self.root}/proc", "chroot", str(self.root), *ENVIRONMENT,
                *(str(word) for word in words)]

    def run(self, *words, check=True):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{words} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def shell(self, script):
        return self.run("bash", "-euc", script).stdout

    def python(self, code):
        return self.run("/usr/bin/python3", "-c", code).stdout

    def apt(self, verb, *packages):
        return self.run("apt-get", "-q", "-y", "--no-install-recommends", verb, *packages).stdout

    def installed(self):
        """Version by name of each installed package."""
        listed = self.run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version}\n").stdout
        return {name: version for status, name, version in (line.split() for line in listed.splitlines()) if status == "installed"}

    def remove(self):
        """Deletes the directory, never what may be mounted below it."""
        mounts = pathlib.Path("/proc/self/mountinfo").read_text()
        assert f" {self.root}/" not in mounts, f"something is mounted below {self.root}; it stays"
        subprocess.run(["rm", "-rf", "--one-file-system", self.root], check=True)
