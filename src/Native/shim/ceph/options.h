/*
 * Image options are ours; Ceph's library gets a copy of them for the time of a call.
 */
#ifndef CURVERBD_CEPH_OPTIONS_H
#define CURVERBD_CEPH_OPTIONS_H

#include "core.h"

/* 0 for 0. */
CURVERBD_HIDDEN long curverbd_lend_options(long own);

CURVERBD_HIDDEN void curverbd_take_options_back(long ceph);

#endif
