namespace CurveRbd.Cli.Nbd;

/// <summary>What a client negotiates (<c>NBD_OPT_*</c>).</summary>
internal enum NbdOption : uint
{
    ExportName = 1,
    Abort = 2,
    List = 3,
    Info = 6,
    Go = 7,
}
