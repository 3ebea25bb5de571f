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


def section_of(name, backends):
    """A back end "fast:rbd" has the options of the section "rbd", one without a type those of any back end."""
    return backends.get(name, name)


def faults(file, namespaces):
    sections = {}
    cfg.ConfigParser(file, sections).parse()
    known = definitions(namespaces)
    enabled = sections["DEFAULT"].get("enabled_backends", [""])[0].split(",")
    backends = {word.split(":")[0]: word.split(":")[1] if ":" in word else "backend_defaults" for word in enabled if word}
    for section, settings in sections.items():
        options = known.get(section_of(section, backends), {})
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
