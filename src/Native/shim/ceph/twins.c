#include <pthread.h>
#include <stdlib.h>

#include "ceph/route.h"
#include "ceph/twins.h"

struct promise {
    long operation, own, ceph; /* the twin's iterator */
    int is_kept;
    struct promise *next;
};

struct pair {
    long own, ceph;
    struct pair *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair *pairs;
static struct promise *promises;

/* Under the lock. */
static struct pair **find(long own)
{
    struct pair **place = &pairs;
    while (*place && (*place)->own != own)
        place = &(*place)->next;
    return place;
}

void curverbd_forget_twins(void)
{
    pthread_mutex_init(&lock, NULL);
    pairs = NULL;
    promises = NULL;
}

void curverbd_add_twin(long own, long ceph)
{
    struct pair *pair = own && ceph ? calloc(1, sizeof *pair) : NULL;
    if (!pair)
        return;
    pthread_mutex_lock(&lock);
    *pair = (struct pair){ .own = own, .ceph = ceph, .next = pairs };
    pairs = pair;
    pthread_mutex_unlock(&lock);
}

long curverbd_twin(long own)
{
    pthread_mutex_lock(&lock);
    struct pair *found = *find(own);
    long ceph = found ? found->ceph : 0;
    pthread_mutex_unlock(&lock);
    return ceph;
}

long curverbd_remove_twin(long own)
{
    pthread_mutex_lock(&lock);
    struct pair **place = find(own), *found = *place;
    if (found)
        *place = found->next;
    pthread_mutex_unlock(&lock);
    long ceph = found ? found->ceph : 0;
    free(found);
    return ceph;
}

void curverbd_promise(long own, long own_iterator, long ceph_iterator)
{
    struct promise *promise = malloc(sizeof *promise);
    if (!promise)
        return;
    pthread_mutex_lock(&lock);
    *promise = (struct promise){ own, own_iterator, ceph_iterator, 0, promises };
    promises = promise;
    pthread_mutex_unlock(&lock);
}

void curverbd_keep_promises(long own)
{
    pthread_mutex_lock(&lock);
    for (struct promise *one = promises; one; one = one->next)
        one->is_kept |= one->operation == own;
    pthread_mutex_unlock(&lock);
}

long curverbd_iterator(long handle)
{
    long found = handle;
    pthread_mutex_lock(&lock);
    for (struct promise *one = promises; one; one = one->next) {
        if (one->own == handle && one->is_kept)
            found = one->ceph;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/* Returns Ceph's iterator, 0 when there is none. */
static long forget_promise(long own)
{
    long ceph = 0;
    pthread_mutex_lock(&lock);
    for (struct promise **place = &promises; *place; place = &(*place)->next) {
        struct promise *found = *place;
        if (found->own != own)
            continue;
        *place = found->next;
        ceph = found->ceph;
        free(found);
        break;
    }
    pthread_mutex_unlock(&lock);
    return ceph;
}

static long end_iterator(long handle, curverbd_function *own, curverbd_function *ceph)
{
    long other = curverbd_side_of(handle) == CURVERBD_CEPH ? handle : forget_promise(handle);
    if (other)
        ((long (*)(long))ceph)(other);
    return other == handle ? 0 : ((long (*)(long))own)(handle);
}

CURVERBD_HIDDEN long route_rados_omap_get_end(long handle)
{
    return end_iterator(handle, curverbd_own[CURVERBD_AT_PLAIN_rados_omap_get_end], curverbd_ceph[CURVERBD_AT_PLAIN_rados_omap_get_end]);
}

CURVERBD_HIDDEN long route_rados_getxattrs_end(long handle)
{
    return end_iterator(handle, curverbd_own[CURVERBD_AT_PLAIN_rados_getxattrs_end], curverbd_ceph[CURVERBD_AT_PLAIN_rados_getxattrs_end]);
}

CURVERBD_HIDDEN long route_rados_create_write_op(void)
{
    long own = CURVERBD_CALL(curverbd_own, rados_create_write_op);
    curverbd_add_twin(own, CURVERBD_CALL(curverbd_ceph, rados_create_write_op));
    return own;
}

CURVERBD_HIDDEN long route_rados_create_read_op(void)
{
    long own = CURVERBD_CALL(curverbd_own, rados_create_read_op);
    curverbd_add_twin(own, CURVERBD_CALL(curverbd_ceph, rados_create_read_op));
    return own;
}

CURVERBD_HIDDEN long route_rados_release_write_op(long own)
{
    long ceph = curverbd_remove_twin(own);
    if (ceph)
        CURVERBD_CALL(curverbd_ceph, rados_release_write_op, ceph);
    return CURVERBD_CALL(curverbd_own, rados_release_write_op, own);
}

CURVERBD_HIDDEN long route_rados_release_read_op(long own)
{
    long ceph = curverbd_remove_twin(own);
    if (ceph)
        CURVERBD_CALL(curverbd_ceph, rados_release_read_op, ceph);
    return CURVERBD_CALL(curverbd_own, rados_release_read_op, own);
}
