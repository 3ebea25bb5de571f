#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "ceph/clusters.h"
#include "ceph/route.h"

struct pair {
    long own, ceph;
    struct pair *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pair *pairs;

int curverbd_add_ceph_cluster(long own, long ceph)
{
    struct pair *pair = malloc(sizeof *pair);
    if (!pair)
        return -ENOMEM;
    pthread_mutex_lock(&lock);
    *pair = (struct pair){ own, ceph, pairs };
    pairs = pair;
    pthread_mutex_unlock(&lock);
    return 0;
}

/* Another thread may have held the lock when the process forked, and the list may be half changed: both start over. */
void curverbd_forget_ceph_clusters(void)
{
    pthread_mutex_init(&lock, NULL);
    pairs = NULL;
}

long curverbd_ceph_cluster(long handle)
{
    long found = handle;
    pthread_mutex_lock(&lock);
    for (struct pair *pair = pairs; pair; pair = pair->next) {
        if (pair->own == handle)
            found = pair->ceph;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static void remove_cluster(long own)
{
    pthread_mutex_lock(&lock);
    for (struct pair **place = &pairs; *place; place = &(*place)->next) {
        struct pair *found = *place;
        if (found->own != own)
            continue;
        *place = found->next;
        free(found);
        break;
    }
    pthread_mutex_unlock(&lock);
}

/* Ends both: ours holds the configuration that the other was made of. */
CURVERBD_HIDDEN long route_rados_shutdown(long handle)
{
    long ceph = curverbd_ceph_cluster(handle);
    if (curverbd_side_of(ceph) == CURVERBD_CEPH)
        CURVERBD_CALL(curverbd_ceph, rados_shutdown, ceph);
    if (curverbd_side_of(handle) != CURVERBD_OWN)
        return 0;
    remove_cluster(handle);
    return CURVERBD_CALL(curverbd_own, rados_shutdown, handle);
}
