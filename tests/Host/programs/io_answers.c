/* What synchronous and asynchronous I/O answer: they differ. */
#include "host.h"

#define SIZE (4 * MIB)

static rbd_image_t image, read_only;
static char data[65536], pattern[512];

static rbd_completion_t new_completion(void)
{
    rbd_completion_t c;
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &c));
    return c;
}

static long long finish(rbd_completion_t c, int submitted)
{
    EQUAL(0, submitted);
    EQUAL(0, rbd_aio_wait_for_complete(c));
    long long value = rbd_aio_get_return_value(c);
    rbd_aio_release(c);
    return value;
}

#define AIO(call) ({ rbd_completion_t c = new_completion(); finish(c, (int)(call)); })

static void lengths(void)
{
    EQUAL(4096, rbd_write(image, 0, 4096, data));
    EQUAL(4096, rbd_write2(image, 4096, 4096, data, 0x7fffff00));
    EQUAL(4096, rbd_read2(image, 4096, 4096, data, 0x7fffff00));
    EQUAL(100, rbd_read(image, SIZE - 100, 4096, data));
    EQUAL(100, rbd_write(image, SIZE - 100, 4096, data));
    EQUAL(100, rbd_discard(image, SIZE - 100, 4096));
    EQUAL(100, rbd_write_zeroes(image, SIZE - 100, 4096, 0, 0));
    EQUAL(4096, rbd_write_zeroes(image, 0, 4096, 1, 0));
    EQUAL(8192, rbd_writesame(image, 0, 8192, pattern, 512, 0));
    EQUAL(0, rbd_read(image, 5ull * SIZE, 0, data));
    EQUAL(0, rbd_write(image, 5ull * SIZE, 0, data));
    EQUAL(0, rbd_discard(image, 5ull * SIZE, 0));
    EQUAL(0, rbd_flush(image));
    EQUAL(0, rbd_invalidate_cache(image));
}

static void refusals(void)
{
    REFUSED(EINVAL, rbd_read(image, SIZE, 1, data));
    REFUSED(EINVAL, rbd_write(image, SIZE, 1, data));
    REFUSED(EINVAL, rbd_discard(image, SIZE, 1));
    REFUSED(EINVAL, rbd_write_zeroes(image, SIZE, 1, 0, 0));
    REFUSED(EINVAL, rbd_read(image, UINT64_MAX - 10, 100, data));
    REFUSED(EINVAL, rbd_discard(image, 0, 1ull << 31));
    REFUSED(EINVAL, rbd_write_zeroes(image, 0, 4096, 2, 0));
    REFUSED(EINVAL, rbd_writesame(image, 0, 1000, pattern, 512, 0));
    REFUSED(EINVAL, rbd_writesame(image, 0, 1024, pattern, 0, 0));
    EQUAL(SIZE, rbd_write_zeroes(image, 0, 1ull << 32, 0, 0));
}

static void compare_and_write(void)
{
    uint64_t mismatch = 77;
    memset(data, 'a', 1024);
    memset(data + 1024, 'b', 512);
    EQUAL(512, rbd_write(image, 0, 512, data));
    EQUAL(512, rbd_compare_and_write(image, 0, 512, data, data + 1024, &mismatch, 0));
    EQUAL(77, mismatch);
    data[7] = 'c';
    memset(data + 1024, 'b', 512);
    data[1024 + 300] = 'z';
    REFUSED(EILSEQ, rbd_compare_and_write(image, 0, 512, data + 1024, data, &mismatch, 0));
    EQUAL(300, mismatch);
    mismatch = 77;
    EQUAL(-EILSEQ, AIO(rbd_aio_compare_and_write(image, 0, 512, data + 1024, data, c, &mismatch, 0)));
    EQUAL(300, mismatch);
    data[1024 + 300] = 'b';
    EQUAL(0, AIO(rbd_aio_compare_and_write(image, 0, 512, data + 1024, data, c, &mismatch, 0)));
}

static void asynchronous(void)
{
    EQUAL(4096, AIO(rbd_aio_read(image, 0, 4096, data, c)));
    EQUAL(0, AIO(rbd_aio_write(image, 0, 4096, data, c)));
    EQUAL(0, AIO(rbd_aio_write(image, SIZE - 100, 4096, data, c)));
    EQUAL(0, AIO(rbd_aio_discard(image, 0, 1ull << 32, c)));
    EQUAL(0, AIO(rbd_aio_write_zeroes(image, 0, 4096, c, 0, 0)));
    EQUAL(0, AIO(rbd_aio_writesame(image, 0, 1024, pattern, 512, c, 0)));
    EQUAL(0, AIO(rbd_aio_flush(image, c)));
    EQUAL(-EINVAL, AIO(rbd_aio_read(image, SIZE, 1, data, c)));
    EQUAL(-EINVAL, AIO(rbd_aio_write_zeroes(image, 0, 4096, c, 2, 0)));
    EQUAL(-EINVAL, AIO(rbd_aio_write(image, SIZE + 5, 10, data, c)));
}

