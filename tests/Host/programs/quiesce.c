/* A host brings its data into order before a snapshot: asked on a library thread, told when it is over, its refusal is the snapshot's. */
#include "host.h"

static rbd_image_t image;
static pthread_t main_thread;
static uint64_t watch;
static int answer, quiesced, released, was_quiesced_first = 1;

static void on_quiesce(void *arg)
{
    CHECK(arg == &watch && !pthread_equal(pthread_self(), main_thread));
    __atomic_add_fetch(&quiesced, 1, __ATOMIC_SEQ_CST);
    usleep(20000);
    rbd_quiesce_complete(image, watch, answer);
}

static void on_release(void *arg)
{
    CHECK(arg == &watch && !pthread_equal(pthread_self(), main_thread));
    int before = __atomic_load_n(&quiesced, __ATOMIC_SEQ_CST);
    if (__atomic_add_fetch(&released, 1, __ATOMIC_SEQ_CST) > before)
        was_quiesced_first = 0;
}

static void on_change(void *arg)
{
    __atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST);
}

static void await(int *number, int wanted)
{
    for (int i = 0; i < 1000 && __atomic_load_n(number, __ATOMIC_SEQ_CST) < wanted; i++)
        usleep(10000);
    EQUAL(wanted, __atomic_load_n(number, __ATOMIC_SEQ_CST));
}

int main(void)
{
    struct client client = connect_client();
    rbd_image_t other;
    int changes = 0;
    uint64_t updates;
    main_thread = pthread_self();
    image = create_and_open(client.io, "image", MIB);
    EQUAL(0, rbd_open(client.io, "image", &other, NULL));
    EQUAL(0, rbd_quiesce_watch(image, on_quiesce, on_release, &watch, &watch));
    EQUAL(0, rbd_update_watch(other, &updates, on_change, &changes));

    EQUAL(0, rbd_snap_create(other, "asked"));
    EQUAL(1, quiesced);
    await(&released, 1);
    EQUAL(0, rbd_snap_create2(image, "not asked", 1, NULL, NULL));
    EQUAL(1, quiesced);

    answer = -EBUSY;
    REFUSED(EBUSY, rbd_snap_create(other, "refused"));
    EQUAL(2, quiesced);
    await(&released, 2);
    bool exists = true;
    EQUAL(0, rbd_snap_exists(image, "refused", &exists));
    EQUAL(false, exists);
    EQUAL(0, rbd_snap_create2(other, "refused but wanted", 2, NULL, NULL));
    EQUAL(3, quiesced);
    await(&released, 3);
    CHECK(was_quiesced_first);
    CHECK(__atomic_load_n(&changes, __ATOMIC_SEQ_CST) > 0);

    REFUSED(ENOENT, rbd_quiesce_unwatch(image, watch + 1));
    EQUAL(0, rbd_quiesce_unwatch(image, watch));
    EQUAL(0, rbd_snap_create(other, "nobody to ask"));
    EQUAL(3, quiesced);

    /* Closing ends the watches of the handle. */
    EQUAL(0, rbd_quiesce_watch(image, on_quiesce, on_release, &watch, &watch));
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_snap_create(other, "closed"));
    EQUAL(3, quiesced);
    EQUAL(0, rbd_update_unwatch(other, updates));
    EQUAL(0, rbd_close(other));
    disconnect(client);
    return 0;
}
