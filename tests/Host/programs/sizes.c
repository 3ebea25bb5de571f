/* Buffers that are too short: how each function tells what it needs. */
#include "host.h"

static struct client client;
static rbd_image_t image;

static void in_bytes(void)
{
    char text[4096];
    size_t length = 3;
    REFUSED(ERANGE, rbd_get_name(image, text, &length));
    EQUAL(6, length);
    length = sizeof text;
    EQUAL(0, rbd_get_name(image, text, &length));
    EQUAL(6, length);
    REFUSED(ERANGE, rbd_get_id(image, text, 2));
    EQUAL(0, rbd_get_id(image, text, sizeof text));
    REFUSED(ERANGE, rbd_get_block_name_prefix(image, text, 5));
    EQUAL(0, rbd_get_block_name_prefix(image, text, sizeof text));
    EQUAL(0, strncmp(text, "rbd_data.", 9));

    length = 5;
    REFUSED(ERANGE, rbd_features_to_string(61, text, &length));
    EQUAL(strlen("deep-flatten,exclusive-lock,fast-diff,layering,object-map") + 1, length);
    EQUAL(0, rbd_features_to_string(61, text, &length));
    EQUAL(0, strcmp(text, "deep-flatten,exclusive-lock,fast-diff,layering,object-map"));
}

static void names_in_bytes(void)
{
    char names[64];
    size_t size = 7;
    REFUSED(ERANGE, rbd_list(client.io, names, &size));
    EQUAL(sizeof "empty" + sizeof "sizes", size);
    size = sizeof names;
    memset(names, 'x', sizeof names);
    EQUAL(12, rbd_list(client.io, names, &size));
    EQUAL(sizeof names, size);
    EQUAL(0, memcmp(names, "empty\0sizes\0\0\0\0", 15));
}

static void entries(void)
{
    rbd_image_spec_t images[2];
    size_t max = 1;
    REFUSED(ERANGE, rbd_list2(client.io, images, &max));
    EQUAL(2, max);
    EQUAL(0, rbd_list2(client.io, images, &max));
    EQUAL(2, max);
    EQUAL(0, strcmp(images[0].name, "empty"));
    rbd_image_spec_list_cleanup(images, max);
    rbd_image_spec_list_cleanup(images, 0);

    rbd_snap_info_t snapshots[2] = { { 1, 1, "x" } };
    int snaps = 0;
    REFUSED(ERANGE, rbd_snap_list(image, snapshots, &snaps));
    EQUAL(1, snaps);
    snaps = 2;
    EQUAL(0, rbd_snap_list(image, snapshots, &snaps));
    CHECK(snapshots[0].name == NULL);
    rbd_snap_list_end(snapshots);

    rbd_image_watcher_t watchers[4];
    max = 0;
    REFUSED(ERANGE, rbd_watchers_list(image, watchers, &max));
    EQUAL(1, max);
    max = 4;
    EQUAL(0, rbd_watchers_list(image, watchers, &max));
    EQUAL(1, max);
    rbd_watchers_list_cleanup(watchers, max);

    int options = 0;
    REFUSED(ERANGE, rbd_config_image_list(image, NULL, &options));
    CHECK(options > 50);
    rbd_config_option_t *listed = calloc((size_t)options, sizeof *listed);
    EQUAL(0, rbd_config_image_list(image, listed, &options));
    CHECK(listed[options - 1].name != NULL);
    rbd_config_image_list_cleanup(listed, options);
    free(listed);
}

static void metadata(void)
{
    char value[64], keys[64], values[64];
    size_t length = 3, keys_length = 5, values_length = 64;
    EQUAL(0, rbd_metadata_set(image, "key", "value"));
    EQUAL(0, rbd_metadata_set(image, "key2", ""));
    REFUSED(ERANGE, rbd_metadata_get(image, "key", value, &length));
    EQUAL(6, length);
    length = sizeof value;
    EQUAL(0, rbd_metadata_get(image, "key", value, &length));
    EQUAL(sizeof value, length);
    memset(values, 'x', sizeof values);
    REFUSED(ERANGE, rbd_metadata_list(image, "", 0, keys, &keys_length, values, &values_length));
    EQUAL(9, keys_length);
    EQUAL(7, values_length);
    EQUAL('x', values[0]);
    EQUAL(0, rbd_metadata_list(image, "", 0, keys, &keys_length, values, &values_length));
    EQUAL(0, memcmp(values, "value\0", 7));
    keys_length = values_length = 64;
    EQUAL(0, rbd_metadata_list(image, "key", 1, keys, &keys_length, values, &values_length));
    EQUAL(5, keys_length);
    REFUSED(ENOENT, rbd_metadata_get(image, "none", value, &length));
    REFUSED(EINVAL, rbd_metadata_set(image, "conf_no_such_option", "1"));
}

