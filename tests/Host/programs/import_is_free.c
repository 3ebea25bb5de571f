/* Loading starts nothing; the first call does; unloading takes nothing away from under what runs. */
#include <dlfcn.h>

#include "host.h"

int main(void)
{
    EQUAL(1, status_of("Threads"));
    struct sigaction before, after;
    sigaction(SIGPIPE, NULL, &before);
    CHECK(before.sa_handler == SIG_DFL);

    int major = 0, minor = 0, extra = 0;
    rbd_version(&major, &minor, &extra);
    EQUAL(1, major);
    EQUAL(16, minor);
    rados_version(&major, &minor, &extra);
    EQUAL(3, major);

    for (int signal = 1; signal < 32; signal++) {
        if (signal == SIGSEGV || signal == SIGFPE || signal == SIGPIPE || signal == SIGKILL || signal == SIGSTOP)
            continue;
        sigaction(signal, NULL, &after);
        CHECK(after.sa_handler == SIG_DFL);
    }
    return 0;
}
