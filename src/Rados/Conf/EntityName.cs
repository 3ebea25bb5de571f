using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>Who connects, as Ceph writes it: "client.admin". The type is client, mon, osd, mds or mgr.</summary>
public readonly record struct EntityName(string Type, string Id)
{
    public static EntityName Admin => new("client", "admin");

    /// <exception cref="StorageException">EINVAL: no dot, or a type that does not exist.</exception>
    public static EntityName Parse(string name)
    {
        int dot = name.IndexOf('.');
        if (dot < 0 || name[..dot] is not ("client" or "mon" or "osd" or "mds" or "mgr"))
        {
            throw new StorageException(
                Errno.EINVAL, $"'{name}' is not of the form TYPE.ID with a type of client, mon, osd, mds or mgr");
        }

        return new EntityName(name[..dot], name[(dot + 1)..]);
    }

    public override string ToString() => $"{Type}.{Id}";
}
