namespace CurveRbd.Rados;

/// <summary>What a command answered.</summary>
/// <param name="ReturnCode">0, or a negative errno.</param>
/// <param name="Output">For stdout ("outbuf").</param>
/// <param name="Status">For people, on stderr ("outs").</param>
public sealed record MonCommandReply(int ReturnCode, ReadOnlyMemory<byte> Output, string Status);
