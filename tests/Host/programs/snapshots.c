/* Snapshots: what each state of the image holds, what is refused, and with which number. */
#include "host.h"

#define SIZE (8 * MIB)
#define HEAD ((uint64_t)-2)
#define NO_LIMIT UINT64_MAX

static struct client client;
static rbd_image_t image;

static int progress_of(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total);
    return arg ? *(int *)arg : 0;
}

static uint64_t id_of(const char *name)
{
    uint64_t id = 0;
    EQUAL(0, rbd_snap_get_id(image, name, &id));
    return id;
}

static int count(void)
{
    int max = 0;
    REFUSED(ERANGE, rbd_snap_list(image, NULL, &max));
    return max - 1;
}

static void creating(void)
{
    fill(image, 0, SIZE, 1);
    EQUAL(0, rbd_snap_create(image, "first"));
    REFUSED(EEXIST, rbd_snap_create(image, "first"));
    REFUSED(EINVAL, rbd_snap_create2(image, "flags", 1 << 5, NULL, NULL));
    REFUSED(EINVAL, rbd_snap_create(image, NULL));
    fill(image, 65536, 65536, 2);
    EQUAL(0, rbd_snap_create2(image, "second", 1, progress_of, NULL));
    fill(image, 131072, 65536, 3);
    holds(image, 0, 65536, 1);
    holds(image, 65536, 65536, 2);
    holds(image, 131072, 65536, 3);
    CHECK(id_of("second") > id_of("first"));
}

static void listing(void)
{
    rbd_snap_info_t snapshots[3];
    int max = 2;
    REFUSED(ERANGE, rbd_snap_list(image, snapshots, &max));
    EQUAL(3, max);
    memset(snapshots, 0xff, sizeof snapshots);
    EQUAL(2, rbd_snap_list(image, snapshots, &max));
    EQUAL(3, max);
    EQUAL(0, strcmp("first", snapshots[0].name));
    EQUAL(0, strcmp("second", snapshots[1].name));
    EQUAL(id_of("first"), snapshots[0].id);
    EQUAL(SIZE, snapshots[0].size);
    CHECK(snapshots[2].name == NULL);
    rbd_snap_list_end(snapshots);

    bool exists = false;
    EQUAL(0, rbd_snap_exists(image, "first", &exists));
    EQUAL(true, exists);
    EQUAL(0, rbd_snap_exists(image, "fir", &exists));
    EQUAL(false, exists);
    uint64_t id;
    REFUSED(ENOENT, rbd_snap_get_id(image, "third", &id));

    char name[16];
    size_t length = 5;
    REFUSED(ERANGE, rbd_snap_get_name(image, id_of("first"), name, &length));
    EQUAL(6, length);
    EQUAL(0, rbd_snap_get_name(image, id_of("first"), name, &length));
    EQUAL(0, strcmp("first", name));
    length = sizeof name;
    EQUAL(0, rbd_snap_get_name(image, id_of("second"), name, &length));
    EQUAL(7, length);
    REFUSED(ENOENT, rbd_snap_get_name(image, 99, name, &length));

    struct timespec created;
    EQUAL(0, rbd_snap_get_timestamp(image, id_of("first"), &created));
    CHECK(labs(created.tv_sec - time(NULL)) < 60 && created.tv_nsec >= 0 && created.tv_nsec < 1000000000);
    REFUSED(ENOENT, rbd_snap_get_timestamp(image, 99, &created));
}

static void namespaces(void)
{
    rbd_snap_namespace_type_t type = 9;
    EQUAL(0, rbd_snap_get_namespace_type(image, id_of("first"), &type));
    EQUAL(0, type);
    REFUSED(ENOENT, rbd_snap_get_namespace_type(image, 99, &type));
    char name[64];
    REFUSED(EINVAL, rbd_snap_get_trash_namespace(image, id_of("first"), name, sizeof name));
    REFUSED(ENOENT, rbd_snap_get_trash_namespace(image, 99, name, sizeof name));
    rbd_snap_trash_namespace_t trash;
    REFUSED(ERANGE, rbd_snap_get_trash_namespace2(image, id_of("first"), &trash, 8));
    REFUSED(EINVAL, rbd_snap_get_trash_namespace2(image, id_of("first"), &trash, sizeof trash));
    REFUSED(ERANGE, rbd_snap_trash_namespace_cleanup(&trash, 8));
    rbd_snap_group_namespace_t group;
    REFUSED(ERANGE, rbd_snap_get_group_namespace(image, id_of("first"), &group, 8));
    REFUSED(EINVAL, rbd_snap_get_group_namespace(image, id_of("first"), &group, sizeof group));
    REFUSED(ENOENT, rbd_snap_get_group_namespace(image, 99, &group, sizeof group));
    rbd_snap_mirror_namespace_t mirror;
    REFUSED(ERANGE, rbd_snap_get_mirror_namespace(image, id_of("first"), &mirror, 8));
    REFUSED(EINVAL, rbd_snap_get_mirror_namespace(image, id_of("first"), &mirror, sizeof mirror));
}

