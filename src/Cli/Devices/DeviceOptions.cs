using CurveRbd.Cli.Rbd;

namespace CurveRbd.Cli.Devices;

/// <summary>How an image is mapped: options of <c>rbd-nbd</c>, which <c>rbd device</c> takes behind -o.</summary>
internal static class DeviceOptions
{
    public const ulong ReattachTimeoutSeconds = 30;

    public static readonly Option<string> Device = SpecOptions.Text("device", "path of the device (/dev/nbd{num}); one that is free unless given");
    public static readonly Option<string> Cookie = SpecOptions.Text("cookie", "what who attaches later has to know; made up unless given");
    public static readonly Switch ShowCookie = new("show-cookie", "print the cookie behind the device");
    public static readonly Switch ReadOnly = new("read-only", "let nobody write");
    public static readonly Switch Exclusive = new("exclusive", "let no other client write");
    public static readonly Switch Quiesce = new("quiesce", "run the hook around snapshots");
    public static readonly Option<string> QuiesceHook = SpecOptions.Text("quiesce-hook", "program that is run as HOOK DEVICE quiesce|unquiesce");
    public static readonly Switch NoTrim = new("notrim", "take no discards");
    public static readonly Option<ulong> IoTimeout = NewImageOptions.Number("io-timeout", "seconds after which the kernel gives a request up; 0 never");
    public static readonly Option<ulong> ReattachTimeout =
        NewImageOptions.Number("reattach-timeout", $"seconds that requests wait for another process ({ReattachTimeoutSeconds} unless given)");

    // The old name of --io-timeout.
    private static readonly Option<ulong> s_timeout = new("timeout", "", ulong.TryParse) { IsHidden = true };

    // Of the kernel's module, when we have to load it.
    private static readonly Option<ulong> s_maxPart = NewImageOptions.Number("max_part", "partitions of a device, for a module that is not loaded yet");
    private static readonly Option<ulong> s_deviceMax = NewImageOptions.Number("nbds_max", "number of devices, for a module that is not loaded yet");

    // Ceph's choice between two interfaces of the kernel; this is the only one used here.
    private static readonly Switch s_tryNetlink = new("try-netlink", "accepted; the netlink interface is always used");

    public static IReadOnlyList<Option> All { get; } =
    [
        Device, Cookie, ShowCookie, ReadOnly, Exclusive, Quiesce, QuiesceHook, NoTrim, IoTimeout, ReattachTimeout, s_timeout, s_maxPart, s_deviceMax,
        s_tryNetlink,
    ];

    public static ulong? ReadIoTimeout(ParsedArguments arguments) =>
        (arguments.Find(IoTimeout) ?? arguments.Find(s_timeout)) is { } text ? IoTimeout.Parse(text) : null;

    public static IEnumerable<string> ReadModuleOptions(ParsedArguments arguments) =>
        new[] { s_maxPart, s_deviceMax }.Where(arguments.Has).Select(option => $"{option.Name}={arguments.Find(option)}");

    /// <summary>The given ones of these options, as words.</summary>
    public static IEnumerable<string> ToWords(ParsedArguments arguments, IEnumerable<Option> options) => options
        .Where(arguments.Has)
        .Select(option => option.TakesValue ? $"--{option.Name}={arguments.Find(option)}" : $"--{option.Name}");
}
