/* Small objects through the C functions: what a reader gets back, operations as a whole, callbacks, listings, locks, and notifications to another process. */
#include <sys/wait.h>

#include "host.h"

static struct client client;

static void bytes(void)
{
    char data[64] = { 0 };
    uint64_t size = 0;
    struct timespec time = { 0, 0 };
    EQUAL(0, rados_write(client.io, "o", "hello", 5, 3));
    EQUAL(8, rados_read(client.io, "o", data, sizeof data, 0));
    EQUAL(0, memcmp(data, "\0\0\0hello", 8));
    EQUAL(0, rados_stat2(client.io, "o", &size, &time));
    EQUAL(8, size);
    CHECK(time.tv_sec > 0);
    EQUAL(0, rados_cmpext(client.io, "o", "he", 2, 3));
    EQUAL(-4097, rados_cmpext(client.io, "o", "heX", 3, 3));
    EQUAL(0, rados_trunc(client.io, "missing", 5));
    REFUSED(ENOENT, rados_stat(client.io, "missing", NULL, NULL));
    REFUSED(EFBIG, rados_write(client.io, "o", "x", 1, 16 * MIB));
    REFUSED(E2BIG, rados_write(client.io, "o", "x", 3ull << 30, 0));
    REFUSED(EINVAL, rados_writesame(client.io, "o", "ab", 2, 5, 0));
    EQUAL(0, rados_setxattr(client.io, "o", "a", "1234", 4));
    REFUSED(ERANGE, rados_getxattr(client.io, "o", "a", data, 3));
    REFUSED(ENODATA, rados_getxattr(client.io, "o", "b", data, 3));
    EQUAL(4, rados_getxattr(client.io, "o", "a", data, sizeof data));
    REFUSED(EOPNOTSUPP, rados_exec(client.io, "o", "rbd", "get_id", NULL, 0, data, sizeof data));
    CHECK(rados_get_last_version(client.io) > 0);
}

/* What the caller lends is copied at once, and an iterator is there before it is filled. */
static void operations(void)
{
    char key[] = "k1", value[] = "v1";
    const char *keys[] = { key }, *values[] = { value };
    size_t lengths[] = { 2 };
    rados_write_op_t change = rados_create_write_op();
    rados_write_op_create(change, 1, NULL);
    rados_write_op_omap_set(change, keys, values, lengths, 1);
    rados_write_op_append(change, value, 2);
    key[0] = value[0] = '?';
    EQUAL(0, rados_write_op_operate(change, client.io, "op", NULL, 0));
    REFUSED(EEXIST, rados_write_op_operate(change, client.io, "op", NULL, 0));
    rados_release_write_op(change);

    int failed = 1, found = 1;
    unsigned char more = 1;
    char *shown = NULL, *content = NULL, data[8];
    size_t length = 0, read = 0;
    rados_omap_iter_t iterator = NULL;
    rados_read_op_t look = rados_create_read_op();
    rados_read_op_assert_exists(look);
    rados_read_op_cmpxattr(look, "none", 1, "x", 1);
    rados_read_op_set_flags(look, 2);
    rados_read_op_omap_get_vals2(look, "", "k", 10, &iterator, &more, &found);
    CHECK(iterator != NULL);
    rados_read_op_read(look, 0, sizeof data, data, &read, &failed);
    EQUAL(0, rados_read_op_operate(look, client.io, "op", 0));
    rados_release_read_op(look);
    EQUAL(0, found);
    EQUAL(0, failed);
    EQUAL(0, more);
    EQUAL(2, read);
    EQUAL(1, rados_omap_iter_size(iterator));
    EQUAL(0, rados_omap_get_next(iterator, &shown, &content, &length));
    EQUAL(0, strcmp("k1", shown));
    EQUAL(0, memcmp("v1", content, 2));
    EQUAL(0, rados_omap_get_next(iterator, &shown, &content, &length));
    CHECK(shown == NULL);
    rados_omap_get_end(iterator);
}

static int completed, made_safe;

