/* Groups: members, snapshots of all of them at one moment, and what their images and snapshots tell of it. */
#include "host.h"

int main(void)
{
    struct client client = connect_client();
    rados_ioctx_t io = client.io;
    rbd_image_t a = create_and_open(io, "a", MIB), b = create_and_open(io, "b", MIB);
    char names[64], id[64];
    size_t size = 0, count = 0;

    EQUAL(0, rbd_group_create(io, "first"));
    REFUSED(EEXIST, rbd_group_create(io, "first"));
    EQUAL(0, rbd_group_rename(io, "first", "g"));
    REFUSED(ENOENT, rbd_group_rename(io, "first", "h"));
    REFUSED(ERANGE, rbd_group_list(io, names, &size));
    EQUAL(2, size);
    EQUAL(2, rbd_group_list(io, names, &size));
    CHECK(strcmp(names, "g") == 0);
    size = sizeof id;
    EQUAL(0, rbd_group_get_id(io, "g", id, &size));
    EQUAL(strlen(id) + 1, size);

    EQUAL(0, rbd_group_image_add(io, "g", io, "a"));
    EQUAL(0, rbd_group_image_add(io, "g", io, "a"));
    EQUAL(0, rbd_group_image_add(io, "g", io, "b"));
    REFUSED(ENOENT, rbd_group_image_add(io, "g", io, "none"));
    REFUSED(ENOENT, rbd_group_image_add(io, "none", io, "a"));
    rbd_group_image_info_t images[2];
    REFUSED(ERANGE, rbd_group_image_list(io, "g", images, sizeof images[0], &count));
    EQUAL(2, count);
    REFUSED(ERANGE, rbd_group_image_list(io, "g", images, 1, &count));
    EQUAL(2, rbd_group_image_list(io, "g", images, sizeof images[0], &count));
    CHECK(strcmp(images[0].name, "a") == 0 && strcmp(images[1].name, "b") == 0 && images[0].state == 0);
    EQUAL(0, rbd_group_image_list_cleanup(images, sizeof images[0], count));
    rbd_group_info_t group;
    EQUAL(0, rbd_get_group(a, &group, sizeof group));
    CHECK(strcmp(group.name, "g") == 0 && group.pool == rados_ioctx_get_id(io));
    EQUAL(0, rbd_group_info_cleanup(&group, sizeof group));

    fill(a, 0, 4096, 1);
    fill(b, 0, 4096, 2);
    EQUAL(0, rbd_group_snap_create(io, "g", "s"));
    REFUSED(EEXIST, rbd_group_snap_create2(io, "g", "s", 0));
    REFUSED(EINVAL, rbd_group_snap_create2(io, "g", "t", 64));
    EQUAL(0, rbd_group_snap_rename(io, "g", "s", "t"));
    fill(a, 0, 4096, 3);
    fill(b, 0, 4096, 4);

    rbd_group_snap_info_t snaps[1];
    count = 0;
    REFUSED(ERANGE, rbd_group_snap_list(io, "g", snaps, sizeof snaps[0], &count));
    EQUAL(1, count);
    EQUAL(1, rbd_group_snap_list(io, "g", snaps, sizeof snaps[0], &count));
    CHECK(strcmp(snaps[0].name, "t") == 0 && snaps[0].state == 1);
    EQUAL(0, rbd_group_snap_list_cleanup(snaps, sizeof snaps[0], count));
    rbd_group_snap_info2_t infos[1], info;
    EQUAL(0, rbd_group_snap_list2(io, "g", infos, &count));
    EQUAL(0, rbd_group_snap_get_info(io, "g", "t", &info));
    CHECK(strcmp(infos[0].id, info.id) == 0 && info.state == 1 && info.image_snaps_count == 2);
    CHECK(strncmp(info.image_snap_name, ".group.", 7) == 0 && info.image_snaps[0].snap_id != 0);
    rbd_snap_group_namespace_t of;
    REFUSED(ERANGE, rbd_snap_get_group_namespace(a, info.image_snaps[0].snap_id, &of, 1));
    EQUAL(0, rbd_snap_get_group_namespace(a, info.image_snaps[0].snap_id, &of, sizeof of));
    CHECK(strcmp(of.group_name, "g") == 0 && strcmp(of.group_snap_name, "t") == 0 && of.group_pool == rados_ioctx_get_id(io));
    EQUAL(0, rbd_snap_group_namespace_cleanup(&of, sizeof of));
    rbd_group_snap_get_info_cleanup(&info);
    rbd_group_snap_list2_cleanup(infos, count);
    REFUSED(ENOENT, rbd_group_snap_get_info(io, "g", "none", &info));

    EQUAL(0, rbd_group_snap_rollback(io, "g", "t"));
    holds(a, 0, 4096, 1);
    holds(b, 0, 4096, 2);
    REFUSED(ENOENT, rbd_group_snap_rollback(io, "g", "none"));
    EQUAL(0, rbd_group_snap_remove(io, "g", "t"));
    REFUSED(ENOENT, rbd_group_snap_remove(io, "g", "t"));

    char image_id[32];
    EQUAL(0, rbd_get_id(b, image_id, sizeof image_id));
    EQUAL(0, rbd_close(a));
    EQUAL(0, rbd_close(b));
    REFUSED(EMLINK, rbd_remove(io, "a"));
    EQUAL(0, rbd_group_image_remove(io, "g", io, "a"));
    REFUSED(ENOENT, rbd_group_image_remove(io, "g", io, "a"));
    EQUAL(0, rbd_group_image_remove_by_id(io, "g", io, image_id));
    EQUAL(0, rbd_remove(io, "a"));
    EQUAL(0, rbd_group_remove(io, "g"));
    EQUAL(0, rbd_group_remove(io, "g"));
    disconnect(client);
    return 0;
}