static void a_checksum_is_checked(void)
{
    char digits[] = "123456789";
    EQUAL(0, AIO(rbd_aio_write_with_crc32c(image, 0, 9, digits, ~0xe3069283u, c, 0)));
    EQUAL(-EBADMSG, AIO(rbd_aio_write_with_crc32c(image, 0, 9, digits, 1, c, 0)));
}

static void read_only_handles_refuse_changes(void)
{
    REFUSED(EROFS, rbd_write(read_only, 0, 512, data));
    REFUSED(EROFS, rbd_discard(read_only, 0, 512));
    REFUSED(EROFS, rbd_resize(read_only, MIB));
    REFUSED(EROFS, rbd_metadata_set(read_only, "k", "v"));
    REFUSED(EROFS, rbd_update_features(read_only, 8, 0));
    EQUAL(-EROFS, AIO(rbd_aio_write(read_only, 0, 512, data, c)));
    EQUAL(0, rbd_flush(read_only));
    EQUAL(0, rbd_invalidate_cache(read_only));
    EQUAL(512, rbd_read(read_only, 0, 512, data));
}

struct piece {
    uint64_t next;
    int stop_after;
};

static int on_piece(uint64_t offset, size_t length, const char *buffer, void *arg)
{
    struct piece *piece = arg;
    EQUAL(piece->next, offset);
    CHECK(length > 0 && buffer != NULL);
    piece->next += length;
    return piece->stop_after-- == 0 ? -4711 : 5;
}

static void iteration(void)
{
    struct piece piece = { 1000, -1 };
    EQUAL(0, rbd_read_iterate2(image, 1000, 1ull << 40, on_piece, &piece));
    EQUAL(SIZE, piece.next);
    piece = (struct piece){ 0, -1 };
    EQUAL(SIZE, rbd_read_iterate(image, 0, SIZE, on_piece, &piece));
    piece = (struct piece){ 0, 0 };
    EQUAL(-4711, rbd_read_iterate2(image, 0, SIZE, on_piece, &piece));
}

static int on_extent(uint64_t offset, size_t length, int exists, void *arg)
{
    uint64_t *next = arg;
    CHECK(offset >= *next && length > 0 && exists == 1);
    CHECK(offset >= 4096 && offset + length <= 3 * MIB);
    *next = offset + length;
    return 1;
}

static int stop(uint64_t offset, size_t length, int exists, void *arg)
{
    (void)offset;
    (void)length;
    (void)exists;
    (void)arg;
    return -9000;
}

static void differences(void)
{
    uint64_t next = 0;
    EQUAL(4096, rbd_write(image, 0, 4096, data));
    EQUAL(4096, rbd_write(image, 2 * MIB, 4096, data));
    for (int whole = 0; whole < 2; whole++) {
        next = 0;
        EQUAL(0, rbd_diff_iterate2(image, NULL, 4096, 3 * MIB - 4096, 1, (uint8_t)whole, on_extent, &next));
        CHECK(next > 2 * MIB);
    }
    EQUAL(-9000, rbd_diff_iterate2(image, NULL, 0, SIZE, 1, 0, stop, NULL));
    EQUAL(0, rbd_diff_iterate2(image, NULL, 0, 0, 1, 0, stop, NULL));
    REFUSED(ENOENT, rbd_diff_iterate2(image, "no such snapshot", 0, SIZE, 1, 0, stop, NULL));
    REFUSED(EINVAL, rbd_diff_iterate2(image, NULL, SIZE, 1, 1, 0, stop, NULL));
}

int main(void)
{
    struct client client = connect_client();
    image = create_and_open(client.io, "answers", SIZE);
    EQUAL(0, rbd_open_read_only(client.io, "answers", &read_only, NULL));
    lengths();
    refusals();
    compare_and_write();
    asynchronous();
    a_checksum_is_checked();
    read_only_handles_refuse_changes();
    iteration();
    differences();
    EQUAL(0, rbd_close(read_only));
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
