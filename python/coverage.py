#!/usr/bin/env python3
"""Prints docs/python.md: what of Ceph's modules works, from python/surface.tsv, the sources of our modules and the table of exports.

    python/coverage.py > docs/python.md
"""

import ast
import csv
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBRARIES = {"librados", "librbd"}
ENTRIES = ("__init__", "__iter__", "__next__")

LEFT_OUT = {
    ("rados", "Ioctx", "lock"): "left out: it guards lists inside Ceph's module; ours takes no lock of Python's",
}

HEAD = """# The Python modules

Made by `python/coverage.py`; do not edit.

`out/python` holds the modules `rados` and `rbd`: pure Python (CPython 3.9 or newer) on the C libraries, with the names, arguments, defaults, constants
and exceptions of Ceph's modules from release 16 on. Ceph's own modules work on our libraries as well; ours are for where those are not installed,
a virtual environment for instance (`./build.sh wheel` makes a wheel with the libraries inside).

They find the C libraries in the directory `lib` of the package `rados` (a wheel has them there), else in `../lib` beside the modules (as in `out`),
else where the dynamic loader finds `librados.so.2` and `librbd.so.1`.

What differs from Ceph's modules, on purpose:

- Names that are no UTF-8 are listed with surrogate escapes, and such a text leads back to them. Ceph's modules raise `UnicodeDecodeError`.
- A closed I/O context raises `rbd.OSError` with EBADF where Ceph's module hands a dangling pointer to C.
- `close` and the end of an object do nothing in a process that was forked from the one that opened it.
- An exception can be pickled.
- Times are without a time zone, as they are up to Ceph 19 and as OpenStack compares them; Ceph 20 gives them one.
- `migration_status` tells the pool of the destination in `dest_pool_id`, `WriteOp.zero` takes offset and length in this order, and a metadata value
  may be empty.
- A process waits up to five seconds for callbacks of operations in flight before it ends.

A method is *refused* while a C function that it needs is not implemented: it raises `OperationNotSupported` (in `rados`: `OSError` with errno 95).
"""


class Package:
    """The sources of one module: which C functions each function and method leads to."""

    def __init__(self, name):
        self.files = {path.stem: ast.parse(path.read_text()) for path in sorted((ROOT / "python" / name).glob("*.py")) if path.stem != "_functions"}
        self.names = {stem: self._names(tree) for stem, tree in self.files.items()}

    @staticmethod
    def _names(tree):
        """What each name of a file stands for: a definition in it, or (file, name) of an import."""
        found = {}
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
                found.update({alias.asname or alias.name: (node.module, alias.name) for alias in node.names})
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found[node.name] = node
        return found

    def resolve(self, stem, name):
        """The file and the definition behind a name, or None."""
        found = self.names.get(stem, {}).get(name)
        while isinstance(found, tuple):
            stem, name = found
            found = self.names.get(stem, {}).get(name)
        return None if found is None else (stem, found)

    def method(self, stem, cls, name):
        """The file, the class and the definition of a method, looked for in the bases too."""
        for node in cls.body:
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return stem, cls, node
        for base in cls.bases:
            above = isinstance(base, ast.Name) and self.resolve(stem, base.id)
            found = above and self.method(above[0], above[1], name)
            if found:
                return found
        return None

    def functions_of(self, cls, name):
        """The C functions a method leads to; None if there is no such method."""
        place = self.resolve("__init__", cls)
        found = place and self.method(place[0], place[1], name)
        if not found:
            return None
        used = set()
        self._follow(found[0], place, found[2], used, set())
        return used

    def _follow(self, stem, owner, node, used, seen):
        if (stem, id(node)) in seen:
            return
        seen.add((stem, id(node)))
        for part in ast.walk(node):
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                self._follow_attribute(stem, owner, part, used, seen)
            elif isinstance(part, ast.Name):
                self._follow_name(stem, part.id, used, seen)

    def _follow_attribute(self, stem, owner, part, used, seen):
        if part.value.id in LIBRARIES:
            used.add(part.attr)
        elif part.value.id == "self" and owner:
            found = self.method(owner[0], owner[1], part.attr)
            if found:
                self._follow(found[0], owner, found[2], used, seen)
        else:
            place = self.resolve(stem, part.value.id)
            found = place and isinstance(place[1], ast.ClassDef) and self.method(place[0], place[1], part.attr)
            if found:
                self._follow(found[0], place, found[2], used, seen)

    def _follow_name(self, stem, name, used, seen):
        place = self.resolve(stem, name)
        if not place:
            return
        if isinstance(place[1], ast.FunctionDef):
            self._follow(place[0], None, place[1], used, seen)
            return
        for entry in ENTRIES:
            found = self.method(place[0], place[1], entry)
            if found:
                self._follow(found[0], place, found[2], used, seen)


def states():
    with open(ROOT / "src/Native/exports.tsv", newline="") as table:
        return {row["name"]: row["state"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}


def surface():
    with open(ROOT / "python/surface.tsv", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


# A method that has another way when the first function is missing works by the second.
WAYS = {"rbd_group_snap_list2": "rbd_group_snap_list", "rbd_snap_get_trash_namespace2": "rbd_snap_get_trash_namespace"}
CLEANUPS = ("_cleanup", "_end", "_free")


def state_of(functions, state):
    missing = sorted(name for name in functions if state.get(name) != "implemented" and not name.endswith(CLEANUPS)
                     and not (WAYS.get(name) and state.get(WAYS[name]) == "implemented"))
    if not missing:
        return "works"
    return f"refused: {', '.join(f'`{name}`' for name in missing)} {'is' if len(missing) == 1 else 'are'} not implemented"


def rows_of(module, packages, state):
    """Class, member, releases and state of each method and attribute, each once."""
    found = {}
    for row in surface():
        if row["module"] != module or row["kind"] not in ("method", "attribute"):
            continue
        key = row["class"], row["name"]
        since = found[key][0] if key in found else row["since"]
        if (module, *key) in LEFT_OUT:
            found[key] = since, LEFT_OUT[(module, *key)]
        elif row["kind"] == "attribute":
            found[key] = since, "works"
        else:
            functions = packages[module].functions_of(*key)
            found[key] = since, "missing" if functions is None else state_of(functions, state)
    return found


def main():
    packages = {name: Package(name) for name in ("rados", "rbd")}
    state = states()
    print(HEAD)
    tables = {module: rows_of(module, packages, state) for module in packages}
    print("| Module | Methods and attributes | Work | Refused or left out |")
    print("|---|---|---|---|")
    for module, rows in tables.items():
        works = sum(text == "works" for _, text in rows.values())
        print(f"| `{module}` | {len(rows)} | {works} | {len(rows) - works} |")
    for module, rows in tables.items():
        for cls in sorted({cls for cls, _ in rows}):
            print(f"\n## {module}.{cls}\n\n| Member | Since Ceph | State |\n|---|---|---|")
            for (owner, name), (since, text) in sorted(rows.items()):
                if owner == cls:
                    print(f"| `{name}` | {since} | {text} |")


if __name__ == "__main__":
    main()
