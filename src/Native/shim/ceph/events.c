/*
 * Polling the events of an image of Ceph's: the caller knows our completions, so they are what it gets.
 */
#include "ceph/loans.h"
#include "ceph/route.h"

CURVERBD_HIDDEN long route_rbd_set_image_notification(long image, long fd, long type)
{
    if (curverbd_side_of(image) != CURVERBD_CEPH)
        return CURVERBD_CALL(curverbd_own, rbd_set_image_notification, image, fd, type);
    int result = curverbd_watch_events(image);
    return result != 0 ? result : CURVERBD_CALL(curverbd_ceph, rbd_set_image_notification, image, fd, type);
}

CURVERBD_HIDDEN long route_rbd_poll_io_events(long image, long *completions, long count)
{
    if (curverbd_side_of(image) != CURVERBD_CEPH)
        return CURVERBD_CALL(curverbd_own, rbd_poll_io_events, image, completions, count);
    int polled = (int)CURVERBD_CALL(curverbd_ceph, rbd_poll_io_events, image, completions, count);
    for (int i = 0; i < polled; i++)
        completions[i] = curverbd_polled_completion(completions[i]);
    return polled;
}
