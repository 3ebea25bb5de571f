#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static int copy_bytes(int from, int to)
{
    struct stat status;
    if (fstat(from, &status) != 0)
        return -1;
    for (off_t done = 0; done < status.st_size;) {
        ssize_t count = sendfile(to, from, &done, (size_t)(status.st_size - done));
        if (count == 0)
            errno = EIO; /* the file shrank under us */
        if (count <= 0)
            return -1;
    }
    return 0;
}

/* In the file, so that what is loaded from it is what was changed. */
static int copy_to(int source, int to, const struct curverbd_copy *copy)
{
    struct stat status;
    if (copy_bytes(source, to) != 0 || fstat(to, &status) != 0)
        return -1;
    if (!copy->change)
        return 0;
    char *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
    if (bytes == MAP_FAILED)
        return -1;
    copy->change(bytes, (size_t)status.st_size);
    return munmap(bytes, (size_t)status.st_size);
}

static void *open_now(const char *name, const struct curverbd_copy *copy)
{
    return dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE | copy->flags);
}

static int memory_file(void)
{
    int fd = memfd_create("curverbd", MFD_CLOEXEC | MFD_EXEC);
    return fd >= 0 || errno != EINVAL ? fd : memfd_create("curverbd", MFD_CLOEXEC); /* EINVAL: older than MFD_EXEC */
}

/* A forked child that forks again must not hand the loader a name that it knows from before, so each name is longer than the last. */
static void *open_unique(int fd, const struct curverbd_copy *copy, char *name, size_t size)
{
    static int opened;
    size_t length = (size_t)snprintf(name, size, "/proc/self/fd");
    for (int i = 0; i < opened && length + 64 < size; i++)
        length += (size_t)snprintf(name + length, size - length, "/.");
    opened++;
    snprintf(name + length, size - length, "/%d", fd);
    return open_now(name, copy);
}

static void *open_in_memory(int source, const struct curverbd_copy *copy, char *name, size_t size)
{
    int fd = memory_file();
    if (fd < 0)
        return NULL;
    void *handle = copy_to(source, fd, copy) == 0 ? open_unique(fd, copy, name, size) : NULL;
    close(fd);
    return handle;
}

static void *open_in_directory(int source, const char *directory, const struct curverbd_copy *copy, char *name, size_t size)
{
    if (snprintf(name, size, "%s/.curverbd-XXXXXX", directory) >= (int)size)
        return NULL;
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return NULL;
    void *handle = copy_to(source, fd, copy) == 0 ? open_now(name, copy) : NULL;
    close(fd);
    unlink(name);
    return handle;
}

/* Some systems forbid to execute memory files (vm.memfd_noexec=2, SELinux); a private file does there. */
static void *open_in_files(int source, const struct curverbd_copy *copy, char *name, size_t size)
{
    char beside[PATH_MAX];
    const char *chosen = secure_getenv("TMPDIR");
    snprintf(beside, sizeof beside, "%s", copy->path);
    const char *const directories[] = { chosen && *chosen ? chosen : "/tmp", "/var/tmp", "/run", dirname(beside) };
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        void *handle = open_in_directory(source, directories[i], copy, name, size);
        if (handle)
            return handle;
    }
    return NULL;
}

void *curverbd_open_copy_of(const struct curverbd_copy *copy, char *name, size_t size, const char **why)
{
    int source = open(copy->path, O_RDONLY | O_CLOEXEC);
    if (source < 0) {
        *why = strerror(errno);
        return NULL;
    }
    void *handle = open_in_memory(source, copy, name, size);
    if (!handle)
        handle = open_in_files(source, copy, name, size);
    if (!handle)
        *why = "neither a memory file nor a file in TMPDIR, /var/tmp, /run or beside it can be executed";
    close(source);
    return handle;
}
