namespace CurveRbd.Cli.Nbd;

/// <summary>What a client asks for (<c>NBD_CMD_*</c>).</summary>
internal enum NbdCommand : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    Cache = 5,
    WriteZeroes = 6,
}
