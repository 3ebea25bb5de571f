using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>What a prepared migration comes to.</summary>
internal static unsafe class MigrationSteps
{
    private delegate Task Step(IoContext io, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken);

    // int rbd_migration_execute(rados_ioctx_t ioctx, const char *image_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_execute")]
    public static int Execute(nint ioContext, byte* name)
    {
        try
        {
            return Run(ImageMigration.ExecuteAsync, ioContext, name, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_execute_with_progress(rados_ioctx_t ioctx, const char *image_name, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_execute_with_progress")]
    public static int ExecuteWithProgress(nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(ImageMigration.ExecuteAsync, ioContext, name, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_commit(rados_ioctx_t ioctx, const char *image_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_commit")]
    public static int Commit(nint ioContext, byte* name)
    {
        try
        {
            return Run(ImageMigration.CommitAsync, ioContext, name, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_commit_with_progress(rados_ioctx_t ioctx, const char *image_name, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_commit_with_progress")]
    public static int CommitWithProgress(nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(ImageMigration.CommitAsync, ioContext, name, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_abort(rados_ioctx_t ioctx, const char *image_name)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_abort")]
    public static int Abort(nint ioContext, byte* name)
    {
        try
        {
            return Run(ImageMigration.AbortAsync, ioContext, name, null, 0);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rbd_migration_abort_with_progress(rados_ioctx_t ioctx, const char *image_name, librbd_progress_fn_t cb, void *cbdata)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rbd_migration_abort_with_progress")]
    public static int AbortWithProgress(nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        try
        {
            return Run(ImageMigration.AbortAsync, ioContext, name, progress, argument);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static int Run(
        Step step, nint ioContext, byte* name, delegate* unmanaged[Cdecl]<ulong, ulong, nint, int> progress, nint argument)
    {
        IoContext context = Handles.IoContexts.Get(ioContext).Context.Clone();
        ByteName image = CString.Name(name, "the image's name");
        var reported = Progress.Of(progress, argument);
        CallerThread.Run(caller => step(context, image, reported.On(caller), CancellationToken.None));
        return 0;
    }
}
