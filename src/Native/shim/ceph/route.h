/*
 * A process may use CurveBS and a Ceph cluster at once. As soon as one of its rados_t has connected to a Ceph cluster, the tables of
 * both libraries lead here: each call looks at its handles and goes on to our function or, with handles of Ceph's in place of ours, to
 * the function of the same name in Ceph's library. Until then nothing of this costs anything.
 *
 * Every argument that is no floating-point number travels as a long, for so the calling conventions of x86-64 and arm64 have it.
 */
#ifndef CURVERBD_CEPH_ROUTE_H
#define CURVERBD_CEPH_ROUTE_H

#include "core.h"

enum curverbd_side { CURVERBD_NOBODY, CURVERBD_OWN, CURVERBD_CEPH };

/* Ours have a kind in the highest byte, where no address has anything (src/Native/Runtime/Handle.cs). */
static inline int curverbd_side_of(long handle)
{
    return handle == 0 ? CURVERBD_NOBODY : (unsigned long)handle >> 56 ? CURVERBD_OWN : CURVERBD_CEPH;
}

CURVERBD_HIDDEN extern curverbd_function *const curverbd_routes[];
CURVERBD_HIDDEN extern curverbd_function *curverbd_own[];
CURVERBD_HIDDEN extern curverbd_function *curverbd_ceph[];

#define EXPORT(index, name, form, fails, state) CURVERBD_AT_##form##_##name = index,
enum {
#include EXPORTS_FILE
};
#undef EXPORT

/* Calls a function of this library, ours or Ceph's, by its name. */
#define CURVERBD_CALL(table, name, ...) (((long (*)())table[CURVERBD_AT_PLAIN_##name])(__VA_ARGS__))

#endif
