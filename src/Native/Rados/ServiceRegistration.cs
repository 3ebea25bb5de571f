using System.Runtime.InteropServices;
using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>Daemons that tell the cluster of themselves.</summary>
internal static unsafe class ServiceRegistration
{
    // int rados_service_register(rados_t cluster, const char *service, const char *daemon, const char *metadata_dict)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_service_register")]
    public static int Register(nint cluster, byte* service, byte* daemon, byte* metadataDict)
    {
        try
        {
            Services services = Handles.Clusters.Get(cluster).Cluster.Services;
            string registered = CString.Text(service, "the service");
            string named = CString.Text(daemon, "the daemon");
            Dictionary<string, string> texts = Texts(metadataDict);
            Control.Run(() => services.RegisterAsync(registered, named, texts, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_service_update_status(rados_t cluster, const char *status_dict)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_service_update_status")]
    public static int UpdateStatus(nint cluster, byte* statusDict)
    {
        try
        {
            Services services = Handles.Clusters.Get(cluster).Cluster.Services;
            Dictionary<string, string> texts = Texts(statusDict);
            Control.Run(() => services.UpdateStatusAsync(texts, CancellationToken.None));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // Name, NUL, value, NUL, and so on up to an empty name.
    private static Dictionary<string, string> Texts(byte* pairs)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (pairs is not null && *pairs != 0)
        {
            string name = CString.Text(pairs, "a name");
            pairs += CString.Bytes(pairs).Length + 1;
            texts[name] = CString.Text(pairs, "a value");
            pairs += CString.Bytes(pairs).Length + 1;
        }

        return texts;
    }
}
