/*
 * Ceph's own librados.so.2 and librbd.so.1, loaded beside ours of the same names.
 */
#ifndef CURVERBD_CEPH_LIBRARIES_H
#define CURVERBD_CEPH_LIBRARIES_H

#include "core.h"

/* Whether they lie in DIRECTORY/ceph and are others than ours. */
CURVERBD_HIDDEN int curverbd_find_ceph(const char *directory);

/* Once in a process. 0, or a negative errno with a reason. */
CURVERBD_HIDDEN int curverbd_load_ceph(const char *directory, char *why, size_t size);

/* By its symbol in the table of exports; NULL when this release of Ceph has no such function. */
CURVERBD_HIDDEN curverbd_function *curverbd_ceph_function(const char *soname, const char *symbol);

/* Creates, configures and connects a rados_t of Ceph's. 0, or a negative errno with a reason. */
CURVERBD_HIDDEN int curverbd_open_ceph_cluster(const char *cluster, const char *client, const char *file, const char *const *options,
                                               long *ceph, char *why, size_t size);

#endif
