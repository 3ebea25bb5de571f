/* A host that takes and removes snapshots, clones and flattens for years: neither memory, threads nor files pile up. */
#include <dirent.h>

#include "host.h"

#define SIZE (4 * MIB)
#define ROUNDS 150

static struct client client;

static long open_files(void)
{
    long count = 0;
    DIR *directory = opendir("/proc/self/fd");
    CHECK(directory != NULL);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void round_of(rbd_image_t image, int number)
{
    char name[32];
    int order = 0, value = number % 200 + 1;
    rbd_image_t clone;
    snprintf(name, sizeof name, "snap%d", number);
    fill(image, (uint64_t)(number % 60) * 65536, 65536, value);
    EQUAL(0, rbd_snap_create(image, name));
    EQUAL(0, rbd_snap_protect(image, name));
    EQUAL(0, rbd_clone(client.io, "image", name, client.io, "clone", 61, &order));
    EQUAL(0, rbd_open(client.io, "clone", &clone, NULL));
    holds(clone, (uint64_t)(number % 60) * 65536, 65536, value);
    if (number % 10 == 0)
        EQUAL(0, rbd_flatten(clone));
    EQUAL(0, rbd_close(clone));
    EQUAL(0, rbd_remove(client.io, "clone"));
    EQUAL(0, rbd_snap_unprotect(image, name));
    fill(image, 0, 4096, 255);
    if (number % 5 == 0)
        EQUAL(0, rbd_snap_rollback(image, name));
    EQUAL(0, rbd_snap_remove(image, name));
}

/* Opened anew, so that what is open for its layers does not count. */
static void rounds(int from, int to)
{
    rbd_image_t image;
    EQUAL(0, rbd_open(client.io, "image", &image, NULL));
    for (int i = from; i < to; i++)
        round_of(image, i);
    EQUAL(0, rbd_close(image));
}

int main(void)
{
    client = connect_client();
    EQUAL(0, rbd_close(create_and_open(client.io, "image", SIZE)));
    rounds(0, ROUNDS / 2);
    long memory = status_of("VmRSS"), threads = status_of("Threads"), files = open_files();
    rounds(ROUNDS / 2, ROUNDS);
    memory = status_of("VmRSS") - memory, threads = status_of("Threads") - threads, files = open_files() - files;
    fprintf(stderr, "# memory %+ld KiB, threads %+ld, files %+ld\n", memory, threads, files);
    CHECK(memory < 24 * 1024 && threads < 8 && files < 8);
    EQUAL(0, rbd_remove(client.io, "image"));
    disconnect(client);
    return 0;
}
