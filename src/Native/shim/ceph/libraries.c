#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceph/libraries.h"
#include "copy.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *librados, *librbd;

/* The real file, unless it is one of ours: a link to Ceph's place leads back to us where ours took it. */
static int find(const char *directory, const char *soname, char path[PATH_MAX])
{
    char link[PATH_MAX + 64], own[PATH_MAX];
    snprintf(link, sizeof link, "%s/%s", directory, soname);
    if (!realpath(link, own))
        own[0] = '\0';
    snprintf(link, sizeof link, "%s/ceph/%s", directory, soname);
    return realpath(link, path) != NULL && strcmp(path, own) != 0;
}

int curverbd_find_ceph(const char *directory)
{
    char path[PATH_MAX];
    return directory[0] != '\0' && find(directory, "librados.so.2", path) && find(directory, "librbd.so.1", path);
}

static void replace(char *bytes, size_t count, const char *from, const char *to)
{
    size_t length = strlen(from) + 1;
    for (char *end = bytes + count, *found; (found = memmem(bytes, (size_t)(end - bytes), from, length)) != NULL; bytes = found + length)
        memcpy(found, to, length);
}

/* The loader knows one library for one soname. Under other names, Ceph's librbd finds Ceph's librados and not ours. */
static void rename_sonames(char *bytes, size_t count)
{
    replace(bytes, count, "librados.so.2", "librados.so.C");
    replace(bytes, count, "librbd.so.1", "librbd.so.C");
}

static void *load(const char *directory, const char *soname, char *why, size_t size)
{
    char path[PATH_MAX], name[PATH_MAX];
    const char *reason = "";
    if (!find(directory, soname, path)) {
        snprintf(why, size, "%s/ceph/%s is not there", directory, soname);
        return NULL;
    }
    /* Its own functions come before those of the same names that the program has from us. */
    const struct curverbd_copy copy = { .path = path, .change = rename_sonames, .flags = RTLD_DEEPBIND };
    void *handle = curverbd_open_copy_of(&copy, name, sizeof name, &reason);
    const char *refusal = handle ? NULL : dlerror();
    if (!handle)
        snprintf(why, size, "%s cannot be loaded: %s", path, refusal ? refusal : reason);
    return handle;
}

int curverbd_load_ceph(const char *directory, char *why, size_t size)
{
    pthread_mutex_lock(&lock);
    if (!librados)
        librados = load(directory, "librados.so.2", why, size);
    if (librados && !librbd)
        librbd = load(directory, "librbd.so.1", why, size);
    int result = librbd ? 0 : -ELIBACC;
    pthread_mutex_unlock(&lock);
    return result;
}

static void *function_of(void *library, const char *name)
{
    return library ? dlsym(library, name) : NULL;
}

curverbd_function *curverbd_ceph_function(const char *soname, const char *symbol)
{
    static const char base[] = "_base";
    void *library = strcmp(soname, "librbd.so.1") == 0 ? librbd : librados;
    size_t length = strlen(symbol);
    if (length > sizeof base && strcmp(symbol + length - (sizeof base - 1), base) == 0) {
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)(length - (sizeof base - 1)), symbol);
        return library ? (curverbd_function *)dlvsym(library, name, "LIBRADOS_2.0.0") : NULL;
    }
    return (curverbd_function *)function_of(library, symbol);
}

static int configure(void *cluster, const char *file, const char *const *options)
{
    int (*read_file)(void *, const char *) = (int (*)(void *, const char *))function_of(librados, "rados_conf_read_file");
    int (*parse_env)(void *, const char *) = (int (*)(void *, const char *))function_of(librados, "rados_conf_parse_env");
    int (*set)(void *, const char *, const char *) = (int (*)(void *, const char *, const char *))function_of(librados, "rados_conf_set");
    int result = file ? read_file(cluster, file) : 0;
    if (result == 0)
        result = parse_env(cluster, NULL);
    for (; result == 0 && *options; options += 2)
        result = set(cluster, options[0], options[1]);
    return result;
}

int curverbd_open_ceph_cluster(const char *cluster, const char *client, const char *file, const char *const *options,
                               long *ceph, char *why, size_t size)
{
    int (*create)(void **, const char *, const char *, unsigned long) = (int (*)(void **, const char *, const char *, unsigned long))function_of(librados, "rados_create2");
    int (*connect)(void *) = (int (*)(void *))function_of(librados, "rados_connect");
    void (*shutdown)(void *) = (void (*)(void *))function_of(librados, "rados_shutdown");
    void *made = NULL;
    int result = create(&made, cluster, client, 0);
    if (result != 0) {
        snprintf(why, size, "Ceph's rados_create2 failed");
        return result;
    }
    result = configure(made, file, options);
    if (result == 0)
        result = connect(made);
    *ceph = (long)made;
    if (result == 0)
        return 0;
    snprintf(why, size, "Ceph's librados could not connect with %s: %s", file ? file : "the given options", strerror(-result));
    shutdown(made);
    return result;
}
