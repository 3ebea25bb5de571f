"""Our modules have everything that python/surface.tsv lists, the table has everything that Ceph's modules here have, and docs/python.md is current."""

import csv
import json
import subprocess
import sys

import pytest
from room import ROOT

# What Ceph's modules import for themselves.
NOT_PUBLIC = {"Callable", "Dict", "Iterable", "List", "Optional", "Sequence", "Tuple", "Union", "chain", "datetime", "partial", "timedelta", "unicode",
              "wraps", "threading", "time", "errno", "json", "sys"}
SPECIAL = ("__init__", "__enter__", "__exit__", "__iter__", "__next__")

DESCRIBE = """
import inspect, json, rados, rbd
def of(kind, name):
    member = inspect.getattr_static(kind, name)
    if inspect.isfunction(member) or isinstance(member, (staticmethod, classmethod)):
        parameters = list(inspect.signature(getattr(kind, name)).parameters.values())
        return [[p.name, None if p.default is inspect.Parameter.empty else repr(p.default), str(p.kind)] for p in parameters if p.name != "self"]
    return None
print(json.dumps({module.__name__: {name: {member: of(value, member) for member in dir(value) if not member.startswith("__") or member in %r}
                                     if isinstance(value, type) else repr(value)
                                     for name, value in vars(module).items() if not name.startswith("_")} for module in (rados, rbd)}))
""" % (SPECIAL,)

LIST = """
import json, rados, rbd
print(json.dumps([[module.__name__, name, member] for module in (rados, rbd) for name, value in vars(module).items() if not name.startswith("_")
                  for member in ["-", *([m for m in vars(value) if not m.startswith("_") or m in ("__enter__", "__exit__", "__iter__", "__next__")]
                                        if isinstance(value, type) and not issubclass(value, Exception) else [])]]))
"""

ERRORS = """
import rados, rbd
for module in (rados, rbd):
    for name, kind in sorted(vars(module).items()):
        if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == module.__name__:
            more = (7,) if name == "ExtendMismatch" else ()
            if name == "Error":
                continue
            print(module.__name__, name, [base.__name__ for base in kind.__mro__], str(kind("text", 5, *more)), kind("text", 5, *more).errno,
                  str(kind("text", None, *more)))
"""


def surface():
    with open(ROOT / "python/surface.tsv", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture
def described(own):
    return json.loads(own(DESCRIBE))


def test_page_is_current():
    made = subprocess.run([sys.executable, ROOT / "python/coverage.py"], check=True, capture_output=True, text=True).stdout

    assert made == (ROOT / "docs/python.md").read_text(), "run: python/coverage.py > docs/python.md"


def test_every_class_and_member_is_there(described):
    missing = []
    for row in surface():
        names = described[row["module"]]
        if row["kind"] == "attribute" or (row["module"], row["class"], row["name"]) == ("rados", "Ioctx", "lock"):
            continue
        if row["name"] not in (names if row["class"] == "-" else names.get(row["class"], {})) and row["name"] != "-":
            missing.append(row)

    assert missing == []


def test_constants_have_their_values(described):
    wrong = [row for row in surface() if row["kind"] == "constant" and row["class"] == "-" and row["name"] != "ECANCELED"
             and described[row["module"]][row["name"]] != row["signature"]]

    assert wrong == []


def test_parameters_and_defaults_are_the_same(described):
    newest = {(row["module"], row["class"], row["name"]): row["signature"] for row in surface() if row["kind"] == "method"}
    wrong = []
    for (module, cls, name), signature in newest.items():
        ours = described[module][cls][name]
        if ours is None or signature.startswith("*"):
            continue
        theirs = [part.partition("=") for part in signature.split(", ")] if signature != "-" else []
        for parameter, (wanted, _, default) in zip(ours, theirs):
            # Without its default a parameter has a value that means "not given".
            if parameter[0] != wanted or default and parameter[1] != default:
                wrong.append((module, cls, name, parameter, wanted, default))
        if len(ours) < len(theirs) or any(default is None and "VAR" not in kind for _, default, kind in ours[len(theirs):]):
            wrong.append((module, cls, name, ours, theirs))

    assert wrong == []


def test_table_has_what_the_modules_of_debian_have(room):
    known = {(row["module"], row["class"], row["name"]) for row in surface()}

    found = [entry for entry in json.loads(room.python(LIST)) if entry[1] not in NOT_PUBLIC]

    assert [entry for entry in found if tuple(entry) not in known and (entry[0], "-", entry[1]) not in known] == []


def test_errors_are_those_of_the_modules_of_debian(room, own, monkeypatch):
    ours = own(ERRORS)
    monkeypatch.delenv("PYTHONPATH")

    theirs = room.python(ERRORS)

    newer = {row["class"] for row in surface() if row["kind"] == "class" and int(row["since"]) > 16}
    assert [line for line in ours.splitlines() if line.split()[1] not in newer] == theirs.splitlines()


def test_sources_compile_for_the_oldest_python():
    import ast
    for path in (ROOT / "python").glob("r*/*.py"):
        ast.parse(path.read_text(), str(path), feature_version=(3, 9))
