using CurveRbd.Rados;

namespace CurveRbd.Native;

/// <summary>An operation on one object for a caller that waits, or that has lent a completion.</summary>
internal sealed class ObjectRequest
{
    private readonly OpenIoContext _ioContext;
    private readonly ObjectId _id;
    private readonly ObjectStep[] _steps;
    private readonly bool _isWrite;
    private readonly DateTimeOffset? _modified;
    private readonly Func<int>? _value;
    private ulong _version;

    private unsafe ObjectRequest(nint ioContext, byte* name, ObjectStep[] steps, bool isWrite, DateTimeOffset? modified, Func<int>? value)
    {
        _ioContext = Handles.IoContexts.Get(ioContext);
        _id = _ioContext.Context.Objects.Identify(CString.Name(name, "the object's name"));
        _steps = steps;
        _isWrite = isWrite;
        _modified = modified;
        _value = value;
    }

    public static unsafe int Write(nint ioContext, byte* name, params ObjectStep[] steps) => Write(ioContext, name, null, steps);

    public static unsafe int Write(nint ioContext, byte* name, DateTimeOffset? modified, params ObjectStep[] steps) =>
        new ObjectRequest(ioContext, name, steps, isWrite: true, modified, null).Run();

    public static unsafe int AioWrite(nint ioContext, byte* name, nint completion, params ObjectStep[] steps) =>
        AioWrite(ioContext, name, completion, null, steps);

    public static unsafe int AioWrite(nint ioContext, byte* name, nint completion, DateTimeOffset? modified, params ObjectStep[] steps) =>
        new ObjectRequest(ioContext, name, steps, isWrite: true, modified, null).Begin(completion);

    /// <param name="value">What the caller gets when the steps have succeeded; null = their own result.</param>
    public static unsafe int Read(nint ioContext, byte* name, Func<int>? value, params ObjectStep[] steps) =>
        new ObjectRequest(ioContext, name, steps, isWrite: false, null, value).Run();

    public static unsafe int AioRead(nint ioContext, byte* name, nint completion, Func<int>? value, params ObjectStep[] steps) =>
        new ObjectRequest(ioContext, name, steps, isWrite: false, null, value).Begin(completion);

    /// <summary>Runs <paramref name="operation"/> and tells the completion.</summary>
    /// <param name="version">Of the object, when it is over.</param>
    public static int Begin(OpenIoContext ioContext, nint completion, Func<Task<int>> operation, Func<ulong>? version = null)
    {
        Completion told = CompletionPool.Get(completion);
        told.Start();
        ioContext.Pending.Add(FollowAsync(told, operation, version));
        return 0;
    }

    private int Run()
    {
        int code = Control.Run(RunAsync);
        return code < 0 ? Failure.Of(code) : code;
    }

    private int Begin(nint completion) => Begin(_ioContext, completion, RunAsync, () => _version);

    private async Task<int> RunAsync()
    {
        PoolObjects objects = _ioContext.Context.Objects;
        ObjectOutcome outcome = await (_isWrite
            ? objects.WriteAsync(_id, _steps, _modified, CancellationToken.None)
            : objects.ReadAsync(_id, _steps, CancellationToken.None)).ConfigureAwait(false);
        _ioContext.LastVersion = _version = outcome.Version;
        return outcome.Code < 0 ? outcome.Code : _value?.Invoke() ?? outcome.Code;
    }

    private static async Task FollowAsync(Completion told, Func<Task<int>> operation, Func<ulong>? version)
    {
        try
        {
            int value = await operation().ConfigureAwait(false);
            told.Version = version?.Invoke() ?? 0;
            told.Finish(value);
        }
        catch (Exception error)
        {
            told.Fail(error);
        }
    }
}
