namespace CurveRbd.Cli.Nbd;

/// <summary>What an export can do (<c>NBD_FLAG_*</c>).</summary>
[Flags]
internal enum NbdExportFlags : ushort
{
    None = 0,
    HasFlags = 1,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,
    SendFua = 1 << 3,
    SendTrim = 1 << 5,
    SendWriteZeroes = 1 << 6,

    /// <summary>A flush on one connection covers what was answered on the others.</summary>
    CanMultiConn = 1 << 8,
}
