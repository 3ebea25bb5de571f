/* Migrations: prepared, executed while the image is in use, committed or taken back. */
#include "host.h"

static struct client client;
static int steps;

static int count_steps(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total && arg == &steps);
    ++steps;
    return 0;
}

static void create(const char *name)
{
    char data[512] = "content";
    rbd_image_t image = create_and_open(client.io, name, 8 * MIB);
    EQUAL(512, rbd_write(image, 0, sizeof data, data));
    EQUAL(0, rbd_snap_create(image, "snap"));
    EQUAL(0, rbd_close(image));
}

static int state_of(const char *name, const char *source, const char *destination)
{
    rbd_image_migration_status_t status;
    int state;
    REFUSED(ERANGE, rbd_migration_status(client.io, name, &status, sizeof status - 8));
    EQUAL(0, rbd_migration_status(client.io, name, &status, sizeof status));
    EQUAL(0, strcmp(source, status.source_image_name));
    EQUAL(0, strcmp(destination, status.dest_image_name));
    EQUAL(0, strcmp("", status.source_pool_namespace));
    EQUAL(status.source_pool_id, status.dest_pool_id);
    CHECK(strcmp(status.source_image_id, status.dest_image_id) != 0);
    state = status.state;
    rbd_migration_status_cleanup(&status);
    return state;
}

static void expect_content(rbd_image_t image)
{
    char data[8];
    EQUAL(8, rbd_read(image, 0, sizeof data, data));
    EQUAL(0, strcmp("content", data));
}

int main(void)
{
    rbd_image_options_t options;
    rbd_image_migration_status_t status;
    rbd_image_t image;
    char spec[512];
    size_t size = 1;

    client = connect_client();
    rbd_image_options_create(&options);
    create("source");
    REFUSED(EINVAL, rbd_migration_status(client.io, "source", &status, sizeof status));
    REFUSED(EINVAL, rbd_migration_execute(client.io, "source"));
    REFUSED(ENOENT, rbd_migration_commit(client.io, "nothing"));
    REFUSED(ENOENT, rbd_migration_prepare(client.io, "nothing", client.io, "destination", options));

    EQUAL(0, rbd_migration_prepare(client.io, "source", client.io, "destination", options));
    EQUAL(RBD_IMAGE_MIGRATION_STATE_PREPARED, state_of("destination", "source", "destination"));
    REFUSED(EINVAL, rbd_migration_commit(client.io, "destination"));
    EQUAL(0, rbd_migration_abort_with_progress(client.io, "source", count_steps, &steps));
    CHECK(steps > 0);

    EQUAL(0, rbd_migration_prepare(client.io, "source", client.io, "destination", options));
    EQUAL(0, rbd_open(client.io, "destination", &image, NULL));
    REFUSED(EBUSY, rbd_migration_abort(client.io, "destination"));
    REFUSED(ERANGE, rbd_get_migration_source_spec(image, spec, &size));
    CHECK(size > 1 && size <= sizeof spec);
    EQUAL(0, rbd_get_migration_source_spec(image, spec, &size));
    CHECK(strstr(spec, "\"native\"") != NULL);
    expect_content(image);
    EQUAL(0, rbd_migration_execute_with_progress(client.io, "destination", count_steps, &steps));
    EQUAL(RBD_IMAGE_MIGRATION_STATE_EXECUTED, state_of("source", "source", "destination"));
    EQUAL(0, rbd_migration_commit_with_progress(client.io, "destination", count_steps, &steps));
    expect_content(image);
    REFUSED(EINVAL, rbd_get_migration_source_spec(image, spec, &size));
    EQUAL(0, rbd_close(image));

    REFUSED(EBADMSG, rbd_migration_prepare_import("no json", client.io, "imported", options));
    REFUSED(ENOENT, rbd_migration_prepare_import(
        "{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"/nothing\"}}", client.io, "imported", options));
    rbd_image_options_destroy(options);
    rbd_migration_status_cleanup(NULL);
    disconnect(client);
    return 0;
}
