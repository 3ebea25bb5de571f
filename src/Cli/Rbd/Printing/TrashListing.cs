using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>The images in the trash as <c>rbd trash list</c> shows them.</summary>
internal sealed class TrashListing
{
    private readonly IReadOnlyList<(TrashEntry Entry, ImageParent? Parent)> _rows;
    private readonly DateTimeOffset? _now;

    private TrashListing(IReadOnlyList<(TrashEntry Entry, ImageParent? Parent)> rows, DateTimeOffset? now) => (_rows, _now) = (rows, now);

    /// <summary>Ids and names.</summary>
    public static TrashListing Short(IReadOnlyList<TrashEntry> entries) =>
        new([.. entries.Select(entry => (entry, default(ImageParent)))], null);

    /// <summary>Also when and how they came there, whether they may go, and what they are clones of.</summary>
    public static TrashListing Long(IReadOnlyList<(TrashEntry Entry, ImageParent? Parent)> rows, DateTimeOffset now) => new(rows, now);

    public string ToText()
    {
        if (_now is not { } now)
            return string.Concat(_rows.Select(row => $"{row.Entry.Id} {NativeText.FromName(row.Entry.Name)}\n"));

        TextTable table = new TextTable().Left("ID").Left("NAME").Left("SOURCE").Left("DELETED_AT").Left("STATUS").Left("PARENT");
        foreach ((TrashEntry entry, ImageParent? parent) in _rows)
        {
            table.AddRow(
                entry.Id,
                NativeText.FromName(entry.Name),
                SourceName(entry.Source),
                CalendarTime.ToText(entry.DeletedAt),
                Status(entry, now),
                ParentText.Of(parent));
        }

        return table.ToString();
    }

    public string ToDocument(DocumentWriter document)
    {
        document.OpenArray("trash");
        foreach ((TrashEntry entry, ImageParent? parent) in _rows)
        {
            document.OpenObject("image");
            document.String("id", entry.Id);
            document.String("name", NativeText.FromName(entry.Name));
            if (_now is { } now)
                AddDetailsTo(document, entry, parent, now);
            document.Close();
        }

        document.Close();
        return document.ToString();
    }

    private static void AddDetailsTo(DocumentWriter document, TrashEntry entry, ImageParent? parent, DateTimeOffset now)
    {
        document.String("source", SourceName(entry.Source));
        document.String("deleted_at", CalendarTime.ToText(entry.DeletedAt));
        document.String("status", Status(entry, now));
        ParentText.AddTo(document, parent);
    }

    private static string Status(TrashEntry entry, DateTimeOffset now) =>
        (now < entry.DeferredUntil ? "protected until " : "expired at ") + CalendarTime.ToText(entry.DeferredUntil);

    private static string SourceName(TrashSource source) => source switch
    {
        TrashSource.Mirroring => "MIRRORING",
        TrashSource.Migration => "MIGRATION",
        TrashSource.Removing => "REMOVING",
        TrashSource.UserParent => "USER_PARENT",
        _ => "USER",
    };
}
