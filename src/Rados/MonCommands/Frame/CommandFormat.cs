namespace CurveRbd.Rados;

/// <summary>The "format" of a command.</summary>
internal enum CommandFormat
{
    Plain,
    Json,
    JsonPretty,
}
