using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>Being told of completions through a file, and fetching them.</summary>
internal static unsafe class Events
{
    // int rbd_set_image_notification(rbd_image_t image, int fd, int type)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_set_image_notification")]
    public static int Set(nint image, int fd, int type)
    {
        try
        {
            OpenImage watched = Handles.Images.Get(image);
            if ((EventKind)type is not (EventKind.Pipe or EventKind.EventFd))
                return Failure.Of(Errno.EINVAL);
            return watched.TrySetEvents(new ImageEvents(fd, (EventKind)type)) ? 0 : Failure.Of(Errno.EINVAL);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_poll_io_events(rbd_image_t image, rbd_completion_t *comps, int numcomp)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_poll_io_events")]
    public static int Poll(nint image, nint* completions, int count)
    {
        try
        {
            OpenImage polled = Handles.Images.Get(image);
            if (count > 0)
                OutBuffer.ThrowIfNull(completions);
            int taken = 0;
            while (taken < count && polled.TakeEvent() is { } completion)
            {
                completions[taken++] = completion.Handle;
                completion.Drop();
            }

            return taken;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }
}
