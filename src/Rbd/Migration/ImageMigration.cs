using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// Moves images to other pools, names and layouts while they are used: prepare makes the destination, which is the image from then on,
/// execute gives it volumes of its own, commit removes the source, abort the destination. Each finds the migration by the name of either image.
/// </summary>
public static class ImageMigration
{
    /// <param name="destinationName">May be that of the source.</param>
    /// <param name="options">What is not set is as it is in the source.</param>
    /// <exception cref="StorageException">
    /// ENOENT: no such image. EBUSY: it is open, migrates already, belongs to a group, or has snapshots of other than users. EEXIST.
    /// EINVAL, ENOSYS, EDOM: the options.
    /// </exception>
    public static async Task PrepareAsync(
        IoContext source, ByteName name, IoContext destination, ByteName destinationName, ImageOptions options, CancellationToken cancellationToken)
    {
        await source.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        await destination.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        var preparation = new MigrationPreparation(new ImagePool(source), name, new ImagePool(destination), destinationName, options);
        await preparation.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes an image that reads what is elsewhere, until it is executed: a snapshot of another image, or a file. That must not change.</summary>
    /// <param name="sourceSpec">
    /// JSON. <c>type</c>: native (<c>pool_name</c> or <c>pool_id</c>, <c>pool_namespace</c>, <c>image_name</c> or <c>image_id</c>,
    /// <c>snap_name</c> or <c>snap_id</c>), raw (<c>stream</c>, <c>snapshots</c>), qcow (<c>stream</c>). A <c>stream</c> has
    /// <c>type</c> file and <c>file_path</c>.
    /// </param>
    /// <exception cref="StorageException">
    /// EBADMSG: no JSON. EINVAL; ENOSYS: a type that is not read here. ENOENT, EACCES: the file. EEXIST. And all that creating an image can say.
    /// </exception>
    public static async Task PrepareImportAsync(
        string sourceSpec, IoContext destination, ByteName name, ImageOptions options, CancellationToken cancellationToken)
    {
        await destination.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        SourceSpec spec = SourceSpec.Parse(sourceSpec);
        var pool = new ImagePool(destination);
        await (string.Equals(spec.Type, "native", StringComparison.Ordinal)
            ? new NativeImport(pool, name, spec, options).RunAsync(cancellationToken)
            : new ImportPreparation(pool, name, spec, options).RunAsync(cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Copies what the destination still has in volumes of the source. It can be used meanwhile.</summary>
    /// <param name="progress">In bytes; its return value is ignored.</param>
    /// <exception cref="StorageException">ENOENT; EINVAL: no migration, or in another state. EBUSY: somebody else is at it.</exception>
    public static Task ExecuteAsync(IoContext io, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken) =>
        RunAsync(io, name, "execute", work => new MigrationExecution(work, progress).RunAsync(cancellationToken), cancellationToken);

    /// <summary>Removes the source: there is no way back.</summary>
    /// <exception cref="StorageException">
    /// ENOENT; EINVAL: no migration, or not executed. EBUSY: somebody has the source open, or is at it too.
    /// </exception>
    public static Task CommitAsync(IoContext io, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken) =>
        RunAsync(io, name, "commit", work => new MigrationCommit(work, progress).RunAsync(cancellationToken), cancellationToken);

    /// <summary>Removes the destination, with what was written to it, and makes the source the image again.</summary>
    /// <exception cref="StorageException">
    /// ENOENT; EINVAL: no migration. EBUSY: the destination is open, or has clones of snapshots that the source has not. EEXIST: the
    /// source's name is taken.
    /// </exception>
    public static Task AbortAsync(IoContext io, ByteName name, ProgressCallback? progress, CancellationToken cancellationToken) =>
        RunAsync(io, name, "abort", work => new MigrationAbort(work, progress).RunAsync(cancellationToken), cancellationToken);

    /// <exception cref="StorageException">ENOENT; EINVAL: it does not migrate.</exception>
    public static async Task<MigrationStatus> GetStatusAsync(IoContext io, ByteName name, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        MigrationPair pair = await MigrationPair.FindAsync(new ImagePool(io), name, cancellationToken).ConfigureAwait(false);
        return await pair.DescribeAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunAsync(
        IoContext io, ByteName name, string what, Func<MigrationWork, Task> run, CancellationToken cancellationToken)
    {
        await io.ThrowIfPoolGoneAsync(cancellationToken).ConfigureAwait(false);
        MigrationPair pair = await MigrationPair.FindAsync(new ImagePool(io), name, cancellationToken).ConfigureAwait(false);
        MigrationWork work = await MigrationWork.BeginAsync(pair, what, cancellationToken).ConfigureAwait(false);
        await using (work.ConfigureAwait(false))
            await run(work).ConfigureAwait(false);
    }
}
