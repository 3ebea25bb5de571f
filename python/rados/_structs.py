"""The structures of librados.h."""

from ctypes import Structure, c_int64, c_uint64, c_void_p


class ClusterStat(Structure):
    """struct rados_cluster_stat_t"""
    _fields_ = [("kb", c_uint64), ("kb_used", c_uint64), ("kb_avail", c_uint64), ("num_objects", c_uint64)]


class PoolStat(Structure):
    """struct rados_pool_stat_t"""
    _fields_ = [(name, c_uint64) for name in (
        "num_bytes", "num_kb", "num_objects", "num_object_clones", "num_object_copies", "num_objects_missing_on_primary", "num_objects_unfound",
        "num_objects_degraded", "num_rd", "num_rd_kb", "num_wr", "num_wr_kb", "num_user_bytes", "compressed_bytes_orig", "compressed_bytes",
        "compressed_bytes_alloc")]


class NotifyAck(Structure):
    """struct notify_ack_t"""
    _fields_ = [("notifier_id", c_uint64), ("cookie", c_uint64), ("payload", c_void_p), ("payload_len", c_uint64)]


class NotifyTimeout(Structure):
    """struct notify_timeout_t"""
    _fields_ = [("notifier_id", c_uint64), ("cookie", c_uint64)]


class TimeValue(Structure):
    """struct timeval"""
    _fields_ = [("tv_sec", c_int64), ("tv_usec", c_int64)]


class TimeSpec(Structure):
    """struct timespec"""
    _fields_ = [("tv_sec", c_int64), ("tv_nsec", c_int64)]
