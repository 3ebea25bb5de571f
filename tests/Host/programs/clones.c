/* Clones: parents, children in each of the ways to ask, flattening, snapshots whose clones outlive their name. */
#include "host.h"

#define SIZE (8 * MIB)
#define FORMAT 0
#define FEATURES 1
#define ORDER 2
#define FLATTEN 11
#define CLONE_FORMAT 12

static struct client client;
static rados_ioctx_t other;
static rbd_image_t parent;

static int progress_of(uint64_t done, uint64_t total, void *arg)
{
    CHECK(done <= total);
    return arg ? *(int *)arg : 0;
}

static rbd_image_options_t options_with(int option, uint64_t value)
{
    rbd_image_options_t options;
    rbd_image_options_create(&options);
    EQUAL(0, rbd_image_options_set_uint64(options, option, value));
    return options;
}

static void cloning(void)
{
    int order = 0;
    rbd_image_options_t none;
    rbd_image_options_create(&none);
    REFUSED(EINVAL, rbd_clone(client.io, "parent", "base", client.io, "child", 61, &order)); /* not protected */
    EQUAL(0, rbd_snap_protect(parent, "base"));
    EQUAL(0, rbd_clone(client.io, "parent", "base", client.io, "child", 61, &order));
    EQUAL(22, order);
    order = 20;
    EQUAL(0, rbd_clone2(client.io, "parent", "base", other, "striped", 1, &order, 65536, 4));
    EQUAL(20, order);
    EQUAL(0, rbd_clone3(client.io, "parent", "base", other, "plain", none));
    order = 0;
    REFUSED(EEXIST, rbd_clone(client.io, "parent", "base", client.io, "child", 61, &order));
    REFUSED(ENOENT, rbd_clone(client.io, "nobody", "base", client.io, "x", 61, &order));
    REFUSED(ENOENT, rbd_clone(client.io, "parent", "nothing", client.io, "x", 61, &order));
    REFUSED(EINVAL, rbd_clone(client.io, "parent", NULL, client.io, "x", 61, &order));
    REFUSED(ENOSYS, rbd_clone(client.io, "parent", "base", client.io, "x", 4, &order));
    rbd_image_options_t wrong = options_with(FORMAT, 1);
    REFUSED(EINVAL, rbd_clone3(client.io, "parent", "base", client.io, "x", wrong));
    rbd_image_options_destroy(wrong);
    wrong = options_with(FLATTEN, 1);
    REFUSED(EINVAL, rbd_clone3(client.io, "parent", "base", client.io, "x", wrong));
    rbd_image_options_destroy(wrong);
    wrong = options_with(ORDER, 26);
    REFUSED(EDOM, rbd_clone3(client.io, "parent", "base", client.io, "x", wrong));
    rbd_image_options_destroy(wrong);
    rbd_image_options_destroy(none);
}

static void cloning_by_id(void)
{
    uint64_t id;
    rbd_image_t clone;
    rbd_image_options_t second = options_with(CLONE_FORMAT, 2);
    EQUAL(0, rbd_snap_get_id(parent, "base", &id));
    EQUAL(0, rbd_clone4(client.io, "parent", id, client.io, "by id", second));
    REFUSED(ENOENT, rbd_clone4(client.io, "parent", 99, client.io, "x", second));
    rbd_image_options_destroy(second);
    EQUAL(0, rbd_open(client.io, "by id", &clone, NULL));
    holds(clone, 0, SIZE, 1);
    EQUAL(0, rbd_close(clone));
    EQUAL(0, rbd_remove(client.io, "by id"));
}

