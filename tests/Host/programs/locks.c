/* Two clients of one process and one image: advisory locks, and the managed lock that keeps everybody else from writing. */
#include "host.h"

static struct client mine, theirs;
static char data[4096];

static void advisory(rbd_image_t image, rbd_image_t seen)
{
    char tag[16], clients[128], cookies[64], addresses[256], client[32];
    size_t lengths[4] = { sizeof tag, sizeof clients, sizeof cookies, sizeof addresses };
    int exclusive = 5;
    EQUAL(0, rbd_lock_exclusive(image, "cookie"));
    REFUSED(EEXIST, rbd_lock_exclusive(image, "cookie"));
    REFUSED(EBUSY, rbd_lock_exclusive(image, "other"));
    REFUSED(EBUSY, rbd_lock_exclusive(seen, "cookie"));
    REFUSED(EBUSY, rbd_lock_shared(seen, "cookie", "tag"));
    EQUAL(1, rbd_list_lockers(seen, &exclusive, tag, &lengths[0], clients, &lengths[1], cookies, &lengths[2], addresses, &lengths[3]));
    EQUAL(1, exclusive);
    EQUAL(0, tag[0]);
    EQUAL(1, lengths[0]);
    snprintf(client, sizeof client, "client.%llu", (unsigned long long)rados_get_instance_id(mine.cluster));
    EQUAL(0, strcmp(client, clients));
    EQUAL(strlen(client) + 1, lengths[1]);
    EQUAL(0, strcmp("cookie", cookies));
    CHECK(strstr(addresses, ":0/") != NULL);
    size_t small[4] = { 0, 1, 1, 1 };
    REFUSED(ERANGE, rbd_list_lockers(seen, &exclusive, tag, &small[0], clients, &small[1], cookies, &small[2], addresses, &small[3]));
    for (int i = 0; i < 4; i++)
        EQUAL(lengths[i], small[i]);

    REFUSED(ENOENT, rbd_unlock(image, "other"));
    REFUSED(ENOENT, rbd_unlock(seen, "cookie"));
    EQUAL(0, rbd_unlock(image, "cookie"));
    REFUSED(ENOENT, rbd_unlock(image, "cookie"));

    EQUAL(0, rbd_lock_shared(image, "one", "tag"));
    EQUAL(0, rbd_lock_shared(seen, "two", "tag"));
    REFUSED(EEXIST, rbd_lock_shared(image, "one", "tag"));
    REFUSED(EBUSY, rbd_lock_shared(image, "three", "another tag"));
    lengths[0] = sizeof tag, lengths[1] = sizeof clients, lengths[2] = sizeof cookies, lengths[3] = sizeof addresses;
    EQUAL(2, rbd_list_lockers(image, &exclusive, tag, &lengths[0], clients, &lengths[1], cookies, &lengths[2], addresses, &lengths[3]));
    EQUAL(0, exclusive);
    EQUAL(0, strcmp("tag", tag));
    EQUAL(8, lengths[2]);
    EQUAL(0, rbd_unlock(image, "one"));
    EQUAL(0, rbd_unlock(seen, "two"));
}

/* Breaking a lock fences its holder, so this is the last that the other client does. */
static void breaking(rbd_image_t image, rbd_image_t seen)
{
    char client[32];
    snprintf(client, sizeof client, "client.%llu", (unsigned long long)rados_get_instance_id(theirs.cluster));
    EQUAL(0, rbd_lock_exclusive(seen, "cookie"));
    REFUSED(EINVAL, rbd_break_lock(image, "nonsense", "cookie"));
    REFUSED(ENOENT, rbd_break_lock(image, client, "other"));
    EQUAL(0, rbd_break_lock(image, client, "cookie"));
    REFUSED(ENOENT, rbd_break_lock(image, client, "cookie"));
    EQUAL(sizeof data, rbd_write(image, 0, sizeof data, data));
    REFUSED(ESHUTDOWN, rbd_write(seen, 0, sizeof data, data));
}

