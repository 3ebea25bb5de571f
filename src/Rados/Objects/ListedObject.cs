namespace CurveRbd.Rados;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Position">Where it is in the order of listing; listing goes on after it, also when it is removed meanwhile.</param>
public sealed record ListedObject(ObjectId Id, string Position);
