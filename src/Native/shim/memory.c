/*
 * Linked into the native library in front of getenv, where .NET's collector asks for its settings. It reserves a range of addresses,
 * by default 256 GB. Nova runs qemu-img under a limit of 1 GiB, so the range depends on the host's limit. The heap is kept to half of
 * the range: past three quarters of it the collector of .NET 10.0.12 writes to memory that it has not committed, and the host dies;
 * short of it an allocation that finds no room is an error like any other. Whoever sets the variables of .NET has the last word.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define LIMITED_BELOW ((rlim_t)16 << 30)

char *__real_getenv(const char *name);
char *__wrap_getenv(const char *name);

static int is_limited(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < LIMITED_BELOW;
}

char *__wrap_getenv(const char *name)
{
    /* Hexadecimal, as .NET reads them: 256 MiB and 1 GiB, 128 MiB and 512 MiB. */
    static char small_range[] = "10000000", range[] = "40000000", small_heap[] = "8000000", heap[] = "20000000";
    char *set = __real_getenv(name);
    if (set)
        return set;
    if (strcmp(name, "DOTNET_GCRegionRange") == 0)
        return is_limited() ? small_range : range;
    if (strcmp(name, "DOTNET_GCHeapHardLimit") == 0)
        return is_limited() ? small_heap : heap;
    return NULL;
}
