using System.Text;

namespace CurveRbd.Rados;

/// <summary>A table for people: columns two blanks apart, each aligned to a side.</summary>
internal sealed class PlainTable(params PlainTable.Column[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        int[] widths = [.. columns.Select((column, i) => _rows.Select(row => row[i].Length).Append(column.Header.Length).Max())];
        var text = new StringBuilder();
        Append(text, widths, [.. columns.Select(column => column.Header)]);
        foreach (string[] row in _rows)
            Append(text, widths, row);
        return text.ToString();
    }

    private void Append(StringBuilder text, int[] widths, string[] cells)
    {
        IEnumerable<string> padded = cells.Select(
            (cell, i) => columns[i].IsLeftAligned ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]));
        text.AppendJoin("  ", padded).Append('\n');
    }

    internal readonly record struct Column(string Header, bool IsLeftAligned = false);
}
