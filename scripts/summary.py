#!/usr/bin/env python3
"""Counts the JUnit results in a directory and ends with "N passed, N failed"; exit status 1 unless all passed.

For every NAME.expected there must be a readable NAME.xml with at least one test in it. A skipped test counts as failed: it has
shown nothing.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def outcomes(path):
    """Yields (test name, why it failed or None) for each test of one result file."""
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        yield path.stem, f"left no readable result: {error}"
        return
    if not cases:
        yield path.stem, "ran no test"
    for case in cases:
        bad = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
        why = None if bad is None else f"{bad.tag}: {bad.get('message') or (bad.text or '').strip()}"
        yield f"{case.get('classname')}.{case.get('name')}", why


def main(directory):
    directory = pathlib.Path(directory)
    names = {path.stem for path in directory.iterdir() if path.suffix in (".expected", ".xml")}
    passed = failed = 0
    for name in sorted(names):
        for test, why in outcomes(directory / f"{name}.xml"):
            if why is None:
                passed += 1
            else:
                failed += 1
                print(f"FAILED {test}: {why.splitlines()[0][:300]}")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
