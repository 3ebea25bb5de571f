/* The trash: what is in it, what keeps it there, what brings it back. */
#include "host.h"

static struct client client;

static int progress_of(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total);
    return arg ? *(int *)arg : 0;
}

static void create(const char *name, char *id)
{
    char data[512] = "content";
    rbd_image_t image = create_and_open(client.io, name, MIB);
    EQUAL(512, rbd_write(image, 0, sizeof data, data));
    EQUAL(0, rbd_get_id(image, id, 64));
    EQUAL(0, rbd_close(image));
}

static size_t in_the_trash(void)
{
    size_t max = 0;
    int r = rbd_trash_list(client.io, NULL, &max);
    CHECK(r == 0 ? max == 0 : r == -ERANGE);
    return max;
}

static void moving_and_asking(void)
{
    char first[64], second[64];
    rbd_trash_image_info_t info, all[2];
    rbd_image_t image;
    size_t size = 0;
    EQUAL(0, rbd_list(client.io, "", &size));
    create("image", first);
    REFUSED(ENOENT, rbd_trash_move(client.io, "nothing", 0));
    EQUAL(0, rbd_trash_move(client.io, "image", 3600));
    REFUSED(ENOENT, rbd_open(client.io, "image", &image, NULL));
    create("image", second);
    EQUAL(0, rbd_trash_move(client.io, "image", 0));

    EQUAL(0, rbd_trash_get(client.io, first, &info));
    CHECK(!strcmp(info.id, first) && !strcmp(info.name, "image"));
    EQUAL(0, info.source);
    CHECK(labs(info.deletion_time - time(NULL)) < 60);
    EQUAL(info.deletion_time + 3600, info.deferment_end_time);
    rbd_trash_get_cleanup(&info);
    REFUSED(ENOENT, rbd_trash_get(client.io, "abcdef", &info));

    size = 1;
    REFUSED(ERANGE, rbd_trash_list(client.io, all, &size));
    EQUAL(2, size);
    EQUAL(2, rbd_trash_list(client.io, all, &size));
    EQUAL(2, size);
    CHECK(!strcmp(all[0].name, "image") && !strcmp(all[1].name, "image") && strcmp(all[0].id, all[1].id));
    rbd_trash_list_cleanup(all, size);

    char data[512] = "";
    EQUAL(0, rbd_open_by_id(client.io, first, &image, NULL));
    EQUAL(512, rbd_read(image, 0, sizeof data, data));
    EQUAL(0, strcmp("content", data));
    EQUAL(0, rbd_close(image));
}

static void restoring(void)
{
    char third[64];
    rbd_trash_image_info_t all[2];
    rbd_image_t image;
    size_t size = 2;
    EQUAL(2, rbd_trash_list(client.io, all, &size));
    create("image", third);
    REFUSED(EEXIST, rbd_trash_restore(client.io, all[0].id, "image"));
    REFUSED(ENOENT, rbd_trash_restore(client.io, "abcdef", "image"));
    EQUAL(0, rbd_trash_restore(client.io, all[0].id, "restored"));
    EQUAL(0, rbd_open(client.io, "restored", &image, NULL));
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_remove(client.io, "restored"));
    EQUAL(0, rbd_trash_restore(client.io, all[1].id, "again"));
    EQUAL(0, rbd_remove(client.io, "again"));
    EQUAL(0, rbd_remove(client.io, "image"));
    rbd_trash_list_cleanup(all, size);
    EQUAL(0, in_the_trash());
}

static void removing(void)
{
    char id[64];
    rbd_image_t image;
    int refusal = -125;
    create("image", id);
    EQUAL(0, rbd_trash_move(client.io, "image", 3600));
    REFUSED(ENOENT, rbd_trash_remove(client.io, "abcdef", false));
    REFUSED(EPERM, rbd_trash_remove(client.io, id, false));
    EQUAL(0, rbd_open_by_id(client.io, id, &image, NULL));
    REFUSED(EBUSY, rbd_trash_remove(client.io, id, true));
    EQUAL(0, rbd_snap_create(image, "snapshot"));
    EQUAL(0, rbd_close(image));
    REFUSED(ENOTEMPTY, rbd_trash_remove(client.io, id, true));
    EQUAL(0, rbd_open_by_id(client.io, id, &image, NULL));
    EQUAL(0, rbd_snap_remove(image, "snapshot"));
    EQUAL(0, rbd_close(image));
    EQUAL(-125, rbd_trash_remove_with_progress(client.io, id, true, progress_of, &refusal));
    EQUAL(0, rbd_trash_remove_with_progress(client.io, id, true, progress_of, NULL));
    REFUSED(ENOENT, rbd_open_by_id(client.io, id, &image, NULL));
    EQUAL(0, in_the_trash());
}

static void purging(void)
{
    char expired[64], deferred[64];
    rbd_trash_image_info_t info;
    create("expired", expired);
    create("deferred", deferred);
    EQUAL(0, rbd_trash_move(client.io, "expired", 0));
    EQUAL(0, rbd_trash_move(client.io, "deferred", 3600));
    EQUAL(0, rbd_trash_purge(client.io, time(NULL) + 1, -1));
    EQUAL(1, in_the_trash());
    EQUAL(0, rbd_trash_get(client.io, deferred, &info));
    rbd_trash_get_cleanup(&info);
    EQUAL(0, rbd_trash_purge_with_progress(client.io, time(NULL) + 7200, -1, progress_of, NULL));
    EQUAL(0, in_the_trash());
}

static void statistics(void)
{
    char id[64];
    rbd_pool_stats_t stats;
    uint64_t images = 99, in_trash = 99, bytes = 99;
    create("kept", id);
    create("thrown", id);
    EQUAL(0, rbd_trash_move(client.io, "thrown", 0));
    rbd_pool_stats_create(&stats);
    EQUAL(0, rbd_pool_stats_option_add_uint64(stats, 0, &images));
    EQUAL(0, rbd_pool_stats_option_add_uint64(stats, 4, &in_trash));
    EQUAL(0, rbd_pool_stats_option_add_uint64(stats, 5, &bytes));
    EQUAL(0, rbd_pool_stats_get(client.io, stats));
    EQUAL(1, images);
    EQUAL(1, in_trash);
    EQUAL(MIB, bytes);
    rbd_pool_stats_destroy(stats);
}

int main(void)
{
    client = connect_client();
    moving_and_asking();
    restoring();
    removing();
    purging();
    statistics();
    disconnect(client);
    return 0;
}
