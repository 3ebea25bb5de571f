using System.Runtime.InteropServices;
using CurveRbd.Rados;
using CurveRbd.Store;

namespace CurveRbd.Native;

/// <summary>A rados_t's options.</summary>
internal static unsafe class Configuration
{
    // int rados_conf_read_file(rados_t cluster, const char *path)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_read_file")]
    public static int ReadFile(nint cluster, byte* path)
    {
        try
        {
            CephConf conf = Handles.Clusters.Get(cluster).Conf;
            string? file = CString.TextOrNull(path);
            Control.Run(() => Task.Run(() => conf.ReadFile(file)));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_conf_parse_argv(rados_t cluster, int argc, const char **argv)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_parse_argv")]
    public static int ParseArguments(nint cluster, int count, byte** arguments)
    {
        try
        {
            Handles.Clusters.Get(cluster).Conf.ConsumeArguments(NamesOf(count, arguments, from: 0));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_conf_parse_argv_remainder(rados_t cluster, int argc, const char **argv, const char **remargv)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_parse_argv_remainder")]
    public static int ParseArguments(nint cluster, int count, byte** arguments, byte** remaining)
    {
        try
        {
            OutBuffer.ThrowIfNull(remaining);
            CephConf conf = Handles.Clusters.Get(cluster).Conf;
            PutRemaining(conf.ConsumeArguments(NamesOf(count, arguments, from: 1)), count, arguments, remaining);
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_conf_parse_env(rados_t cluster, const char *var)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_parse_env")]
    public static int ParseEnvironment(nint cluster, byte* variable)
    {
        try
        {
            Handles.Clusters.Get(cluster).Conf.ParseEnvironment(CString.TextOrNull(variable));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_conf_set(rados_t cluster, const char *option, const char *value)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_set")]
    public static int Set(nint cluster, byte* option, byte* value)
    {
        try
        {
            Handles.Clusters.Get(cluster).Conf.Set(CString.Text(option, "the option"), CString.Name(value, "the option's value"));
            return 0;
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    // int rados_conf_get(rados_t cluster, const char *option, char *buf, size_t len)
    [UnmanagedCallersOnly(EntryPoint = "curverbd_rados_conf_get")]
    public static int Get(nint cluster, byte* option, byte* buffer, nuint length)
    {
        try
        {
            ByteName value = Handles.Clusters.Get(cluster).Conf.Get(CString.Text(option, "the option"));
            if (OutBuffer.TryPut(value, buffer, length))
                return 0;
            PutBeginning(value, buffer, length);
            return Failure.Of(Errno.ENAMETOOLONG);
        }
        catch (Exception error)
        {
            return Failure.Of(error);
        }
    }

    private static ByteName[] NamesOf(int count, byte** arguments, int from)
    {
        OutBuffer.ThrowIfNull(arguments);
        var names = new ByteName[Math.Max(count - from, 0)];
        for (int i = 0; i < names.Length; i++)
            names[i] = CString.Name(arguments[from + i], "an argument");
        return names;
    }

    // argv[0] is the program and stays; the words keep their own memory, and the rest of the array is NULL.
    private static void PutRemaining(IReadOnlyList<int> places, int count, byte** arguments, byte** remaining)
    {
        new Span<nint>(remaining, Math.Max(count, 0)).Clear();
        if (count > 0)
            remaining[0] = arguments[0];
        for (int i = 0; i < places.Count; i++)
            remaining[i + 1] = arguments[places[i] + 1];
    }

    private static void PutBeginning(ByteName value, byte* buffer, nuint length)
    {
        if (buffer is null || length == 0)
            return;
        value.ToBytes().AsSpan(0, (int)length - 1).CopyTo(new Span<byte>(buffer, (int)length));
        buffer[length - 1] = 0;
    }
}
