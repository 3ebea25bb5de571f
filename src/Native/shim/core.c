/*
 * Loads the native library on the first call of a process and fills the tables of both libraries. .NET does not survive a fork, so a
 * forked child starts over with a fresh copy; handles from before the fork mean nothing to it and are refused.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core.h"
#include "copy.h"

#define NATIVE_LIBRARY "libcurverbd.so"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct curverbd_library *filled;
static void *native;
static int generation;
static int is_reported;
static char directory[PATH_MAX];

long curverbd_unsupported_negative(void)
{
    errno = EOPNOTSUPP;
    return -EOPNOTSUPP;
}

long curverbd_unsupported_zero(void)
{
    errno = EOPNOTSUPP;
    return 0;
}

long curverbd_unloadable_negative(void)
{
    errno = ELIBACC;
    return -ELIBACC;
}

long curverbd_unloadable_zero(void)
{
    errno = ELIBACC;
    return 0;
}

/* In one write, so that lines of several processes don't mix. */
static void report(const char *what, const char *why)
{
    char line[PATH_MAX + 512];
    if (is_reported)
        return;
    is_reported = 1;
    int length = snprintf(line, sizeof line, "curverbd: cannot load %s: %s; every call answers ELIBACC (79)\n", what, why);
    if (length >= (int)sizeof line)
        length = (int)sizeof line - 1;
    if (write(STDERR_FILENO, line, (size_t)length) < 0)
        return;
}

/* The library lies beside the real file of this one, however many symbolic links lead here. */
static void find_directory(void)
{
    Dl_info self;
    char *slash;
    if (!dladdr((void *)&filled, &self) || !realpath(self.dli_fname, directory) || !(slash = strrchr(directory, '/')))
        directory[0] = '\0';
    else
        *slash = '\0';
}

static int path_beside(char path[PATH_MAX + 32])
{
    if (directory[0] == '\0')
        find_directory();
    snprintf(path, PATH_MAX + 32, "%s/" NATIVE_LIBRARY, directory);
    return directory[0] != '\0' && access(path, F_OK) == 0;
}

static void *open_first(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle)
        report(path, dlerror());
    return handle;
}

static void *open_again(const char *path)
{
    char name[PATH_MAX];
    const char *why = "";
    void *handle = curverbd_open_copy_of(path, name, sizeof name, &why);
    if (!handle)
        report(path, why);
    return handle;
}

/* Not beside us: where the loader finds it. A child needs the path of what was found to copy it. */
static void *open_by_search(char path[PATH_MAX + 32])
{
    Dl_info found;
    void *handle = open_first(NATIVE_LIBRARY);
    if (!handle || generation == 0)
        return handle;
    void *start = dlsym(handle, "curverbd_start");
    if (!start || !dladdr(start, &found))
        return NULL;
    snprintf(path, PATH_MAX + 32, "%s", found.dli_fname);
    return open_again(path);
}

static void *open_copy(const char *path, char *name, size_t size)
{
    const char *why;
    return curverbd_open_copy_of(path, name, size, &why);
}

static int start(void *handle)
{
    struct curverbd_start arguments = { generation, directory, open_copy };
    int (*curverbd_start)(const struct curverbd_start *) = (int (*)(const struct curverbd_start *))dlsym(handle, "curverbd_start");
    if (!curverbd_start)
        report(NATIVE_LIBRARY, "it has no function curverbd_start");
    return curverbd_start ? curverbd_start(&arguments) : -1;
}

static void load(void)
{
    char path[PATH_MAX + 32];
    /* SQLite's library uses functions of this one without naming it, and a C program need not have loaded it. */
    dlopen("libm.so.6", RTLD_NOW | RTLD_GLOBAL);
    void *handle = !path_beside(path) ? open_by_search(path) : generation == 0 ? open_first(path) : open_again(path);
    if (handle && start(handle) == 0)
        native = handle;
}

static void fill(struct curverbd_library *library)
{
    for (size_t i = 0; i < library->count; i++) {
        if (!library->exports[i].name)
            continue;
        void *function = dlsym(native, library->exports[i].name);
        if (!function)
            report(library->exports[i].name, "the native library is of another version");
        __atomic_store_n(&library->table[i], function ? (curverbd_function *)function : library->exports[i].unloadable, __ATOMIC_RELEASE);
    }
    library->is_filled = 1;
    library->next = filled;
    filled = library;
}

curverbd_function *curverbd_resolve(struct curverbd_library *library, size_t index)
{
    int saved = errno;
    pthread_mutex_lock(&lock);
    if (!native)
        load();
    if (native && !library->is_filled)
        fill(library);
    curverbd_function *function = native ? library->table[index] : library->exports[index].unloadable;
    pthread_mutex_unlock(&lock);
    errno = saved;
    return function;
}

static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&lock);
}

static void after_fork_in_child(void)
{
    for (; filled; filled = filled->next) {
        memcpy(filled->table, filled->first, filled->count * sizeof filled->first[0]);
        filled->is_filled = 0;
    }
    if (native)
        generation++;
    native = NULL;
    pthread_mutex_unlock(&lock);
}

/* Here and not at the first call: a fork that runs beside the first call must find the handlers in place. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
