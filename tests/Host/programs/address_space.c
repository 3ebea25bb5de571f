/* Nova runs qemu-img under a limit of 1 GiB of address space. */
#include <sys/resource.h>

#include "host.h"

int main(void)
{
    struct rlimit limit = { 1ul << 30, 1ul << 30 };
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "small", 64 * MIB);
    char *data = malloc(MIB);
    CHECK(data != NULL);
    memset(data, 1, MIB);
    for (uint64_t i = 0; i < 64; i++)
        EQUAL(MIB, rbd_write(image, i * MIB, MIB, data));
    for (int i = 0; i < 2000; i++) {
        rbd_image_spec_t images[4];
        size_t count = 4;
        EQUAL(0, rbd_list2(client.io, images, &count));
        rbd_image_spec_list_cleanup(images, count);
    }
    fprintf(stderr, "# peak %ld MiB of address space, %ld MiB resident\n", status_of("VmPeak") / 1024, status_of("VmHWM") / 1024);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
