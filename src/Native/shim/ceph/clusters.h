/*
 * The rados_t of ours that stand for Ceph clusters.
 */
#ifndef CURVERBD_CEPH_CLUSTERS_H
#define CURVERBD_CEPH_CLUSTERS_H

#include "core.h"

/* 0 or -ENOMEM. */
CURVERBD_HIDDEN int curverbd_add_ceph_cluster(long own, long ceph);

/* In a forked child, where neither handle means anything. */
CURVERBD_HIDDEN void curverbd_forget_ceph_clusters(void);

/* Ceph's rados_t for one of ours that stands for it; else the handle itself. */
CURVERBD_SHARED long curverbd_ceph_cluster(long handle);

#endif
