using CurveRbd.Rbd;
using CurveRbd.Store;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd diff</c></summary>
internal sealed class DiffCommand : Command
{
    public override string Name => "diff";

    public override string Summary => "List the ranges that hold data, or that differ from a snapshot.";

    public override IReadOnlyList<Option> Options { get; } =
        [.. SpecOptions.OfImageOrSnapshot, DiffOptions.FromSnapshot, DiffOptions.WholeObject, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageOrSnapshotWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImageOrSnapshot(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        Image image = await session.OpenImageAsync(path, readOnly: true).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
        {
            IReadOnlyList<Difference> differences = await CompareAsync(session, image).ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(differences) : ToDocument(differences, document));
        }
    }

    private static async Task<IReadOnlyList<Difference>> CompareAsync(CommandSession session, Image image)
    {
        var differences = new List<Difference>();
        if (image.Size == 0)
            return differences;
        ByteName? from = DiffOptions.FindFromSnapshot(session.Arguments);
        bool wholeObject = session.Arguments.Has(DiffOptions.WholeObject);
        await image.DiffAsync(from, 0, image.Size, true, wholeObject, Add, session.Interrupted)
            .FailingAs("diff error").ConfigureAwait(false);
        return differences;

        int Add(ulong offset, ulong length, bool exists)
        {
            differences.Add(new Difference(offset, length, exists));
            return 0;
        }
    }

    private static string ToText(IReadOnlyList<Difference> differences)
    {
        TextTable table = new TextTable().Left("Offset").Left("Length").Left("Type");
        foreach (Difference difference in differences)
            table.AddRow(difference.Offset.ToString(), difference.Length.ToString(), difference.Exists ? "data" : "zero");
        return table.ToString();
    }

    private static string ToDocument(IReadOnlyList<Difference> differences, DocumentWriter document)
    {
        document.OpenArray("extents");
        foreach (Difference difference in differences)
        {
            document.OpenObject("extent");
            document.Number("offset", difference.Offset);
            document.Number("length", difference.Length);
            document.Truth("exists", difference.Exists);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }

    private readonly record struct Difference(ulong Offset, ulong Length, bool Exists);
}
