namespace CurveRbd.Cli.Devices;

/// <summary>Prints mapped images as <c>rbd-nbd list-mapped</c> does.</summary>

internal static class DeviceListing
{
    public static string Of(IReadOnlyList<MappedDevice> devices, DocumentWriter? document, string imageKey) =>
        document is null ? ToText(devices) : ToDocument(devices, document, imageKey);

    private static string ToText(IReadOnlyList<MappedDevice> devices)
    {
        TextTable table = new TextTable().Left("id").Left("pool").Left("namespace").Left("image").Left("snap").Left("device").Left("cookie");
        foreach (MappedDevice device in devices)
        {
            ImagePath path = device.Path;
            string snapshot = path.Snapshot.Length == 0 ? "-" : path.Snapshot;
            table.AddRow($"{device.ProcessId}", path.Pool, path.Namespace, path.Image, snapshot, device.Device, device.Cookie);
        }

        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<MappedDevice> devices, DocumentWriter document, string imageKey)
    {
        document.OpenArray("devices");
        foreach (MappedDevice device in devices)
        {
            document.OpenObject("device");
            document.Number("id", (long)device.ProcessId);
            document.String("pool", device.Path.Pool);
            document.String("namespace", device.Path.Namespace);
            document.String(imageKey, device.Path.Image);
            document.String("snap", device.Path.Snapshot);
            document.String("device", device.Device);
            document.String("cookie", device.Cookie);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
