"""The Python modules: clones, their parents and children, flattening, deep copies."""

import pytest
import rbd
from room import KIB, MIB, pattern

LAYERING = rbd.RBD_FEATURE_LAYERING
SIZE = 16 * MIB
CONTENT = pattern(SIZE)


@pytest.fixture(params=["1", "2"], ids=["protected", "unprotected"])
def clone_format(cluster, request):
    cluster.conf_set("rbd_default_clone_format", request.param)
    return int(request.param)


@pytest.fixture
def parent(ioctx, clone_format):
    """An open image rbd/parent whose snapshot 'base' holds CONTENT; the image itself is other."""
    rbd.RBD().create(ioctx, "parent", SIZE)
    with rbd.Image(ioctx, "parent") as image:
        image.write(CONTENT, 0)
        image.create_snap("base")
        if clone_format == 1:
            image.protect_snap("base")
        image.write(b"\xee" * SIZE, 0)
        yield image


@pytest.fixture
def child(ioctx, parent):
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")
    with rbd.Image(ioctx, "child") as image:
        yield image


def test_clone_shows_the_snapshot_and_keeps_its_own_writes(ioctx, parent, child):
    assert child.size() == SIZE and child.overlap() == SIZE and child.read(0, SIZE) == CONTENT

    child.write(b"own" * 1000, 5 * MIB + 333)

    expected = bytearray(CONTENT)
    expected[5 * MIB + 333:5 * MIB + 3333] = b"own" * 1000
    assert child.read(0, SIZE) == bytes(expected)
    assert parent.read(0, SIZE) == b"\xee" * SIZE
    with rbd.Image(ioctx, "parent", snapshot="base", read_only=True) as base:
        assert base.read(0, SIZE) == CONTENT


def test_clone_inherits_what_is_not_chosen(ioctx, parent):
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "same")
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "chosen", features=LAYERING, order=20, stripe_unit=64 * KIB, stripe_count=4)

    with rbd.Image(ioctx, "same") as same, rbd.Image(ioctx, "chosen") as chosen:
        own = ~rbd.RBD_FEATURE_OPERATIONS
        assert same.features() & own == parent.features() & own and same.stat()["order"] == parent.stat()["order"]
        assert chosen.features() & own == LAYERING | rbd.RBD_FEATURE_STRIPINGV2 and chosen.stat()["order"] == 20
        assert (chosen.stripe_unit(), chosen.stripe_count()) == (64 * KIB, 4)
        assert chosen.read(0, SIZE) == CONTENT


def test_parent_is_told(parent, child):
    assert child.parent_info() == ("rbd", "parent", "base")
    assert child.parent_id() == parent.id()
    spec = child.get_parent_image_spec()
    assert (spec["pool_name"], spec["pool_namespace"], spec["image_name"], spec["snap_name"]) == ("rbd", "", "parent", "base")
    assert child.stat()["parent_name"] in ("", b"")
    for ask in (parent.parent_info, parent.parent_id, parent.get_parent_image_spec):
        with pytest.raises(rbd.ImageNotFound):
            ask()


def test_children_are_told(cluster, ioctx, parent, child):
    cluster.create_pool("other")
    with cluster.open_ioctx("other") as other:
        rbd.RBD().clone(ioctx, "parent", "base", other, "elsewhere")

        assert sorted(parent.list_children()) == [("other", "elsewhere"), ("rbd", "child")]
        listed = {entry["image"]: entry for entry in parent.list_children2()}
        assert listed["child"]["pool"] == "rbd" and listed["child"]["id"] == child.id() and listed["child"]["trash"] is False
        assert listed["elsewhere"]["pool"] == "other"
        with rbd.Image(other, "elsewhere") as image:
            assert image.read(0, SIZE) == CONTENT


def test_children_of_one_snapshot(ioctx, parent, child):
    parent.create_snap("childless")

    parent.set_snap("childless")
    assert list(parent.list_children()) == []
    parent.set_snap("base")
    assert list(parent.list_children()) == [("rbd", "child")]


def test_descendants(ioctx, clone_format, parent, child):
    child.create_snap("base")
    if clone_format == 1:
        child.protect_snap("base")
    rbd.RBD().clone(ioctx, "child", "base", ioctx, "grandchild")

    assert [entry["image"] for entry in parent.list_children2()] == ["child"]
    assert sorted(entry["image"] for entry in parent.list_descendants()) == ["child", "grandchild"]
    with rbd.Image(ioctx, "grandchild") as image:
        assert image.read(0, SIZE) == CONTENT


