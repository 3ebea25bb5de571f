#!/usr/bin/env python3
"""Writes the ctypes prototypes of one library from the table of exports:

    python/prototypes.py librados > python/rados/_functions.py
    python/prototypes.py librbd > python/rbd/_functions.py
"""

import pathlib
import re
import sys

EXPORTS = pathlib.Path(__file__).resolve().parent.parent / "src/Native/exports.tsv"

SCALARS = {
    "int": "c_int", "unsigned int": "c_uint", "unsigned": "c_uint", "size_t": "c_size_t", "ssize_t": "c_ssize_t", "float": "c_float", "_Bool": "c_bool",
    "int64_t": "c_int64", "uint64_t": "c_uint64", "uint32_t": "c_uint32", "uint8_t": "c_uint8", "time_t": "c_int64", "rados_snap_t": "c_uint64",
    "void": "None",
}

HANDLES = {
    "rados_t", "rados_ioctx_t", "rados_config_t", "rados_completion_t", "rados_list_ctx_t", "rados_object_list_cursor", "rados_xattrs_iter_t",
    "rados_omap_iter_t", "rados_write_op_t", "rados_read_op_t", "rbd_image_t", "rbd_image_options_t", "rbd_completion_t", "rbd_pool_stats_t",
    "rbd_encryption_options_t",
}


def rows(library):
    """The functions of a library: name and prototype, each once."""
    seen = {}
    for line in EXPORTS.read_text().splitlines()[1:]:
        columns = line.split("\t")
        if columns[0] == library:
            seen[columns[2]] = columns[7]
    return sorted(seen.items())


def ctype(declared):
    """The ctypes type of a parameter or result. Whatever is a pointer but no constant text takes arrays, structures by reference and addresses."""
    text = re.sub(r"\bstruct\b", "", declared).strip()
    if "(*" in text:
        return "c_void_p"
    if text.count("*") == 1 and re.match(r"const char\b", text):
        return "c_char_p"
    if "*" in text:
        return "c_void_p"
    bare = re.sub(r"\bconst\b", "", text).strip()
    if bare in HANDLES or re.search(r"(callback|fn|cb|cb2|callback2)_t$", bare):
        return "c_void_p"
    return SCALARS.get(bare, "c_int")


def parameters(text):
    """The parameters' types without their names, of 'const char *name, size_t len'."""
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text + ","):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    for part in parts:
        if part in ("void", ""):
            continue
        yield part if "(*" in part else re.sub(r"\w+$", "", part).strip() or part


def prototype(text):
    result, name, taken = re.fullmatch(r"(.*?)(\w+)\((.*)\)", text).groups()
    return ctype(result.strip()), [ctype(parameter) for parameter in parameters(taken)], name


def main(library):
    print(f'"""The C functions of {library}, made from src/Native/exports.tsv by python/prototypes.py; do not edit."""')
    print()
    types = set()
    lines = []
    for _, text in rows(library):
        result, taken, name = prototype(text)
        types.update([result, *taken])
        lines.append(f'    "{name}": ({", ".join([result, *taken])},),')
    print("from ctypes import " + ", ".join(sorted(types - {"None"})))
    print()
    print("PROTOTYPES = {")
    print("\n".join(lines))
    print("}")


if __name__ == "__main__":
    main(sys.argv[1])
