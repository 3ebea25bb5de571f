/* The life of a completion: who may do what when. */
#include "host.h"

#define COUNT 200

static rbd_image_t image;
static char data[4096];
static pthread_t submitter;
static int running, finished, order_broken;

struct seen {
    int calls, was_complete, on_submitter;
    long long value;
    void *argument;
    rbd_completion_t handle;
};

static void look(rbd_completion_t c, void *arg)
{
    struct seen *seen = arg;
    seen->was_complete = rbd_aio_is_complete(c);
    seen->value = rbd_aio_get_return_value(c);
    seen->argument = rbd_aio_get_arg(c);
    seen->handle = c;
    seen->on_submitter = pthread_equal(pthread_self(), submitter);
    usleep(2000);
    __atomic_store_n(&seen->calls, 1, __ATOMIC_SEQ_CST);
}

static void release_inside(rbd_completion_t c, void *arg)
{
    (void)arg;
    if (__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST) != 1)
        order_broken = 1;
    uint64_t size;
    EQUAL(0, rbd_get_size(image, &size));
    EQUAL(0, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
    __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
}

static void submit_again(rbd_completion_t c, void *arg)
{
    static char back[4096];
    rbd_completion_t next;
    EQUAL(0, rbd_aio_create_completion(arg, release_inside, &next));
    (void)back;
    EQUAL(0, rbd_aio_flush(image, next));
    rbd_aio_release(c);
}

static void a_waiter_sees_the_callback_returned(void)
{
    struct seen seen = { 0 };
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_is_complete(c));
    EQUAL(0, rbd_aio_write(image, 0, sizeof data, data, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(1, seen.calls);
    EQUAL(1, seen.was_complete);
    EQUAL(0, seen.on_submitter);
    CHECK(seen.argument == &seen && seen.handle == c);
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(1, rbd_aio_is_complete(c));
    rbd_aio_release(c);
    for (int i = 0; i < 1000 && rbd_aio_wait_for_complete(c) == 0; i++)
        usleep(1000); /* the library's share lasts a moment longer */
    REFUSED(EBADF, rbd_aio_wait_for_complete(c));
    rbd_aio_release(c);
}

static void reads_tell_their_length(void)
{
    struct seen seen = { 0 };
    rbd_completion_t c;
    uint64_t size;
    EQUAL(0, rbd_get_size(image, &size));
    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_read(image, size - 100, sizeof data, data, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(100, seen.value);
    EQUAL(100, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
}

static void it_serves_once(void)
{
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &c));
    EQUAL(0, rbd_aio_flush(image, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    REFUSED(EINVAL, rbd_aio_flush(image, c));
    rbd_aio_release(c);
}

static void callbacks_come_one_at_a_time_and_before_close_returns(void)
{
    rbd_completion_t c;
    for (int i = 0; i < COUNT; i++) {
        EQUAL(0, rbd_aio_create_completion(NULL, release_inside, &c));
        EQUAL(0, rbd_aio_write(image, (uint64_t)(i % 100) * sizeof data, sizeof data, data, c));
    }
    EQUAL(0, rbd_aio_create_completion(NULL, submit_again, &c));
    EQUAL(0, rbd_aio_flush(image, c));
    usleep(50000);
    EQUAL(0, rbd_close(image));
    EQUAL(COUNT + 1, finished);
    EQUAL(0, order_broken);
}

static void released_before_it_is_over(void)
{
    struct seen seen = { 0 };
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_write(image, 0, sizeof data, data, c));
    rbd_aio_release(c);
    while (!__atomic_load_n(&seen.calls, __ATOMIC_SEQ_CST))
        usleep(100);
    EQUAL(0, seen.value);
}

static void opening_and_closing_without_waiting(rados_ioctx_t io)
{
    struct seen seen = { 0 };
    rbd_completion_t c;
    rbd_image_t opened = (void *)1;
    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_open(io, "no such image", &opened, NULL, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(-ENOENT, rbd_aio_get_return_value(c));
    CHECK(opened == NULL);
    rbd_aio_release(c);

    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_open(io, "completions", &opened, NULL, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(0, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
    EQUAL(0, rbd_aio_create_completion(&seen, look, &c));
    EQUAL(0, rbd_aio_close(opened, c));
    EQUAL(0, rbd_aio_wait_for_complete(c));
    EQUAL(0, rbd_aio_get_return_value(c));
    rbd_aio_release(c);
}

int main(void)
{
    submitter = pthread_self();
    struct client client = connect_client();
    image = create_and_open(client.io, "completions", MIB);
    a_waiter_sees_the_callback_returned();
    reads_tell_their_length();
    it_serves_once();
    released_before_it_is_over();
    opening_and_closing_without_waiting(client.io);
    callbacks_come_one_at_a_time_and_before_close_returns();
    disconnect(client);
    return 0;
}
