namespace CurveRbd.Rados;

/// <summary>Which options of images a pool or an image may override with metadata ("conf_rbd_cache").</summary>
internal static class OverridableOptions
{
    private static readonly string[] s_neverOverridden =
    [
        "rbd_auto_exclusive_lock_until_manual_request", "rbd_default_format", "rbd_default_map_options", "rbd_default_pool",
        "rbd_discard_on_zeroed_write_same", "rbd_op_thread_timeout", "rbd_op_threads", "rbd_tracing", "rbd_validate_names",
        "rbd_validate_pool", "rbd_mirror_pool_replayers_refresh_interval",
    ];

    // They matter only while an image is created.
    private static readonly string[] s_onlyForPools =
    [
        "rbd_default_clone_format", "rbd_default_data_pool", "rbd_default_features", "rbd_default_order",
        "rbd_default_stripe_count", "rbd_default_stripe_unit", "rbd_journal_order", "rbd_journal_pool", "rbd_journal_splay_width",
    ];

    public static IReadOnlyList<string> OfPools() =>
    [
        .. OptionTable.All
            .Where(option => !option.IsOwn && !option.IsAddition && option.Name.StartsWith("rbd_", StringComparison.Ordinal))
            .Select(option => option.Name)
            .Except(s_neverOverridden)
            .Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<string> OfImages() =>
        [.. OfPools().Except(s_onlyForPools).Where(name => !name.StartsWith("rbd_mirror_", StringComparison.Ordinal))];
}
