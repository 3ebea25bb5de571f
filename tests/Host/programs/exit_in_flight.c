/* Programs end in the middle of everything: exit() while threads write, connect and wait. */
#include <sys/wait.h>

#include "host.h"

#define ROUNDS 20

static rbd_image_t image;
static char data[65536];

static void ignore(rbd_completion_t c, void *arg)
{
    (void)arg;
    rbd_aio_release(c);
}

static void *write_for_ever(void *arg)
{
    for (uint64_t i = 0;; i++) {
        rbd_completion_t c;
        rbd_aio_create_completion(NULL, ignore, &c);
        rbd_aio_write(image, (i % 64) * sizeof data, sizeof data, data, c);
        rbd_write(image, 0, 512, arg);
    }
    return NULL;
}

static void *connect_for_ever(void *arg)
{
    for (;;)
        disconnect(connect_client());
    return arg;
}

int main(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct client client = connect_client();
            char name[32];
            snprintf(name, sizeof name, "exit%d", round);
            image = create_and_open(client.io, name, 16 * MIB);
            pthread_t threads[3];
            for (int i = 0; i < 2; i++)
                pthread_create(&threads[i], NULL, write_for_ever, data);
            pthread_create(&threads[2], NULL, connect_for_ever, NULL);
            usleep(20000);
            exit(0);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child);
        EQUAL(0, status);
    }
    return 0;
}
