namespace CurveRbd.Rados;

/// <summary>Options of Ceph 16 that its clients set or read, without effect here.</summary>
internal static class AcceptedOptions
{
    public const string Table =
        """
        admin_socket | text |
        admin_socket_mode | text |
        auth_allow_insecure_global_id_reclaim | bool | true
        auth_cluster_required | text | cephx
        auth_debug | bool | false
        auth_expose_insecure_global_id_reclaim | bool | true
        auth_mon_ticket_ttl | float | 259200.000000
        auth_service_required | text | cephx
        auth_service_ticket_ttl | float | 3600.000000
        cephx_cluster_require_signatures | bool | false
        cephx_cluster_require_version | int | 2
        cephx_require_signatures | bool | false
        cephx_require_version | int | 2
        cephx_service_require_signatures | bool | false
        cephx_service_require_version | int | 2
        cephx_sign_messages | bool | true
        chdir | text |
        client_acl_type | text |
        client_asio_thread_count | uint | 2
        client_cache_mid | float | 0.750000
        client_cache_size | size | 16384
        client_caps_release_delay | secs | 5
        client_check_pool_perm | bool | true
        client_collect_and_send_global_metrics | bool | false
        client_debug_force_sync_read | bool | false
        client_debug_getattr_caps | bool | false
        client_debug_inject_tick_delay | secs | 0
        client_die_on_failed_dentry_invalidate | bool | true
        client_die_on_failed_remount | bool | false
        client_dirsize_rbytes | bool | true
        client_force_lazyio | bool | false
        client_fs | text |
        client_inject_fixed_oldest_tid | bool | false
        client_inject_release_failure | bool | false
        client_max_inline_size | size | 4096
        client_max_retries_on_remount_failure | uint | 5
        client_mds_namespace | text |
        client_metadata | text |
        client_mount_gid | int | -1
        client_mount_uid | int | -1
        client_mountpoint | text | /
        client_notify_timeout | int | 10
        client_oc | bool | true
        client_oc_max_dirty | size | 104857600
        client_oc_max_dirty_age | float | 5.000000
        client_oc_max_objects | int | 1000
        client_oc_size | size | 209715200
        client_oc_target_dirty | size | 8388608
        client_permissions | bool | true
        client_quota | bool | true
        client_quota_df | bool | true
        client_readahead_max_bytes | size | 0
        client_readahead_max_periods | int | 4
        client_readahead_min | size | 131072
        client_reconnect_stale | bool | false
        client_shutdown_timeout | secs | 30
        client_snapdir | text | .snap
        client_tick_interval | secs | 1
        client_trace | text |
        client_try_dentry_invalidate | bool | false
        client_use_faked_inos | bool | false
        client_use_random_mds | bool | false
        clog_to_graylog | text | false
        clog_to_graylog_host | text | 127.0.0.1
        clog_to_graylog_port | text | 12201
        clog_to_monitors | text | default=true
        clog_to_syslog | text | false
        clog_to_syslog_facility | text | default=daemon audit=local0
        clog_to_syslog_level | text | info
        cluster_addr | addr | -
        cluster_network | text |
        cluster_network_interface | text |
        crash_dir | text | /var/lib/ceph/crash
        crush_location | text |
        crush_location_hook | text |
        crush_location_hook_timeout | int | 10
        daemonize | bool | false
        err_to_graylog | bool | false
        err_to_syslog | bool | false
        event_tracing | bool | false
        fatal_signal_handlers | bool | true
        heartbeat_file | text |
        heartbeat_inject_failure | int | 0
        heartbeat_interval | int | 5
        immutable_object_cache_client_dedicated_thread_num | uint | 2
        immutable_object_cache_max_inflight_ops | uint | 128
        immutable_object_cache_max_size | size | 1073741824
        immutable_object_cache_path | text | /tmp/ceph_immutable_object_cache
        immutable_object_cache_qos_bps_burst | uint | 0
        immutable_object_cache_qos_bps_burst_seconds | secs | 1
        immutable_object_cache_qos_bps_limit | uint | 0
        immutable_object_cache_qos_iops_burst | uint | 0
        immutable_object_cache_qos_iops_burst_seconds | secs | 1
        immutable_object_cache_qos_iops_limit | uint | 0
        immutable_object_cache_qos_schedule_tick_min | uint | 50
        immutable_object_cache_sock | text | /var/run/ceph/immutable_object_cache_sock
        immutable_object_cache_watermark | float | 0.900000
        librados_thread_count | uint | 2
        lockdep | bool | false
        lockdep_force_backtrace | bool | false
        log_coarse_timestamps | bool | true
        log_flush_on_exit | bool | false
        log_graylog_host | text | 127.0.0.1
        log_graylog_port | int | 12201
        log_max_new | int | 1000
        log_max_recent | uint | 500
        log_stop_at_utilization | float | 0.970000
        log_to_graylog | bool | false
        log_to_syslog | bool | false
        max_rotating_auth_attempts | int | 10
        mon_clean_pg_upmaps_per_chunk | uint | 256
        mon_client_bytes | size | 104857600
        mon_client_directed_command_retry | int | 2
        mon_client_hunt_interval | float | 3.000000
        mon_client_hunt_interval_backoff | float | 1.500000
        mon_client_hunt_interval_max_multiple | float | 10.000000
        mon_client_hunt_interval_min_multiple | float | 1.000000
        mon_client_hunt_parallel | uint | 3
        mon_client_log_interval | float | 1.000000
        mon_client_max_log_entries_per_message | int | 1000
        mon_client_ping_interval | float | 10.000000
        mon_client_ping_timeout | float | 30.000000
        mon_dns_srv_name | text | ceph-mon
        mon_fake_pool_delete | bool | false
        mon_host_override | text |
        mon_initial_members | text |
        mon_max_mgrmap_epochs | int | 500
        mon_max_pg_per_osd | uint 1.. | 250
        mon_max_pool_pg_num | uint | 65536
        monmap | text |
        ms_async_op_threads | uint 1..24 | 3
        ms_bind_before_connect | bool | false
        ms_bind_ipv4 | bool | true
        ms_bind_ipv6 | bool | false
        ms_bind_msgr1 | bool | true
        ms_bind_msgr2 | bool | true
        ms_bind_port_max | int | 7300
        ms_bind_port_min | int | 6800
        ms_bind_prefer_ipv4 | bool | false
        ms_bind_retry_count | int | 3
        ms_bind_retry_delay | int | 5
        ms_client_mode | text | crc secure
        ms_cluster_mode | text | crc secure
        ms_cluster_type | text |
        ms_connection_idle_timeout | uint | 900
        ms_connection_ready_timeout | uint | 10
        ms_dispatch_throttle_bytes | size | 104857600
        ms_initial_backoff | float | 0.200000
        ms_max_accept_failures | int | 4
        ms_max_backoff | float | 15.000000
        ms_mon_client_mode | text | secure crc
        ms_mon_cluster_mode | text | secure crc
        ms_mon_service_mode | text | secure crc
        ms_public_type | text |
        ms_service_mode | text | crc secure
        ms_tcp_listen_backlog | int | 512
        ms_tcp_nodelay | bool | true
        ms_tcp_prefetch_max_size | size | 4096
        ms_tcp_rcvbuf | size | 0
        ms_type | text | async+posix
        no_config_file | bool | false
        objecter_completion_locks_per_session | uint | 32
        objecter_debug_inject_relock_delay | bool | false
        objecter_inflight_op_bytes | size | 104857600
        objecter_inflight_ops | uint | 1024
        objecter_inject_no_watch_ping | bool | false
        objecter_retry_writes_after_first_reply | bool | false
        objecter_tick_interval | float | 5.000000
        objecter_timeout | float | 10.000000
        osd_pool_default_cache_max_evict_check_size | int | 10
        osd_pool_default_cache_min_evict_age | int | 0
        osd_pool_default_cache_min_flush_age | int | 0
        osd_pool_default_cache_target_dirty_high_ratio | float | 0.600000
        osd_pool_default_cache_target_dirty_ratio | float | 0.400000
        osd_pool_default_cache_target_full_ratio | float | 0.800000
        osd_pool_default_crush_rule | int | -1
        osd_pool_default_ec_fast_read | bool | false
        osd_pool_default_erasure_code_profile | text | plugin=jerasure technique=reed_sol_van k=2 m=2
        osd_pool_default_flag_bulk | bool | false
        osd_pool_default_flag_hashpspool | bool | true
        osd_pool_default_flag_nodelete | bool | false
        osd_pool_default_flag_nopgchange | bool | false
        osd_pool_default_flag_nosizechange | bool | false
        osd_pool_default_flags | int | 0
        osd_pool_default_hit_set_bloom_fpp | float | 0.050000
        osd_pool_default_min_size | uint 0..255 | 0
        osd_pool_default_pg_autoscale_mode | text {off,warn,on} | on
        osd_pool_default_pgp_num | uint | 0
        osd_pool_default_read_lease_ratio | float | 0.800000
        osd_pool_default_size | uint 0..10 | 3
        osd_pool_default_type | text {replicated,erasure} | replicated
        perf | bool | true
        pid_file | text |
        plugin_crypto_accelerator | text | crypto_isal
        plugin_dir | text | /usr/lib/ceph
        public_addr | addr | -
        public_addrv | text |
        public_bind_addr | addr | -
        public_network | text |
        public_network_interface | text |
        rados_tracing | bool | false
        run_dir | text | /var/run/ceph
        setgroup | text |
        setuser | text |
        setuser_match_path | text |
        threadpool_default_timeout | int | 60
        threadpool_empty_queue_max_wait | int | 2
        throttler_perf_counter | bool | true
        """;
}
