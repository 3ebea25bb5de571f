using System.Reflection;
using CurveRbd.Rados;

namespace CurveRbd.Cli.Curverbd;

/// <summary><c>curverbd version</c></summary>
internal sealed class VersionCommand : Command
{
    public override string Name => "version";

    public override string Summary => "Print the version of CurveRbd and of the Ceph release it stands in for.";

    public override Task RunAsync(CommandSession session)
    {
        string version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        session.Terminal.PrintLine($"curverbd {version.Split('+')[0]}");
        session.Terminal.PrintLine($"behaves as {CephRelease.Version}");
        return Task.CompletedTask;
    }
}
