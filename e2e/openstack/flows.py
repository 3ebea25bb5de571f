#!/usr/bin/env python3
"""Writes the page that says which test proves which of OpenStack's flows: flows.py > docs/openstack.md. Its source is flows.tsv."""

import ast
import pathlib

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent.parent / "docs/openstack.md"

HEAD = """# OpenStack's flows

Each flow that the services have on rbd, and the tests that prove it with Debian 12's unmodified packages. The services find /etc/ceph with
ceph.conf, keyrings and curverbd.conf, and nothing else; `glance`, `cinder`, `cinder-backup` and `nova` are different users. Glance, Nova, os-brick
and the backups run with Ceph's Python modules and with our own; the core flows also on a CurveBS cluster (`e2e/curve/test_openstack.py`). What each call of the
Python modules and each function of the libraries does is in [python.md](python.md) and [compatibility.md](compatibility.md); how to set it up in
[operators-guide.md](operators-guide.md).

This page is made by `e2e/openstack/flows.py`; a test compares.
"""


def rows():
    """Pairs of a flow and what proves it; a heading has no proof."""
    for line in (HERE / "flows.tsv").read_text().splitlines():
        flow, _, proof = line.partition("\t")
        yield flow, proof


def page():
    lines = [HEAD]
    for flow, proof in rows():
        if not proof:
            lines += [f"{flow}\n" if lines[-1] == HEAD else f"\n{flow}\n", "| flow | proved by |", "|---|---|"]
        elif proof.startswith("refused: "):
            lines.append(f"| {flow} | {proof} |")
        else:
            lines.append(f"| {flow} | {', '.join(link(test) for test in proof.split())} |")
    return "\n".join(lines) + "\n"


def link(test):
    file, name = test.split(":")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../e2e/openstack/{file})"


def tests():
    """Every test there is, as file:name."""
    for path in HERE.glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.name}:{node.name}"


if __name__ == "__main__":
    print(page(), end="")
