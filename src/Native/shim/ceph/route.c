/*
 * The routes of one library. ROUTES_FILE is made from the table of exports by routes.awk.
 */
#include <errno.h>

#include "ceph/clusters.h"
#include "ceph/loans.h"
#include "ceph/options.h"
#include "ceph/route.h"
#include "ceph/twins.h"

/* Those that no rule describes. */
CURVERBD_HIDDEN curverbd_function route_rados_shutdown, route_rados_create_write_op, route_rados_create_read_op, route_rados_release_write_op,
    route_rados_release_read_op, route_rados_omap_get_end, route_rados_getxattrs_end, route_rbd_pool_stats_create, route_rbd_pool_stats_destroy, route_rbd_poll_io_events,
    route_rbd_set_image_notification;

/* One call can't use handles of both. */
__attribute__((unused)) static long curverbd_across_negative(void)
{
    errno = EXDEV;
    return -EXDEV;
}

__attribute__((unused)) static long curverbd_across_zero(void)
{
    errno = EXDEV;
    return 0;
}

/* A completion that serves another call already, or an operation from before the process used a Ceph cluster. */
__attribute__((unused)) static long curverbd_unlendable_negative(void)
{
    errno = EINVAL;
    return -EINVAL;
}

__attribute__((unused)) static long curverbd_unlendable_zero(void)
{
    errno = EINVAL;
    return 0;
}

#include ROUTES_FILE
