using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary>The words of the <c>rbd lock</c> commands.</summary>
internal static class LockWords
{
    public static readonly Positional LockId = new("lock-id", "id of the lock, any text");
    public static readonly Positional Locker = new("locker", "who holds it, as client.<id>");

    /// <exception cref="CommandException">EINVAL: absent.</exception>
    public static ByteName ReadLockId(ParsedArguments arguments) => NativeText.ToName(Read(arguments, "lock id"));

    /// <inheritdoc cref="ReadLockId"/>
    public static string ReadLocker(ParsedArguments arguments) => Read(arguments, "locker");

    private static string Read(ParsedArguments arguments, string what) => arguments.NextWord() is { Length: > 0 } word
        ? word
        : throw new CommandException(Errno.EINVAL, $"{what} was not specified");
}
