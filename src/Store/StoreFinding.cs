namespace CurveRbd.Store;

/// <summary>What looking at one part of a store has shown, in words for an operator.</summary>
/// <param name="Subject">The part, such as "MDS 10.0.0.1:6666".</param>
public sealed record StoreFinding(string Subject, bool IsGood, string Message);