static void asking_for_the_parent(rbd_image_t child)
{
    char pool[8], name[16], id[64], parent_id[64], snap[8];
    uint64_t overlap, size;
    EQUAL(0, rbd_get_id(parent, id, sizeof id));
    EQUAL(0, rbd_get_parent_info(child, pool, sizeof pool, name, sizeof name, snap, sizeof snap));
    CHECK(!strcmp(pool, "p") && !strcmp(name, "parent") && !strcmp(snap, "base"));
    EQUAL(0, rbd_get_parent_info(child, NULL, 0, NULL, 0, NULL, 0));
    EQUAL(0, rbd_get_parent_info2(child, pool, sizeof pool, name, sizeof name, parent_id, sizeof parent_id, snap, sizeof snap));
    EQUAL(0, strcmp(id, parent_id));
    REFUSED(ERANGE, rbd_get_parent_info(child, pool, 1, name, sizeof name, snap, sizeof snap));
    REFUSED(ERANGE, rbd_get_parent_info(child, pool, sizeof pool, name, 6, snap, sizeof snap));
    REFUSED(ERANGE, rbd_get_parent_info(child, pool, sizeof pool, name, sizeof name, snap, 4));
    REFUSED(ERANGE, rbd_get_parent_info2(child, pool, sizeof pool, name, sizeof name, parent_id, 2, snap, sizeof snap));

    rbd_linked_image_spec_t image;
    rbd_snap_spec_t snapshot;
    EQUAL(0, rbd_get_parent(child, &image, &snapshot));
    EQUAL(rados_ioctx_get_id(client.io), image.pool_id);
    CHECK(!strcmp(image.pool_name, "p") && !strcmp(image.pool_namespace, "") && !strcmp(image.image_id, id) && !strcmp(image.image_name, "parent"));
    EQUAL(false, image.trash);
    EQUAL(0, strcmp(snapshot.name, "base"));
    EQUAL(0, snapshot.namespace_type);
    rbd_linked_image_spec_cleanup(&image);
    rbd_snap_spec_cleanup(&snapshot);
    REFUSED(ENOENT, rbd_get_parent(parent, &image, &snapshot));

    rbd_image_info_t info;
    EQUAL(0, rbd_stat(child, &info, sizeof info));
    EQUAL(-1, info.parent_pool);
    EQUAL(0, info.parent_name[0]);
    EQUAL(0, rbd_get_size(child, &size));
    EQUAL(SIZE, size);
    EQUAL(0, rbd_get_overlap(child, &overlap));
    EQUAL(SIZE, overlap);
    EQUAL(0, rbd_resize(child, SIZE / 2));
    EQUAL(0, rbd_resize(child, SIZE));
    EQUAL(0, rbd_get_overlap(child, &overlap));
    EQUAL(SIZE / 2, overlap);
    holds(child, 0, SIZE / 2, 1);
    holds(child, SIZE / 2, SIZE / 2, 0);
}

static void asking_for_the_children(void)
{
    rbd_linked_image_spec_t images[4];
    size_t max = 2;
    REFUSED(ERANGE, rbd_list_children3(parent, images, &max));
    EQUAL(3, max);
    max = 4;
    EQUAL(0, rbd_list_children3(parent, images, &max));
    EQUAL(3, max);
    int found = 0;
    for (size_t i = 0; i < max; i++) {
        found += !strcmp(images[i].image_name, "child") && !strcmp(images[i].pool_name, "p") && !images[i].trash;
        found += !strcmp(images[i].image_name, "plain") && !strcmp(images[i].pool_name, "q") && images[i].pool_id == rados_ioctx_get_id(other);
        CHECK(strlen(images[i].image_id) > 0);
    }
    EQUAL(2, found);
    rbd_linked_image_spec_list_cleanup(images, max);
    rbd_linked_image_spec_list_cleanup(images, 0);

    rbd_child_info_t children[4];
    int most = 3;
    REFUSED(ERANGE, rbd_list_children2(parent, children, &most));
    EQUAL(4, most);
    EQUAL(3, rbd_list_children2(parent, children, &most));
    CHECK(children[3].pool_name == NULL);
    rbd_list_child_cleanup(&children[0]);
    rbd_list_children_cleanup(children + 1, 2);

    char pools[32], names[32];
    size_t pools_length = 1, names_length = 100;
    REFUSED(ERANGE, rbd_list_children(parent, pools, &pools_length, names, &names_length));
    EQUAL(6, pools_length);
    EQUAL(sizeof "child" + sizeof "plain" + sizeof "striped", names_length);
    EQUAL(3, rbd_list_children(parent, pools, &pools_length, names, &names_length));

    EQUAL(0, rbd_snap_create(parent, "childless"));
    EQUAL(0, rbd_snap_set(parent, "childless"));
    max = 4;
    EQUAL(0, rbd_list_children3(parent, images, &max));
    EQUAL(0, max);
    EQUAL(0, rbd_list_children3(parent, NULL, &max));
    pools_length = names_length = 0;
    EQUAL(0, rbd_list_children(parent, NULL, &pools_length, NULL, &names_length));
    EQUAL(0, rbd_snap_set(parent, NULL));
    EQUAL(0, rbd_snap_remove(parent, "childless"));
}

static void descendants(rbd_image_t child)
{
    rbd_linked_image_spec_t images[4];
    size_t max = 4;
    int order = 0;
    EQUAL(0, rbd_snap_create(child, "base"));
    EQUAL(0, rbd_snap_protect(child, "base"));
    EQUAL(0, rbd_clone(client.io, "child", "base", client.io, "grandchild", 61, &order));
    EQUAL(0, rbd_list_children3(parent, images, &max));
    EQUAL(3, max);
    rbd_linked_image_spec_list_cleanup(images, max);
    REFUSED(ERANGE, rbd_list_descendants(parent, images, &max));
    EQUAL(4, max);
    EQUAL(0, rbd_list_descendants(parent, images, &max));
    EQUAL(4, max);
    rbd_linked_image_spec_list_cleanup(images, max);

    rbd_image_t grandchild;
    EQUAL(0, rbd_open(client.io, "grandchild", &grandchild, NULL));
    holds(grandchild, 0, SIZE / 2, 1);
    fill(grandchild, 1000, 3000, 9);
    holds(grandchild, 0, 1000, 1);
    holds(grandchild, 1000, 3000, 9);
    holds(grandchild, 4000, SIZE / 2 - 4000, 1);
    EQUAL(0, rbd_close(grandchild));
    EQUAL(0, rbd_remove(client.io, "grandchild"));
    EQUAL(0, rbd_snap_unprotect(child, "base"));
    EQUAL(0, rbd_snap_remove(child, "base"));
}

