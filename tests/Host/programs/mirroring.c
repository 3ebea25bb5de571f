/* A pool that is not mirrored answers as one of Ceph does. */
#include "host.h"

int main(void)
{
    struct client client = connect_client();
    rados_ioctx_t io = client.io;
    rbd_image_t image = create_and_open(io, "i", MIB);
    char text[64];
    size_t size = sizeof text, count = 1;
    uint64_t snap_id;

    EQUAL(0, rbd_mirror_site_name_get(client.cluster, text, &size));
    EQUAL(37, size);
    EQUAL(0, rbd_mirror_site_name_set(client.cluster, "here"));
    size = sizeof text;
    EQUAL(0, rbd_mirror_site_name_get(client.cluster, text, &size));
    CHECK(strcmp(text, "here") == 0);

    rbd_mirror_image_global_status_t status;
    REFUSED(ERANGE, rbd_mirror_image_get_global_status(image, &status, 1));
    EQUAL(0, rbd_mirror_image_get_global_status(image, &status, sizeof status));
    CHECK(strcmp(status.name, "i") == 0 && status.info.state == 2 && status.site_statuses_count == 1 && !status.site_statuses[0].up);
    rbd_mirror_image_global_status_cleanup(&status);
    REFUSED(EINVAL, rbd_mirror_image_create_snapshot(image, &snap_id));
    size = sizeof text;
    REFUSED(ENOENT, rbd_mirror_image_get_instance_id(image, text, &size));
    EQUAL(0, rbd_mirror_image_status_list(io, "", 10, NULL, NULL, &count));
    EQUAL(0, count);
    count = 1;
    EQUAL(0, rbd_mirror_image_status_summary(io, NULL, NULL, &count));
    EQUAL(0, count);
    REFUSED(EINVAL, rbd_mirror_peer_site_add(io, text, sizeof text, 2, "there", "client.x"));
    REFUSED(ENOENT, rbd_mirror_peer_site_set_name(io, "no-such-uuid", "x"));
    EQUAL(0, rbd_mirror_peer_site_remove(io, "no-such-uuid"));

    rbd_completion_t completion;
    rbd_mirror_image_info_t info;
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &completion));
    EQUAL(0, rbd_aio_mirror_image_get_info(image, &info, sizeof info, completion));
    EQUAL(0, rbd_aio_wait_for_complete(completion));
    EQUAL(0, rbd_aio_get_return_value(completion));
    CHECK(info.state == 2 && !info.primary);
    rbd_mirror_image_get_info_cleanup(&info);
    rbd_aio_release(completion);
    EQUAL(0, rbd_aio_create_completion(NULL, NULL, &completion));
    EQUAL(0, rbd_aio_mirror_image_promote(image, false, completion));
    EQUAL(0, rbd_aio_wait_for_complete(completion));
    EQUAL(-ENOENT, rbd_aio_get_return_value(completion));
    rbd_aio_release(completion);

    EQUAL(0, rbd_close(image));
    disconnect(client);
    return 0;
}
