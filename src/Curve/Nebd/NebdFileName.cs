using System.Security.Cryptography;
using CurveRbd.Store;

namespace CurveRbd.Curve;

/// <summary>
/// The name under which a nebd-server opens a volume: <c>cbd:POOL/PATH_OWNER_[:CONF]</c>. The server ignores POOL, but the whole
/// text is a file's identity to it, without a count of its openers: each opening is spelled in its own way, so that closing one does
/// not close the others.
/// </summary>
internal static class NebdFileName
{
    private const int LengthMax = 1024;

    // Without a last part a ':' in the path would be taken for the one before it. It is the server's own default.
    private const string DefaultConf = "/etc/curve/client.conf";

    /// <param name="path">The volume's path in CurveBS.</param>
    /// <exception cref="StorageException">EINVAL or EPERM: nebd has no way to say this.</exception>
    public static string Create(string path, string owner)
    {
        if (string.Equals(owner, MdsStamp.RootUser, StringComparison.Ordinal))
            throw new StorageException(Errno.EPERM, $"open {path} through nebd: volumes of {MdsStamp.RootUser} need a password, which nebd can't pass on. Use curve_io = direct or give the volume to another owner");
        if (owner.Length == 0 || owner.Contains('_', StringComparison.Ordinal))
            throw new StorageException(Errno.EINVAL, $"open {path} through nebd: its names can't hold the owner '{owner}' (no '_'). Use curve_io = direct");

        string name = $"cbd:{Spelling()}/{path}_{owner}_";
        if (path.Contains(':', StringComparison.Ordinal))
            name += $":{DefaultConf}";
        return name.Length <= LengthMax
            ? name
            : throw new StorageException(Errno.ENAMETOOLONG, $"open {path} through nebd: names have at most {LengthMax} bytes, this one {name.Length}");
    }

    /// <summary>Random, because process ids repeat in containers that share a server.</summary>
    private static string Spelling() => $"curverbd-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
}
