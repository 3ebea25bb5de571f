namespace CurveRbd.Rados;

/// <summary>Options of images, as Ceph 16 has them. Those with a description have an effect.</summary>
internal static class RbdOptions
{
    public const string Table =
        """
        rbd_atime_update_interval | uint | 60 | Seconds between updates of an image's access time; 0 = never.
        rbd_auto_exclusive_lock_until_manual_request | bool | true
        rbd_balance_parent_reads | bool | false
        rbd_balance_snap_reads | bool | false
        rbd_blkin_trace_all | bool | false
        rbd_blocklist_expire_seconds | uint | 0
        rbd_blocklist_on_break_lock | bool | true | Whether breaking a lock fences its holder.
        rbd_cache | bool | true | Whether writes may be completed before they are durable, once a flush was seen.
        rbd_cache_block_writes_upfront | bool | false
        rbd_cache_max_dirty | size | 25165824 | 0: every write is durable when it completes.
        rbd_cache_max_dirty_age | float | 1.000000
        rbd_cache_max_dirty_object | uint | 0
        rbd_cache_policy | text {writethrough,writeback,writearound} | writearound | writethrough: every write is durable when it completes. Others: flush is the barrier.
        rbd_cache_size | size | 33554432
        rbd_cache_target_dirty | size | 16777216
        rbd_cache_writethrough_until_flush | bool | true | Whether every write is durable until the first flush.
        rbd_clone_copy_on_read | bool | false
        rbd_compression_hint | text {none,compressible,incompressible} | none
        rbd_concurrent_management_ops | uint 1.. | 10 | Requests in flight of a copy, an import, an export or a removal.
        rbd_config_pool_override_update_timestamp | uint | 0
        rbd_default_clone_format | text {1,2,auto} | auto | 1: clones need a protected snapshot. 2: they do not. auto: 1.
        rbd_default_data_pool | text |  | Data pool of new images.
        rbd_default_features | text | 61 | Features of new images: a mask, or names.
        rbd_default_format | uint | 2 | Must be 2 to create images.
        rbd_default_map_options | text |
        rbd_default_order | uint | 22 | Object size of new images, as a power of two.
        rbd_default_pool | text | rbd | The pool of commands that name none.
        rbd_default_snapshot_quiesce_mode | text {required,ignore-error,skip} | required
        rbd_default_stripe_count | uint | 0 | Stripe count of new images; 0 = 1.
        rbd_default_stripe_unit | size | 0 | Stripe unit of new images; 0 = the object size.
        rbd_disable_zero_copy_writes | bool | true
        rbd_discard_granularity_bytes | uint 4096..33554432 | 65536 | Discards are shrunk to multiples of it.
        rbd_discard_on_zeroed_write_same | bool | true
        rbd_enable_alloc_hint | bool | true
        rbd_invalidate_object_map_on_timeout | bool | true
        rbd_io_scheduler | text {none,simple} | simple
        rbd_io_scheduler_simple_max_delay | uint | 0
        rbd_journal_commit_age | float | 5.000000
        rbd_journal_max_concurrent_object_sets | uint | 0
        rbd_journal_max_payload_bytes | size | 16384
        rbd_journal_object_flush_age | float | 0.000000
        rbd_journal_object_flush_bytes | size | 1048576
        rbd_journal_object_flush_interval | uint | 0
        rbd_journal_object_max_in_flight_appends | uint | 0
        rbd_journal_object_writethrough_until_flush | bool | true
        rbd_journal_order | uint 12..26 | 24
        rbd_journal_pool | text |
        rbd_journal_splay_width | uint | 4
        rbd_localize_parent_reads | bool | false
        rbd_localize_snap_reads | bool | false
        rbd_mirror_concurrent_image_deletions | uint | 1
        rbd_mirror_concurrent_image_syncs | uint | 5
        rbd_mirror_delete_retry_interval | float | 30.000000
        rbd_mirror_image_perf_stats_prio | int 0..11 | 5
        rbd_mirror_image_policy_migration_throttle | uint | 300
        rbd_mirror_image_policy_rebalance_timeout | float | 0.000000
        rbd_mirror_image_policy_type | text {none,simple} | simple
        rbd_mirror_image_policy_update_throttle_interval | float | 1.000000
        rbd_mirror_image_state_check_interval | uint | 30
        rbd_mirror_journal_commit_age | float | 5.000000
        rbd_mirror_journal_poll_age | float | 5.000000
        rbd_mirror_leader_heartbeat_interval | uint | 5
        rbd_mirror_leader_max_acquire_attempts_before_break | uint | 3
        rbd_mirror_leader_max_missed_heartbeats | uint | 2
        rbd_mirror_memory_autotune | bool | true
        rbd_mirror_memory_base | size | 805306368
        rbd_mirror_memory_cache_autotune_interval | float | 30.000000
        rbd_mirror_memory_cache_min | size | 134217728
        rbd_mirror_memory_cache_resize_interval | float | 5.000000
        rbd_mirror_memory_expected_fragmentation | float | 0.150000
        rbd_mirror_memory_target | size | 4294967296
        rbd_mirror_perf_stats_prio | int 0..11 | 5
        rbd_mirror_pool_replayers_refresh_interval | uint | 30
        rbd_mirror_sync_point_update_age | float | 30.000000
        rbd_mirroring_delete_delay | uint | 0
        rbd_mirroring_max_mirroring_snapshots | uint 3.. | 5
        rbd_mirroring_replay_delay | uint | 0
        rbd_mirroring_resync_after_disconnect | bool | false
        rbd_move_parent_to_trash_on_remove | bool | false
        rbd_move_to_trash_on_remove | bool | false | Whether removing moves an image to the trash.
        rbd_move_to_trash_on_remove_expire_seconds | uint | 0 | How long such an image is protected in the trash.
        rbd_mtime_update_interval | uint | 60 | Seconds between updates of an image's modification time; 0 = never.
        rbd_non_blocking_aio | bool | true
        rbd_op_thread_timeout | uint | 60
        rbd_op_threads | uint | 1
        rbd_parent_cache_enabled | bool | false
        rbd_persistent_cache_mode | text {disabled,rwl,ssd} | disabled
        rbd_persistent_cache_path | text | /tmp
        rbd_persistent_cache_size | uint 1073741824.. | 1073741824
        rbd_plugins | text |
        rbd_qos_bps_burst | uint | 0
        rbd_qos_bps_burst_seconds | uint 1.. | 1
        rbd_qos_bps_limit | uint | 0
        rbd_qos_iops_burst | uint | 0
        rbd_qos_iops_burst_seconds | uint 1.. | 1
        rbd_qos_iops_limit | uint | 0
        rbd_qos_read_bps_burst | uint | 0
        rbd_qos_read_bps_burst_seconds | uint 1.. | 1
        rbd_qos_read_bps_limit | uint | 0
        rbd_qos_read_iops_burst | uint | 0
        rbd_qos_read_iops_burst_seconds | uint 1.. | 1
        rbd_qos_read_iops_limit | uint | 0
        rbd_qos_schedule_tick_min | uint | 50
        rbd_qos_write_bps_burst | uint | 0
        rbd_qos_write_bps_burst_seconds | uint 1.. | 1
        rbd_qos_write_bps_limit | uint | 0
        rbd_qos_write_iops_burst | uint | 0
        rbd_qos_write_iops_burst_seconds | uint 1.. | 1
        rbd_qos_write_iops_limit | uint | 0
        rbd_quiesce_notification_attempts | uint | 10
        rbd_read_from_replica_policy | text {default,balance,localize} | default
        rbd_readahead_disable_after_bytes | size | 52428800
        rbd_readahead_max_bytes | size | 524288
        rbd_readahead_trigger_requests | uint | 10
        rbd_request_timed_out_seconds | uint | 30
        rbd_skip_partial_discard | bool | true | Whether the rest of an unaligned discard keeps its data.
        rbd_sparse_read_threshold_bytes | size | 65536
        rbd_tracing | bool | false
        rbd_validate_names | bool | true
        rbd_validate_pool | bool | true | Whether the first image in a pool claims it for rbd.
        """;
}
