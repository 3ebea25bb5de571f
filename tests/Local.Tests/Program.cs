using CurveRbd.Tests;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace CurveRbd.Local.Tests;

/// <summary>The test runner, and what tests start as other processes.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(ChildProcess.Variable) is { Length: > 0 } script)
            return ChildScript.RunAsync(script, arguments);
        return arguments.Any(argument => argument is "-automated" or "@@")
            ? ConsoleRunner.Run(arguments)
            : TestPlatformTestFramework.RunAsync(arguments, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }
}
