namespace CurveRbd.Cli;

/// <summary>One command of a program.</summary>
internal abstract class Command
{
    /// <summary>Its words, as in "image-meta list".</summary>
    public abstract string Name { get; }

    /// <summary>A second spelling, as in "image-meta ls".</summary>
    public virtual string? Alias => null;

    /// <summary>A third one, which no help shows.</summary>
    public virtual string? HiddenAlias => null;

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    public virtual IReadOnlyList<Option> Options => [];

    public virtual IReadOnlyList<Positional> Positionals => [];

    /// <exception cref="CommandException">It failed.</exception>
    public abstract Task RunAsync(CommandSession session);
}