static void on_complete(rados_completion_t c, void *arg)
{
    EQUAL(1, rados_aio_is_complete(c));
    EQUAL(0, rados_aio_wait_for_complete(c));
    completed += *(int *)arg;
}

static void on_safe(rados_completion_t c, void *arg)
{
    (void)c;
    made_safe += *(int *)arg;
}

static void without_waiting(void)
{
    int one = 1;
    char data[8];
    rados_completion_t write[10], read;
    for (int i = 0; i < 10; i++) {
        EQUAL(0, rados_aio_create_completion(&one, on_complete, on_safe, &write[i]));
        char digit = (char)('0' + i);
        EQUAL(0, rados_aio_append(client.io, "aio", write[i], &digit, 1));
    }
    EQUAL(0, rados_aio_create_completion2(NULL, NULL, &read));
    EQUAL(0, rados_aio_read(client.io, "aio", read, data, 4, 3));
    EQUAL(0, rados_aio_wait_for_complete(read));
    EQUAL(4, rados_aio_get_return_value(read));
    EQUAL(0, memcmp("3456", data, 4));
    EQUAL(0, rados_aio_flush(client.io));
    for (int i = 0; i < 10; i++) {
        EQUAL(0, rados_aio_wait_for_complete_and_cb(write[i]));
        EQUAL(0, rados_aio_get_return_value(write[i]));
        CHECK(rados_aio_get_version(write[i]) > 0);
        rados_aio_release(write[i]);
    }
    rados_aio_release(read);
    EQUAL(10, completed);
    EQUAL(10, made_safe);
}

static void listing(void)
{
    const char *name, *key, *space;
    rados_list_ctx_t list;
    rados_ioctx_set_namespace(client.io, "space");
    rados_ioctx_locator_set_key(client.io, "where");
    EQUAL(0, rados_write_full(client.io, "far", "x", 1));
    rados_ioctx_locator_set_key(client.io, NULL);
    EQUAL(0, rados_nobjects_list_open(client.io, &list));
    EQUAL(0, rados_nobjects_list_next(list, &name, &key, &space));
    EQUAL(0, strcmp("far", name) | strcmp("where", key) | strcmp("space", space));
    REFUSED(ENOENT, rados_nobjects_list_next(list, &name, &key, &space));
    rados_nobjects_list_close(list);
    rados_ioctx_set_namespace(client.io, "\001");
    rados_object_list_item items[2];
    rados_object_list_cursor from = rados_object_list_begin(client.io), to = rados_object_list_end(client.io), next;
    int seen = 0, got;
    while (!rados_object_list_is_end(client.io, from)) {
        got = rados_object_list(client.io, from, to, 2, NULL, 0, items, &next);
        CHECK(got >= 0);
        seen += got;
        rados_object_list_free((size_t)got, items);
        rados_object_list_cursor_free(client.io, from);
        from = next;
    }
    EQUAL(4, seen);
    rados_object_list_cursor_free(client.io, from);
    rados_object_list_cursor_free(client.io, to);
    REFUSED(EINVAL, rados_write_full(client.io, "o", "x", 1));
    rados_ioctx_set_namespace(client.io, NULL);
}

static void locks(void)
{
    struct timeval short_time = { 0, 1 };
    EQUAL(0, rados_lock_exclusive(client.io, "o", "l", "c", "why", &short_time, 0));
    usleep(1000);
    EQUAL(0, rados_lock_shared(client.io, "o", "l", "d", "t", "why", NULL, 0));
    REFUSED(EEXIST, rados_lock_shared(client.io, "o", "l", "d", "t", "why", NULL, 0));
    EQUAL(0, rados_lock_shared(client.io, "o", "l", "d", "t", "why", NULL, 1));
    REFUSED(EBUSY, rados_lock_exclusive(client.io, "o", "l", "e", "why", NULL, 0));
    char tag[8], clients[64], cookies[8], addresses[64];
    size_t sizes[4] = { sizeof tag, sizeof clients, sizeof cookies, sizeof addresses };
    int exclusive;
    EQUAL(1, rados_list_lockers(client.io, "o", "l", &exclusive, tag, &sizes[0], clients, &sizes[1], cookies, &sizes[2], addresses, &sizes[3]));
    EQUAL(0, exclusive | strcmp("t", tag) | strcmp("d", cookies));
    REFUSED(EINVAL, rados_break_lock(client.io, "o", "l", "nonsense", "d"));
    EQUAL(0, rados_break_lock(client.io, "o", "l", clients, "d"));
    REFUSED(ENOENT, rados_unlock(client.io, "o", "l", "d"));
}

