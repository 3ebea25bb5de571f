namespace CurveRbd.Cli.Ceph;

/// <summary>The line names this command, but not with these arguments.</summary>
internal sealed class SignatureMismatchException(string message) : Exception(message)
{
    /// <summary>Why a word was not taken by an optional parameter, if that led here.</summary>
    public string? Remark { get; init; }
}
