using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>Names the step of a command that a failure of the library ends.</summary>
internal static class FailingAsExtensions
{
    /// <exception cref="CommandException">"what: (2) No such file or directory".</exception>
    public static async Task FailingAs(this Task step, string what)
    {
        try
        {
            await step.ConfigureAwait(false);
        }
        catch (StorageException e)
        {
            throw new CommandException(what, e);
        }
    }

    /// <inheritdoc cref="FailingAs(Task, string)"/>
    public static async Task<T> FailingAs<T>(this Task<T> step, string what)
    {
        await FailingAs((Task)step, what).ConfigureAwait(false);
        return await step.ConfigureAwait(false);
    }
}
