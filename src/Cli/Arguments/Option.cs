using System.Diagnostics.CodeAnalysis;

namespace CurveRbd.Cli;

/// <summary>An option as the command line spells it: --name, and -letter if it has one.</summary>
internal abstract class Option(string name, char? letter, string help)
{
    public string Name { get; } = name;

    public char? Letter { get; } = letter;

    public string Help { get; } = help;

    /// <summary>May be given more than once; the values add up.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>Accepted, but not shown: an old spelling.</summary>
    public bool IsHidden { get; init; }

    public abstract bool TakesValue { get; }

    /// <exception cref="UsageException">The option can't have this value.</exception>
    public abstract void Check(string value);

    public bool Matches(ReadOnlySpan<char> name) => name.SequenceEqual(Name);
}

/// <summary>An option without a value: given or not.</summary>
internal sealed class Switch(string name, char? letter, string help) : Option(name, letter, help)
{
    public Switch(string name, string help)
        : this(name, null, help)
    {
    }

    public override bool TakesValue => false;

    public override void Check(string value) => throw new UsageException($"option '--{Name}' does not take any arguments");
}

internal delegate bool ValueParser<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>An option with a value.</summary>
internal sealed class Option<T>(string name, char? letter, string help, ValueParser<T> parser) : Option(name, letter, help)
{
    public Option(string name, string help, ValueParser<T> parser)
        : this(name, null, help, parser)
    {
    }

    /// <summary>Ceph quotes the value in its refusal of plain numbers, and of nothing else.</summary>
    public bool QuotesValue { get; init; }

    public override bool TakesValue => true;

    public override void Check(string value) => Parse(value);

    public T Parse(string value)
    {
        if (parser(value, out T? parsed))
            return parsed;
        string quoted = QuotesValue ? $" ('{value}')" : "";
        throw new UsageException($"the argument{quoted} for option '--{Name}' is invalid");
    }
}
