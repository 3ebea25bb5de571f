using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>
/// One image: its records against each other, its volumes, its parent and its clones. It may be in use; what is seen while it changes
/// is looked at again.
/// </summary>
internal sealed class ImageCheck(ImagePool pool, string imageId)
{
    private const int AttemptsMax = 5;

    public async Task<IReadOnlyList<CheckProblem>> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<CheckProblem> problems = [];
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            Record? header = await pool.Records.GetAsync(pool.Keys.Header(imageId), cancellationToken).ConfigureAwait(false);
            if (header is null)
                return []; // gone, or never whole: the check of names tells
            problems = await FindAsync(cancellationToken).ConfigureAwait(false);
            Record? after = await pool.Records.GetAsync(pool.Keys.Header(imageId), cancellationToken).ConfigureAwait(false);
            if (problems.Count == 0 || after?.Revision == header.Revision)
                return problems;
        }

        return problems;
    }

    private async Task<IReadOnlyList<CheckProblem>> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            LayerGraph? graph = await LayerGraph.ReadAsync(pool, imageId, cancellationToken).ConfigureAwait(false);
            return graph is null ? [] : await FindAsync(graph, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (error.Errno is Errno.EIO or Errno.EOPNOTSUPP)
        {
            var damaged = new CheckReport(imageId, $"{pool.Io.Pool.Name}: image {imageId}");
            damaged.Damage("damaged-record", CheckReading.Explain(error));
            return damaged.Problems;
        }
    }

    private async Task<IReadOnlyList<CheckProblem>> FindAsync(LayerGraph graph, CancellationToken cancellationToken)
    {
        ImagePool home = Home(graph.Header.Value);
        var report = new CheckReport(imageId, home.Describe(graph.Header.Value.Name));
        if (graph.Header.Value.Migration is { IsCommitting: true } or { State: MigrationState.Aborting or MigrationState.Preparing })
        {
            report.Pending("unfinished-migration", "A client begins or ends the migration of this image, or was cut short at it. Commit or abort it (rbd migration commit, rbd migration abort).");
            return report.Problems;
        }

        new LayerRecordCheck(home, graph, report).Run();
        await new LayerVolumeCheck(home, graph, report).RunAsync(cancellationToken).ConfigureAwait(false);
        await new FamilyCheck(home, graph, report).RunAsync(cancellationToken).ConfigureAwait(false);
        return report.Problems;
    }

    private ImagePool Home(ImageHeader header)
    {
        Rados.IoContext io = pool.Io.Clone();
        io.Namespace = header.Namespace;
        return new ImagePool(io);
    }
}
