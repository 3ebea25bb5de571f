namespace CurveRbd.Rbd;

/// <summary>Who set the value of an option that is in force (<c>rbd_config_source_t</c>).</summary>
public enum ConfigSource
{
    /// <summary>The client's own configuration, or the default.</summary>
    Config = 0,
    Pool = 1,
    Image = 2,
}
