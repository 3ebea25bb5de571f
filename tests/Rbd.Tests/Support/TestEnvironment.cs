using System.Runtime.CompilerServices;

namespace CurveRbd.Rbd.Tests;

internal static class TestEnvironment
{
    // This machine's own configuration must not decide what a test sees.
    [ModuleInitializer]
    internal static void Isolate()
    {
        Environment.SetEnvironmentVariable("CURVERBD_CONF", "/dev/null");
        foreach (string variable in (string[])["CEPH_CONF", "CEPH_ARGS", "CEPH_KEYRING"])
            Environment.SetEnvironmentVariable(variable, null);
    }
}
