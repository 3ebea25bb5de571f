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
typedef int rbd_encryption_format_t;
typedef void *rbd_encryption_options_t;

typedef void *rados_list_ctx_t;
typedef void *rados_object_list_cursor;
typedef void *rados_read_op_t;
typedef void *rados_write_op_t;
typedef void *rados_omap_iter_t;
typedef void *rados_xattrs_iter_t;
typedef uint64_t rados_snap_t;
typedef int rados_checksum_type_t;

typedef struct {
    size_t oid_length;
    char *oid;
    size_t nspace_length;
    char *nspace;
    size_t locator_length;
    char *locator;
} rados_object_list_item;

struct notify_ack_t {
    uint64_t notifier_id, cookie;
    char *payload;
    uint64_t payload_len;
};

struct notify_timeout_t {
    uint64_t notifier_id, cookie;
};

typedef void (*rados_callback_t)(rados_completion_t c, void *arg);
typedef void (*rados_watchcb_t)(uint8_t opcode, uint64_t ver, void *arg);
typedef void (*rados_watchcb2_t)(void *arg, uint64_t notify_id, uint64_t handle, uint64_t notifier_id, void *data, size_t data_len);
typedef void (*rados_watcherrcb_t)(void *arg, uint64_t cookie, int err);
typedef void (*rados_log_callback_t)(void *arg, const char *line, const char *who, uint64_t sec, uint64_t nsec, uint64_t seq, const char *level, const char *msg);
typedef void (*rados_log_callback2_t)(void *arg, const char *line, const char *channel, const char *who, const char *name, uint64_t sec, uint64_t nsec, uint64_t seq, const char *level, const char *msg);

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
    int64_t source_pool_id;
    char *source_pool_namespace, *source_image_name, *source_image_id;
    int64_t dest_pool_id;
    char *dest_pool_namespace, *dest_image_name, *dest_image_id;
    int state;
    char *state_description;
} rbd_image_migration_status_t;

typedef struct {
    rbd_encryption_format_t format;
    rbd_encryption_options_t opts;
    size_t opts_size;
} rbd_encryption_spec_t;

enum { RBD_IMAGE_MIGRATION_STATE_PREPARED = 2, RBD_IMAGE_MIGRATION_STATE_EXECUTED = 4 };

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
    char *name;
    int64_t pool;
    int state;
} rbd_group_image_info_t;

typedef struct {
    char *name;
    int state;
} rbd_group_snap_info_t;

typedef struct {
    char *image_name;
    int64_t pool_id;
    uint64_t snap_id;
} rbd_group_image_snap_info_t;

typedef struct {
    char *id, *name, *image_snap_name;
    int state;
    rbd_snap_namespace_type_t namespace_type;
    size_t image_snaps_count;
    rbd_group_image_snap_info_t *image_snaps;
} rbd_group_snap_info2_t;

typedef struct {
    char *global_id;
    int state;
    bool primary;
} rbd_mirror_image_info_t;

typedef struct {
    char *name;
    rbd_mirror_image_info_t info;
    int state;
    char *description;
    time_t last_update;
    bool up;
} rbd_mirror_image_status_t;

typedef struct {
    char *mirror_uuid;
    int state;
    char *description;
    time_t last_update;
    bool up;
} rbd_mirror_image_site_status_t;

typedef struct {
    char *name;
    rbd_mirror_image_info_t info;
    uint32_t site_statuses_count;
    rbd_mirror_image_site_status_t *site_statuses;
} rbd_mirror_image_global_status_t;

typedef int rbd_mirror_image_status_state_t;
typedef int rbd_mirror_peer_direction_t;
typedef struct rbd_mirror_peer_t rbd_mirror_peer_t;
typedef struct rbd_mirror_peer_site_t rbd_mirror_peer_site_t;

_Static_assert(sizeof(struct rados_pool_stat_t) == 128, "rados_pool_stat_t");
_Static_assert(sizeof(rbd_image_info_t) == 160 && offsetof(rbd_image_info_t, parent_pool) == 56, "rbd_image_info_t");
_Static_assert(sizeof(rbd_encryption_spec_t) == 24, "rbd_encryption_spec_t");
_Static_assert(sizeof(rbd_image_migration_status_t) == 80, "rbd_image_migration_status_t");
_Static_assert(sizeof(rbd_linked_image_spec_t) == 48 && sizeof(rbd_trash_image_info_t) == 40, "rbd_linked_image_spec_t, rbd_trash_image_info_t");
_Static_assert(sizeof(rbd_snap_info_t) == 24 && sizeof(rbd_snap_spec_t) == 24 && sizeof(rbd_image_watcher_t) == 24, "24 bytes each");
_Static_assert(sizeof(rbd_child_info_t) == 32 && sizeof(rbd_snap_trash_namespace_t) == 16, "rbd_child_info_t, rbd_snap_trash_namespace_t");
_Static_assert(sizeof(rbd_snap_group_namespace_t) == 24 && sizeof(rbd_snap_mirror_namespace_t) == 56, "snapshot namespaces");
_Static_assert(sizeof(rbd_config_option_t) == 24 && sizeof(rbd_group_info_t) == 16 && sizeof(rbd_mirror_image_info_t) == 16, "sizes");
_Static_assert(sizeof(rbd_group_image_info_t) == 24 && sizeof(rbd_group_snap_info_t) == 16 && sizeof(rbd_group_snap_info2_t) == 48, "groups");
_Static_assert(sizeof(rbd_group_image_snap_info_t) == 24 && sizeof(rbd_mirror_image_status_t) == 56, "groups and mirroring");
_Static_assert(sizeof(rbd_mirror_image_site_status_t) == 40 && sizeof(rbd_mirror_image_global_status_t) == 40, "mirroring");

#endif
