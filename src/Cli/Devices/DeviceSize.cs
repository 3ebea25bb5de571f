using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Devices;

/// <summary>Tells the kernel when the image has been resized.</summary>
internal sealed class DeviceSize(NbdKernel kernel, int index, string cookie, Image image)
{
    private ulong _told = image.Size;

    /// <summary>Called after every change of the image, one call at a time.</summary>
    public void Follow()
    {
        ulong size = image.Size;
        if (size == _told)
            return;
        try
        {
            kernel.Resize(index, size, cookie);
            _told = size;
        }
        catch (StorageException)
        {
            // The device is being unmapped, or keeps its size until the next change.
        }
    }
}
