/* A process that has used the library forks: children start over with a copy, inherited handles are refused, the parent goes on. */
#include <sys/wait.h>

#include "host.h"

#define CHILDREN 4

static struct client client;
static rbd_image_t image;
static rbd_completion_t completion;

static void refuse_inherited(void)
{
    char data[512];
    uint64_t size;
    double start = seconds_now();
    REFUSED(EBADF, rbd_read(image, 0, sizeof data, data));
    REFUSED(EBADF, rbd_get_size(image, &size));
    REFUSED(EBADF, rbd_aio_wait_for_complete(completion));
    REFUSED(EBADF, rados_connect(client.cluster));
    REFUSED(EBADF, rbd_create2(client.io, "x", MIB, 1, &(int){ 0 }));
    REFUSED(EBADF, rbd_close(image));
    rados_ioctx_destroy(client.io);
    rados_shutdown(client.cluster);
    CHECK(seconds_now() - start < 1);
}

static void work(const char *name)
{
    char data[4096], back[4096];
    struct client own = connect_client();
    rbd_image_t mine = create_and_open(own.io, name, 4 * MIB);
    for (int i = 0; i < 300; i++) {
        memset(data, i, sizeof data);
        EQUAL(sizeof data, rbd_write(mine, (uint64_t)(i % 8) * sizeof data, sizeof data, data));
        EQUAL(sizeof back, rbd_read(mine, (uint64_t)(i % 8) * sizeof back, sizeof back, back));
        EQUAL(0, memcmp(data, back, sizeof back));
        rbd_image_spec_t images[32];
        size_t count = 32;
        if (i % 30 == 0) {
            EQUAL(0, rbd_list2(own.io, images, &count));
            rbd_image_spec_list_cleanup(images, count);
        }
    }
    EQUAL(0, rbd_close(mine));
    EQUAL(0, rbd_remove(own.io, name));
    disconnect(own);
}

static void wait_for(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    EQUAL(0, status);
}

static void child(int number)
{
    char name[32];
    refuse_inherited();
    snprintf(name, sizeof name, "child%d", number);
    work(name);
    pid_t grandchild = fork();
    if (grandchild == 0) {
        refuse_inherited();
        snprintf(name, sizeof name, "grandchild%d", number);
        work(name);
        _exit(0);
    }
    wait_for(grandchild);
    work(name);
    _exit(0);
}

static void ignore(rbd_completion_t c, void *arg)
{
    (void)arg;
    rbd_aio_release(c);
}

int main(void)
{
    static char data[65536];
    pid_t children[CHILDREN];
    client = connect_client();
    image = create_and_open(client.io, "parent", 16 * MIB);
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &completion));
    for (int i = 0; i < 64; i++) {
        rbd_completion_t c;
        EQUAL(0, rbd_aio_create_completion(NULL, ignore, &c));
        EQUAL(0, rbd_aio_write(image, (uint64_t)i * sizeof data, sizeof data, data, c));
    }
    for (int i = 0; i < CHILDREN; i++)
        if ((children[i] = fork()) == 0)
            child(i);
    work("beside the children");
    for (int i = 0; i < CHILDREN; i++)
        wait_for(children[i]);
    EQUAL(512, rbd_read(image, 0, 512, data));
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
