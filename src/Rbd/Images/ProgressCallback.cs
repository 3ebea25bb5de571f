namespace CurveRbd.Rbd;

/// <summary>Told how far a long operation is. A negative value asks it to stop, see <see cref="CallbackAbortedException"/>.</summary>
public delegate int ProgressCallback(ulong done, ulong total);
