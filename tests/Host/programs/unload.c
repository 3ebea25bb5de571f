/* dlclose in the middle of I/O: the code stays, and so do its threads. */
#include <dlfcn.h>

#include "host.h"

#define COUNT 64

static int finished;

static void on_done(rbd_completion_t c, void *arg)
{
    (void)c;
    (void)arg;
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

int main(void)
{
    static char data[4096];
    void *rbd = dlopen("librbd.so.1", RTLD_NOW);
    void *rados = dlopen("librados.so.2", RTLD_NOW);
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "unload", 16 * MIB);
    rbd_completion_t done[COUNT];
    for (int i = 0; i < COUNT; i++) {
        EQUAL(0, rbd_aio_create_completion(NULL, on_done, &done[i]));
        EQUAL(0, rbd_aio_write(image, (uint64_t)i * sizeof data, sizeof data, data, done[i]));
    }
    dlclose(rbd);
    dlclose(rados);
    void *native = dlopen("libcurverbd.so", RTLD_NOW | RTLD_NOLOAD);
    if (native) {
        dlclose(native);
        dlclose(native);
    }
    for (int i = 0; i < COUNT; i++) {
        EQUAL(0, rbd_aio_wait_for_complete(done[i]));
        EQUAL(0, rbd_aio_get_return_value(done[i]));
        rbd_aio_release(done[i]);
    }
    EQUAL(COUNT, finished);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
