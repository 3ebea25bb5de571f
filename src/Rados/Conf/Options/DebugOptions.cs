namespace CurveRbd.Rados;

/// <summary>The log levels of Ceph 16. Those with a description have an effect.</summary>
internal static class DebugOptions
{
    public const string Table =
        """
        debug_asok | level | 1/5
        debug_auth | level | 1/5
        debug_bdev | level | 1/3
        debug_bluefs | level | 1/5
        debug_bluestore | level | 1/5
        debug_buffer | level | 0/1
        debug_cephfs_mirror | level | 0/5
        debug_cephsqlite | level | 0/5
        debug_civetweb | level | 1/10
        debug_client | level | 0/5
        debug_compressor | level | 1/5
        debug_context | level | 0/1
        debug_crush | level | 1/1
        debug_crypto | level | 1/5
        debug_dpdk | level | 1/5
        debug_eventtrace | level | 1/5
        debug_filer | level | 0/1
        debug_filestore | level | 1/3
        debug_finisher | level | 1/1
        debug_fuse | level | 1/5
        debug_heartbeatmap | level | 1/5
        debug_immutable_obj_cache | level | 0/5
        debug_javaclient | level | 1/5
        debug_journal | level | 1/3
        debug_journaler | level | 0/5
        debug_kstore | level | 1/5
        debug_leveldb | level | 4/5
        debug_lockdep | level | 0/1
        debug_mds | level | 1/5
        debug_mds_balancer | level | 1/5
        debug_mds_locker | level | 1/5
        debug_mds_log | level | 1/5
        debug_mds_log_expire | level | 1/5
        debug_mds_migrator | level | 1/5
        debug_memdb | level | 4/5
        debug_mgr | level | 2/5
        debug_mgrc | level | 1/5
        debug_mon | level | 1/5
        debug_monc | level | 0/10
        debug_ms | level | 0/0
        debug_none | level | 0/5
        debug_objclass | level | 0/5
        debug_objectcacher | level | 0/5
        debug_objecter | level | 0/1
        debug_optracker | level | 0/5
        debug_osd | level | 1/5
        debug_paxos | level | 1/5
        debug_perfcounter | level | 1/5
        debug_prioritycache | level | 1/5
        debug_rados | level | 0/5 | Detail of messages about the cluster, pools and stores, 0 to 20.
        debug_rbd | level | 0/5 | Detail of messages about images, 0 to 20.
        debug_rbd_mirror | level | 0/5
        debug_rbd_pwl | level | 0/5
        debug_rbd_replay | level | 0/5
        debug_refs | level | 0/0
        debug_reserver | level | 1/1
        debug_rgw | level | 1/5
        debug_rgw_sync | level | 1/5
        debug_rocksdb | level | 4/5
        debug_striper | level | 0/1
        debug_test | level | 0/5
        debug_throttle | level | 1/1
        debug_timer | level | 0/1
        debug_tp | level | 0/5
        """;
}
