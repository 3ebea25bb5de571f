using CurveRbd.Store;

namespace CurveRbd.Rbd;

/// <summary>An option with the value that is in force for a pool or an image.</summary>
public readonly record struct ConfigOption(string Name, ByteName Value, ConfigSource Source);
