"""The structures of librbd.h."""

from ctypes import Structure, c_bool, c_char, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

from rados._structs import TimeSpec  # noqa: F401


class ImageInfo(Structure):
    """rbd_image_info_t"""
    _fields_ = [("size", c_uint64), ("obj_size", c_uint64), ("num_objs", c_uint64), ("order", c_int), ("block_name_prefix", c_char * 24),
                ("parent_pool", c_uint64), ("parent_name", c_char * 96)]


class SnapInfo(Structure):
    """rbd_snap_info_t"""
    _fields_ = [("id", c_uint64), ("size", c_uint64), ("name", c_char_p)]


class ImageSpec(Structure):
    """rbd_image_spec_t"""
    _fields_ = [("id", c_char_p), ("name", c_char_p)]


class LinkedImageSpec(Structure):
    """rbd_linked_image_spec_t"""
    _fields_ = [("pool_id", c_int64), ("pool_name", c_char_p), ("pool_namespace", c_char_p), ("image_id", c_char_p), ("image_name", c_char_p),
                ("trash", c_bool)]


class SnapSpec(Structure):
    """rbd_snap_spec_t"""
    _fields_ = [("id", c_uint64), ("namespace_type", c_int), ("name", c_char_p)]


class TrashImageInfo(Structure):
    """rbd_trash_image_info_t"""
    _fields_ = [("id", c_char_p), ("name", c_char_p), ("source", c_int), ("deletion_time", c_int64), ("deferment_end_time", c_int64)]


class ImageWatcher(Structure):
    """rbd_image_watcher_t"""
    _fields_ = [("addr", c_char_p), ("id", c_int64), ("cookie", c_uint64)]


class ConfigOption(Structure):
    """rbd_config_option_t"""
    _fields_ = [("name", c_char_p), ("value", c_char_p), ("source", c_int)]


class MigrationStatus(Structure):
    """rbd_image_migration_status_t"""
    _fields_ = [("source_pool_id", c_int64), ("source_pool_namespace", c_char_p), ("source_image_name", c_char_p), ("source_image_id", c_char_p),
                ("dest_pool_id", c_int64), ("dest_pool_namespace", c_char_p), ("dest_image_name", c_char_p), ("dest_image_id", c_char_p),
                ("state", c_int), ("state_description", c_char_p)]


class GroupInfo(Structure):
    """rbd_group_info_t"""
    _fields_ = [("name", c_char_p), ("pool", c_int64)]


class GroupImageInfo(Structure):
    """rbd_group_image_info_t"""
    _fields_ = [("name", c_char_p), ("pool", c_int64), ("state", c_int)]


class GroupSnapInfo(Structure):
    """rbd_group_snap_info_t"""
    _fields_ = [("name", c_char_p), ("state", c_int)]


class GroupImageSnapInfo(Structure):
    """rbd_group_image_snap_info_t"""
    _fields_ = [("image_name", c_char_p), ("pool_id", c_int64), ("snap_id", c_uint64)]


class GroupSnapInfo2(Structure):
    """rbd_group_snap_info2_t"""
    _fields_ = [("id", c_char_p), ("name", c_char_p), ("image_snap_name", c_char_p), ("state", c_int), ("namespace_type", c_int),
                ("image_snaps_count", c_size_t), ("image_snaps", c_void_p)]


class SnapGroupNamespace(Structure):
    """rbd_snap_group_namespace_t"""
    _fields_ = [("group_pool", c_int64), ("group_name", c_char_p), ("group_snap_name", c_char_p)]


class SnapTrashNamespace(Structure):
    """rbd_snap_trash_namespace_t"""
    _fields_ = [("original_namespace_type", c_int), ("original_name", c_char_p)]


class SnapMirrorNamespace(Structure):
    """rbd_snap_mirror_namespace_t"""
    _fields_ = [("state", c_int), ("mirror_peer_uuids_count", c_size_t), ("mirror_peer_uuids", c_void_p), ("complete", c_bool),
                ("primary_mirror_uuid", c_char_p), ("primary_snap_id", c_uint64), ("last_copied_object_number", c_uint64)]


class MirrorPeerSite(Structure):
    """rbd_mirror_peer_site_t"""
    _fields_ = [("uuid", c_char_p), ("direction", c_int), ("site_name", c_char_p), ("mirror_uuid", c_char_p), ("client_name", c_char_p),
                ("last_seen", c_int64)]


class MirrorImageInfo(Structure):
    """rbd_mirror_image_info_t"""
    _fields_ = [("global_id", c_char_p), ("state", c_int), ("primary", c_bool)]


class MirrorImageSiteStatus(Structure):
    """rbd_mirror_image_site_status_t"""
    _fields_ = [("mirror_uuid", c_char_p), ("state", c_int), ("description", c_char_p), ("last_update", c_int64), ("up", c_bool)]


class MirrorImageGlobalStatus(Structure):
    """rbd_mirror_image_global_status_t"""
    _fields_ = [("name", c_char_p), ("info", MirrorImageInfo), ("site_statuses_count", c_uint32), ("site_statuses", c_void_p)]


class LuksFormatOptions(Structure):
    """rbd_encryption_luks1_format_options_t and rbd_encryption_luks2_format_options_t"""
    _fields_ = [("alg", c_int), ("passphrase", c_char_p), ("passphrase_size", c_size_t)]


class AnyLuksFormatOptions(Structure):
    """rbd_encryption_luks_format_options_t"""
    _fields_ = [("passphrase", c_char_p), ("passphrase_size", c_size_t)]


class EncryptionSpec(Structure):
    """rbd_encryption_spec_t"""
    _fields_ = [("format", c_int), ("opts", c_void_p), ("opts_size", c_size_t)]