static void handles_at_a_snapshot(void)
{
    rbd_image_t old, set;
    char data[512] = "";
    EQUAL(0, rbd_open(client.io, "image", &old, "first"));
    holds(old, 0, SIZE, 1);
    REFUSED(EROFS, rbd_write(old, 0, sizeof data, data));
    REFUSED(EROFS, rbd_discard(old, 0, 65536));
    REFUSED(EROFS, rbd_resize(old, MIB));
    REFUSED(EROFS, rbd_snap_rollback(old, "first"));
    EQUAL(0, rbd_flush(old));
    EQUAL(0, rbd_close(old));

    EQUAL(0, rbd_open_read_only(client.io, "image", &set, NULL));
    REFUSED(EROFS, rbd_snap_create(set, "by a reader"));
    REFUSED(EROFS, rbd_snap_remove(set, "first"));
    REFUSED(EROFS, rbd_snap_protect(set, "first"));
    EQUAL(0, rbd_snap_set(set, "second"));
    holds(set, 65536, 65536, 2);
    holds(set, 131072, 65536, 1);
    REFUSED(ENOENT, rbd_snap_set(set, "third"));
    EQUAL(0, rbd_snap_set_by_id(set, id_of("first")));
    holds(set, 65536, 65536, 1);
    REFUSED(ENOENT, rbd_snap_set_by_id(set, 99));
    EQUAL(0, rbd_snap_set_by_id(set, HEAD));
    holds(set, 131072, 65536, 3);
    EQUAL(0, rbd_snap_set(set, "first"));
    EQUAL(0, rbd_snap_set(set, ""));
    holds(set, 131072, 65536, 3);
    EQUAL(0, rbd_snap_set(set, "first"));
    EQUAL(0, rbd_snap_set(set, NULL));
    holds(set, 131072, 65536, 3);
    EQUAL(0, rbd_close(set));
}

static void opened(rbd_completion_t c, void *arg)
{
    (void)c;
    (void)arg;
}