static void namespaces(void)
{
    char names[64];
    size_t size = 0;
    REFUSED(EINVAL, rbd_namespace_list(client.io, NULL, &size));
    EQUAL(0, size);
    EQUAL(0, rbd_namespace_create(client.io, "space"));
    REFUSED(ERANGE, rbd_namespace_list(client.io, NULL, &size));
    EQUAL(6, size);
    EQUAL(6, rbd_namespace_list(client.io, names, &size));
    EQUAL(6, size);
    EQUAL(0, rbd_namespace_remove(client.io, "space"));
}

static void lockers(void)
{
    int exclusive = 5;
    char tag[8];
    size_t lengths[4] = { 0, 9, 9, 9 };
    REFUSED(ERANGE, rbd_list_lockers(image, &exclusive, tag, &lengths[0], NULL, &lengths[1], NULL, &lengths[2], NULL, &lengths[3]));
    EQUAL(1, lengths[0]);
    EQUAL(0, rbd_list_lockers(image, &exclusive, tag, &lengths[0], NULL, &lengths[1], NULL, &lengths[2], NULL, &lengths[3]));
    EQUAL(0, lengths[1] + lengths[2] + lengths[3]);
}

static void of_the_cluster(void)
{
    char text[64];
    REFUSED(ERANGE, rados_cluster_fsid(client.cluster, text, 36));
    EQUAL(36, rados_cluster_fsid(client.cluster, text, 37));
    EQUAL(36, strlen(text));
    EQUAL(3, rados_pool_list(client.cluster, NULL, 0));
    memset(text, 'x', sizeof text);
    EQUAL(3, rados_pool_list(client.cluster, text, 2));
    EQUAL(0, text[0]);
    EQUAL(3, rados_pool_list(client.cluster, text, 10));
    EQUAL(0, memcmp(text, "p\0\0\0", 4));
    REFUSED(ERANGE, rados_ioctx_get_pool_name(client.io, text, 1));
    EQUAL(1, rados_ioctx_get_pool_name(client.io, text, 2));
    EQUAL(0, rados_ioctx_get_namespace(client.io, text, 1));
    rados_ioctx_set_namespace(client.io, "abc");
    REFUSED(ERANGE, rados_ioctx_get_namespace(client.io, text, 3));
    EQUAL(3, rados_ioctx_get_namespace(client.io, text, 4));
    rados_ioctx_set_namespace(client.io, NULL);

    EQUAL(0, rados_conf_set(client.cluster, "rbd_default_pool", "a long name of a pool"));
    REFUSED(ENAMETOOLONG, rados_conf_get(client.cluster, "rbd_default_pool", text, 7));
    EQUAL(0, strcmp(text, "a long"));
    EQUAL(0, rados_conf_get(client.cluster, "rbd_default_pool", text, sizeof text));
}

static void of_options(void)
{
    rbd_image_options_t options;
    char text[8];
    bool is_set = true;
    uint64_t number;
    rbd_image_options_create(&options);
    EQUAL(1, rbd_image_options_is_empty(options));
    EQUAL(0, rbd_image_options_set_string(options, 10, "data pool"));
    REFUSED(E2BIG, rbd_image_options_get_string(options, 10, text, sizeof text));
    REFUSED(EINVAL, rbd_image_options_set_string(options, 1, "text"));
    REFUSED(EINVAL, rbd_image_options_set_uint64(options, 99, 1));
    REFUSED(ENOENT, rbd_image_options_get_uint64(options, 2, &number));
    EQUAL(0, rbd_image_options_is_set(options, 2, &is_set));
    EQUAL(0, is_set);
    EQUAL(0, rbd_image_options_is_empty(options));
    rbd_image_options_destroy(options);
    REFUSED(EBADF, rbd_image_options_is_empty(options));
}

int main(void)
{
    client = connect_client();
    EQUAL(0, rbd_close(create_and_open(client.io, "empty", 0)));
    image = create_and_open(client.io, "sizes", MIB);
    in_bytes();
    names_in_bytes();
    entries();
    metadata();
    namespaces();
    lockers();
    of_the_cluster();
    of_options();
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
