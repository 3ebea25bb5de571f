using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>
/// The user's key, read where Ceph reads it. Nothing verifies keys here, so a missing one is an error only where the
/// configuration insists on cephx.
/// </summary>
internal static class Keyring
{
    /// <exception cref="StorageException">
    /// With cephx demanded, ENOENT: no key and no keyring. EPERM: the keyring has no such user. EACCES: not a key.
    /// </exception>
    public static void ThrowUnlessSufficient(CephConf conf)
    {
        if (!IsDemanded(conf))
            return;
        string key = FindKey(conf);
        if (!Convert.TryFromBase64String(key, new byte[key.Length], out int length) || length == 0)
            throw new StorageException(Errno.EACCES, $"the key of {conf.Name} is not base64 text");
    }

    // "cephx, none", the default, lets a client without a key in.
    private static bool IsDemanded(CephConf conf)
    {
        string methods = conf.Explicit("auth_supported") is { Length: > 0 } old ? old : conf.GetText("auth_client_required");
        string[] words = methods.Split([',', ';', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words.Contains("cephx") && !words.Contains("none");
    }

    private static string FindKey(CephConf conf)
    {
        if (conf.GetText("key") is { Length: > 0 } key)
            return key.Trim();
        if (conf.GetText("keyfile") is { Length: > 0 } keyFile)
            return (Read(keyFile) ?? throw Missing(conf, keyFile)).Trim();

        string paths = conf.GetText("keyring");
        foreach (string path in ConfFileSearch.SplitList(paths))
        {
            if (ConfFileSearch.TryRead(path.Trim()) is { } content)
                return FindKey(conf, ConfFile.Parse(path, content));
        }

        throw Missing(conf, paths);
    }

    private static string FindKey(CephConf conf, ConfFile keyring) =>
        keyring.Find(ConfText.FromUtf8(conf.Name.ToString()), "key")
        ?? throw new StorageException(Errno.EPERM, $"{keyring.Path} has no key of {conf.Name}");

    private static string? Read(string path) =>
        ConfFileSearch.TryRead(path) is { } content ? System.Text.Encoding.UTF8.GetString(content) : null;

    private static StorageException Missing(CephConf conf, string where) =>
        new(Errno.ENOENT, $"cephx is demanded and no key of {conf.Name} can be read from {where}");
}
