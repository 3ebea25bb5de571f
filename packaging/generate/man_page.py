#!/usr/bin/env python3
"""man_page.py PROGRAM VERSION DATE: prints the manual page of rbd, rbd-nbd, ceph or curverbd, made of what PROGRAM says about itself."""

import pathlib
import sys

from command_help import commands_of, output_of

FILES = """.SH FILES
.TP
.I /etc/ceph/curverbd.conf
where clusters keep their data; see /usr/share/doc/curverbd/configuration.md.gz
.TP
.I /etc/ceph/ceph.conf
as for Ceph's programs
.SH ENVIRONMENT
.TP
.B CURVERBD_CONF
another file instead of /etc/ceph/curverbd.conf
.TP
.B CEPH_CONF
another file instead of /etc/ceph/ceph.conf
.TP
.B CEPH_ARGS
options that come before those of the command line
"""

PURPOSES = {
    "rbd": "work with RBD images on CurveRbd",
    "rbd-nbd": "make block devices of RBD images on CurveRbd",
    "ceph": "administer a CurveRbd cluster as if it were one of Ceph",
    "curverbd": "look after CurveRbd",
}


def escaped(text):
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in text.replace("\\", "\\e").replace("-", "\\-").splitlines())


def verbatim(text):
    return f".nf\n{escaped(text.rstrip())}\n.fi\n"


def command_sections(program):
    for command in commands_of(program):
        title = ", ".join([command.name, *command.aliases])
        yield f".SS {escaped(title)}\n{verbatim(command.help)}"


def page(program, version, date):
    name = pathlib.Path(program).name
    others = ", ".join(f".BR {other} (8)" for other in PURPOSES if other != name).replace(", .", ",\n.")
    head = f'.TH {name.upper()} 8 "{date}" "CurveRbd {version}" "System Administration"\n.SH NAME\n{escaped(name)} \\- {PURPOSES[name]}\n'
    if name == "ceph":
        body = f".SH DESCRIPTION\n{verbatim(output_of(program, '--help'))}"
    else:
        body = f".SH SYNOPSIS\n{verbatim(output_of(program, 'help'))}.SH COMMANDS\n" + "".join(command_sections(program))
    return f"{head}{body}{FILES}.SH SEE ALSO\n{others}\n"


if __name__ == "__main__":
    sys.stdout.write(page(*sys.argv[1:]))
