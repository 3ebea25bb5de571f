/* An object map is rebuilt where there is one. */
#include "host.h"

static int count_steps(uint64_t done, uint64_t total, void *steps)
{
    CHECK(done <= total);
    ++*(int *)steps;
    return 0;
}

int main(void)
{
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "i", 16 * MIB);
    char text[64];
    size_t size = sizeof text;
    uint64_t flags;
    int steps = 0;

    REFUSED(EINVAL, rbd_get_migration_source_spec(image, text, &size));
    EQUAL(0, rbd_update_features(image, 8, 0));
    REFUSED(EINVAL, rbd_rebuild_object_map(image, count_steps, &steps));
    EQUAL(0, rbd_update_features(image, 8, 1));
    EQUAL(0, rbd_get_flags(image, &flags));
    EQUAL(3, flags);
    EQUAL(0, rbd_rebuild_object_map(image, count_steps, &steps));
    CHECK(steps > 0);
    EQUAL(0, rbd_get_flags(image, &flags));
    EQUAL(0, flags);

    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
