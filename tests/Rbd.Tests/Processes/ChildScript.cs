using System.Buffers.Binary;
using System.Globalization;
using CurveRbd.Local;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Rbd.Tests;

/// <summary>What this program does as a child of a test, on the store in the directory that the first argument names.</summary>
internal static class ChildScript
{
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string script, string[] arguments)
    {
        try
        {
            await PlayAsync(script, arguments);
            return 0;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync(error.ToString());
            return 1;
        }
    }

    /// <summary>The n-th of the writes that a child does one after the other: to which slot of the image.</summary>
    public static int SlotOf(long n, int slots) => (int)(n * 7919 % slots);

    private static async Task PlayAsync(string script, string[] arguments)
    {
        await using LocalStore store = await LocalStore.OpenAsync(arguments[0], CancellationToken.None);
        var conf = new CephConf("ceph", EntityName.Admin);
        conf.Set("rbd_store", "local:/unused");
        await using var client = new Cluster(conf, new FixedStores(store.Volumes, store.Records));
        await client.ConnectAsync(CancellationToken.None);
        IoContext io = await client.OpenIoContextAsync("pool", CancellationToken.None);
        await using Image image = await Image.OpenAsync(io, "image", null, readOnly: false, CancellationToken.None);
        await (script switch
        {
            "write" => WriteAsync(image, flushes: false, arguments.Length > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : (int)(image.Size / 4096)),
            "write-and-flush" => WriteAsync(image, flushes: true, (int)(image.Size / 4096)),
            "write-bytes" => WriteBytesAsync(image, int.Parse(arguments[1], CultureInfo.InvariantCulture), int.Parse(arguments[2], CultureInfo.InvariantCulture)),
            "keep" => KeepAsync(image),
            "merge" => MergeAsync(image),
            _ => throw new ArgumentException(script),
        });
    }

    /// <summary>Writes 1, 2, ... into slots of 4 KiB all over the image, and says each once it is acknowledged; ends with a line.</summary>
    private static async Task WriteAsync(Image image, bool flushes, int slots)
    {
        Task end = Task.Run(Console.In.ReadLine); // the asynchronous one waits as well
        var slot = new byte[4096];
        for (long n = 1; !end.IsCompleted; n++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(slot, n);
            BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(slot.Length - sizeof(long)), n);
            await image.WriteAsync((ulong)SlotOf(n, slots) * 4096, slot);
            if (flushes)
                await image.FlushAsync();
            Say(n);
        }

        Say("end");
    }

    /// <summary>Writes to every second byte of a range, one at a time.</summary>
    private static async Task WriteBytesAsync(Image image, int from, int count)
    {
        for (int i = from; i < from + (2 * count); i += 2)
            await image.WriteAsync((ulong)i, new[] { (byte)(i % 251 + 1) });
        Say("end");
    }

    /// <summary>Locks the image and writes until that fails, and says how.</summary>
    private static async Task KeepAsync(Image image)
    {
        await image.Ownership.AcquireAsync(OwnershipMode.Exclusive, CancellationToken.None);
        Say("kept");
        try
        {
            for (var data = new byte[4096]; ; data[0]++)
                await image.WriteAsync(0, data);
        }
        catch (StorageException error)
        {
            Say(error.Errno);
        }

        await Console.In.ReadLineAsync();
    }

    private static async Task MergeAsync(Image image)
    {
        Say("merging");
        await image.Merging.RunAsync(CancellationToken.None);
        Say("end");
    }

    private static void Say(object line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
