/*
 * Completions belong to no cluster until they are used, so they are all ours. Ceph's library gets one of its own, whose end ends ours.
 */
#ifndef CURVERBD_CEPH_LOANS_H
#define CURVERBD_CEPH_LOANS_H

#include "core.h"

/* Before the first loan. NATIVE: the native library of this process. */
CURVERBD_HIDDEN void curverbd_loans_use(void *native);

CURVERBD_HIDDEN void curverbd_forget_loans(void);

struct curverbd_loan {
    long ceph, own;
    int is_rbd, is_polled;
};

/* A completion of ours that serves IMAGE (or 0); NULL when it can't serve. It ends with Ceph's completion. */
CURVERBD_SHARED struct curverbd_loan *curverbd_lend_completion(long own, long image, int is_rbd);

/* The call was refused, and the completion will never end. */
CURVERBD_SHARED void curverbd_take_completion_back(struct curverbd_loan *loan);

/* Completions of an image that tells its events stay until they have been polled. */
CURVERBD_SHARED int curverbd_watch_events(long image);

/* Ours for one of Ceph's that was polled, whose loan ends with it. */
CURVERBD_SHARED long curverbd_polled_completion(long ceph);

#endif
