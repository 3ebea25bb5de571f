/*
 * Operations and pool statistics are made before anybody says whom they are for. Once a process uses a Ceph cluster, each of ours has a
 * twin of Ceph's that takes the same steps.
 */
#ifndef CURVERBD_CEPH_TWINS_H
#define CURVERBD_CEPH_TWINS_H

#include "core.h"

CURVERBD_SHARED void curverbd_add_twin(long own, long ceph);

/* 0 when it has none, being older than the first connection to a Ceph cluster. */
CURVERBD_SHARED long curverbd_twin(long own);

/* Forgets the pair and returns the twin. */
CURVERBD_SHARED long curverbd_remove_twin(long own);

/* A step has made an iterator for each. The caller has got ours. */
CURVERBD_SHARED void curverbd_promise(long own, long own_iterator, long ceph_iterator);

/* The twin runs: its iterators hold what the caller's are asked for. */
CURVERBD_SHARED void curverbd_keep_promises(long own);

/* Ceph's iterator for one of ours whose operation ran there; else the handle itself. */
CURVERBD_SHARED long curverbd_iterator(long handle);

CURVERBD_HIDDEN void curverbd_forget_twins(void);

#endif
