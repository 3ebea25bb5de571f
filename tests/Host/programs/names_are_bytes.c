/* Names are bytes: whatever encoding, whatever characters, they come back as they were. */
#include "host.h"

int main(void)
{
    const char *names[] = { "\xff\xfe", " blank ", "new\nline", "sl/ash", "a@b", "%41", "..", "\xc3\xa4", "-", "tab\t" };
    size_t count = sizeof names / sizeof names[0];
    struct client client = connect_client();
    rbd_image_spec_t images[16];
    size_t max = 16;
    for (size_t i = 0; i < count; i++)
        EQUAL(0, rbd_close(create_and_open(client.io, names[i], MIB)));
    EQUAL(0, rbd_list2(client.io, images, &max));
    EQUAL(count, max);
    for (size_t i = 0; i < max; i++) {
        int found = 0;
        CHECK(i == 0 || strcmp(images[i - 1].name, images[i].name) < 0);
        for (size_t j = 0; j < count; j++)
            found += strcmp(names[j], images[i].name) == 0;
        EQUAL(1, found);
    }
    rbd_image_spec_list_cleanup(images, max);
    for (size_t i = 0; i < count; i++) {
        rbd_image_t image;
        char name[64];
        size_t length = sizeof name;
        EQUAL(0, rbd_open(client.io, names[i], &image, NULL));
        EQUAL(0, rbd_get_name(image, name, &length));
        EQUAL(0, strcmp(name, names[i]));
        EQUAL(0, rbd_metadata_set(image, names[i], names[count - 1 - i]));
        length = sizeof name;
        EQUAL(0, rbd_metadata_get(image, names[i], name, &length));
        EQUAL(0, strcmp(name, names[count - 1 - i]));
        EQUAL(0, rbd_close(image));
        EQUAL(0, rbd_remove(client.io, names[i]));
    }
    EQUAL(0, rados_pool_create(client.cluster, "\xff pool"));
    CHECK(rados_pool_lookup(client.cluster, "\xff pool") > 0);
    disconnect(client);
    return 0;
}
