using CurveRbd.Cli.Devices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Cli.Tests;

public sealed class MappedDevicesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("curverbd-devices-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void List_reads_what_the_command_lines_of_serving_processes_say()
    {
        var path = new ImagePath("po ol", "ns", "--image", "s@1");
        AddProcess(40, ["curverbd", .. DeviceServerLine.Build(Conf(), path, ["--cookie=c1", "--device=/dev/nbd12", "--read-only"])]);
        AddProcess(7, ["curverbd", .. DeviceServerLine.Build(Conf(), path with { Snapshot = "" }, ["--cookie=c2", "--device=/dev/nbd3"])]);
        AddProcess(8, ["qemu-nbd", "-c", "/dev/nbd5"]);
        AddProcess(9, ["curverbd", "nbd", "serve", "--pool=p", "--image=i"]);
        AddDevice(12, thread: "41");
        AddDevice(3, thread: "7");
        AddDevice(5, thread: "8");

        IReadOnlyList<MappedDevice> listed = new MappedDevices(_root).List();

        Assert.Equal(
            [new MappedDevice(7, 3, path with { Snapshot = "" }, "c2"), new MappedDevice(40, 12, path, "c1")],
            listed);
    }

    [Fact]
    public void List_device_that_is_not_connected_is_left_out()
    {
        AddProcess(7, ["curverbd", .. DeviceServerLine.Build(Conf(), new ImagePath("p", "", "i", ""), ["--device=/dev/nbd3"])]);
        AddDevice(3, thread: null);

        Assert.Empty(new MappedDevices(_root).List());
    }

    [Fact]
    public void EnumerateFree_names_unconnected_devices_and_then_a_new_one()
    {
        AddDevice(0, thread: "5");
        AddDevice(1, thread: null);
        AddDevice(10, thread: null);

        Assert.Equal([1, 10, 11], new MappedDevices(_root).EnumerateFree());
        Assert.Equal([0], new MappedDevices("/nothing").EnumerateFree());
    }

    [Fact]
    public void Build_names_who_connects_where()
    {
        CephConf conf = Conf();
        conf.Set("mon_host", (ByteName)"10.0.0.1");

        string[] line = DeviceServerLine.Build(conf, new ImagePath("p", "", "i", ""), []);

        Assert.Equal(["--cluster=ceph", "--name=client.admin", "--mon_host=10.0.0.1", "nbd", "device", "--pool=p", "--image=i"], line);
    }

    private static CephConf Conf() => new("ceph", EntityName.Admin);

    private void AddProcess(int id, string[] line)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "proc", $"{id}")).FullName;
        File.WriteAllText(Path.Combine(folder, "cmdline"), string.Concat(line.Select(word => word + "\0")));
    }

    private void AddDevice(int index, string? thread)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_root, "sys/block", $"nbd{index}")).FullName;
        if (thread is not null)
            File.WriteAllText(Path.Combine(folder, "pid"), thread + "\n");
    }
}
