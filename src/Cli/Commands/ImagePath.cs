namespace CurveRbd.Cli;

/// <summary>Where an image or snapshot is: "pool/namespace/image@snap", absent parts empty.</summary>
internal sealed record ImagePath(string Pool, string Namespace, string Image, string Snapshot)
{
    public static ImagePath Empty { get; } = new("", "", "", "");

    /// <summary>The image that the snapshot is of.</summary>
    public ImagePath WithoutSnapshot => this with { Snapshot = "" };

    /// <summary>The name without pool, as most messages show it.</summary>
    public override string ToString() => Snapshot.Length == 0 ? Image : $"{Image}@{Snapshot}";

    /// <summary>The whole spec. The pool must be named.</summary>
    public string ToFullText() => Namespace.Length == 0 ? $"{Pool}/{this}" : $"{Pool}/{Namespace}/{this}";

    /// <summary>Reads a spec; parts that it leaves out keep their value of this path.</summary>
    /// <param name="rule">What the spec's names may hold.</param>
    /// <exception cref="CommandException">EINVAL: not a spec.</exception>
    public ImagePath WithSpec(string spec, SpecRule rule)
    {
        int at = spec.IndexOf('@');
        string path = at < 0 ? spec : spec[..at];
        string snapshot = at < 0 ? "" : spec[(at + 1)..];
        string[] parts = SplitPath(path, rule);

        string image = parts[^1];
        bool isValid = image.Length > 0 && (at < 0 || snapshot.Length > 0)
            && !(rule == SpecRule.NewImage && image.Contains('/'))
            && !(rule == SpecRule.NewSnapshot && snapshot.AsSpan().ContainsAny('/', '@'));
        if (!isValid)
            throw Invalid(spec);
        return new ImagePath(
            parts.Length > 1 ? parts[0] : Pool,
            parts.Length > 2 ? parts[1] : Namespace,
            image,
            at < 0 ? Snapshot : snapshot);
    }

    /// <summary>Reads "pool" or "pool/namespace".</summary>
    /// <exception cref="CommandException">EINVAL: not a spec.</exception>
    public ImagePath WithPoolSpec(string spec)
    {
        string[] parts = spec.Split('/');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0))
            throw Invalid(spec);
        return this with { Pool = parts[0], Namespace = parts.Length > 1 ? parts[1] : Namespace };
    }

    // An existing image may have '/' in its name, so only a part that is not empty is a pool or a namespace. A new name that leaves
    // one empty comes back empty, which is no name.
    private static string[] SplitPath(string path, SpecRule rule)
    {
        string[] parts = path.Split('/', 3);
        if (parts.All(part => part.Length > 0))
            return parts;
        if (rule == SpecRule.NewImage)
            return [""];
        int slash = path.IndexOf('/');
        return slash <= 0 || slash == path.Length - 1 ? [path] : [path[..slash], path[(slash + 1)..]];
    }

    private static CommandException Invalid(string spec) => new(Store.Errno.EINVAL, $"invalid spec '{spec}'");
}