static void flattening(rbd_image_t child)
{
    int refusal = -125;
    uint64_t overlap;
    REFUSED(EBUSY, rbd_snap_unprotect(parent, "base"));
    EQUAL(-125, rbd_flatten_with_progress(child, progress_of, &refusal));
    EQUAL(0, rbd_get_overlap(child, &overlap));
    EQUAL(SIZE / 2, overlap);
    EQUAL(0, rbd_flatten_with_progress(child, progress_of, NULL));
    REFUSED(ENOENT, rbd_get_parent_info(child, NULL, 0, NULL, 0, NULL, 0));
    EQUAL(0, rbd_get_overlap(child, &overlap));
    EQUAL(0, overlap);
    REFUSED(EINVAL, rbd_flatten(child));
    holds(child, 0, SIZE / 2, 1);
    holds(child, SIZE / 2, SIZE / 2, 0);
    EQUAL(0, rbd_remove(other, "striped"));
    EQUAL(0, rbd_remove(other, "plain"));
    EQUAL(0, rbd_snap_unprotect(parent, "base"));
}

/* A clone of the second kind needs no protection: the snapshot goes into the trash until its last clone goes. */
static void a_snapshot_in_the_trash(void)
{
    rbd_image_options_t second = options_with(CLONE_FORMAT, 2);
    rbd_image_t clone;
    rbd_snap_info_t snapshots[2];
    rbd_snap_namespace_type_t type;
    rbd_snap_trash_namespace_t trash;
    char name[16];
    int max = 2;
    EQUAL(0, rbd_clone3(client.io, "parent", "base", client.io, "clone", second));
    rbd_image_options_destroy(second);
    EQUAL(0, rbd_snap_remove(parent, "base"));
    EQUAL(1, rbd_snap_list(parent, snapshots, &max));
    CHECK(strcmp(snapshots[0].name, "base") != 0);
    EQUAL(0, rbd_snap_get_namespace_type(parent, snapshots[0].id, &type));
    EQUAL(2, type);
    REFUSED(ERANGE, rbd_snap_get_trash_namespace(parent, snapshots[0].id, name, 4));
    EQUAL(0, rbd_snap_get_trash_namespace(parent, snapshots[0].id, name, sizeof name));
    EQUAL(0, strcmp("base", name));
    EQUAL(0, rbd_snap_get_trash_namespace2(parent, snapshots[0].id, &trash, sizeof trash));
    EQUAL(0, trash.original_namespace_type);
    EQUAL(0, strcmp("base", trash.original_name));
    EQUAL(0, rbd_snap_trash_namespace_cleanup(&trash, sizeof trash));
    bool exists = true;
    EQUAL(0, rbd_snap_exists(parent, "base", &exists));
    EQUAL(false, exists);
    rbd_snap_list_end(snapshots);

    EQUAL(0, rbd_open(client.io, "clone", &clone, NULL));
    holds(clone, 0, SIZE, 1);
    EQUAL(0, rbd_close(clone));
    EQUAL(0, rbd_remove(client.io, "clone"));
    EQUAL(0, rbd_snap_list(parent, snapshots, &max));
}

int main(void)
{
    client = connect_client();
    EQUAL(0, rados_pool_create(client.cluster, "q"));
    EQUAL(0, rados_ioctx_create(client.cluster, "q", &other));
    parent = create_and_open(client.io, "parent", SIZE);
    fill(parent, 0, SIZE, 1);
    EQUAL(0, rbd_snap_create(parent, "base"));
    fill(parent, 0, SIZE, 2);
    cloning();
    cloning_by_id();
    rbd_image_t child;
    EQUAL(0, rbd_open(client.io, "child", &child, NULL));
    holds(child, 0, SIZE, 1);
    asking_for_the_parent(child);
    asking_for_the_children();
    descendants(child);
    flattening(child);
    a_snapshot_in_the_trash();
    EQUAL(0, rbd_close(child));
    EQUAL(0, rbd_close(parent));
    rados_ioctx_destroy(other);
    disconnect(client);
    return 0;
}
