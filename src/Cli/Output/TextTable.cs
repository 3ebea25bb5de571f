using System.Text;

namespace CurveRbd.Cli;

/// <summary>A table as Ceph prints it: columns two spaces apart, each as wide as its widest cell, blanks at line ends kept.</summary>
internal sealed class TextTable
{
    private const string Gap = "  ";

    private readonly List<(string Heading, bool AlignRight)> _columns = [];
    private readonly List<string[]> _rows = [];

    /// <summary>A column for text. Headings are aligned left whatever the cells are.</summary>
    public TextTable Left(string heading)
    {
        _columns.Add((heading, false));
        return this;
    }

    /// <summary>A column for numbers and sizes.</summary>
    public TextTable Right(string heading)
    {
        _columns.Add((heading, true));
        return this;
    }

    public void AddRow(params string[] cells) => _rows.Add(cells);

    /// <summary>Headings and rows, each with its newline; nothing at all when there is no row.</summary>
    public override string ToString()
    {
        if (_rows.Count == 0)
            return "";

        int[] widths = [.. _columns.Select((column, i) => Math.Max(Width(column.Heading), _rows.Max(row => Width(row[i]))))];
        var text = new StringBuilder();
        text.AppendJoin(Gap, _columns.Select((column, i) => Pad(column.Heading, widths[i], false))).Append('\n');
        foreach (string[] row in _rows)
            text.AppendJoin(Gap, row.Select((cell, i) => Pad(cell, widths[i], _columns[i].AlignRight))).Append('\n');
        return text.ToString();
    }

    private static string Pad(string cell, int width, bool alignRight)
    {
        var blanks = new string(' ', width - Width(cell));
        return alignRight ? blanks + cell : cell + blanks;
    }

    private static int Width(string cell)
    {
        int width = 0;
        foreach (Rune _ in cell.EnumerateRunes())
            width++;
        return width;
    }
}
