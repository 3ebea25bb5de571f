/* What changed between two states of an image: in order, inside of the window, on the thread that asks. */
#include "host.h"

#define SIZE (32 * MIB)
#define OBJECT (4 * MIB)

static rbd_image_t image;
static pthread_t asker;

struct seen {
    uint64_t start, end, next; /* the window, and where the last range ended */
    uint64_t data, holes;
    int calls, answer;
};

static int on_range(uint64_t offset, size_t length, int exists, void *arg)
{
    struct seen *seen = arg;
    CHECK(pthread_equal(pthread_self(), asker));
    CHECK(length > 0 && offset >= seen->next && offset >= seen->start && offset + length <= seen->end);
    seen->next = offset + length;
    seen->calls++;
    *(exists ? &seen->data : &seen->holes) += length;
    return seen->answer;
}

static struct seen differ(const char *from, uint64_t offset, uint64_t length, int whole_object)
{
    struct seen seen = { .start = offset, .end = offset + length };
    EQUAL(0, rbd_diff_iterate2(image, from, offset, length, 1, (uint8_t)whole_object, on_range, &seen));
    return seen;
}

int main(void)
{
    struct client client = connect_client();
    uint64_t first, second;
    asker = pthread_self();
    image = create_and_open(client.io, "image", SIZE);
    EQUAL(0, differ(NULL, 0, SIZE, 0).calls);
    fill(image, 0, OBJECT, 7);
    EQUAL(0, rbd_snap_create(image, "first"));
    EQUAL(0, differ("first", 0, SIZE, 0).calls);
    fill(image, 3 * OBJECT + 65536, 65536, 7);
    EQUAL(0, rbd_snap_create(image, "second"));
    EQUAL(OBJECT, rbd_discard(image, 0, OBJECT));
    fill(image, 5 * OBJECT, 2 * OBJECT, 7);

    struct seen seen = differ("first", 0, SIZE, 0);
    CHECK(seen.data >= 2 * OBJECT + 65536 && seen.data <= 3 * OBJECT);
    EQUAL(OBJECT, seen.holes);
    seen = differ("second", 0, SIZE, 1);
    EQUAL(2 * OBJECT, seen.data);
    EQUAL(OBJECT, seen.holes);
    seen = differ("first", 3 * OBJECT + 70000, 1000, 1);
    EQUAL(1000, seen.data);
    EQUAL(1, seen.calls);
    seen = differ("first", OBJECT, OBJECT, 1);
    EQUAL(0, seen.calls);
    seen = differ(NULL, 5 * OBJECT + 1, OBJECT, 0);
    EQUAL(OBJECT, seen.data);

    EQUAL(0, rbd_snap_set(image, "second"));
    seen = differ("first", 0, SIZE, 1);
    EQUAL(OBJECT, seen.data);
    EQUAL(0, seen.holes);
    EQUAL(0, differ("second", 0, SIZE, 1).calls);
    EQUAL(0, rbd_snap_set(image, "first"));
    REFUSED(EINVAL, rbd_diff_iterate2(image, "second", 0, SIZE, 1, 1, on_range, &seen));
    EQUAL(0, rbd_snap_set(image, NULL));

    REFUSED(ENOENT, rbd_diff_iterate2(image, "third", 0, SIZE, 1, 1, on_range, &seen));
    REFUSED(EINVAL, rbd_diff_iterate2(image, NULL, SIZE, 1, 1, 1, on_range, &seen));
    EQUAL(0, differ("first", SIZE, 0, 1).calls);
    seen = (struct seen){ .end = SIZE };
    EQUAL(0, rbd_diff_iterate(image, "first", OBJECT, 10ull * SIZE, on_range, &seen));

    EQUAL(0, rbd_snap_get_id(image, "first", &first));
    EQUAL(0, rbd_snap_get_id(image, "second", &second));
    seen = (struct seen){ .end = SIZE };
    EQUAL(0, rbd_diff_iterate3(image, second, 0, SIZE, 3, on_range, &seen));
    EQUAL(2 * OBJECT, seen.data);
    EQUAL(OBJECT, seen.holes);
    seen = (struct seen){ .end = SIZE };
    EQUAL(0, rbd_diff_iterate3(image, 0, 0, SIZE, 0, on_range, &seen));
    CHECK(seen.data >= 2 * OBJECT + 65536);
    REFUSED(ENOENT, rbd_diff_iterate3(image, 99, 0, SIZE, 0, on_range, &seen));
    REFUSED(EINVAL, rbd_diff_iterate3(image, first, 0, SIZE, 4, on_range, &seen));

    seen = (struct seen){ .end = SIZE, .answer = -9000 };
    EQUAL(-9000, rbd_diff_iterate2(image, "first", 0, SIZE, 1, 1, on_range, &seen));
    EQUAL(1, seen.calls);
    seen = (struct seen){ .end = SIZE, .answer = 1 };
    EQUAL(0, rbd_diff_iterate2(image, "first", 0, SIZE, 1, 1, on_range, &seen));
    CHECK(seen.calls > 1);
    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
