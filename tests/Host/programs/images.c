/* Images from creation to removal: what is refused, and with which number. */
#include "host.h"

static struct client client;

static void creation(void)
{
    int order = 0;
    EQUAL(0, rbd_create(client.io, "image", 10 * MIB + 1, &order));
    EQUAL(22, order);
    REFUSED(EEXIST, rbd_create(client.io, "image", MIB, &order));
    REFUSED(EINVAL, rbd_create(client.io, "", MIB, &order));
    int orders[] = { 11, 26, 64, -1 };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        REFUSED(EDOM, rbd_create(client.io, "x", MIB, &orders[i]));
    order = 22;
    REFUSED(ENOSYS, rbd_create2(client.io, "x", MIB, 1 << 12, &order));
    REFUSED(EINVAL, rbd_create2(client.io, "x", MIB, 8, &order));
    REFUSED(EINVAL, rbd_create3(client.io, "x", MIB, 1, &order, 65536, 0));
    REFUSED(EINVAL, rbd_create2(client.io, "x", 1ull << 60, 61, &order));
    rados_ioctx_set_namespace(client.io, "nowhere");
    REFUSED(ENOENT, rbd_create(client.io, "x", MIB, &order));
    rados_ioctx_set_namespace(client.io, "");

    rbd_image_options_t options;
    rbd_image_options_create(&options);
    EQUAL(0, rbd_image_options_set_uint64(options, 0, 1));
    REFUSED(EINVAL, rbd_create4(client.io, "x", MIB, options));
    rbd_image_options_clear(options);
    EQUAL(0, rbd_image_options_set_uint64(options, 2, 16));
    EQUAL(0, rbd_create4(client.io, "small objects", MIB, options));
    rbd_image_options_destroy(options);
}

static void opening_and_asking(void)
{
    rbd_image_t image;
    rbd_image_info_t info;
    uint64_t number;
    char id[64], text[200];
    struct timespec created;
    REFUSED(ENOENT, rbd_open(client.io, "missing", &image, NULL));
    REFUSED(ENOENT, rbd_open(client.io, "image", &image, "no such snapshot"));
    EQUAL(0, rbd_open(client.io, "image", &image, NULL));
    memset(&info, 0xff, sizeof info);
    EQUAL(0, rbd_stat(image, &info, sizeof info));
    EQUAL(10 * MIB + 1, info.size);
    EQUAL(4 * MIB, info.obj_size);
    EQUAL(3, info.num_objs);
    EQUAL(22, info.order);
    EQUAL(-1, info.parent_pool);
    EQUAL(0, info.parent_name[0]);
    EQUAL(0, strncmp(info.block_name_prefix, "rbd_data.", 9));
    EQUAL(0, rbd_get_features(image, &number));
    EQUAL(61, number);
    EQUAL(0, rbd_get_stripe_unit(image, &number));
    EQUAL(4 * MIB, number);
    EQUAL(0, rbd_get_overlap(image, &number));
    EQUAL(0, number);
    EQUAL(rados_ioctx_get_id(client.io), rbd_get_data_pool_id(image));
    EQUAL(0, rbd_get_create_timestamp(image, &created));
    CHECK(labs(created.tv_sec - time(NULL)) < 60 && created.tv_nsec < 1000000000);
    REFUSED(ENOENT, rbd_get_parent_info(image, NULL, 0, NULL, 0, NULL, 0));
    REFUSED(ENOENT, rbd_get_parent(image, NULL, NULL));
    REFUSED(EINVAL, rbd_flatten(image));
    rbd_group_info_t group;
    REFUSED(ERANGE, rbd_get_group(image, &group, 8));
    EQUAL(0, rbd_get_group(image, &group, sizeof group));
    EQUAL(-1, group.pool);
    EQUAL(0, rbd_group_info_cleanup(&group, sizeof group));
    rbd_mirror_image_info_t mirror;
    EQUAL(0, rbd_mirror_image_get_info(image, &mirror, sizeof mirror));
    EQUAL(2, mirror.state);
    EQUAL(0, mirror.primary);
    rbd_mirror_image_get_info_cleanup(&mirror);

    EQUAL(0, rbd_get_id(image, id, sizeof id));
    REFUSED(EBUSY, rbd_remove(client.io, "image"));
    EQUAL(0, rbd_rename(client.io, "image", "renamed"));
    size_t length = sizeof text;
    EQUAL(0, rbd_get_name(image, text, &length));
    EQUAL(0, strcmp(text, "image"));
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_open_by_id_read_only(client.io, id, &image, NULL));
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_rename(client.io, "renamed", "image"));
    REFUSED(EEXIST, rbd_rename(client.io, "image", "small objects"));
}

