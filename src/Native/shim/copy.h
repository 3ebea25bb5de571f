/*
 * Loading a file a second time. The loader knows libraries by name and by inode, so a second, independent instance needs both to be new.
 */
#ifndef CURVERBD_COPY_H
#define CURVERBD_COPY_H

#include "core.h"

struct curverbd_copy {
    const char *path;
    void (*change)(char *bytes, size_t count); /* before it is loaded; may be NULL */
    int flags;                                 /* for dlopen, beside RTLD_NOW, RTLD_LOCAL and RTLD_NODELETE */
};

/* dlopen's handle, or NULL with a reason in *why. The name is the one dlopen knows the copy by from then on. */
CURVERBD_HIDDEN void *curverbd_open_copy_of(const struct curverbd_copy *copy, char *name, size_t size, const char **why);

#endif
