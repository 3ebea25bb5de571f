"""The layouts of the structures are those a C compiler sees in Ceph's headers."""

import json
import subprocess

import pytest

HEADERS = ["rados/librados.h", "rbd/librbd.h"]

# Ours: theirs. Those of newer releases than Debian's headers are written down below as the header of that release has them.
RADOS = {"ClusterStat": "struct rados_cluster_stat_t", "PoolStat": "struct rados_pool_stat_t", "NotifyAck": "struct notify_ack_t",
         "NotifyTimeout": "struct notify_timeout_t", "TimeValue": "struct timeval", "TimeSpec": "struct timespec"}
RBD = {"ImageInfo": "rbd_image_info_t", "SnapInfo": "rbd_snap_info_t", "ImageSpec": "rbd_image_spec_t", "LinkedImageSpec": "rbd_linked_image_spec_t",
       "SnapSpec": "rbd_snap_spec_t", "TrashImageInfo": "rbd_trash_image_info_t", "ImageWatcher": "rbd_image_watcher_t",
       "ConfigOption": "rbd_config_option_t", "MigrationStatus": "rbd_image_migration_status_t", "GroupInfo": "rbd_group_info_t",
       "GroupImageInfo": "rbd_group_image_info_t", "GroupSnapInfo": "rbd_group_snap_info_t", "SnapGroupNamespace": "rbd_snap_group_namespace_t",
       "SnapMirrorNamespace": "rbd_snap_mirror_namespace_t", "MirrorPeerSite": "rbd_mirror_peer_site_t", "MirrorImageInfo": "rbd_mirror_image_info_t",
       "MirrorImageSiteStatus": "rbd_mirror_image_site_status_t", "MirrorImageGlobalStatus": "rbd_mirror_image_global_status_t",
       "LuksFormatOptions": "rbd_encryption_luks1_format_options_t"}
NEWER = {
    "GroupImageSnapInfo": (24, {"image_name": 0, "pool_id": 8, "snap_id": 16}),
    "GroupSnapInfo2": (48, {"id": 0, "name": 8, "image_snap_name": 16, "state": 24, "namespace_type": 28, "image_snaps_count": 32, "image_snaps": 40}),
    "SnapTrashNamespace": (16, {"original_namespace_type": 0, "original_name": 8}),
    "AnyLuksFormatOptions": (16, {"passphrase": 0, "passphrase_size": 8}),
    "EncryptionSpec": (24, {"format": 0, "opts": 8, "opts_size": 16}),
}

DUMP = """
import ctypes, importlib, json
print(json.dumps({module: {name: [ctypes.sizeof(kind), {field: getattr(kind, field).offset for field, _ in kind._fields_}]
                           for name, kind in vars(importlib.import_module(module + "._structs")).items()
                           if isinstance(kind, type) and issubclass(kind, ctypes.Structure) and hasattr(kind, "_fields_")}
                  for module in ("rados", "rbd")}))
"""


@pytest.fixture
def layouts(own):
    return json.loads(own(DUMP))


def compiled(path, structs):
    """Size and offsets as the C compiler has them."""
    lines = [f'#include <{header}>' for header in HEADERS] + ["#include <stddef.h>", "#include <stdio.h>", "int main(void) {"]
    for name, (declared, fields) in structs.items():
        lines.append(f'printf("{name} . %zu\\n", sizeof({declared}));')
        lines += [f'printf("{name} {field} %zu\\n", offsetof({declared}, {field}));' for field in fields]
    source = path / "layouts.c"
    source.write_text("\n".join([*lines, "return 0; }"]))
    subprocess.run(["gcc", "-o", path / "layouts", source], check=True, capture_output=True)
    found = {name: [0, {}] for name in structs}
    for line in subprocess.run([path / "layouts"], check=True, capture_output=True, text=True).stdout.splitlines():
        name, field, number = line.split()
        if field == ".":
            found[name][0] = int(number)
        else:
            found[name][1][field] = int(number)
    return found


@pytest.mark.parametrize("module,names", [("rados", RADOS), ("rbd", RBD)])
def test_layouts_are_those_of_the_headers(layouts, tmp_path, module, names):
    ours = layouts[module]

    theirs = compiled(tmp_path, {name: (declared, ours[name][1]) for name, declared in names.items()})

    assert {name: ours[name] for name in names} == theirs


def test_layouts_of_newer_releases(layouts):
    assert {name: layouts["rbd"][name] for name in NEWER} == {name: list(layout) for name, layout in NEWER.items()}


def test_every_structure_is_tested(layouts):
    assert set(layouts["rados"]) == set(RADOS)
    assert set(layouts["rbd"]) == {*RBD, *NEWER, "TimeSpec"}
