"""known_options.py FILE NAMESPACE...: exit status 1 if FILE sets an option that the installed service does not define, or a wrong value.

NAMESPACE is an entry point of "oslo.config.opts". Sections named in enabled_backends have the options of back ends.
"""

import importlib.metadata
import sys

from oslo_config import cfg


def definitions(namespaces):
    """Options by section and name."""
    known = {}
    for point in importlib.metadata.entry_points(group="oslo.config.opts"):
        if point.name in namespaces:
            for group, options in point.load()():
                section = known.setdefault(str(getattr(group, "name", group) or "DEFAULT"), {})
                section.update((option.dest, option) for option in options)
    return known


def kind_of(backend):
    """Where the options of a back end are defined: "fast:rbd" is Glance's, a name alone Cinder's."""
    name, _, store = backend.strip().partition(":")
    return name, f"glance.store.{store}.Store" if store else "backend_defaults"


def faults(file, namespaces):
    sections = {}
    cfg.ConfigParser(file, sections).parse()
    known = definitions(namespaces)
    enabled = sections["DEFAULT"].get("enabled_backends", [""])[0].split(",")
    backends = dict(map(kind_of, enabled))
    for section, settings in sections.items():
        options = known.get(backends.get(section, section), {})
        for key, (value,) in settings.items():
            if key not in options:
                yield f"[{section}] {key}: no such option"
                continue
            try:
                options[key].type(value)
            except ValueError as error:
                yield f"[{section}] {key}: {error}"


if __name__ == "__main__":
    found = list(faults(sys.argv[1], sys.argv[2:]))
    print(*found, sep="\n")
    sys.exit(1 if found else 0)
