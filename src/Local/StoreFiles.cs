namespace CurveRbd.Local;

/// <summary>Tells one store from another, by the files that an open store holds: their numbers are not given away while it does.</summary>
internal readonly record struct StoreFiles((ulong Device, ulong Inode) Directory, (ulong Device, ulong Inode) Locks, (ulong Device, ulong Inode) Records)
{
    public static StoreFiles In(FilePath root) => new(IdentityOf(root), IdentityOf(root.Of("sessions.lock")), IdentityOf(root.Of("records.db")));

    private static (ulong, ulong) IdentityOf(FilePath path) => path.TryStat(out FileStatus status) ? status.Identity : default;
}
