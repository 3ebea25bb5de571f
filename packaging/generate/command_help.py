"""What the commands say about themselves: the output of their help, taken apart."""

import dataclasses
import os
import re
import subprocess


@dataclasses.dataclass
class Command:
    name: str
    aliases: list
    summary: str
    help: str

    @property
    def options(self):
        """The options that a shell can complete: -p, --pool, ..."""
        return re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", section(self.help, "Optional arguments"))


def output_of(*words):
    """What a command prints, with no configuration of this machine in reach."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CEPH_", "CURVERBD_"))}
    return subprocess.run(words, env=env, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


def section(text, title):
    """The indented lines below a title."""
    found = re.search(rf"^{title}:?\n((?:[ \t]+.*\n|\n(?=[ \t]))*)", text, re.MULTILINE)
    return found.group(1) if found else ""


def commands_of(program):
    """The commands of rbd or curverbd, each with its own help."""
    lines = section(output_of(program, "help"), "Positional arguments").splitlines()
    for line in lines:
        found = re.match(r"    (\S.*?)(?: \(([^)]*)\))?  +(\S.*)$", line)
        if found:
            name, aliases, summary = found.groups()
            yield Command(name, aliases.split(", ") if aliases else [], summary, output_of(program, "help", *name.split()))
