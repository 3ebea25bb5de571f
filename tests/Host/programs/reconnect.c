/* OpenStack connects anew for every operation: that must be quick and leave nothing behind. */
#include <dirent.h>

#include "host.h"

#define ROUNDS 10000
#define WARM 1000

static int open_files(void)
{
    int count = 0;
    DIR *files = opendir("/proc/self/fd");
    while (readdir(files))
        count++;
    closedir(files);
    return count;
}

static void round_trip(void)
{
    rbd_image_t image;
    rados_ioctx_t io;
    rados_t cluster = connect_cluster();
    EQUAL(0, rados_ioctx_create(cluster, "p", &io));
    EQUAL(0, rbd_open(io, "reconnect", &image, NULL));
    EQUAL(0, rbd_close(image));
    rados_ioctx_destroy(io);
    rados_shutdown(cluster);
}

int main(void)
{
    struct client client = connect_client();
    EQUAL(0, rbd_close(create_and_open(client.io, "reconnect", 4 * MIB)));
    disconnect(client);

    for (int i = 0; i < WARM; i++)
        round_trip();
    long memory = status_of("VmRSS"), threads = status_of("Threads");
    int files = open_files();
    double start = seconds_now();
    for (int i = WARM; i < ROUNDS; i++)
        round_trip();
    double each = (seconds_now() - start) / (ROUNDS - WARM) * 1000;

    fprintf(stderr, "# %.2f ms each, memory %+ld KiB, threads %+ld, files %+d\n", each, status_of("VmRSS") - memory,
            status_of("Threads") - threads, open_files() - files);
    CHECK(status_of("VmRSS") - memory < 8000);
    CHECK(status_of("Threads") - threads <= 4);
    CHECK(open_files() - files <= 4);
    return 0;
}
