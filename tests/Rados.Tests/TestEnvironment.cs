using System.Runtime.CompilerServices;

namespace CurveRbd.Rados.Tests;

internal static class TestEnvironment
{
    // This machine's own configuration must not decide what a test sees.
    [ModuleInitializer]
    internal static void Isolate()
    {
        Environment.SetEnvironmentVariable(HostFile.PathVariable, "/dev/null");
        Environment.SetEnvironmentVariable("CEPH_CONF", null);
        Environment.SetEnvironmentVariable("CEPH_ARGS", null);
        Environment.SetEnvironmentVariable("CEPH_KEYRING", null);
    }
}