struct watcher {
    struct client client;
    int failed, told;
};

static void on_notify(void *arg, uint64_t notify_id, uint64_t handle, uint64_t notifier_id, void *data, size_t length)
{
    struct watcher *watcher = arg;
    (void)notifier_id;
    EQUAL(4, length);
    EQUAL(0, memcmp("news", data, 4));
    EQUAL(0, rados_notify_ack(watcher->client.io, "o", notify_id, handle, "seen", 4));
    watcher->told++;
}

static void on_error(void *arg, uint64_t cookie, int error)
{
    (void)cookie;
    ((struct watcher *)arg)->failed = error;
}

/* The other process: watches, says so, is told once, and hears that the object is gone. */
static int watch(int ready)
{
    struct watcher watcher = { .client = { connect_cluster(), NULL } };
    uint64_t cookie;
    EQUAL(0, rados_ioctx_create(watcher.client.cluster, "p", &watcher.client.io));
    EQUAL(0, rados_watch3(watcher.client.io, "o", &cookie, on_notify, on_error, 30, &watcher));
    EQUAL(0, rados_watch_check(watcher.client.io, cookie));
    EQUAL(1, write(ready, "x", 1));
    for (int i = 0; i < 3000 && !watcher.failed; i++)
        usleep(10000);
    EQUAL(1, watcher.told);
    EQUAL(-ENOTCONN, watcher.failed);
    REFUSED(ENOTCONN, rados_watch_check(watcher.client.io, cookie));
    EQUAL(0, rados_unwatch2(watcher.client.io, cookie));
    EQUAL(0, rados_watch_flush(watcher.client.cluster));
    rados_ioctx_destroy(watcher.client.io);
    rados_shutdown(watcher.client.cluster);
    return 0;
}

static void notifications(int ready, pid_t other)
{
    char *reply = NULL, byte;
    size_t length = 0, answered = 0, silent = 9;
    struct notify_ack_t *answers = NULL;
    struct notify_timeout_t *missing = NULL;
    EQUAL(1, read(ready, &byte, 1));
    EQUAL(0, rados_notify2(client.io, "o", "news", 4, 30000, &reply, &length));
    EQUAL(0, rados_decode_notify_response(reply, length, &answers, &answered, &missing, &silent));
    EQUAL(1, answered);
    EQUAL(0, silent);
    EQUAL(0, memcmp("seen", answers[0].payload, answers[0].payload_len));
    rados_free_notify_response(answers, answered, missing);
    rados_buffer_free(reply);
    EQUAL(0, rados_remove(client.io, "o"));
    int status = -1;
    EQUAL(other, waitpid(other, &status, 0));
    EQUAL(0, status);
    REFUSED(ENOENT, rados_notify2(client.io, "o", "news", 4, 100, NULL, NULL));
}

int main(void)
{
    int ready[2], start[2];
    char byte;
    EQUAL(0, pipe(ready));
    EQUAL(0, pipe(start));
    pid_t other = fork();
    if (other == 0) {
        EQUAL(1, read(start[0], &byte, 1));
        return watch(ready[1]);
    }
    client = connect_client();
    bytes();
    operations();
    without_waiting();
    listing();
    locks();
    EQUAL(1, write(start[1], "x", 1));
    notifications(ready[0], other);
    rados_snap_t none;
    EQUAL(0, rados_ioctx_snap_list(client.io, &none, 1));
    REFUSED(EOPNOTSUPP, rados_ioctx_snap_create(client.io, "s"));
    disconnect(client);
    return 0;
}
