namespace CurveRbd.Rbd;

/// <summary>
/// Told of each changed range of an image, ascending and disjoint. A negative value ends the walk, see
/// <see cref="CallbackAbortedException"/>.
/// </summary>
/// <param name="exists">false: the range became a hole.</param>
public delegate int DiffCallback(ulong offset, ulong length, bool exists);
