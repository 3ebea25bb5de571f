namespace CurveRbd.Rbd;

/// <summary>What a record of a diff is about.</summary>
internal enum DiffTag : byte
{
    FromSnapshot = (byte)'f',
    ToSnapshot = (byte)'t',
    Size = (byte)'s',

    /// <summary>Version 2 only: whether the end snapshot is protected.</summary>
    Protection = (byte)'p',
    Data = (byte)'w',
    Zero = (byte)'z',

    /// <summary>The last record. Of the tag alone, in both versions.</summary>
    End = (byte)'e',
}