static void opening_without_waiting(void)
{
    rbd_image_t at = NULL;
    rbd_completion_t c;
    char id[64];
    EQUAL(0, rbd_get_id(image, id, sizeof id));
    EQUAL(0, rbd_aio_create_completion(NULL, opened, &c));
    EQUAL(0, rbd_aio_open(client.io, "image", &at, "second", c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(0, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
    holds(at, 131072, 65536, 1);
    EQUAL(0, rbd_close(at));

    EQUAL(0, rbd_aio_create_completion(NULL, opened, &c));
    EQUAL(0, rbd_aio_open_by_id_read_only(client.io, id, &at, "first", c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(0, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
    holds(at, 65536, 65536, 1);
    EQUAL(0, rbd_aio_create_completion(NULL, opened, &c));
    EQUAL(0, rbd_aio_close(at, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    rbd_aio_release(c);

    EQUAL(0, rbd_aio_create_completion(NULL, opened, &c));
    EQUAL(0, rbd_aio_open(client.io, "image", &at, "third", c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(-ENOENT, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
    CHECK(at == NULL);

    EQUAL(0, rbd_open_by_id(client.io, id, &at, "first"));
    holds(at, 65536, 65536, 1);
    EQUAL(0, rbd_close(at));
}

static void protecting(void)
{
    int is_protected = 7;
    REFUSED(EINVAL, rbd_snap_unprotect(image, "first"));
    REFUSED(ENOENT, rbd_snap_protect(image, "third"));
    REFUSED(ENOENT, rbd_snap_unprotect(image, "third"));
    REFUSED(ENOENT, rbd_snap_is_protected(image, "third", &is_protected));
    EQUAL(0, rbd_snap_protect(image, "first"));
    REFUSED(EBUSY, rbd_snap_protect(image, "first"));
    EQUAL(0, rbd_snap_is_protected(image, "first", &is_protected));
    EQUAL(1, is_protected);
    EQUAL(0, rbd_snap_is_protected(image, "second", &is_protected));
    EQUAL(0, is_protected);
    REFUSED(EBUSY, rbd_snap_remove(image, "first"));
    REFUSED(EBUSY, rbd_snap_remove_by_id(image, id_of("first")));
    EQUAL(0, rbd_snap_unprotect(image, "first"));
}

static void renaming(void)
{
    uint64_t id = id_of("second");
    REFUSED(ENOENT, rbd_snap_rename(image, "third", "fourth"));
    REFUSED(EEXIST, rbd_snap_rename(image, "second", "first"));
    REFUSED(EEXIST, rbd_snap_rename(image, "second", "second"));
    EQUAL(0, rbd_snap_rename(image, "second", "third"));
    EQUAL(id, id_of("third"));
    EQUAL(0, rbd_snap_rename(image, "third", "second"));
}

static void limiting(void)
{
    uint64_t limit = 0;
    EQUAL(0, rbd_snap_get_limit(image, &limit));
    CHECK(limit == NO_LIMIT);
    REFUSED(ERANGE, rbd_snap_set_limit(image, 1));
    REFUSED(ERANGE, rbd_snap_set_limit(image, 0));
    EQUAL(0, rbd_snap_set_limit(image, 2));
    EQUAL(0, rbd_snap_get_limit(image, &limit));
    EQUAL(2, limit);
    REFUSED(EDQUOT, rbd_snap_create(image, "one too many"));
    EQUAL(0, rbd_snap_set_limit(image, NO_LIMIT));
    EQUAL(2, count());
}

static void rolling_back(void)
{
    int refusal = -125;
    uint64_t size;
    REFUSED(ENOENT, rbd_snap_rollback(image, "third"));
    EQUAL(0, rbd_resize(image, SIZE / 2));
    EQUAL(-125, rbd_snap_rollback_with_progress(image, "second", progress_of, &refusal));
    EQUAL(0, rbd_snap_rollback_with_progress(image, "second", progress_of, NULL));
    EQUAL(0, rbd_get_size(image, &size));
    EQUAL(SIZE, size);
    holds(image, 65536, 65536, 2);
    holds(image, 131072, SIZE - 131072, 1);
    fill(image, 0, 4096, 5);
    EQUAL(0, rbd_snap_rollback(image, "first"));
    holds(image, 0, SIZE, 1);
}

static void a_snapshot_keeps_its_size(void)
{
    rbd_image_t at;
    rbd_image_info_t info;
    EQUAL(0, rbd_resize(image, 2 * SIZE));
    EQUAL(0, rbd_open(client.io, "image", &at, "first"));
    EQUAL(0, rbd_stat(at, &info, sizeof info));
    EQUAL(SIZE, info.size);
    EQUAL(2, info.num_objs);
    EQUAL(0, rbd_close(at));
    EQUAL(0, rbd_resize(image, SIZE));
}

static void removing(void)
{
    rbd_image_t at;
    uint64_t size = 1;
    REFUSED(ENOTEMPTY, rbd_remove(client.io, "image"));
    REFUSED(ENOENT, rbd_snap_remove(image, "third"));
    REFUSED(ENOENT, rbd_snap_remove2(image, "third", 0, NULL, NULL));
    REFUSED(ENOENT, rbd_snap_remove_by_id(image, 99));
    EQUAL(0, rbd_snap_protect(image, "second"));
    EQUAL(0, rbd_snap_remove2(image, "second", 1, progress_of, NULL));
    EQUAL(0, rbd_open(client.io, "image", &at, "first"));
    EQUAL(0, rbd_snap_remove_by_id(image, id_of("first")));
    EQUAL(0, rbd_get_size(at, &size));
    EQUAL(0, size);
    EQUAL(0, rbd_close(at));
    EQUAL(0, count());
    holds(image, 0, SIZE, 1);
}

/* Python and go-ceph free the list themselves; any bytes are a name. */
static void names_are_bytes(void)
{
    const char *names[] = { "\xff\xfe", " a/b@c\n", "" };
    rbd_snap_info_t snapshots[4];
    int max = 4;
    char longest[5001];
    for (int i = 0; i < 3; i++)
        EQUAL(0, rbd_snap_create(image, names[i]));
    EQUAL(3, rbd_snap_list(image, snapshots, &max));
    for (int i = 0; i < 3; i++)
        EQUAL(0, strcmp(names[i], snapshots[i].name));
    for (int i = 0; i < 3; i++)
        free((void *)snapshots[i].name);
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    EQUAL(0, rbd_snap_create(image, longest));
    for (int i = 0; i < 3; i++)
        EQUAL(0, rbd_snap_remove(image, names[i]));
    EQUAL(0, rbd_snap_remove(image, longest));
}

int main(void)
{
    client = connect_client();
    image = create_and_open(client.io, "image", SIZE);
    creating();
    listing();
    namespaces();
    handles_at_a_snapshot();
    opening_without_waiting();
    protecting();
    renaming();
    limiting();
    rolling_back();
    a_snapshot_keeps_its_size();
    removing();
    names_are_bytes();
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_remove(client.io, "image"));
    disconnect(client);
    return 0;
}