def test_chain_of_clones(ioctx, clone_format, parent, child):
    expected = bytearray(CONTENT)
    name = "child"
    for generation in range(1, 6):
        with rbd.Image(ioctx, name) as image:
            image.write(bytes([generation]) * 100000, generation * MIB - 50000)
            expected[generation * MIB - 50000:generation * MIB + 50000] = bytes([generation]) * 100000
            image.create_snap("base")
            if clone_format == 1:
                image.protect_snap("base")
            image.write(b"\xdd" * SIZE, 0)
        rbd.RBD().clone(ioctx, name, "base", ioctx, f"generation{generation}")
        name = f"generation{generation}"

    with rbd.Image(ioctx, name) as last:
        assert last.read(0, SIZE) == bytes(expected)


@pytest.mark.parametrize("clone_format", ["1"], indirect=True)
def test_protection_lasts_as_long_as_children(ioctx, parent, child):
    with pytest.raises(rbd.ImageBusy):
        parent.unprotect_snap("base")
    child.flatten()
    parent.unprotect_snap("base")
    with pytest.raises(rbd.InvalidArgument):
        rbd.RBD().clone(ioctx, "parent", "base", ioctx, "another")
    parent.remove_snap("base")
    assert child.read(0, SIZE) == CONTENT


@pytest.mark.parametrize("clone_format", ["2"], indirect=True)
def test_snapshot_outlives_its_name(ioctx, parent):
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")

    parent.remove_snap("base")

    (kept,) = parent.list_snaps()
    assert kept["namespace"] == rbd.RBD_SNAP_NAMESPACE_TYPE_TRASH and kept["name"] != "base"
    assert parent.snap_get_trash_namespace(kept["id"])["original_name"] == "base"
    assert parent.op_features() & rbd.RBD_OPERATION_FEATURE_SNAP_TRASH
    parent.create_snap("base")
    with rbd.Image(ioctx, "child") as child:
        assert child.read(0, SIZE) == CONTENT
    rbd.RBD().remove(ioctx, "child")
    assert [entry["namespace"] for entry in parent.list_snaps()] == [rbd.RBD_SNAP_NAMESPACE_TYPE_USER]


def test_remove_with_flatten_cuts_the_children_off(ioctx, clone_format, parent, child):
    parent.remove_snap2("base", rbd.RBD_SNAP_REMOVE_FORCE)

    assert list(parent.list_snaps()) == [] and list(parent.list_children()) == []
    assert child.read(0, SIZE) == CONTENT
    with pytest.raises(rbd.ImageNotFound):
        child.parent_info()


def test_flatten(parent, child):
    seen = []
    child.write(b"own", MIB)

    child.flatten(on_progress=lambda done, total: seen.append((done, total)) or 0)

    assert child.read(0, SIZE) == CONTENT[:MIB] + b"own" + CONTENT[MIB + 3:]
    assert seen and all(0 <= done <= total for done, total in seen)
    assert child.overlap() == 0 and list(parent.list_children()) == []
    with pytest.raises(rbd.ImageNotFound):
        child.parent_info()
    with pytest.raises(rbd.InvalidArgument):
        child.flatten()


def test_flatten_of_a_clone_with_snapshots(ioctx, parent, child):
    child.create_snap("untouched")
    child.write(b"own" * MIB, 3)
    child.create_snap("touched")

    child.flatten()

    expected = CONTENT[:3] + b"own" * MIB + CONTENT[3 + 3 * MIB:]
    assert child.read(0, SIZE) == expected
    for name, content in (("untouched", CONTENT), ("touched", expected)):
        with rbd.Image(ioctx, "child", snapshot=name, read_only=True) as snapshot:
            assert snapshot.read(0, SIZE) == content


def test_overlap_shrinks_and_does_not_grow_back(child):
    child.resize(5 * MIB + 1)
    child.resize(2 * SIZE)

    assert child.overlap() == 5 * MIB + 1
    assert child.read(0, SIZE) == CONTENT[:5 * MIB + 1] + bytes(SIZE - 5 * MIB - 1)


