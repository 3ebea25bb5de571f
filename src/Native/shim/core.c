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

#include "ceph/clusters.h"
#include "ceph/libraries.h"
#include "ceph/loans.h"
#include "ceph/twins.h"
#include "core.h"
#include "copy.h"

#define NATIVE_LIBRARY "libcurverbd.so"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct curverbd_library *filled;
static void *native;
static int generation;
static int is_reported;
static int is_routed;
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
    const struct curverbd_copy copy = { .path = path };
    void *handle = curverbd_open_copy_of(&copy, name, sizeof name, &why);
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
    const struct curverbd_copy copy = { .path = path };
    return curverbd_open_copy_of(&copy, name, size, &why);
}

static int has_ceph(void)
{
    return curverbd_find_ceph(directory);
}

static void route(struct curverbd_library *library)
{
    for (size_t i = 0; i < library->count; i++) {
        library->own[i] = library->table[i];
        library->ceph[i] = curverbd_ceph_function(library->soname, library->exports[i].symbol);
    }
    for (size_t i = 0; i < library->count; i++) {
        if (library->routes[i])
            __atomic_store_n(&library->table[i], library->routes[i], __ATOMIC_RELEASE);
    }
}

/* From now on every call looks at its handles first. A library that is filled later follows in fill(). */
static void route_all(void)
{
    pthread_mutex_lock(&lock);
    if (!is_routed) {
        curverbd_loans_use(native);
        for (struct curverbd_library *library = filled; library; library = library->next)
            route(library);
        is_routed = 1;
    }
    pthread_mutex_unlock(&lock);
}

static int connect_ceph(long handle, const char *cluster, const char *client, const char *file, const char *const *options, char *why, size_t size)
{
    long ceph;
    int result = curverbd_load_ceph(directory, why, size);
    if (result == 0)
        result = curverbd_open_ceph_cluster(cluster, client, file, options, &ceph, why, size);
    if (result == 0)
        result = curverbd_add_ceph_cluster(handle, ceph);
    if (result == 0)
        route_all();
    return result;
}

static int start(void *handle)
{
    struct curverbd_start arguments = { generation, directory, open_copy, has_ceph, connect_ceph };
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
    if (is_routed)
        route(library);
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
    is_routed = 0;
    curverbd_forget_ceph_clusters();
    curverbd_forget_loans();
    curverbd_forget_twins();
    pthread_mutex_unlock(&lock);
}

/* Here and not at the first call: a fork that runs beside the first call must find the handlers in place. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
