/* Every function, called with NULL, with closed, foreign and made-up handles: an answer, never a crash. */
#include <dlfcn.h>

#include "host.h"

typedef long function(void *, void *, void *, void *, void *, void *, void *, void *, void *, void *);

static int called;

/* A wild pointer for results is the caller's death with every library; only handles are made up here. */
static void call_all(const char *what, void *handle)
{
    char line[256], name[128], state[32], returns[32], takes[32];
    FILE *table = fopen(getenv("HOST_FUNCTIONS"), "r");
    CHECK(table != NULL);
    while (fgets(line, sizeof line, table)) {
        CHECK(sscanf(line, "%127s %31s %31s %31s", name, state, returns, takes) == 4);
        if (handle && strcmp(takes, "handle") != 0)
            continue;
        function *call = (function *)dlsym(RTLD_DEFAULT, name);
        CHECK(call != NULL);
        errno = 0;
        long answer = call(handle, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        called++;
        if (strcmp(state, "unsupported") == 0 && strcmp(returns, "int") == 0 && (int)answer != -EOPNOTSUPP) {
            fprintf(stderr, "%s(%s) answers %d\n", name, what, (int)answer);
            _exit(1);
        }
        if (strcmp(returns, "int") == 0 && (int)answer < 0 && errno != -(int)answer) {
            fprintf(stderr, "%s(%s) answers %d with errno %d\n", name, what, (int)answer, errno);
            _exit(1);
        }
    }
    fclose(table);
}

int main(void)
{
    struct client client = connect_client();
    rbd_image_t image = create_and_open(client.io, "handles", MIB);
    rbd_completion_t completion;
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &completion));
    call_all("NULL", NULL);
    call_all("an io context", client.io);
    client.io = NULL;
    EQUAL(0, rados_ioctx_create(client.cluster, "p", &client.io));
    call_all("a completion", completion);
    EQUAL(0, rbd_close(image));
    call_all("a closed image", image);
    call_all("1", (void *)1);
    call_all("-1", (void *)-1);
    call_all("a number", (void *)0x7fff12345678);
    int variable = 0;
    call_all("an address", &variable);
    EQUAL(0, variable);
    char data[512];
    REFUSED(EBADF, rbd_read(client.cluster, 0, sizeof data, data));
    REFUSED(EBADF, rbd_close(image));
    disconnect(client);
    REFUSED(EBADF, rados_connect(client.cluster));
    rados_shutdown(client.cluster);
    fprintf(stderr, "# %d calls\n", called);
    return 0;
}
