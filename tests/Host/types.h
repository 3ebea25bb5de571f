/* The types of librbd and librados that the programs use; layouts as in their public headers. */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

typedef void *rados_t;
typedef void *rados_config_t;
typedef void *rados_ioctx_t;
typedef void *rados_completion_t;
typedef void *rbd_image_t;
typedef void *rbd_image_options_t;
typedef void *rbd_completion_t;
typedef void *rbd_pool_stats_t;
typedef int rbd_snap_namespace_type_t;
typedef int rbd_lock_mode_t;
typedef int rbd_mirror_mode_t;
typedef int rbd_mirror_image_mode_t;

typedef void (*rbd_callback_t)(rbd_completion_t c, void *arg);
typedef int (*librbd_progress_fn_t)(uint64_t offset, uint64_t total, void *ptr);
typedef void (*rbd_update_callback_t)(void *arg);

struct rados_cluster_stat_t {
    uint64_t kb, kb_used, kb_avail, num_objects;
};

struct rados_pool_stat_t {
    uint64_t num_bytes, num_kb, num_objects, num_object_clones, num_object_copies, num_objects_missing_on_primary, num_objects_unfound,
        num_objects_degraded, num_rd, num_rd_kb, num_wr, num_wr_kb, num_user_bytes, compressed_bytes_orig, compressed_bytes,
        compressed_bytes_alloc;
};

typedef struct {
    uint64_t size, obj_size, num_objs;
    int order;
    char block_name_prefix[24];
    int64_t parent_pool;
    char parent_name[96];
} rbd_image_info_t;

typedef struct {
    uint64_t id, size;
    const char *name;
} rbd_snap_info_t;

typedef struct {
    char *id, *name;
} rbd_image_spec_t;

typedef struct {
    int64_t pool_id;
    char *pool_name, *pool_namespace, *image_id, *image_name;
    bool trash;
} rbd_linked_image_spec_t;

typedef struct {
    uint64_t id;
    rbd_snap_namespace_type_t namespace_type;
    char *name;
} rbd_snap_spec_t;

typedef struct {
    const char *pool_name, *image_name, *image_id;
    bool trash;
} rbd_child_info_t;

typedef struct {
    rbd_snap_namespace_type_t original_namespace_type;
    char *original_name;
} rbd_snap_trash_namespace_t;

typedef struct {
    int64_t group_pool;
    char *group_name, *group_snap_name;
} rbd_snap_group_namespace_t;

typedef struct {
    int state;
    size_t mirror_peer_uuids_count;
    char *mirror_peer_uuids;
    bool complete;
    char *primary_mirror_uuid;
    uint64_t primary_snap_id, last_copied_object_number;
} rbd_snap_mirror_namespace_t;

typedef struct {
    char *id, *name;
    int source;
    time_t deletion_time, deferment_end_time;
} rbd_trash_image_info_t;

typedef struct {
    char *addr;
    int64_t id;
    uint64_t cookie;
} rbd_image_watcher_t;

typedef struct {
    char *name, *value;
    int source;
} rbd_config_option_t;

typedef struct {
    char *name;
    int64_t pool;
} rbd_group_info_t;

typedef struct {
    char *global_id;
    int state;
    bool primary;
} rbd_mirror_image_info_t;

typedef struct rbd_mirror_peer_t rbd_mirror_peer_t;
typedef struct rbd_mirror_peer_site_t rbd_mirror_peer_site_t;

_Static_assert(sizeof(struct rados_pool_stat_t) == 128, "rados_pool_stat_t");
_Static_assert(sizeof(rbd_image_info_t) == 160 && offsetof(rbd_image_info_t, parent_pool) == 56, "rbd_image_info_t");
_Static_assert(sizeof(rbd_linked_image_spec_t) == 48 && sizeof(rbd_trash_image_info_t) == 40, "rbd_linked_image_spec_t, rbd_trash_image_info_t");
_Static_assert(sizeof(rbd_snap_info_t) == 24 && sizeof(rbd_snap_spec_t) == 24 && sizeof(rbd_image_watcher_t) == 24, "24 bytes each");
_Static_assert(sizeof(rbd_child_info_t) == 32 && sizeof(rbd_snap_trash_namespace_t) == 16, "rbd_child_info_t, rbd_snap_trash_namespace_t");
_Static_assert(sizeof(rbd_snap_group_namespace_t) == 24 && sizeof(rbd_snap_mirror_namespace_t) == 56, "snapshot namespaces");
_Static_assert(sizeof(rbd_config_option_t) == 24 && sizeof(rbd_group_info_t) == 16 && sizeof(rbd_mirror_image_info_t) == 16, "sizes");

#endif
