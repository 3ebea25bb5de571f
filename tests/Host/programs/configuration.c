/* rados_t before and after connecting, and what its options accept. */
#include "host.h"

static void expect(rados_t cluster, const char *option, const char *value)
{
    char found[256];
    EQUAL(0, rados_conf_get(cluster, option, found, sizeof found));
    if (strcmp(found, value) != 0)
        fprintf(stderr, "%s is '%s', expected '%s'\n", option, found, value);
    EQUAL(0, strcmp(found, value));
}

static void options(rados_t cluster)
{
    REFUSED(ENOENT, rados_conf_set(cluster, "no_such_option", "1"));
    REFUSED(EINVAL, rados_conf_set(cluster, "rbd_cache", "maybe"));
    EQUAL(0, rados_conf_set(cluster, "rbd cache", "false"));
    expect(cluster, "rbd_cache", "false");
    EQUAL(0, rados_conf_set(cluster, "rbd_cache_size", "32M"));
    expect(cluster, "rbd_cache_size", "33554432");
    const char *known[] = { "auth_supported", "rbd_default_format", "client_mount_timeout", "rados_mon_op_timeout", "rados_osd_op_timeout", "key",
                            "keyring", "mon_host", "rbd_default_features", "log_file", "debug_rbd", "auth_client_required" };
    char value[256];
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        EQUAL(0, rados_conf_get(cluster, known[i], value, sizeof value));
}

static void what_was_set_survives_a_file(rados_t cluster)
{
    FILE *file = fopen("other.conf", "w");
    fputs("[global]\nrbd_cache = true\nrbd default order = 23\n", file);
    fclose(file);
    EQUAL(0, rados_conf_read_file(cluster, "other.conf"));
    expect(cluster, "rbd_cache", "false");
    expect(cluster, "rbd_default_order", "23");
    REFUSED(ENOENT, rados_conf_read_file(cluster, "missing.conf"));
}

static void arguments(rados_t cluster)
{
    const char *words[] = { "program", "--rbd-default-order", "24", "file", "--rbd_cache_max_dirty=1M", "more" }, *left[6];
    EQUAL(0, rados_conf_parse_argv_remainder(cluster, 6, words, left));
    expect(cluster, "rbd_default_order", "24");
    expect(cluster, "rbd_cache_max_dirty", "1048576");
    CHECK(left[0] == words[0] && left[1] == words[3] && left[2] == words[5] && left[3] == NULL);
}

static void before_connecting(rados_t cluster)
{
    rados_ioctx_t io;
    struct rados_cluster_stat_t stat;
    char fsid[37], *out, *outs;
    size_t outlen, outslen;
    const char *command[] = { "{\"prefix\": \"fsid\"}" };
    REFUSED(ENOTCONN, rados_ioctx_create(cluster, "p", &io));
    REFUSED(ENOTCONN, rados_pool_list(cluster, NULL, 0));
    REFUSED(ENOTCONN, rados_pool_lookup(cluster, "p"));
    REFUSED(ENOTCONN, rados_cluster_stat(cluster, &stat));
    REFUSED(ENOTCONN, rados_mon_command(cluster, command, 1, NULL, 0, &out, &outlen, &outs, &outslen));
    EQUAL(36, rados_cluster_fsid(cluster, fsid, sizeof fsid));
    EQUAL(0, strcmp(fsid, "00000000-0000-0000-0000-000000000000"));
    EQUAL(0, rados_get_instance_id(cluster));
}

static void connected(rados_t cluster)
{
    rados_ioctx_t io;
    char *address, *out, *outs;
    size_t outlen, outslen;
    const char *command[] = { "{\"prefix\": \"fsid\", \"format\": \"json\"}" }, *unknown[] = { "{\"prefix\": \"no such\"}" };
    REFUSED(EISCONN, rados_connect(cluster));
    CHECK(rados_get_instance_id(cluster) > 0);
    EQUAL(0, rados_getaddrs(cluster, &address));
    CHECK(strchr(address, '/') != NULL);
    free(address);
    REFUSED(ENOENT, rados_ioctx_create(cluster, "no such pool", &io));
    EQUAL(0, rados_pool_create(cluster, "c"));
    REFUSED(EEXIST, rados_pool_create(cluster, "c"));
    REFUSED(ENOENT, rados_pool_create_with_crush_rule(cluster, "d", 3));
    EQUAL(0, rados_ioctx_create(cluster, "c", &io));
    CHECK(rados_ioctx_get_cluster(io) == cluster);
    EQUAL(rados_pool_lookup(cluster, "c"), rados_ioctx_get_id(io));
    rados_ioctx_destroy(io);
    EQUAL(0, rados_mon_command(cluster, command, 1, NULL, 0, &out, &outlen, &outs, &outslen));
    CHECK(outlen > 36);
    CHECK(outs == NULL && outslen == 0);
    rados_buffer_free(out);
    EQUAL(0, rados_mon_command(cluster, command, 1, NULL, 0, NULL, NULL, NULL, NULL));
    REFUSED(EINVAL, rados_mon_command(cluster, unknown, 1, NULL, 0, NULL, NULL, NULL, NULL));
    EQUAL(0, rados_conf_set(cluster, "rbd_cache", "true"));
    REFUSED(ENOSYS, rados_conf_read_file(cluster, "other.conf"));
}

int main(void)
{
    rados_t cluster, shared;
    REFUSED(EINVAL, rados_create2(&cluster, "ceph", "admin", 0));
    REFUSED(EINVAL, rados_create2(&cluster, "ceph", NULL, 0));
    EQUAL(0, rados_create2(&cluster, NULL, "client.glance", 0));
    rados_shutdown(cluster);

    EQUAL(0, rados_create(&cluster, NULL));
    options(cluster);
    what_was_set_survives_a_file(cluster);
    arguments(cluster);
    before_connecting(cluster);
    EQUAL(0, rados_create_with_context(&shared, rados_cct(cluster)));
    expect(shared, "rbd_default_order", "24");
    EQUAL(0, rados_connect(cluster));
    connected(cluster);
    EQUAL(0, rados_connect(shared));
    rados_shutdown(cluster);
    EQUAL(2, rados_pool_list(shared, NULL, 0) - 1);
    rados_shutdown(shared);
    return 0;
}
