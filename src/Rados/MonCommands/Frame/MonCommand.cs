namespace CurveRbd.Rados;

/// <summary>A command that monitors answer.</summary>
internal sealed class MonCommand
{
    private readonly Func<CommandCall, Task<CommandResult>> _run;

    /// <param name="signature">Words, then parameters: "osd pool rename name=srcpool,type=CephPoolname ...".</param>
    /// <param name="permissions">What Ceph's capabilities would ask for: "r", "rw", "rx".</param>
    public MonCommand(string signature, string help, string permissions, Func<CommandCall, Task<CommandResult>> run)
    {
        Parameters = [.. signature.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(CommandParameter.Parse)];
        Prefix = string.Join(' ', Parameters.Where(parameter => parameter.Name is null).Select(parameter => parameter.Type));
        Help = help;
        Permissions = permissions;
        _run = run;
    }

    public string Prefix { get; }

    public IReadOnlyList<CommandParameter> Parameters { get; }

    public string Help { get; }

    public string Permissions { get; }

    /// <summary>The part of a cluster it is about: "osd", "mon", "auth", ...</summary>
    public string Module => Parameters[0].Type switch
    {
        "osd" or "auth" or "mgr" or "config" or "pg" or "fs" => Parameters[0].Type,
        "config-key" => "config-key",
        _ => "mon",
    };

    public Task<CommandResult> RunAsync(CommandCall call) => _run(call);
}
