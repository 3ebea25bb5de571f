/* Vectors of memory: the array is the caller's again when the call returns, the memory when the operation is over. */
#include "host.h"

#define MANY 2000

static int called;

static void never(rbd_completion_t c, void *arg)
{
    (void)c;
    (void)arg;
    called = 1;
}

static long long finish(rbd_completion_t c)
{
    EQUAL(0, rbd_aio_wait_for_complete(c));
    long long value = rbd_aio_get_return_value(c);
    rbd_aio_release(c);
    return value;
}

static rbd_completion_t new_completion(void)
{
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &c));
    return c;
}

static void many_pieces(rbd_image_t image)
{
    static char out[MANY * 100], in[MANY * 100];
    struct iovec vector[MANY];
    for (int i = 0; i < MANY * 100; i++)
        out[i] = (char)(i * 7 + i / 100);
    for (int i = 0; i < MANY; i++)
        vector[i] = (struct iovec){ out + i * 100, i % 5 ? 100 : 0 };
    size_t length = MANY * 100 / 5 * 4;
    rbd_completion_t c = new_completion();
    EQUAL(0, rbd_aio_writev(image, vector, MANY, 12345, c));
    memset(vector, 0xff, sizeof vector);
    EQUAL(0, finish(c));

    for (int i = 0; i < MANY; i++)
        vector[i] = (struct iovec){ in + i * 100, i % 5 ? 100 : 0 };
    c = new_completion();
    EQUAL(0, rbd_aio_readv(image, vector, MANY, 12345, c));
    memset(vector, 0xff, sizeof vector);
    EQUAL(length, finish(c));
    for (int i = 0; i < MANY; i++)
        if (i % 5)
            EQUAL(0, memcmp(out + i * 100, in + i * 100, 100));
}

static void refused_at_once(rbd_image_t image)
{
    char data[512];
    struct iovec one = { data, sizeof data }, long_ones[2] = { { data, SIZE_MAX / 2 + 1 }, { data, SIZE_MAX / 2 + 1 } };
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(NULL, never, &c));
    REFUSED(EINVAL, rbd_aio_writev(image, &one, 0, 0, c));
    REFUSED(EINVAL, rbd_aio_writev(image, &one, -1, 0, c));
    REFUSED(EINVAL, rbd_aio_readv(image, long_ones, 2, 0, c));
    REFUSED(EINVAL, rbd_aio_writesame(image, 0, 1000, data, 512, c, 0));
    REFUSED(EINVAL, rbd_aio_writesame(image, 0, 1024, data, 0, c, 0));
    rbd_aio_release(c);
    usleep(20000);
    EQUAL(0, called);
}

static void read_past_the_end_leaves_the_rest(rbd_image_t image)
{
    char data[4096];
    uint64_t size;
    EQUAL(0, rbd_get_size(image, &size));
    memset(data, 'x', sizeof data);
    struct iovec vector[2] = { { data, 1000 }, { data + 1000, 3096 } };
    rbd_completion_t c = new_completion();
    EQUAL(0, rbd_aio_readv(image, vector, 2, size - 1500, c));
    EQUAL(1500, finish(c));
    EQUAL(0, data[1499]);
    EQUAL('x', data[1500]);
}

int main(void)
{
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "iovecs", MIB);
    many_pieces(image);
    refused_at_once(image);
    read_past_the_end_leaves_the_rest(image);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
