namespace CurveRbd.Rbd;

internal static class WritePolicies
{
    public static WritePolicy Of(ConfOverrides conf)
    {
        bool isWriteBack = conf.GetBool("rbd_cache")
            && conf.GetUInt("rbd_cache_max_dirty") > 0
            && !string.Equals(conf.GetText("rbd_cache_policy"), "writethrough", StringComparison.Ordinal);
        if (!isWriteBack)
            return WritePolicy.WriteThrough;
        return conf.GetBool("rbd_cache_writethrough_until_flush") ? WritePolicy.WriteThroughUntilFlush : WritePolicy.WriteBack;
    }
}