static void managed(rbd_image_t image, rbd_image_t seen)
{
    int is_owner = 5;
    rbd_lock_mode_t mode = 5;
    char *owner[1];
    size_t max = 0;
    EQUAL(0, rbd_is_exclusive_lock_owner(image, &is_owner));
    EQUAL(0, is_owner);
    REFUSED(ENOENT, rbd_lock_get_owners(image, &mode, owner, &max));
    REFUSED(EINVAL, rbd_lock_release(image));

    for (int turn = 0; turn < 4; turn++) { /* whoever writes becomes the owner, and nobody sees an error */
        rbd_image_t writer = turn % 2 ? seen : image, waiter = turn % 2 ? image : seen;
        EQUAL(sizeof data, rbd_write(writer, (uint64_t)turn * sizeof data, sizeof data, data));
        EQUAL(0, rbd_is_exclusive_lock_owner(writer, &is_owner));
        EQUAL(1, is_owner);
        EQUAL(0, rbd_is_exclusive_lock_owner(waiter, &is_owner));
        EQUAL(0, is_owner);
    }

    REFUSED(ENOTSUP, rbd_lock_acquire(image, 1));
    EQUAL(0, rbd_lock_acquire(image, 0));
    EQUAL(0, rbd_lock_acquire(image, 0));
    max = 0;
    REFUSED(ERANGE, rbd_lock_get_owners(seen, &mode, owner, &max));
    EQUAL(1, max);
    EQUAL(0, rbd_lock_get_owners(seen, &mode, owner, &max));
    EQUAL(0, mode);
    CHECK(strstr(owner[0], ":0/") != NULL);
    rbd_lock_get_owners_cleanup(owner, max);

    char back[sizeof data];
    REFUSED(EROFS, rbd_lock_acquire(seen, 0));
    REFUSED(EROFS, rbd_write(seen, 0, sizeof data, data));
    REFUSED(EROFS, rbd_discard(seen, 0, 65536));
    EQUAL(sizeof back, rbd_read(seen, 0, sizeof back, back));
    EQUAL(0, rbd_snap_create(seen, "through the owner"));
    EQUAL(0, rbd_snap_remove(seen, "through the owner"));
    EQUAL(sizeof data, rbd_write(image, 0, sizeof data, data));
    EQUAL(0, rbd_lock_release(image));
    REFUSED(EROFS, rbd_write(image, 0, sizeof data, data));
    REFUSED(EROFS, rbd_write(seen, 0, sizeof data, data)); /* it has asked for the lock too: from then on nothing is taken by itself */
    EQUAL(0, rbd_lock_acquire(seen, 0));
    EQUAL(sizeof data, rbd_write(seen, 0, sizeof data, data));
    EQUAL(0, rbd_lock_release(seen));
    EQUAL(0, rbd_lock_acquire(image, 0));
}

static void breaking_the_managed_lock(rbd_image_t image, rbd_image_t seen)
{
    rbd_lock_mode_t mode;
    char *owner[1];
    size_t max = 1;
    EQUAL(0, rbd_lock_acquire(seen, 0));
    EQUAL(0, rbd_lock_get_owners(image, &mode, owner, &max));
    REFUSED(EBUSY, rbd_lock_break(image, 0, "10.1.2.3:0/1"));
    EQUAL(0, rbd_lock_break(image, 0, owner[0]));
    rbd_lock_get_owners_cleanup(owner, max);
    REFUSED(ESHUTDOWN, rbd_write(seen, 0, sizeof data, data));
    EQUAL(0, rbd_lock_acquire(image, 0));
    EQUAL(sizeof data, rbd_write(image, 0, sizeof data, data));
}

static void without_the_feature(void)
{
    int order = 0, is_owner = 5;
    rbd_image_t image;
    EQUAL(0, rbd_create2(mine.io, "plain", MIB, 1, &order));
    EQUAL(0, rbd_open(mine.io, "plain", &image, NULL));
    REFUSED(EINVAL, rbd_lock_acquire(image, 0));
    REFUSED(EINVAL, rbd_lock_release(image));
    REFUSED(EINVAL, rbd_lock_break(image, 0, "10.1.2.3:0/1"));
    EQUAL(0, rbd_is_exclusive_lock_owner(image, &is_owner));
    EQUAL(0, is_owner);
    EQUAL(0, rbd_close(image));
}

static rbd_image_t open_of(struct client client, const char *name)
{
    rbd_image_t image;
    EQUAL(0, rbd_open(client.io, name, &image, NULL));
    return image;
}

int main(void)
{
    int order = 0;
    mine = connect_client();
    theirs = connect_client();
    memset(data, 7, sizeof data);
    EQUAL(0, rbd_create2(mine.io, "advised", MIB, 1, &order));
    EQUAL(0, rbd_create(mine.io, "managed", MIB, &order));
    rbd_image_t image = open_of(mine, "managed"), seen = open_of(theirs, "managed");
    managed(image, seen);
    EQUAL(0, rbd_lock_release(image));
    breaking_the_managed_lock(image, seen);
    EQUAL(0, rbd_close(seen));
    EQUAL(0, rbd_close(image));
    disconnect(theirs);

    theirs = connect_client();
    image = open_of(mine, "advised"), seen = open_of(theirs, "advised");
    advisory(image, seen);
    breaking(image, seen);
    EQUAL(0, rbd_close(seen));
    EQUAL(0, rbd_close(image));
    without_the_feature();
    disconnect(theirs);
    disconnect(mine);
    return 0;
}
