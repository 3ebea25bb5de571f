/* Copies with snapshots and parent, and giving back the room of zeros. */
#include "host.h"

#define SIZE (8 * MIB)

static struct client client;

static int progress_of(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total);
    CHECK(arg == NULL);
    return 0;
}

static void copying_with_everything(rbd_image_t image)
{
    rbd_image_t copy;
    rbd_image_options_t none;
    rbd_snap_info_t snapshots[3];
    int max = 3;
    rbd_image_options_create(&none);
    EQUAL(0, rbd_snap_create(image, "one"));
    fill(image, 0, 65536, 7);
    EQUAL(0, rbd_snap_create(image, "two"));
    fill(image, 65536, 65536, 8);
    EQUAL(0, rbd_deep_copy_with_progress(image, client.io, "copy", none, progress_of, NULL));
    REFUSED(EEXIST, rbd_deep_copy(image, client.io, "copy", none));
    EQUAL(0, rbd_open(client.io, "copy", &copy, NULL));
    holds(copy, 65536, 65536, 8);
    EQUAL(2, rbd_snap_list(copy, snapshots, &max));
    rbd_snap_list_end(snapshots);
    EQUAL(0, rbd_snap_set(copy, "two"));
    holds(copy, 0, 65536, 7);
    holds(copy, 65536, 65536, 1);
    EQUAL(0, rbd_snap_set(copy, "one"));
    holds(copy, 0, SIZE, 1);
    EQUAL(0, rbd_close(copy));
    rbd_image_options_destroy(none);
}

static void sparsifying(rbd_image_t image)
{
    REFUSED(EINVAL, rbd_sparsify(image, 5000));
    REFUSED(EINVAL, rbd_sparsify(image, 2048));
    REFUSED(EINVAL, rbd_sparsify(image, 2 * 4 * MIB));
    fill(image, 0, MIB, 0);
    EQUAL(0, rbd_sparsify_with_progress(image, 4096, progress_of, NULL));
    EQUAL(0, rbd_sparsify(image, 65536));
    holds(image, 0, MIB, 0);
    holds(image, MIB, SIZE - MIB, 1);
}

int main(void)
{
    client = connect_client();
    rbd_image_t image = create_and_open(client.io, "image", SIZE);
    fill(image, 0, SIZE, 1);
    copying_with_everything(image);
    sparsifying(image);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
