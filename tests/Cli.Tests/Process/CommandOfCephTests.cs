namespace CurveRbd.Cli.Tests;

public sealed class CommandOfCephTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("curverbd-home-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private string Self => Path.Combine(_home, "bin/curverbd");

    [Fact]
    public void Find_takes_the_command_that_the_package_keeps()
    {
        string kept = AddFile("ceph/bin/rbd");

        Assert.Equal(new CephCommand(kept, Path.Combine(_home, "ceph")), CephCommand.Find("rbd", Self));
    }

    [Fact]
    public void Find_never_takes_this_program()
    {
        AddFile("bin/curverbd");
        Directory.CreateDirectory(Path.Combine(_home, "ceph/bin"));
        File.CreateSymbolicLink(Path.Combine(_home, "ceph/bin/nothing-of-ceph"), Self);

        Assert.Null(CephCommand.Find("nothing-of-ceph", Self));
    }

    [Fact]
    public void Find_takes_the_installed_command_only_where_ceph_s_libraries_are()
    {
        CephCommand? without = CephCommand.Find("env", Self);
        Directory.CreateDirectory(Path.Combine(_home, "ceph"));

        Assert.Null(without);
        Assert.Equal("/usr/bin/env", CephCommand.Find("env", Self)?.Program);
    }

    private string AddFile(string name)
    {
        string path = Path.Combine(_home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }
}
