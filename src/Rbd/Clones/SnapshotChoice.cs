using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>Which snapshot of an image is meant: the user's of that name, or any by its id.</summary>
internal readonly record struct SnapshotChoice(ByteName? Name, ulong Id)
{
    public static SnapshotChoice Of(ByteName name) => new(name, 0);

    public static SnapshotChoice Of(ulong id) => new(null, id);

    public bool Fits(SnapshotRecord snapshot) => Name is { } name
        ? snapshot.NamespaceType == SnapshotNamespaceType.User && snapshot.Name == name
        : snapshot.Id == Id;

    public override string ToString() => Name is { } name ? $"'{name}'" : $"with id {Id}";
}
