using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary><c>rbd lock list</c></summary>
internal sealed class LockListCommand : Command
{
    public override string Name => "lock list";

    public override string Alias => "lock ls";

    public override string Summary => "List the advisory locks on an image.";

    public override IReadOnlyList<Option> Options { get; } = [.. SpecOptions.OfImage, .. OutputFormat.Options];

    public override IReadOnlyList<Positional> Positionals { get; } = [SpecOptions.ImageWord];

    public override async Task RunAsync(CommandSession session)
    {
        ImagePath path = SpecOptions.ReadImage(session.Arguments);
        DocumentWriter? document = OutputFormat.Choose(session.Arguments);
        await session.UseImageAsync(path, readOnly: true, async image =>
        {
            AdvisoryLockState state = await image.Locks.GetAsync(session.Interrupted)
                .FailingAs("listing locks failed").ConfigureAwait(false);
            session.Terminal.Print(document is null ? ToText(state) : ToDocument(state, document));
        }).ConfigureAwait(false);
    }

    private static string ToText(AdvisoryLockState state)
    {
        int count = state.Owners.Count;
        if (count == 0)
            return "";

        string kind = state.IsExclusive ? "exclusive" : "shared";
        string head = count == 1 ? $"There is 1 {kind} lock on this image.\n" : $"There are {count} {kind} locks on this image.\n";
        string tag = state.IsExclusive ? "" : $"Lock tag: {NativeText.FromName(state.Tag)}\n";
        TextTable table = new TextTable().Left("Locker").Left("ID").Left("Address");
        foreach (AdvisoryLockOwner owner in state.Owners)
            table.AddRow(owner.Client, NativeText.FromName(owner.Cookie), owner.Address);
        return head + tag + table;
    }

    private static string ToDocument(AdvisoryLockState state, DocumentWriter document)
    {
        document.OpenArray("locks");
        foreach (AdvisoryLockOwner owner in state.Owners)
        {
            document.OpenObject("lock");
            document.String("id", NativeText.FromName(owner.Cookie));
            document.String("locker", owner.Client);
            document.String("address", owner.Address);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }
}
