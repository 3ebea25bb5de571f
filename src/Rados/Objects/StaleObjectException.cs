namespace CurveRbd.Rados;

/// <summary>A piece of the object has gone since its record was read: read it anew.</summary>
internal sealed class StaleObjectException : Exception;
