#include <stdbool.h>
#include <stdint.h>

#include "ceph/options.h"
#include "ceph/route.h"
#include "ceph/twins.h"

#define OPTIONS 32 /* RBD_IMAGE_OPTION_*: 16 in Ceph 20 */

static void copy_option(long own, long ceph, int option)
{
    uint64_t number;
    char text[4096];
    if (CURVERBD_CALL(curverbd_own, rbd_image_options_get_uint64, own, (long)option, &number) == 0)
        CURVERBD_CALL(curverbd_ceph, rbd_image_options_set_uint64, ceph, (long)option, number);
    else if (CURVERBD_CALL(curverbd_own, rbd_image_options_get_string, own, (long)option, text, sizeof text) == 0)
        CURVERBD_CALL(curverbd_ceph, rbd_image_options_set_string, ceph, (long)option, text);
}

long curverbd_lend_options(long own)
{
    long ceph = 0;
    if (!own)
        return 0;
    CURVERBD_CALL(curverbd_ceph, rbd_image_options_create, &ceph);
    for (int option = 0; option < OPTIONS; option++) {
        bool is_set = false;
        if ((int)CURVERBD_CALL(curverbd_own, rbd_image_options_is_set, own, (long)option, &is_set) == 0 && is_set)
            copy_option(own, ceph, option);
    }
    return ceph;
}

void curverbd_take_options_back(long ceph)
{
    if (ceph)
        CURVERBD_CALL(curverbd_ceph, rbd_image_options_destroy, ceph);
}

CURVERBD_HIDDEN long route_rbd_pool_stats_create(long *made)
{
    long ceph = 0, result = CURVERBD_CALL(curverbd_own, rbd_pool_stats_create, made);
    CURVERBD_CALL(curverbd_ceph, rbd_pool_stats_create, &ceph);
    curverbd_add_twin(*made, ceph);
    return result;
}

CURVERBD_HIDDEN long route_rbd_pool_stats_destroy(long own)
{
    long ceph = curverbd_remove_twin(own);
    if (ceph)
        CURVERBD_CALL(curverbd_ceph, rbd_pool_stats_destroy, ceph);
    return CURVERBD_CALL(curverbd_own, rbd_pool_stats_destroy, own);
}
