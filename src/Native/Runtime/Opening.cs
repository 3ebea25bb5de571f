using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>How an image is to be opened, copied from a caller's arguments while they are valid.</summary>
internal static class Opening
{
    public static unsafe Func<Task<OpenImage>> ByName(nint ioContext, byte* name, byte* snapshot, bool readOnly)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName image = CString.Name(name, "the image's name");
        ByteName? at = CString.NameOrNull(snapshot);
        return () => OpenAsync(Image.OpenAsync(context, image, at, readOnly, CancellationToken.None));
    }

    public static unsafe Func<Task<OpenImage>> ById(nint ioContext, byte* id, byte* snapshot, bool readOnly)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        string image = CString.Text(id, "the image's id");
        ByteName? at = CString.NameOrNull(snapshot);
        return () => OpenAsync(Image.OpenByIdAsync(context, image, at, readOnly, CancellationToken.None));
    }

    /// <param name="image">Where the handle goes; 0 when it fails.</param>
    public static void Start(Func<Task<OpenImage>> open, nint image, Completion told)
    {
        told.Start();
        told.Follow(Task.Run(() => OpenAsync(open, image)));
    }

    private static async Task<OpenImage> OpenAsync(Task<Image> opening) => new(await opening.ConfigureAwait(false));

    private static async Task OpenAsync(Func<Task<OpenImage>> open, nint image)
    {
        Put(image, 0);
        Put(image, Handles.Images.Add(await open().ConfigureAwait(false)));
    }

    private static unsafe void Put(nint destination, nint handle) => *(nint*)destination = handle;
}
