namespace CurveRbd.Rbd;

/// <summary>The two versions of Ceph's diff format.</summary>
internal enum DiffFormat
{
    /// <summary>Files of export-diff: a record is its tag and its body.</summary>
    V1 = 1,

    /// <summary>Inside an image stream: a record is its tag, the length of its body, and its body.</summary>
    V2 = 2,
}
