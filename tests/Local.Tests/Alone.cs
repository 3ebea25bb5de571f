namespace CurveRbd.Local.Tests;

/// <summary>Tests that count what the whole process does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
