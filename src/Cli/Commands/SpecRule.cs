namespace CurveRbd.Cli;

/// <summary>What the names in a spec may hold.</summary>
internal enum SpecRule
{
    /// <summary>Whatever is there already: its name may hold '/', its snapshot's name also '@'.</summary>
    Existing,

    /// <summary>A new image's name holds no '/' and no '@'.</summary>
    NewImage,

    /// <summary>A new snapshot's name holds no '/' and no '@'.</summary>
    NewSnapshot,
}
