namespace CurveRbd.Native;

/// <summary>A rados_object_list_cursor: everything up to a position has been seen.</summary>
/// <param name="After">null: nothing, or, at the end, everything.</param>
internal sealed record ListCursor(string? After, bool IsEnd)
{
    public static ListCursor Begin { get; } = new(null, IsEnd: false);

    public static ListCursor End { get; } = new(null, IsEnd: true);

    /// <summary>Whether an object at <paramref name="position"/> lies before this cursor.</summary>
    public bool Covers(string position) => IsEnd || (After is not null && string.CompareOrdinal(position, After) <= 0);

    /// <returns>Below 0, 0 or above 0, as this one lies before, at or behind the other.</returns>
    public int Compare(ListCursor other) =>
        IsEnd.CompareTo(other.IsEnd) is var order and not 0 ? order : string.CompareOrdinal(After ?? "", other.After ?? "");
}
