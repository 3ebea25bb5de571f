namespace CurveRbd.Rados;

/// <summary>An option that can be set.</summary>
/// <param name="Default">In canonical form; may contain $macros.</param>
/// <param name="Description">null: accepted because programs set it, without effect here.</param>
internal sealed record Option(string Name, OptionType Type, string Default, string? Description = null)
{
    /// <summary>The only values allowed; empty = any.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Smallest value of a number.</summary>
    public ulong? Min { get; init; }

    /// <summary>Largest value of a number.</summary>
    public ulong? Max { get; init; }

    /// <summary>Turns a value that has the right type into its canonical form, or throws a <see cref="FormatException"/>.</summary>
    public Func<string, string>? Rule { get; init; }

    /// <summary>Whether its value may no longer change once the cluster is connected.</summary>
    public bool IsFixedByConnect { get; init; }

    /// <summary>Whether it is read from a cluster's section of the host file.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Of images, but unknown to Ceph: lists of Ceph's options leave it out.</summary>
    public bool IsAddition { get; init; }
}
