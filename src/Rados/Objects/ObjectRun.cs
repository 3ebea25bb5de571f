using CurveRbd.Store;

namespace CurveRbd.Rados;

/// <summary>One attempt at the steps of an operation.</summary>
internal sealed class ObjectRun
{
    private readonly List<(ObjectStep Step, int Result)> _results = [];

    /// <summary>Of the first step that failed though it must not, else of the last.</summary>
    public int Code { get; private set; }

    /// <summary>Of the attempt that counts.</summary>
    public ObjectOutcome Outcome { get; set; }

    /// <returns>null: the object changed meanwhile, try again.</returns>
    public static async Task<ObjectRun?> TryRunAsync(ObjectState state, IReadOnlyList<ObjectStep> steps, CancellationToken cancellationToken)
    {
        var run = new ObjectRun();
        try
        {
            foreach (ObjectStep step in steps)
            {
                if (!await run.RunAsync(step, state, cancellationToken).ConfigureAwait(false))
                    break;
            }
        }
        catch (StaleObjectException)
        {
            return null;
        }

        return run;
    }

    /// <summary>Tells the steps that ran what came of them.</summary>
    public void Tell()
    {
        foreach ((ObjectStep step, int result) in _results)
            step.Done?.Invoke(result);
    }

    private async Task<bool> RunAsync(ObjectStep step, ObjectState state, CancellationToken cancellationToken)
    {
        int result;
        try
        {
            result = await step.RunAsync(state, cancellationToken).ConfigureAwait(false);
        }
        catch (StorageException error) when (ObjectRefusal.IsRefusal(error))
        {
            result = -(int)error.Errno;
        }

        _results.Add((step, result));
        Code = result < 0 && step.MayFail ? 0 : result;
        return Code >= 0;
    }
}