static int changes;

static void on_change(void *arg)
{
    (void)arg;
    __atomic_add_fetch(&changes, 1, __ATOMIC_SEQ_CST);
}

static int refuse_progress(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total);
    return *(int *)arg;
}

static void resizing(void)
{
    rbd_image_t image, other;
    uint64_t size, watch;
    int refusal = -1234;
    EQUAL(0, rbd_open(client.io, "image", &image, NULL));
    EQUAL(0, rbd_open(client.io, "image", &other, NULL));
    EQUAL(0, rbd_update_watch(other, &watch, on_change, NULL));
    EQUAL(0, rbd_resize(image, 20 * MIB));
    EQUAL(0, rbd_get_size(other, &size));
    EQUAL(20 * MIB, size);
    for (int i = 0; i < 500 && !__atomic_load_n(&changes, __ATOMIC_SEQ_CST); i++)
        usleep(10000);
    CHECK(changes > 0);
    EQUAL(0, rbd_update_unwatch(other, watch));
    REFUSED(EINVAL, rbd_update_unwatch(other, watch));
    REFUSED(EINVAL, rbd_resize2(image, MIB, false, NULL, NULL));
    EQUAL(-1234, rbd_resize_with_progress(image, MIB, refuse_progress, &refusal));
    EQUAL(0, rbd_get_size(image, &size));
    EQUAL(20 * MIB, size);
    refusal = 0;
    EQUAL(0, rbd_resize2(image, MIB, true, refuse_progress, &refusal));
    EQUAL(0, rbd_close(other));
    EQUAL(0, rbd_close(image));
}

static void copying(void)
{
    rbd_image_t image, copy;
    char data[512], back[512];
    int progress = 0;
    memset(data, 9, sizeof data);
    EQUAL(0, rbd_open(client.io, "image", &image, NULL));
    EQUAL(512, rbd_write(image, 4096, sizeof data, data));
    EQUAL(0, rbd_copy_with_progress(image, client.io, "copy", refuse_progress, &progress));
    REFUSED(EEXIST, rbd_copy(image, client.io, "copy"));
    EQUAL(0, rbd_open(client.io, "copy", &copy, NULL));
    EQUAL(512, rbd_read(copy, 4096, sizeof back, back));
    EQUAL(0, memcmp(data, back, sizeof data));
    EQUAL(0, rbd_copy2(image, copy));
    EQUAL(0, rbd_close(copy));
    EQUAL(0, rbd_close(image));
}

static void removal(void)
{
    int refusal = -77;
    EQUAL(-77, rbd_remove_with_progress(client.io, "copy", refuse_progress, &refusal));
    EQUAL(0, rbd_remove(client.io, "copy"));
    EQUAL(0, rbd_remove(client.io, "small objects"));
    EQUAL(0, rbd_remove(client.io, "image"));
    REFUSED(ENOENT, rbd_remove(client.io, "image"));
}

/* An image outlives the io context it was opened with. */
static void the_io_context_may_go_first(void)
{
    rados_ioctx_t io;
    uint64_t size;
    EQUAL(0, rados_ioctx_create(client.cluster, "p", &io));
    rbd_image_t image = create_and_open(io, "image", MIB);
    rados_ioctx_destroy(io);
    EQUAL(0, rbd_get_size(image, &size));
    EQUAL(0, rbd_close(image));
}

static void pools(void)
{
    rbd_pool_stats_t stats;
    uint64_t images = 99, bytes = 99;
    EQUAL(0, rbd_pool_init(client.io, false));
    EQUAL(0, rbd_pool_init(client.io, false));
    rbd_pool_stats_create(&stats);
    EQUAL(0, rbd_pool_stats_option_add_uint64(stats, 0, &images));
    EQUAL(0, rbd_pool_stats_option_add_uint64(stats, 1, &bytes));
    REFUSED(ENOENT, rbd_pool_stats_option_add_uint64(stats, 8, &bytes));
    EQUAL(0, rbd_pool_stats_get(client.io, stats));
    EQUAL(1, images);
    EQUAL(MIB, bytes);
    rbd_pool_stats_destroy(stats);
}

int main(void)
{
    client = connect_client();
    creation();
    opening_and_asking();
    resizing();
    copying();
    removal();
    the_io_context_may_go_first();
    pools();
    disconnect(client);
    return 0;
}
