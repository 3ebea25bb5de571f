# The demonstration: one disk image through every stock program, then guests on its snapshots and clones. Sourced by build.sh.

# demo local|direct|nebd: on an embedded store, or on a CurveBS test cluster by one of the two ways of its bytes.
demo() {
    local start=$EPOCHREALTIME
    room=$(mktemp -d "${TMPDIR:-/tmp}/curverbd-demo.XXXXXX")
    trap 'leave_room' EXIT
    trap 'exit 130' INT TERM
    "make_$1_store"
    use_store "$room"
    local source=out/image/debian-mini.img image=images/debian-mini
    step "Creating the pools 'images' and 'guests' with ceph" create_pools images guests
    step "Writing the disk into rbd:$image with qemu-img convert" qemu-img convert -f raw -O raw "$source" "rbd:$image"
    step "Comparing the two with qemu-img compare" qemu-img compare -f raw -F raw "$source" "rbd:$image"
    step "Reading it back with rbd export" rbd export --no-progress "$image" "$room/export.img"
    step "Reading it back with Ceph's Python binding" e2e/demo/read_image.py "$image" "$room/python.img"
    step "Checking that all three have one SHA-256" same_sha256 "$source" "$room/export.img" "$room/python.img"
    e2e/demo/clones.py "$image" guests
    rbd ls -l images
    rbd ls -l guests
    rbd info guests/first
    printf 'The demonstration is over after %s s. Nothing is left running; %s is removed.\n' "$(seconds_since "$start")" "$room"
}

# The only difference between the stores: what curverbd.conf says.
make_local_store() {
    mkdir "$room/store"
    printf '[cluster]\nrbd_store = local:%s/store\n' "$room" > "$room/curverbd.conf"
}

make_direct_store() {
    step "Starting a CurveBS test cluster with a real etcd" cluster_start "$room/cluster"
    cp "$room/cluster/curverbd.conf" "$room"
}

make_nebd_store() {
    make_direct_store
    cp "$room/cluster/curverbd-nebd.conf" "$room/curverbd.conf"
}

leave_room() {
    ! cluster_pid "$room/cluster" >/dev/null || cluster_stop "$room/cluster"
    rm -rf "$room"
}

# use_store DIRECTORY: stock programs started from here on find our libraries, our commands and the store of DIRECTORY/curverbd.conf.
use_store() {
    export PATH=$PWD/out/bin:$PATH LD_LIBRARY_PATH=$PWD/out/lib CEPH_CONF=$1/ceph.conf CURVERBD_CONF=$1/curverbd.conf
    unset CEPH_ARGS
    printf '[global]\n' > "$CEPH_CONF"
}

create_pools() {
    local pool
    for pool in "$@"; do ceph osd pool create "$pool"; done
}

same_sha256() {
    sha256sum "$@"
    [ "$(sha256sum "$@" | cut -d ' ' -f 1 | sort -u | wc -l)" = 1 ] || { echo "they differ" >&2; return 1; }
}
