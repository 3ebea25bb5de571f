namespace CurveRbd.Curve.Tests;

public class CurveFileTests
{
    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(253_402_300_800_000_000)] // the year 10000
    public void From_a_date_beyond_all_dates_is_a_file_all_the_same(ulong created)
    {
        CurveFile file = CurveFile.From(new Messages.FileInfo { Id = 7, Ctime = created }, "/pool/vm-1");

        Assert.Equal((7UL, 9999), (file.Id, file.Created.Year));
    }
}
