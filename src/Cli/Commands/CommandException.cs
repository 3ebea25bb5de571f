using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>
/// A command failed. The message is the last line on stderr, Ceph's wording without its "rbd: "; null when the command has said
/// everything already. The exit status is the error number.
/// </summary>
internal sealed class CommandException(int exitCode, string? message, Exception? inner = null) : Exception(message, inner)
{
    public CommandException(Errno errno, string? message, Exception? inner = null)
        : this((int)errno, message, inner)
    {
    }

    /// <summary>"what: (2) No such file or directory".</summary>
    public CommandException(string what, StorageException cause)
        : this(cause.Errno, $"{what}: {ErrorText.Describe(cause.Errno)}", cause)
    {
    }

    public int ExitCode { get; } = exitCode;

    public string? Line { get; } = message;
}
