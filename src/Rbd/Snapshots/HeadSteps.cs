namespace CurveRbd.Rbd;

/// <summary>
/// Changes the heads of one or several images in one moment: first the requests of all of them are held back, then each is changed in
/// a transaction of its own.
/// </summary>
internal static class HeadSteps
{
    /// <exception cref="Store.StorageException">Of <see cref="HeadFreeze.BeginAsync"/>, or a step's own. Some steps may be done then.</exception>
    public static async Task RunAsync(ImagePool pool, IReadOnlyList<IHeadStep> steps, CancellationToken cancellationToken)
    {
        foreach (IHeadStep step in steps)
            await step.BeginAsync(cancellationToken).ConfigureAwait(false);
        Operation operation = await Operation.StartAsync(pool, cancellationToken).ConfigureAwait(false);
        await using (operation.ConfigureAwait(false))
            await RunAsync(operation, steps, cancellationToken).ConfigureAwait(false);
    }

    private static async Task RunAsync(Operation operation, IReadOnlyList<IHeadStep> steps, CancellationToken cancellationToken)
    {
        try
        {
            foreach (IHeadStep step in steps)
                await step.PrepareAsync(operation, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<long> revisions = await ChangeAsync(operation, steps, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < steps.Count; i++)
                await steps[i].Image.SettleAsync(revisions[i]).ConfigureAwait(false);
        }
        finally
        {
            foreach (IHeadStep step in steps)
                await step.UndoUnusedAsync(operation).ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyList<long>> ChangeAsync(
        Operation operation, IReadOnlyList<IHeadStep> steps, CancellationToken cancellationToken)
    {
        var frozen = new List<HeadFreeze>();
        try
        {
            foreach (IHeadStep step in steps)
                frozen.Add(await HeadFreeze.BeginAsync(step.Image.Pool, step.Image.Id, operation, step.Freeze, cancellationToken).ConfigureAwait(false));
            var revisions = new List<long>();
            for (int i = 0; i < steps.Count; i++)
                revisions.Add(await ChangeAsync(operation, steps[i], frozen[i], cancellationToken).ConfigureAwait(false));
            return revisions;
        }
        finally
        {
            foreach (HeadFreeze freeze in frozen)
                await freeze.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static Task<long> ChangeAsync(Operation operation, IHeadStep step, HeadFreeze frozen, CancellationToken cancellationToken) =>
        new HeadChange(step.Image.Pool, step.Image.Id, operation).RunAsync(
            frozen, (records, transaction) => step.ChangeAsync(operation, records, transaction, cancellationToken), cancellationToken);
}
