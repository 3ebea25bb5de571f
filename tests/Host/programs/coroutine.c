/* QEMU calls from coroutines: stacks that are not a thread's own. Here they are a sixteenth of QEMU's, with a guard page below. */
#include <sys/mman.h>
#include <ucontext.h>

#include "host.h"

#define STACK (64 * 1024)

static ucontext_t outside, inside;
static rbd_completion_t pending;

static void finish(rbd_completion_t c, void *arg)
{
    (void)c;
    __atomic_store_n((int *)arg, 1, __ATOMIC_SEQ_CST);
}

static void coroutine(void)
{
    static char data[8192], back[8192];
    int finished = 0;
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "coroutine", 4 * MIB);
    memset(data, 42, sizeof data);
    struct iovec vector[2] = { { data, 4096 }, { data + 4096, 4096 } };
    EQUAL(0, rbd_aio_create_completion(&finished, finish, &pending));
    EQUAL(0, rbd_aio_writev(image, vector, 2, 100, pending));
    memset(vector, 0xff, sizeof vector);
    swapcontext(&inside, &outside);
    EQUAL(0, rbd_aio_wait_for_complete(pending));
    EQUAL(1, finished);
    EQUAL(0, rbd_aio_get_return_value(pending));
    rbd_aio_release(pending);
    EQUAL(sizeof back, rbd_read(image, 100, sizeof back, back));
    EQUAL(0, memcmp(data, back, sizeof back));
    REFUSED(ENOENT, rbd_metadata_get(image, "no such key", back, &(size_t){ 10 }));
    EQUAL(0, rbd_resize(image, 8 * MIB));
    rbd_image_spec_t images[4];
    size_t count = 4;
    EQUAL(0, rbd_list2(client.io, images, &count));
    EQUAL(1, count);
    rbd_image_spec_list_cleanup(images, count);
    EQUAL(0, rbd_close(image));
    EQUAL(0, rbd_remove(client.io, "coroutine"));
    disconnect(client);
}

int main(void)
{
    char *memory = mmap(NULL, STACK + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(mprotect(memory, 4096, PROT_NONE) == 0);
    getcontext(&inside);
    inside.uc_stack.ss_sp = memory + 4096;
    inside.uc_stack.ss_size = STACK;
    inside.uc_link = &outside;
    makecontext(&inside, coroutine, 0);
    swapcontext(&outside, &inside);
    CHECK(pending != NULL);
    swapcontext(&outside, &inside);
    return 0;
}
