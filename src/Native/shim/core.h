/*
 * What librbd.so.1 and librados.so.2 share: loading the native library on the first call of a process. The core lives in librados.so.2.
 */
#ifndef CURVERBD_CORE_H
#define CURVERBD_CORE_H

#include <stddef.h>

#define CURVERBD_HIDDEN __attribute__((visibility("hidden")))
#define CURVERBD_SHARED __attribute__((visibility("default")))

/* Every C function, whatever its type really is. */
typedef long curverbd_function(void);

struct curverbd_export {
    const char *name;               /* in the native library; NULL: not implemented */
    curverbd_function *unloadable;  /* answers when the native library can't be loaded */
    const char *symbol;             /* with "_base" behind it, the older of two functions of one name */
};

struct curverbd_library {
    curverbd_function **table;
    curverbd_function *const *first; /* the table as it is before the native library is loaded */
    const struct curverbd_export *exports;
    size_t count;
    struct curverbd_library *next;  /* of those whose table has been filled */
    int is_filled;
    /* For a process that also uses a Ceph cluster: see ceph/route.h. */
    curverbd_function *const *routes; /* NULL where a function is ours for every handle */
    curverbd_function **own;          /* what the table led to before it led to the routes */
    curverbd_function **ceph;         /* the functions of Ceph's library; NULL where that release has none */
    const char *soname;
};

/* What the native library is told when it is loaded. */
struct curverbd_start {
    int generation;         /* 0 in the process that loaded first, one more in each forked child that loads again */
    const char *directory;  /* where its companions lie; "" when only the loader knows */
    /* Loads a library as a private copy that shares no data with one loaded before, and tells the name that dlopen knows it by from
       then on. NULL when it can't. */
    void *(*open_copy)(const char *path, char *name, size_t size);
    /* Whether Ceph's own libraries lie in "ceph" beside this one. */
    int (*has_ceph)(void);
    /* Connects to a Ceph cluster with them; the handle stands for that cluster from then on. `options` are names and values in turn,
       up to a NULL. 0, or a negative errno with a reason in `why`. */
    int (*connect_ceph)(long handle, const char *cluster, const char *client, const char *file, const char *const *options, char *why, size_t size);
};

CURVERBD_SHARED curverbd_function *curverbd_resolve(struct curverbd_library *library, size_t index);

CURVERBD_SHARED curverbd_function curverbd_unsupported_negative;
CURVERBD_SHARED curverbd_function curverbd_unsupported_zero;
CURVERBD_SHARED curverbd_function curverbd_unloadable_negative;
CURVERBD_SHARED curverbd_function curverbd_unloadable_zero;

#endif
