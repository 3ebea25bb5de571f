/* Completions told through a file, as fio wants them. */
#include <sys/eventfd.h>

#include "host.h"

#define COUNT 50

static char data[4096];
static int called;

static void on_done(rbd_completion_t c, void *arg)
{
    (void)c;
    (void)arg;
    __atomic_add_fetch(&called, 1, __ATOMIC_SEQ_CST);
}

static void submit(rbd_image_t image, int count, rbd_callback_t callback)
{
    for (intptr_t i = 0; i < count; i++) {
        rbd_completion_t c;
        EQUAL(0, rbd_aio_create_completion((void *)i, callback, &c));
        EQUAL(0, rbd_aio_write(image, (uint64_t)i * sizeof data, sizeof data, data, c));
    }
}

static void reap(rbd_image_t image, int fd, int count)
{
    rbd_completion_t done[COUNT];
    int seen[COUNT] = { 0 };
    for (int taken = 0; taken < count;) {
        uint64_t event;
        EQUAL(sizeof event, read(fd, &event, sizeof event));
        EQUAL(1, event);
        CHECK(__atomic_load_n(&called, __ATOMIC_SEQ_CST) > taken);
        EQUAL(1, rbd_poll_io_events(image, done, 1));
        EQUAL(0, rbd_aio_get_return_value(done[0]));
        intptr_t number = (intptr_t)rbd_aio_get_arg(done[0]);
        CHECK(!seen[number]);
        seen[number] = 1;
        rbd_aio_release(done[0]);
        taken++;
    }
    EQUAL(0, rbd_poll_io_events(image, done, COUNT));
}

static void by_eventfd(rados_ioctx_t io)
{
    rbd_image_t image = create_and_open(io, "eventfd", 4 * MIB);
    int fd = eventfd(0, EFD_SEMAPHORE);
    REFUSED(EINVAL, rbd_set_image_notification(image, fd, 3));
    REFUSED(EINVAL, rbd_set_image_notification(image, fd, 0));
    EQUAL(0, rbd_set_image_notification(image, fd, 2));
    REFUSED(EINVAL, rbd_set_image_notification(image, fd, 2));
    submit(image, COUNT, on_done);
    reap(image, fd, COUNT);
    EQUAL(512, rbd_write(image, 0, 512, data)); /* tells no event */
    rbd_completion_t c;
    EQUAL(0, rbd_poll_io_events(image, &c, 1));
    submit(image, COUNT, on_done);
    close(fd);
    submit(image, COUNT, on_done);
    EQUAL(0, rbd_close(image));
}

static void by_pipe(rados_ioctx_t io)
{
    int ends[2];
    char letters[COUNT + 1] = "";
    rbd_completion_t done[COUNT];
    rbd_image_t image = create_and_open(io, "pipe", 4 * MIB);
    EQUAL(0, pipe(ends));
    EQUAL(0, rbd_set_image_notification(image, ends[1], 1));
    submit(image, COUNT, NULL);
    for (int got = 0; got < COUNT;)
        got += (int)read(ends[0], letters + got, (size_t)(COUNT - got));
    EQUAL(COUNT, strspn(letters, "i"));
    EQUAL(COUNT, rbd_poll_io_events(image, done, COUNT));
    for (int i = 0; i < COUNT; i++)
        rbd_aio_release(done[i]);
    EQUAL(0, rbd_close(image));
}

int main(void)
{
    struct client client = connect_client();
    by_eventfd(client.io);
    by_pipe(client.io);
    disconnect(client);
    return 0;
}
