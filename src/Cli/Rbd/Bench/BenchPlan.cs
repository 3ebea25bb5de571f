namespace CurveRbd.Cli.Rbd;

/// <summary>What <c>rbd bench</c> is to do. Sizes in bytes.</summary>
/// <param name="ReadShare">Percent of the requests that read.</param>
internal sealed record BenchPlan(string Type, ulong IoSize, int Lanes, ulong Total, string Pattern, int ReadShare)
{
    public string PatternText => Pattern switch
    {
        "rand" => "random",
        "full-seq" => "full sequential",
        _ => "sequential",
    };
}
