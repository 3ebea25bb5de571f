namespace CurveRbd.Rados;

/// <summary>Options of this product. They belong into the host file and may be overridden everywhere else.</summary>
internal static class OwnOptions
{
    public const string Store = "rbd_store";

    public const string Table =
        """
        rbd_store | text | | Where volumes and records lie: local:DIRECTORY, or curve.
        curve_mds | text | | The cluster's MDS, host:port separated by ','. They are its monitors.
        curve_io | text | direct | direct, or nebd:SOCKET.
        curve_etcd | text | | Endpoints of the cluster's etcd, separated by ','.
        curve_etcd_prefix | text | /curverbd | What every key in etcd starts with.
        curve_etcd_user | text | | User for etcd.
        curve_etcd_password | text | | Password of curve_etcd_user.
        curve_etcd_ca | text | | PEM file with the authorities that may sign etcd's certificate.
        curve_etcd_cert | text | | PEM file with the client certificate for etcd.
        curve_etcd_key | text | | PEM file with the private key of curve_etcd_cert.
        curve_etcd_session_seconds | uint | 90 | How long I/O goes on while etcd is away.
        curve_root_user | text | root | The CurveBS user who may list pools and make directories.
        curve_root_password | text | | Password of curve_root_user.
        """;
}
