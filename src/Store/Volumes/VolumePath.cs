namespace CurveRbd.Store;

/// <summary>
/// Where a volume lies: a pool's directory, the volume's name in it (both as <see cref="ByteName.Encode"/> makes them, so plain
/// names look like themselves), and the user who owns it.
/// </summary>
public readonly record struct VolumePath(string Pool, string Name, string Owner)
{
    public override string ToString() => $"/{Pool}/{Name}";
}