def test_discard_in_a_clone_does_not_show_the_parent(child):
    child.discard(0, 4 * MIB)
    child.write_zeroes(6 * MIB + 1, MIB)

    assert child.read(0, SIZE) == bytes(4 * MIB) + CONTENT[4 * MIB:6 * MIB + 1] + bytes(MIB) + CONTENT[7 * MIB + 1:]


def test_snapshot_and_rollback_of_a_clone(child):
    child.create_snap("new")
    child.write(b"\x11" * SIZE, 0)

    child.rollback_to_snap("new")

    assert child.read(0, SIZE) == CONTENT and child.parent_info() == ("rbd", "parent", "base")


def test_copy_of_a_clone_has_no_parent(ioctx, child):
    child.copy(ioctx, "copy")

    with rbd.Image(ioctx, "copy") as copy:
        assert copy.read(0, SIZE) == CONTENT
        with pytest.raises(rbd.ImageNotFound):
            copy.parent_info()


def test_deep_copy_takes_snapshots_and_parent_along(ioctx, parent, child):
    child.write(b"one" * 1000, 0)
    child.create_snap("one")
    child.write(b"two" * 1000, 2 * MIB)
    child.create_snap("two")
    child.write(b"now" * 1000, 4 * MIB)

    child.deep_copy(ioctx, "copy")

    with rbd.Image(ioctx, "copy") as copy:
        assert copy.read(0, SIZE) == child.read(0, SIZE)
        assert [entry["name"] for entry in copy.list_snaps()] == ["one", "two"]
        assert copy.parent_info() == ("rbd", "parent", "base")
        for name in ("one", "two"):
            copy.set_snap(name)
            child.set_snap(name)
            assert copy.read(0, SIZE) == child.read(0, SIZE)
    assert sorted(name for _, name in parent.list_children()) == ["child", "copy"]


def test_deep_copy_of_an_existing_name(ioctx, parent, child):
    with pytest.raises(rbd.ImageExists):
        parent.deep_copy(ioctx, "child")


def test_sparsify_keeps_the_content(child):
    child.write(bytes(4 * MIB), 0)

    child.sparsify(64 * KIB)

    assert child.read(0, SIZE) == bytes(4 * MIB) + CONTENT[4 * MIB:]
    for wrong in (1000, 2 * KIB, 96 * KIB, 64 * MIB):
        with pytest.raises(rbd.InvalidArgument):
            child.sparsify(wrong)


def test_refusals(ioctx, parent, child):
    clone = rbd.RBD().clone
    with pytest.raises(rbd.ImageExists):
        clone(ioctx, "parent", "base", ioctx, "child")
    with pytest.raises(rbd.ImageNotFound):
        clone(ioctx, "nothing", "base", ioctx, "other")
    with pytest.raises(rbd.ImageNotFound):
        clone(ioctx, "parent", "nothing", ioctx, "other")
    with pytest.raises(rbd.FunctionNotSupported):
        clone(ioctx, "parent", "base", ioctx, "other", features=rbd.RBD_FEATURE_EXCLUSIVE_LOCK)
    with pytest.raises(rbd.ArgumentOutOfRange):
        clone(ioctx, "parent", "base", ioctx, "other", order=30)
    with pytest.raises(rbd.InvalidArgument):
        clone(ioctx, "parent", "base", ioctx, "other", stripe_unit=4096)
    assert sorted(rbd.RBD().list(ioctx)) == ["child", "parent"]


def test_parent_with_children_cannot_be_removed(ioctx, clone_format):
    rbd.RBD().create(ioctx, "parent", MIB)
    with rbd.Image(ioctx, "parent") as parent:
        parent.create_snap("base")
        if clone_format == 1:
            parent.protect_snap("base")
    rbd.RBD().clone(ioctx, "parent", "base", ioctx, "child")

    with pytest.raises(rbd.ImageHasSnapshots):
        rbd.RBD().remove(ioctx, "parent")

    rbd.RBD().remove(ioctx, "child")
    with rbd.Image(ioctx, "parent") as parent:
        assert list(parent.list_children()) == []
        parent.remove_snap2("base", rbd.RBD_SNAP_REMOVE_UNPROTECT)
    rbd.RBD().remove(ioctx, "parent")
    assert rbd.RBD().list(ioctx) == []
