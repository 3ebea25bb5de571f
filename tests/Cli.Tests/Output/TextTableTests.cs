namespace CurveRbd.Cli.Tests;

public class TextTableTests
{
    [Fact]
    public void ToString_pads_to_the_widest_cell_and_keeps_trailing_blanks()
    {
        TextTable table = new TextTable().Left("NAME").Right("SIZE").Left("PARENT").Right("FMT").Left("PROT").Left("LOCK");
        table.AddRow("a", "1 GiB", "", "2", "", "");
        table.AddRow("a@s1", "1 GiB", "", "2", "yes", "");
        table.AddRow("c", "1 GiB", "pt/a@s1", "2", "", "");

        Assert.Equal(
            "NAME  SIZE   PARENT   FMT  PROT  LOCK\n" +
            "a     1 GiB             2            \n" +
            "a@s1  1 GiB             2  yes       \n" +
            "c     1 GiB  pt/a@s1    2            \n",
            table.ToString());
    }

    [Fact]
    public void ToString_without_rows_is_nothing()
    {
        Assert.Equal("", new TextTable().Left("NAME").ToString());
    }

    [Fact]
    public void ToString_counts_characters_not_bytes()
    {
        TextTable table = new TextTable().Left("NAME").Left("X");
        table.AddRow("卷", "1");
        table.AddRow("volume", "2");

        Assert.Equal("NAME    X\n卷       1\nvolume  2\n", table.ToString());
    }
}
