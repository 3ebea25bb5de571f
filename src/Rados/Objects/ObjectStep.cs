namespace CurveRbd.Rados;

/// <summary>
/// One step of an operation on an object (rados_read_op_t, rados_write_op_t): what it does with the object, and whom it tells its
/// result. Reused for every attempt and every use of the operation, one at a time.
/// </summary>
/// <param name="run">Answers 0 or more, or a negative number that only a comparison has; other refusals are thrown.</param>
public sealed class ObjectStep(Func<ObjectState, CancellationToken, Task<int>> run)
{
    /// <summary>A failure of this step does not fail the operation (LIBRADOS_OP_FLAG_FAILOK).</summary>
    public bool MayFail { get; set; }

    /// <summary>Hears the step's result, once, when the operation is over.</summary>
    public Action<int>? Done { get; init; }

    internal Task<int> RunAsync(ObjectState state, CancellationToken cancellationToken) => run(state, cancellationToken);
}
