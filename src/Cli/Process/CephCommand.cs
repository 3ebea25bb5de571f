using System.Runtime.InteropServices;
using CurveRbd.Store;

namespace CurveRbd.Cli;

/// <summary>
/// Ceph's own <c>rbd</c> or <c>ceph</c>, for a configuration that means a cluster of Ceph's, as the libraries lead such clients to
/// Ceph's own.
/// </summary>
/// <param name="Program">Its path.</param>
/// <param name="Libraries">The directory with the libraries it runs on.</param>
internal sealed record CephCommand(string Program, string Libraries)
{
    /// <returns>null: the configuration means a cluster of ours, or is wrong, or Ceph's command is not installed.</returns>
    public static CephCommand? TryFind(string name, IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        try
        {
            if (arguments is ["--version" or "-v" or "--help" or "-h" or "help", ..] || !CephArguments.Parse(arguments, environment).Conf.NamesCeph)
                return null;
        }
        catch (Exception e) when (e is CephArgumentsException or StorageException)
        {
            return null; // our own command says what is wrong
        }

        CephCommand? found = Find(name, Environment.ProcessPath ?? "/");
        if (found is null)
            environment.Terminal.PrintErrorLine($"{name}: these monitors are of no cluster of this host; if they are Ceph's: its own {name} is not installed");
        return found;
    }

    /// <summary>Puts that program in this process's place.</summary>
    /// <returns>The exit status, when it can't be started.</returns>
    public int Become(IReadOnlyList<string> arguments, Terminal terminal)
    {
        nint[] line = [Lend(Program), .. arguments.Select(Lend), 0];
        _ = Libc.SetEnvironmentVariable(in Bytes("LD_LIBRARY_PATH")[0], in Bytes(Libraries)[0], 1);
        // .NET ignores SIGPIPE, and what is ignored stays so in the next program.
        _ = Libc.SetSignalHandler(Libc.SignalPipe, 0);
        _ = Libc.Execute(in Bytes(Program)[0], in line[0]);
        StorageException failure = Libc.LastError($"start {Program}");
        terminal.PrintErrorLine(failure.Message);
        return (int)failure.Errno;
    }

    /// <param name="self">Path of this program, "/usr/lib/curverbd/bin/curverbd".</param>
    internal static CephCommand? Find(string name, string self)
    {
        string libraries = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "../ceph"));
        // As our libraries lead nobody to Ceph's without it.
        if (!Directory.Exists(libraries))
            return null;
        // The package that puts our commands in the place of Ceph's moves those there; without it they are where they always were.
        string[] places = [Path.Combine(libraries, "bin", name), Path.Combine("/usr/bin", name)];
        return places.FirstOrDefault(place => File.Exists(place) && !IsSelf(place, self)) is { } program
            ? new CephCommand(program, libraries)
            : null;
    }

    private static bool IsSelf(string program, string self) =>
        (File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program) == self;

    private static byte[] Bytes(string text) => [.. NativeText.Encode(text), 0];

    // For this process's last moments: never given back.
    private static nint Lend(string text)
    {
        byte[] bytes = Bytes(text);
        nint lent = Marshal.AllocHGlobal(bytes.Length);
        Marshal.Copy(bytes, 0, lent, bytes.Length);
        return lent;
    }
}
